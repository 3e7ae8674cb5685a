"""Reading a file of learners in the template's layout, or saying why it is not one."""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from aggregates.details import COLUMNS, OVERFLOW
from aggregates.errors import Malformed
from aggregates.names import clean
from events.upload import FileProblem

MOST_ROWS = 100_000
MOST_BYTES = 20_000_000
MOST_COLUMNS = 100
LAST_ROW = 2**20
"""The last row of a spreadsheet; blank rows are counted up to there, and no further."""
FIRST_ROW = 2
"""The row of the first learner as a spreadsheet numbers it; the columns are row 1."""

TEMPLATE = ",".join(COLUMNS.values()) + "\r\n"
"""The template as it is downloaded (U2)."""

ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Windows-1252 (Excel)",
}
"""The encodings that a file may be read as, and what people call them."""

SENTENCES: Mapping[str, str] = {
    "empty": "The file is empty. Copy your learners into the template and save it.",
    "no-learners": (
        "The file has the template's columns and no learners below them. Add at least"
        " one row."
    ),
    "too-big": (
        f"The file is larger than {MOST_BYTES // 1_000_000} MB. Divide the learners"
        " among several files."
    ),
    "too-many-rows": (
        f"The file has more than {MOST_ROWS:,} rows. Divide the learners among several"
        " files."
    ),
    "not-csv": "The file is not CSV: it is {found}. Save the template as CSV.",
    "unreadable": (
        "Line {found} cannot be read: a quotation mark is opened and not closed there,"
        " or stands in the wrong place. Correct the line and upload the file again."
    ),
    "no-columns": (
        "The first row does not have the template's columns. Download the template and"
        " copy your learners below its first row."
    ),
    "column-removed": "The column “{column}” is missing. Put it back.",
    "column-added": "The column “{found}” is not in the template. Remove it.",
    "column-renamed": "The column “{column}” is called “{found}”. Call it “{column}”.",
    "column-repeated": "The column “{column}” is there more than once. Keep one.",
    "column-moved": (
        "The column “{column}” is where “{found}” belongs. Keep the template's order."
    ),
}

_KINDS = (
    (b"\xff\xd8\xff", "a photograph (JPEG)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "an Excel workbook or another zipped file"),
    (b"\xd0\xcf\x11\xe0", "an older Excel workbook or Word document"),
)
_LIKE = 0.6
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f]")
_NAMES = ("given_name", "family_name")
_SHOWN = 2


class FileFault(Malformed):
    """One reason to refuse a file."""

    message = "{sentence}"


class FileRefused(Malformed):
    """A file is refused as a whole, for these reasons."""

    message = "The file was not uploaded, and nothing of it is kept. {sentences}"

    def __init__(self, *problems: FileProblem) -> None:
        self.problems = problems
        said = [
            SENTENCES[problem.code].format(column=problem.column, found=problem.found)
            for problem in problems
        ]
        faults = [FileFault(pointer="/file", sentence=sentence) for sentence in said]
        super().__init__(pointer="/file", others=faults, sentences=" ".join(said))


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

    The encoding is told by a byte-order mark, else it is UTF-8 if the file is that
    throughout, else Windows-1252. Commas, semicolons or tabs may part the cells.
    Refused as a whole are other columns than the template's, what is not CSV, what has
    no learners, and what is over the limits (U3, U4).
    """
    text, encoding = _decode(content)
    lines = csv.reader(io.StringIO(text, newline=""), _delimiter(text), strict=True)
    try:
        if problems := _column_problems(next(lines)):
            raise FileRefused(*problems)
        rows = list(islice(_rows(lines), MOST_ROWS + 1))
    except csv.Error:
        fault = FileProblem(code="unreadable", found=str(lines.line_num))
        raise FileRefused(fault) from None
    if not rows:
        raise FileRefused(FileProblem(code="no-learners"))
    if len(rows) > MOST_ROWS:
        raise FileRefused(FileProblem(code="too-many-rows"))
    return LearnerFile(encoding=encoding, rows=rows)


def _decode(content: bytes) -> tuple[str, str]:
    """Climb down the ladder of encodings: the text, and the encoding that it is in."""
    if len(content) > MOST_BYTES:
        raise FileRefused(FileProblem(code="too-big"))
    for start, kind in _KINDS:
        if content.startswith(start):
            raise FileRefused(FileProblem(code="not-csv", found=kind))
    for encoding in _ladder(content):
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding).removeprefix("\ufeff")
            if _CONTROL.search(text):
                break
            if not text.strip():
                raise FileRefused(FileProblem(code="empty"))
            return text, encoding
    raise FileRefused(FileProblem(code="not-csv", found="not text"))


def _ladder(content: bytes) -> Sequence[str]:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return ["utf-16"]
    return ["utf-8"] if content.startswith(BOM_UTF8) else ["utf-8", "cp1252"]


def _delimiter(text: str) -> type[csv.Dialect]:
    """Tell what parts the cells: what finds most of the template's columns."""
    first = text.lstrip("\r\n").splitlines()[0]
    columns = set(COLUMNS.values())

    def found(mark: str) -> int:
        return len(columns & {clean(cell).strip('"') for cell in first.split(mark)})

    class Parted(csv.excel):
        delimiter = max(",;\t", key=found)

    return Parted


def _rows(lines: Iterator[list[str]]) -> Iterator[Row]:
    width = len(COLUMNS)
    for number, line in enumerate(lines, FIRST_ROW):
        if number > LAST_ROW:
            raise FileRefused(FileProblem(code="too-many-rows"))
        if not any(cell.strip() for cell in line):
            continue
        cells = dict(zip(COLUMNS, line + [""] * (width - len(line)), strict=False))
        if over := " | ".join(cell for cell in line[width:] if cell.strip()):
            cells[OVERFLOW] = over
        yield Row(number=number, cells=cells)


def _column_problems(header: Sequence[str]) -> tuple[FileProblem, ...]:
    """Name each column that was removed, added, renamed, repeated or moved (U3)."""
    found = [clean(cell) for cell in header[:MOST_COLUMNS]]
    while found and not found[-1]:
        found.pop()
    wanted = list(COLUMNS.values())
    if found == wanted:
        return ()
    if not set(found) & set(wanted):
        return (FileProblem(code="no-columns"),)
    missing = [column for column in wanted if column not in found]
    strange = [(at, column) for at, column in enumerate(found) if column not in wanted]
    problems = []
    for column in list(missing):
        for at, name in strange:
            if _is_renamed(column, name, is_in_place=wanted.index(column) == at):
                problems.append(
                    FileProblem(code="column-renamed", column=column, found=name)
                )
                missing.remove(column)
                strange.remove((at, name))
                break
    problems += [FileProblem(code="column-removed", column=name) for name in missing]
    problems += [FileProblem(code="column-added", found=name) for _, name in strange]
    problems += [
        FileProblem(code="column-repeated", column=name)
        for name in wanted
        if found.count(name) > 1
    ]
    if not problems:
        problems = [
            FileProblem(code="column-moved", column=is_there, found=belongs)
            for is_there, belongs in zip(found, wanted, strict=True)
            if is_there != belongs
        ]
    return tuple(problems)


def _is_renamed(column: str, name: str, *, is_in_place: bool) -> bool:
    """Tell a column under another name from one that has nothing to do with it."""
    likeness = SequenceMatcher(None, column.casefold(), name.casefold()).ratio()
    return bool(name) and (is_in_place or likeness >= _LIKE)
