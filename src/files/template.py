"""The template for files of learners, as text and as a workbook (U2)."""

from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from aggregates.learners.details import COLUMNS, MANDATORY
from aggregates.uploads.file_refusals import MOST_ROWS
from aggregates.uploads.unusual_values import GENDERS, MOST_ON_CERTIFICATE

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

TEMPLATE = ",".join(COLUMNS.values()) + "\r\n"
"""The template as text: the line of the columns."""

TEXT = 49
"""Excel's number of the text format, which keeps it from turning words into dates."""

GENDER_AT = list(COLUMNS).index("gender")
OFFERED = {
    "validate": "list",
    "error_type": "information",
    "error_title": "Another gender",
    "error_message": "It is kept as it is written.",
}
"""A list of genders to choose from; other values can still be typed."""

CREATED = datetime(2000, 1, 1, tzinfo=UTC)
"""The time of creation in every workbook, so that equal ones have equal bytes."""

WIDTH = 22
NOTES = (
    "Fill in one learner a row, on the sheet “Learners”, below the first row.",
    "Change no column, and leave the first row as it is.",
    "A column with a star must be filled in for every learner.",
    "Write dates as 27/3/2006 or 2006-03-27, with all four digits of the year.",
    "A ULN has ten digits. Leave it blank if you do not know it.",
    f"Gender is {', '.join(GENDERS[:-1])} or {GENDERS[-1]}, or as you have it.",
    f"A certificate has room for {MOST_ON_CERTIFICATE} characters of a whole name.",
    f"A file has at most {MOST_ROWS:,} learners.",
)


def new_workbook(content: BytesIO) -> "Workbook":
    """Begin a workbook; closing it writes it to ``content``."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - 2 MB that few processes need

    return Workbook(content, {"in_memory": True})


def xlsx_template() -> bytes:
    """Make the template as a workbook: all cells are text, mandatory columns are marked."""
    content = BytesIO()
    with new_workbook(content) as book:
        learners = book.add_worksheet("Learners")
        head(book, learners)
        learners.data_validation(
            1, GENDER_AT, MOST_ROWS, GENDER_AT, {**OFFERED, "source": list(GENDERS)}
        )
        notes = book.add_worksheet("Notes")
        notes.set_column(0, 0, 80)
        for row, note in enumerate(NOTES):
            notes.write_string(row, 0, note)
    return content.getvalue()


def head(book: "Workbook", sheet: "Worksheet") -> "Format":
    """Write the template's columns at the top of a sheet; return the format of the cells below."""
    book.set_properties({"created": CREATED})
    text = book.add_format({"num_format": TEXT})
    for at, (field, title) in enumerate(COLUMNS.items()):
        colour = "#FFE8A3" if field in MANDATORY else "#E6E6E6"
        style = book.add_format({"num_format": TEXT, "bold": True, "bg_color": colour})
        sheet.set_column(at, at, WIDTH, text)
        sheet.write_string(0, at, title, style)
    sheet.freeze_panes(1, 0)
    return text
