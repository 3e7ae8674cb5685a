"""Read a file of learners in the template's layout, or refuse it with reasons."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from aggregates.learners.details import COLUMNS, OVERFLOW
from aggregates.text import clean
from aggregates.uploads.file_columns import (
    KEY,
    column_problems,
    name_columns,
    propose_mapping,
    repeated_columns,
)
from aggregates.uploads.file_refusals import MOST_BYTES, MOST_ROWS, FileRefused
from aggregates.uploads.file_row import FileRow
from events.uploads.upload import FileProblem
from files.cells import day_of
from files.markup import old_office_problem
from files.packed_rows import PackedRows
from files.table import Line, Number, Table
from files.text_file import known_columns, read_text
from files.workbook import ZIPPED, read_workbook

_KINDS = (
    (b"\xff\xd8\xff", "a photograph (JPEG)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a document (RTF)"),
)
BORN = list(COLUMNS).index("date_of_birth")
_NAMES = ("given_name", "family_name")
_SHOWN = 2
MOST_SAMPLES = 3


@dataclass(frozen=True, kw_only=True)
class LearnerFile:
    """A file that was understood: its encoding, and its rows that are not blank.

    ``accented`` are the numbers of up to two rows whose names show whether the encoding is
    right (U4). If the columns are not named like the template's, ``mapping`` says which is
    which of ours; it is a proposal until somebody confirms it (U3). ``hidden_columns`` are
    hidden in the workbook; ``unread_sheets`` are further sheets with learners.
    """

    encoding: str
    columns: Sequence[str]
    mapping: Mapping[str, str] | None
    rows: PackedRows
    hidden_columns: Sequence[str] = ()
    unread_sheets: Sequence[str] = ()

    @property
    def hidden_rows(self) -> int:
        """The number of hidden or filtered rows, which were read all the same (U4)."""
        return sum(row.is_hidden for row in self.rows)

    @property
    def rows_with_accents(self) -> tuple[int, ...]:
        shown = (
            row.number
            for row in self.rows
            if not all(row.cells[name].isascii() for name in _NAMES)
        )
        return tuple(number for number, _ in zip(shown, range(_SHOWN), strict=False))


def read_learner_file(
    content: bytes,
    *,
    mapping: Mapping[str, str] | None = None,
    encoding: str | None = None,
) -> LearnerFile:
    """Read a file of learners. Raises FileRefused with every reason if it cannot be used.

    The file is an Excel workbook or text, in ``encoding`` if one was chosen. A file is
    refused whole if its columns are neither the template's nor known by other names, if it
    is of another type, has no learners, or exceeds the limits (U3). ``mapping`` says which
    of the file's columns is which of ours, if known.
    """
    table = open_table(content, encoding=encoding)
    columns = name_columns(table.header)
    if KEY in columns:
        raise FileRefused(FileProblem(code="to-correct"))
    if problems := column_problems(columns):
        mapping = mapping or propose_mapping(columns)
        if mapping is None:
            raise FileRefused(*problems)
        if twice := repeated_columns(columns):
            raise FileRefused(*twice)
        lines = _map_cells(_without_blank_lines(table.lines), columns, mapping)
    else:
        mapping, lines = None, _without_blank_lines(table.lines)
    rows = PackedRows(islice(_rows(lines, table.hidden_rows), MOST_ROWS + 1))
    if not rows:
        raise FileRefused(FileProblem(code="no-learners"))
    if len(rows) > MOST_ROWS:
        raise FileRefused(FileProblem(code="too-many-rows"))
    return LearnerFile(
        encoding=table.encoding,
        columns=columns,
        mapping=mapping,
        rows=rows,
        hidden_columns=[
            name for at, name in enumerate(columns) if at in table.hidden_columns
        ],
        unread_sheets=table.unread_sheets,
    )


def samples(content: bytes, *, encoding: str | None = None) -> dict[str, list[str]]:
    """Return the first values of each column of a readable file (U3)."""
    table = open_table(content, encoding=encoding)
    lines = [line for _, line in islice(table.lines, MOST_SAMPLES)]
    return {
        column: [clean(line[at]) for line in lines if len(line) > at]
        for at, column in enumerate(name_columns(table.header))
        if column
    }


def open_table(
    content: bytes,
    *,
    encoding: str | None = None,
    is_ours: Callable[[Sequence[str]], bool] | None = None,
) -> Table:
    """Open the file as the type that its first bytes show."""
    if len(content) > MOST_BYTES:
        raise FileRefused(FileProblem(code="too-big"))
    for start, kind in _KINDS:
        if content.startswith(start):
            raise FileRefused(FileProblem(code="not-csv", found=kind))
    if problem := old_office_problem(content):
        raise FileRefused(problem)
    ours = is_ours or _is_ours
    if content.startswith(ZIPPED):
        return read_workbook(content, is_ours=ours, known=known_columns)
    return read_text(content, encoding=encoding, is_ours=ours)


def _is_ours(header: Sequence[str]) -> bool:
    columns = name_columns(header)
    return (
        KEY in columns
        or not column_problems(columns)
        or propose_mapping(columns) is not None
    )


def _map_cells(
    lines: Iterator[Line], columns: Sequence[str], mapping: Mapping[str, str]
) -> Iterator[Line]:
    """Put the cells in the template's order, then those without a column name.

    Cells of columns that are not ours are left out, as the person was told. A row with no
    other cells stays, so that row numbers do not depend on the mapping.
    """
    places = [columns.index(mapping[c]) if c in mapping else None for c in COLUMNS]
    nameless = [at for at, column in enumerate(columns) if not column]
    for number, line in lines:
        cells = [*line, *[""] * (len(columns) - len(line))]
        ours = ["" if at is None else cells[at] for at in places]
        rest = [cells[at] for at in nameless]
        yield number, [*ours, *rest, *cells[len(columns) :]]


def _without_blank_lines(lines: Iterator[Line]) -> Iterator[Line]:
    """Leave out the rows that are blank."""
    return (line for line in lines if any(map(str.strip, line[1])))


def _rows(lines: Iterator[Line], hidden: Collection[int]) -> Iterator[FileRow]:
    width = len(COLUMNS)
    for number, line in lines:
        given = [*line, *[""] * (width - len(line))]
        cells = dict(zip(COLUMNS, map(str, given), strict=False))
        if over := " | ".join(cell for cell in line[width:] if cell.strip()):
            cells[OVERFLOW] = over
        born = given[BORN]
        if isinstance(born, Number):
            cells["date_of_birth"] = day_of(born)
        yield FileRow(number=number, cells=cells, is_hidden=number in hidden)
