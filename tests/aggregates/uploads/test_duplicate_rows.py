"""Rows of one file that say the same: found, named, and never without a bound."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from aggregates.uploads.duplicate_rows import (
    MOST_NAMED,
    DuplicateRows,
    OtherRows,
    RowKeys,
    is_first,
    like_rows,
    others,
)
from aggregates.uploads.file_row import FileRow
from events.uploads.upload import Problem
from tests.learner_examples import DETAILS, OTHER_ULN, ULN, cells

ROWS = st.lists(st.integers(2, 10**6), unique=True, min_size=1, max_size=40).map(sorted)


def rows(*told: dict[str, str]) -> list[FileRow]:
    return [FileRow(number=at, cells=each) for at, each in enumerate(told, 2)]


def test_rows_of_one_uln_and_rows_of_one_person_are_found() -> None:
    """U6: however name, date and ULN are written; what is in one row alone is left out."""
    found = DuplicateRows.of(
        first := rows(
            cells(),
            cells(family_name="d\u2019arcy", uln=OTHER_ULN, date_of_birth="2006-03-27"),
            cells(given_name="Zoë", uln="100 010 2504"),
            cells(
                given_name="CHLOE",
                family_name="Darcy",
                uln="",
                date_of_birth="27 Mar 2006",
            ),
            cells(given_name="", uln="1000102508"),
        )
    )
    assert found.ulns == {ULN: [2, 4]}
    assert found.people == {DETAILS.likeness: [2, 3, 5]}
    near = [found.others_near(row.number, RowKeys.of(row.cells)) for row in first]
    assert near[0] == OtherRows(uln=[4], person=[3, 5])
    assert near[4] == OtherRows()


@given(ROWS)
def test_up_to_ten_rows_name_all_others_and_more_name_their_neighbours(
    same: Sequence[int],
) -> None:
    """U6: whoever is named names back, and each row leads to every other one."""
    named = {row: set(others(same, row)) for row in same}
    most = MOST_NAMED - 1 if len(same) <= MOST_NAMED else 2
    for row, its in named.items():
        assert row not in its
        assert len(its) <= most
        assert all(row in named[other] for other in its)
    reached, new = {same[0]}, {same[0]}
    while new:
        new = {other for row in new for other in named[row]} - reached
        reached |= new
    assert reached == set(same)
    assert [row for row in same if is_first(same, row)] == [same[0]]


def test_a_value_of_one_row_alone_is_found_by_that_row() -> None:
    """U6."""
    assert is_first(None, 7)


def test_rows_that_were_told_apart_are_said_and_not_asked_about() -> None:
    """U6."""
    asks = Problem(column="family_name", code="like-row", rows=(3, 9))
    apart = Problem(column="family_name", code="different-row", rows=(5,))
    assert like_rows([9, 5, 3], {5, 7}) == [asks, apart]
    assert like_rows([]) == []
