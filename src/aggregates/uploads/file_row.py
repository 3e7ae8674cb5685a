"""Rows of a file of learners, and the encodings in which a file may be read."""

from collections.abc import Mapping
from dataclasses import dataclass

FIRST_ROW = 2
"""The number of the first row that can hold a learner, as in a spreadsheet."""

MAC = "mac-roman"
WINDOWS = "cp1252"
ENCODINGS: Mapping[str, str] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    WINDOWS: "Windows-1252 (Excel)",
    MAC: "Mac Roman",
    "xlsx": "Excel workbook",
}
"""The encodings in which a file may be read, with the names people use."""


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """One row of the file: its number in a spreadsheet, and its cells as written.

    ``is_hidden``: the workbook hides the row.
    """

    number: int
    cells: Mapping[str, str]
    is_hidden: bool = False
