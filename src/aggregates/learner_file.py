"""Reading a file of learners in the template's layout, or saying why it is not one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from aggregates.cells import day_of
from aggregates.details import COLUMNS, OVERFLOW
from aggregates.file_columns import column_problems, named
from aggregates.file_refusals import MOST_BYTES, MOST_ROWS, FileRefused
from aggregates.table import Line, Number, Table
from aggregates.text_file import read_text
from aggregates.workbook import ZIPPED, read_workbook
from events.upload import FileProblem

_KINDS = (
    (b"\xff\xd8\xff", "a photograph (JPEG)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a document (RTF)"),
)
_OLDER = b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
BORN = list(COLUMNS).index("date_of_birth")
_NAMES = ("given_name", "family_name")
_SHOWN = 2


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the file: its number in a spreadsheet, and its cells as written."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class LearnerFile:
    """A file that was understood: as what it was read, and its rows that are not blank.

    ``accented`` are the numbers of up to two rows whose names show whether the
    encoding is right (U4).
    """

    encoding: str
    rows: Sequence[Row]

    @property
    def accented(self) -> tuple[int, ...]:
        shown = (
            row.number
            for row in self.rows
            if not all(row.cells[name].isascii() for name in _NAMES)
        )
        return tuple(number for number, _ in zip(shown, range(_SHOWN), strict=False))


def read(content: bytes) -> LearnerFile:
    """Read a file of learners; raise FileRefused with every reason if it is not one.

    It is an Excel workbook or text. Refused as a whole are other columns than the
    template's, what is neither, what has no learners, and what is over the limits (U3).
    """
    table = _table(content)
    if problems := column_problems(named(table.header)):
        raise FileRefused(*problems)
    rows = list(islice(_rows(table.lines), MOST_ROWS + 1))
    if not rows:
        raise FileRefused(FileProblem(code="no-learners"))
    if len(rows) > MOST_ROWS:
        raise FileRefused(FileProblem(code="too-many-rows"))
    return LearnerFile(encoding=table.encoding, rows=rows)


def _table(content: bytes) -> Table:
    """Open the file as what its first bytes say that it is."""
    if len(content) > MOST_BYTES:
        raise FileRefused(FileProblem(code="too-big"))
    for start, kind in _KINDS:
        if content.startswith(start):
            raise FileRefused(FileProblem(code="not-csv", found=kind))
    if content.startswith(_OLDER):
        if _LOCKED in content:
            raise FileRefused(FileProblem(code="locked"))
        found = "an older Excel workbook (.xls) or Word document"
        raise FileRefused(FileProblem(code="not-csv", found=found))
    if content.startswith(ZIPPED):
        return read_workbook(content, is_ours=lambda x: not column_problems(named(x)))
    return read_text(content)


def _rows(lines: Iterator[Line]) -> Iterator[Row]:
    width = len(COLUMNS)
    for number, line in lines:
        if not any(cell.strip() for cell in line):
            continue
        given = [*line, *[""] * (width - len(line))]
        cells = dict(zip(COLUMNS, map(str, given), strict=False))
        if over := " | ".join(cell for cell in line[width:] if cell.strip()):
            cells[OVERFLOW] = over
        born = given[BORN]
        if isinstance(born, Number):
            cells["date_of_birth"] = day_of(born)
        yield Row(number=number, cells=cells)
