"""Workbooks for tests: good ones, and ones that were made to do harm."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import TypeAlias
from xml.sax.saxutils import quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook

from aggregates.learners.details import COLUMNS

Cell: TypeAlias = str | float | date | datetime | None

SPACE = "http://schemas.openxmlformats.org/"
MAIN = f"{SPACE}spreadsheetml/2006/main"
KINDS = f"{SPACE}officeDocument/2006/relationships"
RELATIONS = f"{SPACE}package/2006/relationships"


def xlsx(
    *rows: Sequence[Cell] | Mapping[str, str],
    header: Sequence[str] = tuple(COLUMNS.values()),
    above: Sequence[Sequence[Cell]] = (),
    before: Sequence[str] = (),
    shown_as: str = "General",
    hide_rows: Sequence[int] = (),
    hide_columns: Sequence[int] = (),
    after: Mapping[str, Sequence[Sequence[str]]] | None = None,
) -> bytes:
    """Make a workbook with the columns and the rows, after other sheets.

    ``above`` are rows above the columns; ``shown_as`` is the format of its numbers.
    Rows and columns to hide are counted from 0. ``after`` are the rows of other sheets.
    """
    content = BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name in before:
            book.add_worksheet(name).write_string(0, 0, "Something else")
        number_format = book.add_format({"num_format": shown_as})
        sheet = book.add_worksheet()
        for number in hide_rows:
            sheet.set_row(number, None, None, {"hidden": True})
        for at in hide_columns:
            sheet.set_column(at, at, None, None, {"hidden": True})
        top = [*above, header] if header else above
        for number, row in enumerate([*top, *rows]):
            cells = list(row.values()) if isinstance(row, Mapping) else row
            for at, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(number, at, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(number, at, cell)
                elif cell is not None:
                    sheet.write_number(number, at, cell, number_format)
        add_sheets(book, after or {})
    return content.getvalue()


def add_sheets(book: Workbook, sheets: Mapping[str, Sequence[Sequence[str]]]) -> None:
    """Add sheets of text to a workbook, by their names."""
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name)
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)


def inline(text: str, at: str) -> str:
    """Write a cell with its text in it."""
    return f'<c r="{at}" t="inlineStr"><is><t>{text}</t></is></c>'


HEADER = "".join(
    inline(title, f"{letter}1")
    for letter, title in zip("ABCDEFGH", COLUMNS.values(), strict=True)
)


def raw(
    rows: str = "",
    *,
    strings: str | None = None,
    more: Mapping[str, bytes] | None = None,
    prolog: str = "",
    properties: str = "",
    columns: str = "",
    compression: int = ZIP_DEFLATED,
) -> bytes:
    """Make a workbook by hand, with the template's columns above the given rows."""
    head = f"<row r={quoteattr('1')}>{HEADER}</row>"
    sheet = (
        f"{prolog}<worksheet>{columns}<sheetData>{head}{rows}</sheetData></worksheet>"
    )
    related = f'<Relationship Id="s" Type="{KINDS}/worksheet" Target="one.xml"/>'
    if strings is not None:
        kind = f"{KINDS}/sharedStrings"
        related += f'<Relationship Id="t" Type="{kind}" Target="/xl/strings.xml"/>'
    content = BytesIO()
    with ZipFile(content, "w", compression) as package:
        package.writestr(
            "_rels/.rels",
            f'<r xmlns="{RELATIONS}"><Relationship Id="w"'
            f' Type="{KINDS}/officeDocument" Target="xl/workbook.xml"/></r>',
        )
        package.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{KINDS}">{properties}<sheets>'
            '<sheet name="One" sheetId="1" r:id="s"/></sheets></workbook>',
        )
        package.writestr("xl/_rels/workbook.xml.rels", f"<r>{related}</r>")
        package.writestr("xl/one.xml", sheet)
        if strings is not None:
            package.writestr("xl/strings.xml", f"<sst>{strings}</sst>")
        for name, octets in (more or {}).items():
            package.writestr(name, octets)
    return content.getvalue()


def row(number: int, *cells: str) -> str:
    """Write a row of cells."""
    return f'<row r="{number}">{"".join(cells)}</row>'


ANN = row(2, inline("Ann", "A2"))
"""A row of somebody."""
