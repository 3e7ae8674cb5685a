"""Why a whole file of learners is refused, and its size limits."""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

from aggregates.errors import Malformed
from catalogue import amount
from events.uploads.upload import FileProblem

MOST_ROWS = 100_000
MOST_BYTES = 20_000_000
MOST_COLUMNS = 100
LAST_ROW = 2**20
"""The last row of a spreadsheet: blank rows after it are not counted."""
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
    "too-big-unpacked": (
        "The workbook holds more than is needed for a list of learners. Copy the rows"
        " into a new template and upload that."
    ),
    "too-wide": (
        f"Cell {{found}} is to the right of the first {MOST_COLUMNS} columns. Take away"
        " what does not belong to the list."
    ),
    "not-csv": (
        "The file is neither CSV nor XLSX: it is {found}. Save the template as CSV or"
        " as an Excel workbook (.xlsx)."
    ),
    "locked": (
        "The workbook has a password. Take it away in Excel (File, Info, Protect"
        " Workbook), save it and upload it again."
    ),
    "damaged-workbook": (
        "The workbook is damaged and cannot be read. Open it in Excel, save it again as"
        " an Excel workbook (.xlsx), and upload that."
    ),
    "formula-unknown": (
        "Cell {found} has a formula, and its result is not in the file. Open the file"
        " in Excel and save it there, or write the value instead."
    ),
    "cell-error": (
        "Cell {found} shows an error of Excel's instead of a value. Correct it and"
        " upload the file again."
    ),
    "unreadable": (
        "Line {found} cannot be read: a quotation mark is opened and not closed there,"
        " or stands in the wrong place. Correct the line and upload the file again."
    ),
    "to-correct": (
        "These are records to correct, of a group that was uploaded before. Upload the"
        " file to that group's list of invalid records instead."
    ),
    "not-to-correct": (
        "This is not a list of records to correct. Download the group's invalid"
        " records, correct them there, and upload that file."
    ),
    "no-such-letter": (
        "Line {found} has a letter that is in neither UTF-8 nor Windows-1252. If the"
        " file was saved on a Mac, say that it is Mac Roman; else save it as CSV UTF-8."
    ),
    "web-page": (
        "The file is a web page, whatever its name ends in: some systems save one as"
        " .xls. Open it in Excel, choose Save As and Excel workbook (.xlsx), and upload"
        " that."
    ),
    "xml-workbook": (
        "The file is an XML table, whatever its name ends in: some systems save one as"
        " .xls. Open it in Excel, choose Save As and Excel workbook (.xlsx), and upload"
        " that."
    ),
    "older-workbook": (
        "The file is an older Excel workbook (.xls). Open it in Excel, choose Save As"
        " and Excel workbook (.xlsx), and upload that."
    ),
    "two-sheets": (
        "The sheet “{found}” is a list of records to correct too. Leave one sheet in the"
        " workbook."
    ),
    "no-columns": (
        "None of the first ten rows has the template's columns. Download the template and"
        " copy your learners below its columns."
    ),
    "column-removed": "The column “{column}” is missing. Put it back.",
    "column-added": "The column “{found}” is not in the template. Remove it.",
    "column-renamed": "The column “{column}” is called “{found}”. Call it “{column}”.",
    "column-repeated": "The column “{column}” is there more than once. Keep one.",
    "column-moved": (
        "The column “{column}” is where “{found}” belongs. Keep the template's order."
    ),
}
WRONG_TYPES = frozenset({"not-csv", "web-page", "xml-workbook", "older-workbook"})
"""The codes for a file of a type that is not accepted."""

REPLACED = (
    "“{found}” stands where the column “{column}” belongs. If it is that column, call"
    " it “{column}”; else put “{column}” back and take “{found}” out."
)
LIKE = 0.6
"""The least similarity of a misspelt column name to ours (d)."""
WARNINGS: Mapping[str, str] = {
    "rows-hidden": (
        "{found} hidden or filtered out in the workbook, and read all the same. Each"
        " such record says so: remove what does not belong."
    ),
    "column-hidden": (
        "The column “{column}” is hidden in the workbook, and read all the same. Check"
        " what is in it."
    ),
    "sheet-not-read": (
        "The sheet “{found}” has learners below the template's columns too, and was not"
        " read. Upload it as a file of its own."
    ),
}
"""Warnings about a whole file that was read."""


def hidden_parts(
    rows: int, columns: Sequence[str], sheets: Sequence[str] = ()
) -> list[FileProblem]:
    """Warn of hidden parts of the workbook that were read, and of sheets that were not (U4)."""
    unread = [FileProblem(code="sheet-not-read", found=name) for name in sheets]
    found = [FileProblem(code="column-hidden", column=column) for column in columns]
    if rows:
        count = amount(rows, "row is", "rows are")
        found.insert(0, FileProblem(code="rows-hidden", found=count))
    return unread + found


def are_alike(column: str, name: str) -> bool:
    """Whether a name is nearly that of a column."""
    likeness = SequenceMatcher(None, column.casefold(), name.casefold()).ratio()
    return likeness >= LIKE


def file_sentence(problem: FileProblem) -> str:
    """Say what is wrong or odd about a file, and what to do."""
    said = {**SENTENCES, **WARNINGS}[problem.code]
    if problem.code == "column-renamed":
        is_like = are_alike(problem.column or "", problem.found or "")
        said = said if is_like else REPLACED
    return said.format(column=problem.column, found=problem.found)


class FileFault(Malformed):
    """One reason to refuse a file."""

    code = "file-fault"

    message = "{sentence}"


class FileRefused(Malformed):
    """A file is refused as a whole, for these reasons."""

    code = "file-refused"

    message = "The file was not uploaded, and nothing of it is kept. {sentences}"

    def __init__(self, *problems: FileProblem) -> None:
        self.problems = problems
        said = [file_sentence(problem) for problem in problems]
        faults = [FileFault(path=("file",), sentence=sentence) for sentence in said]
        super().__init__(path=("file",), others=faults, sentences=" ".join(said))
        self.is_wrong_type = any(p.code in WRONG_TYPES for p in problems)
