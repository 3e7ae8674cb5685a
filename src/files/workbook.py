"""Excel workbooks of learners, read safely whatever they contain.

A workbook is a zip of XML documents. Only those with the cells are unpacked, each as a
counted stream; nothing in them is followed, run or opened.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from posixpath import dirname, join, normpath
from typing import TypeAlias
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from aggregates.uploads.file_refusals import FileRefused
from events.uploads.upload import FileProblem
from files.cells import SheetReader, read_strings
from files.number_formats import CellStyles, read_styles
from files.table import Line, Table, find_header
from files.xml_stream import Budget, nothing, parse

ZIPPED = b"PK\x03\x04"
WORKBOOK = "xlsx"
"""The encoding recorded for a workbook."""

MOST_PARTS = 2_000
MOST_SHEETS = 50
MOST_UNPACKED = 150_000_000
MOST_RATIO = 200
LEAST_UNPACKED = 5_000_000
MOST_ELEMENTS = 8_000_000

_PART = b"PK\x01\x02"
_DAMAGE = (
    BadZipFile,
    ExpatError,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OverflowError,
    RuntimeError,
    ValueError,
)
_OTHERS = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("content.xml", "an OpenDocument file (.ods)"),
    ("Index/Document.iwa", "a Numbers spreadsheet"),
)

Relations: TypeAlias = Mapping[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet of a workbook: its name, its part of the package, and whether it is hidden."""

    name: str
    part: str
    is_hidden: bool


class Workbook:
    """A workbook whose sheets can be read. Raises FileRefused if the file is not one."""

    def __init__(self, content: bytes) -> None:
        most = max(LEAST_UNPACKED, min(MOST_UNPACKED, len(content) * MOST_RATIO))
        self._budget = Budget(most, MOST_ELEMENTS)
        self._is_1904 = False
        self.sheets: tuple[Sheet, ...] = ()
        self._strings: Sequence[str] = ()
        self._styles = CellStyles()
        if content.count(_PART) > MOST_PARTS:
            raise FileRefused(FileProblem(code="too-big-unpacked"))
        with _reading():
            self._package = ZipFile(BytesIO(content))
            self._read_parts()

    def reader(self) -> SheetReader:
        """Return a reader of one of its sheets."""
        return SheetReader(self._strings, self._styles, is_1904=self._is_1904)

    def lines(self, sheet: Sheet, reader: SheetReader) -> Iterator[Line]:
        """Yield the rows of a sheet, without empty ones."""
        with _reading():
            yield from reader.lines(self._package, sheet.part, self._budget)

    def _read_parts(self) -> None:
        start = self._relations("")
        main = next((at for kind, at in start.values() if kind == "officeDocument"), "")
        names = set(self._package.namelist())
        for name, kind in _OTHERS:
            if name in names:
                raise FileRefused(FileProblem(code="not-csv", found=kind))
        if main not in names:
            found = "a zipped file and no Excel workbook"
            raise FileRefused(FileProblem(code="not-csv", found=found))
        related = self._relations(main)
        self.sheets = self._list_sheets(main, related)
        for kind, part in related.values():
            if kind == "sharedStrings":
                self._strings = read_strings(self._package, part, self._budget)
            elif kind == "styles":
                self._styles = read_styles(self._package, part, self._budget)

    def _list_sheets(self, main: str, related: Relations) -> tuple[Sheet, ...]:
        sheets: list[Sheet] = []

        def start(name: str, attributes: Mapping[str, str]) -> None:
            if name == "workbookPr":
                self._is_1904 = attributes.get("date1904") in {"1", "true"}
            elif name == "sheet":
                at = next(v for k, v in attributes.items() if k.endswith(":id"))
                kind, part = related[at]
                is_hidden = attributes.get("state", "visible") != "visible"
                if kind == "worksheet":
                    sheets.append(
                        Sheet(name=attributes["name"], part=part, is_hidden=is_hidden)
                    )

        parse(self._package, main, self._budget, start=start, end=nothing, text=nothing)
        return tuple(sheets[:MOST_SHEETS])

    def _relations(self, part: str) -> Relations:
        """Read what a part refers to inside the package: kind and path, by id."""
        folder = dirname(part)
        at = join(folder, "_rels", f"{part.removeprefix(folder).lstrip('/')}.rels")
        found: dict[str, tuple[str, str]] = {}

        def start(name: str, attributes: Mapping[str, str]) -> None:
            is_inside = attributes.get("TargetMode", "Internal") == "Internal"
            if name == "Relationship" and is_inside:
                kind = attributes["Type"].rpartition("/")[2]
                path = normpath(join("/", folder, attributes["Target"])).lstrip("/")
                found[attributes["Id"]] = (kind, path)

        if at in self._package.namelist():
            parse(
                self._package, at, self._budget, start=start, end=nothing, text=nothing
            )
        return found


def read_workbook(
    content: bytes,
    *,
    is_ours: Callable[[Sequence[str]], bool],
    known: Callable[[Sequence[str]], int],
) -> Table:
    """Read the first visible sheet with our columns, else the first one.

    Empty sheets are skipped; further sheets with our columns are named and not read. Raises
    FileRefused, also while the lines are read.
    """
    book = Workbook(content)
    first: Table | None = None
    seen = [sheet for sheet in book.sheets if not sheet.is_hidden]
    for number, sheet in enumerate(seen):
        reader = book.reader()
        found = find_header(book.lines(sheet, reader), is_ours=is_ours, known=known)
        if found is None:
            continue
        header, lines = found
        table = Table(
            encoding=WORKBOOK,
            header=header,
            lines=lines,
            hidden_rows=reader.hidden_rows,
            hidden_columns=reader.hidden_columns,
        )
        if is_ours(header):
            others = (
                each for each in seen[number + 1 :] if _is_list(book, each, is_ours)
            )
            return replace(table, unread_sheets=[each.name for each in others])
        first = first or table
    if first is None:
        raise FileRefused(FileProblem(code="empty"))
    return first


def _is_list(
    book: Workbook, sheet: Sheet, is_ours: Callable[[Sequence[str]], bool]
) -> bool:
    """Whether a sheet has our columns, and rows below them."""
    lines = book.lines(sheet, book.reader())
    try:
        found = find_header(lines, is_ours=is_ours, known=len)
        if found is None or not is_ours(found[0]):
            return False
        return any(cell.strip() for _, cells in found[1] for cell in cells)
    except FileRefused:
        return False


@contextmanager
def _reading() -> Iterator[None]:
    """Report whatever cannot be read as a damaged workbook."""
    try:
        yield
    except _DAMAGE:
        raise FileRefused(FileProblem(code="damaged-workbook")) from None
