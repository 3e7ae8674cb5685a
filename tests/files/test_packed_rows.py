"""Rows of a file that are packed are the same rows, in the same places."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from aggregates.uploads.file_row import FileRow
from files.packed_rows import PART, PackedRows

ROWS = [
    FileRow(number=2 + 3 * at, cells={"given_name": f"Zoë {at}"}, is_hidden=not at % 7)
    for at in range(2 * PART + 1)
]
PACKED = PackedRows(ROWS)


def test_packed_rows_are_those_that_were_packed() -> None:
    assert (len(PACKED), list(PACKED)) == (len(ROWS), ROWS)
    assert (PACKED[0], PACKED[PART], PACKED[-1]) == (ROWS[0], ROWS[PART], ROWS[-1])
    assert list(PackedRows([])) == []


@given(st.slices(len(ROWS)).filter(lambda at: (at.step or 1) > 0))
def test_a_slice_of_packed_rows_is_that_of_the_rows(at: slice) -> None:
    assert PACKED[at] == ROWS[at]


@given(st.integers(0, 2 + 3 * len(ROWS)), st.integers(0, PART + 2))
def test_the_next_rows_are_those_of_greater_numbers(row: int, count: int) -> None:
    """U5: a check goes on from any row, be it the first or the last of a part."""
    after = (each for each in ROWS if each.number > row)
    assert PACKED.after(row, count) == list(islice(after, count))
