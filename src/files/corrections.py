"""Invalid records as a workbook, to be corrected and returned; each bad cell is marked."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

from aggregates.learners.details import COLUMNS, OVERFLOW
from aggregates.text import clean
from aggregates.uploads.file_columns import KEY, column_problems, name_columns
from aggregates.uploads.file_refusals import FileRefused
from aggregates.uploads.problem import sentence
from aggregates.uploads.record import Record
from events.uploads.upload import FileProblem, Problem
from files.cells import day_of
from files.learner_file import open_table
from files.template import TEXT, head, new_workbook

BAD = "#FFC7CE"
ODD = "#FFF2CC"
LONGEST_CELL = 32_767
"""The most characters in a cell of a workbook."""

_PLACES = (*COLUMNS, OVERFLOW)
_KEY_AT = len(_PLACES)
_KEY = re.compile(r"(G-[0-9]+)/([0-9]{1,7})/([0-9]{1,9})")


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A returned row: its place in the file, its record, and its present cells.

    ``version`` is the record's when it was downloaded. A row that somebody added has no
    record. ``is_hidden``: the workbook hides or filters the row.
    """

    place: int
    group: str = ""
    row: int = 0
    version: int = 0
    cells: Mapping[str, str]
    is_hidden: bool = False

    def is_same(self, cells: Mapping[str, str]) -> bool:
        """Whether none of its cells differs from these."""
        return all(
            clean(self.cells[column]) == clean(cells.get(column, "")[:LONGEST_CELL])
            for column in _PLACES
        )


def invalid_workbook(records: Iterable[tuple[int, Record]]) -> bytes:
    """Make a workbook of invalid records in the template's layout.

    Each bad cell is coloured and has its reasons as a comment. A hidden column holds each
    row's record and version, so that rows may be sorted or left out (U6).
    """
    content = BytesIO()
    with new_workbook(content) as book:
        sheet = book.add_worksheet("To correct")
        text = head(book, sheet)
        bad = book.add_format({"num_format": TEXT, "bg_color": BAD})
        odd = book.add_format({"num_format": TEXT, "bg_color": ODD})
        sheet.set_column(len(COLUMNS), len(COLUMNS), None, text)
        sheet.set_column(_KEY_AT, _KEY_AT, None, text, {"hidden": True})
        sheet.write_string(0, _KEY_AT, KEY)
        for at, (version, record) in enumerate(records, 1):
            reasons, remarks = (
                _sentences_by_column(record, record.reasons),
                _sentences_by_column(record, record.remarks),
            )
            for place, column in enumerate(_PLACES):
                value = record.cells.get(column, "")[:LONGEST_CELL]
                style = bad if column in reasons else odd if column in remarks else text
                if value or style is not text:
                    sheet.write_string(at, place, value, style)
                if said := reasons.get(column, "") + remarks.get(column, ""):
                    sheet.write_comment(at, place, said.strip(), {"x_scale": 2})
            key = f"{record.group}/{record.row}/{version}"
            sheet.write_string(at, _KEY_AT, key)
    return content.getvalue()


def _sentences_by_column(record: Record, problems: Iterable[Problem]) -> dict[str, str]:
    """Write the findings about each cell as sentences, by column."""
    said: dict[str, str] = {}
    for problem in problems:
        line = f"{sentence(problem, record.sentence_values)}\n"
        said[problem.column] = said.get(problem.column, "") + line
    return said


def read_corrections(content: bytes) -> Sequence[Correction]:
    """Read the returned workbook, also if it was saved as CSV.

    Raises FileRefused if it is another file, or its columns were changed.
    """
    table = open_table(content, is_ours=lambda header: KEY in name_columns(header))
    columns = name_columns(table.header)
    if table.unread_sheets:
        sheet = table.unread_sheets[0]
        raise FileRefused(FileProblem(code="two-sheets", found=sheet))
    if KEY not in columns:
        raise FileRefused(FileProblem(code="not-to-correct"))
    if columns[_KEY_AT:] != [KEY]:
        raise FileRefused(FileProblem(code="column-moved", column=KEY, found=""))
    if problems := column_problems(columns[: len(COLUMNS)]):
        raise FileRefused(*problems)
    lines = (line for line in table.lines if any(cell.strip() for cell in line[1]))
    found = [
        _correction(at, [*line, *[""] * (len(columns) - len(line))])
        for at, line in lines
    ]
    return [replace(each, is_hidden=each.place in table.hidden_rows) for each in found]


def _correction(number: int, line: Sequence[str]) -> Correction:
    cells = dict(zip(_PLACES, map(str, line), strict=False))
    born = list(COLUMNS).index("date_of_birth")
    cells["date_of_birth"] = day_of(line[born])
    key = _KEY.fullmatch(line[_KEY_AT].strip())
    if key is None:
        return Correction(place=number, cells=cells)
    return Correction(
        place=number,
        group=key[1],
        row=int(key[2]),
        version=int(key[3]),
        cells=cells,
    )
