"""Rows of a file of learners, and as what a file may be read."""

from collections.abc import Mapping
from dataclasses import dataclass

FIRST_ROW = 2
"""The first row that a learner can be in as a spreadsheet numbers it."""

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
"""What a file may be read as, and what people call it."""


@dataclass(frozen=True, kw_only=True)
class FileRow:
    """One row of the file: its number in a spreadsheet, and its cells as written.

    ``is_hidden`` tells that nobody sees it who opens the workbook.
    """

    number: int
    cells: Mapping[str, str]
    is_hidden: bool = False
