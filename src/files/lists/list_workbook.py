"""A list as a workbook: text stays text, days stay days, and nothing is a formula."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from aggregates.errors import Malformed

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575
"""The most rows of a sheet below the columns' names."""
LONGEST = 32_767
"""The most characters in a cell."""
WIDTH = 18
TEXT, DAY, MOMENT = "@", "dd/mm/yyyy", "dd/mm/yyyy hh:mm"


class TooLongForWorkbook(Malformed):
    """A list has more rows than a sheet."""

    code = "too-long-for-workbook"
    message = (
        f"A workbook has room for {MOST_ROWS:,} rows, and this list has more. Download"
        " it as CSV, or narrow it."
    )


def write_list(
    content: IO[bytes], columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> None:
    """Write rows into a workbook of one sheet, below the columns' names.

    Each row is written before the next one is requested. Only amounts are written as
    numbers: a ULN is text. Moments are UTC. Raises TooLongForWorkbook.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - 2 MB that few processes need

    with Workbook(content, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("List")
        head = book.add_format({"bold": True, "bg_color": "#E6E6E6"})
        formats = {
            each: book.add_format({"num_format": each}) for each in (TEXT, DAY, MOMENT)
        }
        sheet.set_column(0, len(columns) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        for at, name in enumerate(columns):
            sheet.write_string(0, at, name, head)
        for number, row in enumerate(rows, start=1):
            if number > MOST_ROWS:
                raise TooLongForWorkbook
            for at, name in enumerate(columns):
                _write(sheet, number, at, row[name], formats)


def _write(
    sheet: "Worksheet",
    row: int,
    column: int,
    value: object,
    formats: Mapping[str, "Format"],
) -> None:
    match value:
        case None:
            pass
        case datetime():
            moment = value.astimezone(UTC).replace(tzinfo=None)
            sheet.write_datetime(row, column, moment, formats[MOMENT])
        case date():
            sheet.write_datetime(row, column, value, formats[DAY])
        case Decimal() | bool():
            sheet.write(row, column, value)
        case _:
            sheet.write_string(row, column, str(value)[:LONGEST], formats[TEXT])
