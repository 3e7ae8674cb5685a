"""Files that are damaged, or odd: never a crash, a wrong letter or a silent loss."""

import csv
import io
from collections.abc import Sequence

from hypothesis import assume, given
from hypothesis import strategies as st

from aggregates.learners.details import COLUMNS, OVERFLOW
from aggregates.uploads.file_refusals import FileRefused
from files.learner_file import LearnerFile, read_learner_file
from tests.learner_examples import CELLS, cells, csv_file
from tests.workbooks import inline, raw, row, xlsx

HEADER = list(COLUMNS.values())
TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff")
    | st.sampled_from("\n,;\t\"'=+-@_x000A_é\u2018ł"),
    max_size=8,
)
TABLE = st.lists(st.lists(TEXT, max_size=11), min_size=1, max_size=4)
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "mac-roman"]


def is_whole(file: LearnerFile, table: Sequence[Sequence[str]]) -> bool:
    """Tell whether every cell that has anything in it is in the record of its row."""
    kept = {row.number: row.cells for row in file.rows}
    for number, line in enumerate(table, 2):
        found = kept.get(number, {})
        for column, cell in zip(COLUMNS, line, strict=False):
            if cell.strip() and found.get(column) != cell:
                return False
        over = [cell for cell in line[len(COLUMNS) :] if cell.strip()]
        if " | ".join(over) != found.get(OVERFLOW, ""):
            return False
    return True


def is_blank(table: Sequence[Sequence[str]]) -> bool:
    return not any(cell.strip() for line in table for cell in line)


@given(TABLE, st.sampled_from(ENCODINGS), st.sampled_from(",;\t"))
def test_every_cell_of_a_text_file_is_in_a_record_letter_by_letter(
    table: list[list[str]], encoding: str, delimiter: str
) -> None:
    """U4: in every encoding that a person may save it in, or it is refused."""
    assume(not is_blank(table))
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([HEADER, *table])
    try:
        content = out.getvalue().encode(encoding)
    except UnicodeEncodeError:
        assume(False)  # noqa: FBT003 - hypothesis takes no keyword
    is_mac = encoding == "mac-roman"
    if encoding == "cp1252" and not content.isascii():
        assume(not is_utf_8(content))
    assert is_whole(
        read_learner_file(content, encoding="mac-roman" if is_mac else None), table
    )


def is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(TABLE)
def test_every_cell_of_a_workbook_is_in_a_record_letter_by_letter(
    table: list[list[str]],
) -> None:
    """U4: what looks like a formula, a number or an escape included."""
    assume(not is_blank(table))
    assert is_whole(read_learner_file(xlsx(*table)), table)


PLACES = st.lists(
    st.tuples(st.floats(0, 1), st.binary(max_size=3), st.integers(0, 40)),
    min_size=1,
    max_size=4,
)


def damaged(content: bytes, places: list[tuple[float, bytes, int]]) -> bytes:
    """Put other bytes in some places, in place of so many."""
    for place, octets, gone in places:
        at = int(place * len(content))
        content = content[:at] + octets + content[at + gone :]
    return content


def read_or_refused(content: bytes) -> None:
    try:
        file = read_learner_file(content)
    except FileRefused:
        return
    numbers = [row.number for row in file.rows]
    assert numbers == sorted(set(numbers))
    for one in file.rows:
        assert {*COLUMNS} <= {*one.cells} <= {*COLUMNS, OVERFLOW}
        assert all(type(text) is str for text in one.cells.values())
        assert "".join(one.cells.values()).encode()


BOOK = xlsx(CELLS, cells(given_name="Zoë", uln=""), [None, "Müller", 38803, 1.5])
SHEET = (
    row(2, inline("Zoë", "A2"), '<c r="B2" t="s"><v>0</v></c>', "<c><v>38803</v></c>")
    + row(3, '<c r="A3" t="str"><f>A2</f><v>Ann</v></c>', '<c r="H3" s="1"/>')
).encode()


@given(PLACES)
def test_a_damaged_text_file_is_read_or_refused(
    places: list[tuple[float, bytes, int]],
) -> None:
    """U3."""
    read_or_refused(damaged(csv_file(CELLS, cells(family_name='O"Neil')), places))


@given(PLACES)
def test_a_damaged_workbook_is_read_or_refused(
    places: list[tuple[float, bytes, int]],
) -> None:
    """U3: its zip spoiled anywhere."""
    read_or_refused(damaged(BOOK, places))


@given(PLACES)
def test_a_workbook_with_a_damaged_sheet_is_read_or_refused(
    places: list[tuple[float, bytes, int]],
) -> None:
    """U3: the zip whole, and what is in it spoiled."""
    spoiled = damaged(SHEET, places).decode(errors="replace")
    read_or_refused(raw(spoiled, strings="<si><t>Müller</t></si>"))
