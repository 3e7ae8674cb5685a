"""Registrations as they are listed: given these events, then these rows."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from aggregates.registrations.registration_state import Status
from events.claims.claim import ClaimBegun
from events.event import Event
from events.registrations.registration import (
    AwardClaimed,
    AwardWithdrawn,
    PartCompleted,
    PartReopened,
)
from projections.registrations.registration_rows import (
    READ_MODEL,
    RegistrationRow,
    row_of,
)
from projections.registrations.registrations import (
    SORTS,
    registrations_of_learner,
    search_registrations,
)
from tests.claim_examples import (
    ANN,
    ANNS,
    BEN,
    BENS,
    CENTRE,
    CLAIM,
    OTHER_CLAIM,
    OTHER_REFERENCE,
    REFERENCE,
    award_claimed,
    registration_made,
)
from tests.projections.conftest import Fold
from tests.projections.recorded_events import BEGINNING, history

MADE = registration_made()
FOREIGN = "R-0000000009"


def status(fold: Fold, *events: Event) -> Status:
    facts = history(*((ANNS, event) for event in (MADE, *events)))
    (row,) = search_registrations(fold(READ_MODEL, facts), centre=CENTRE, limit=10).rows
    return row.status


@pytest.fixture
def three(fold: Fold) -> Connection:
    bens = registration_made(
        registration=BENS, learner=BEN, product=OTHER_REFERENCE, pathway=None
    )
    foreign = registration_made(registration=FOREIGN, centre="50107")
    other_order = replace(bens, order="O-0000000002")
    return fold(
        READ_MODEL, history((ANNS, MADE), (BENS, other_order), (FOREIGN, foreign))
    )


def found(
    connection: Connection, centre: str | None = CENTRE, **filters: Any
) -> list[str]:
    page = search_registrations(connection, centre=centre, limit=10, **filters)
    return [row.registration for row in page.rows]


def test_a_registration_is_listed_as_it_was_ordered(fold: Fold) -> None:
    """L4, O5."""
    expected = RegistrationRow(
        registration=ANNS,
        learner=ANN,
        centre=CENTRE,
        product=REFERENCE,
        pathway="MAIN",
        rules_version=1,
        status=Status.ACTIVE,
        order="O-0000000001",
        ordered_at=BEGINNING,
        ordered_by=CENTRE,
        purchase_order=None,
        price=Decimal("98.00"),
        course_starts=date(2026, 9, 1),
        course_ends=date(2027, 7, 1),
        updated_at=BEGINNING,
    )
    facts = history((ANNS, MADE))
    page = search_registrations(fold(READ_MODEL, facts), centre=CENTRE, limit=10)
    assert page.rows == (expected,)
    assert row_of(facts[0], Status.ACTIVE, updated_at=BEGINNING) == expected


@pytest.mark.parametrize(
    ("award_type", "expected"),
    [
        ("Full", Status.COMPLETED),
        ("Fallback", Status.COMPLETED),
        ("Interim", Status.ACTIVE),
    ],
)
def test_full_and_fallback_awards_complete_a_registration(
    fold: Fold, award_type: str, expected: Status
) -> None:
    """M7, M8, M9."""
    assert status(fold, award_claimed(award_type=award_type)) is expected


def test_a_registration_whose_award_is_withdrawn_is_active_again(fold: Fold) -> None:
    """M16: if it was the award that completed it."""
    interim: AwardClaimed = award_claimed(claim=OTHER_CLAIM, award_type="Interim")
    done = (interim, award_claimed())
    assert status(fold, *done, AwardWithdrawn(claim=OTHER_CLAIM)) is Status.COMPLETED
    assert status(fold, *done, AwardWithdrawn(claim=CLAIM)) is Status.ACTIVE


def test_registrations_are_found_by_what_is_known_of_them(three: Connection) -> None:
    """L4."""
    assert found(three) == [BENS, ANNS]
    assert found(three, centre=None) == [FOREIGN, BENS, ANNS]
    assert found(three, learner=ANN) == [ANNS]
    assert found(three, product=[OTHER_REFERENCE]) == [BENS]
    assert found(three, order="O-0000000001") == [ANNS]
    assert found(three, status=Status.ACTIVE) == [BENS, ANNS]
    assert found(three, status=Status.COMPLETED) == []


@pytest.mark.parametrize("sort", sorted(SORTS.keys() - {"family_name"}))
def test_registrations_are_sorted_both_ways_counted_and_walked(
    three: Connection, sort: Any
) -> None:
    """L4: by the columns of the table itself."""
    whole = found(three, centre=None, sort=sort)
    assert found(three, centre=None, sort=f"-{sort}") == [*reversed(whole)]
    walked, cursor = [], None
    for _ in whole:
        part = search_registrations(
            three, centre=None, sort=sort, count_to=10_000, limit=1, cursor=cursor
        )
        walked += [row.registration for row in part.rows]
        cursor = part.next_cursor
        assert part.total == len(whole) == 3
    assert (walked, cursor) == (whole, None)


def test_what_was_changed_since_a_moment_is_listed_by_when_it_was(
    three: Connection, fold: Fold
) -> None:
    later = BEGINNING + timedelta(minutes=1)
    assert found(three, updated_since=later) == [BENS]
    assert found(three, updated_since=BEGINNING) == [ANNS, BENS]
    assert found(three, updated_since=BEGINNING, sort="-updated_at") == [BENS, ANNS]
    bens = registration_made(registration=BENS, learner=BEN)
    moved = fold(
        READ_MODEL, history((ANNS, MADE), (BENS, bens), (ANNS, award_claimed()))
    )
    assert found(moved, updated_since=BEGINNING) == [BENS, ANNS]


def test_registrations_are_listed_page_by_page(three: Connection) -> None:
    first = search_registrations(three, centre=CENTRE, limit=1)
    second = search_registrations(
        three, centre=CENTRE, limit=1, cursor=first.next_cursor
    )
    assert [r.registration for r in (*first.rows, *second.rows)] == [BENS, ANNS]


def test_what_happened_to_a_registration_unheard_of_is_passed_over(fold: Fold) -> None:
    begun = ClaimBegun(claim=CLAIM, centre=CENTRE)
    awarded = (award_claimed(), AwardWithdrawn(claim=CLAIM))
    facts = history((CLAIM, begun), *((ANNS, event) for event in awarded))
    assert (
        search_registrations(fold(READ_MODEL, facts), centre=None, limit=10).rows == ()
    )


def test_a_row_is_made_of_the_fact_that_made_the_registration() -> None:
    (claimed,) = history((ANNS, award_claimed()))
    with pytest.raises(TypeError):
        row_of(claimed, Status.ACTIVE, updated_at=BEGINNING)


PARENT, FIRST, SECOND = "R-0000000031", "R-0000000032", "R-0000000033"
APPRENTICESHIP = "Q-0009000001"
FAMILY = (
    (
        PARENT,
        replace(
            registration_made(registration=PARENT, product=APPRENTICESHIP),
            parts=(FIRST, SECOND),
        ),
    ),
    *(
        (
            name,
            replace(
                registration_made(registration=name, product=product),
                parent=PARENT,
                apprenticeship=APPRENTICESHIP,
            ),
        )
        for name, product in ((FIRST, REFERENCE), (SECOND, OTHER_REFERENCE))
    ),
)


def test_an_apprenticeship_is_listed_with_its_parts(fold: Fold) -> None:
    """L4, O7."""
    connection = fold(READ_MODEL, history(*FAMILY))
    rows = {
        row.registration: row
        for row in registrations_of_learner(connection, centre=CENTRE, learner=ANN)
    }
    assert rows.keys() == {PARENT, FIRST, SECOND}
    assert (rows[PARENT].parts, rows[PARENT].parent) == ((FIRST, SECOND), None)
    for part in (FIRST, SECOND):
        assert rows[part].parent == PARENT
        assert rows[part].apprenticeship == APPRENTICESHIP
    found = search_registrations(
        connection, centre=CENTRE, parent=PARENT, limit=10
    ).rows
    assert {row.registration for row in found} == {FIRST, SECOND}


def test_an_apprenticeship_is_completed_while_all_of_its_parts_are(
    fold: Fold,
) -> None:
    """O7."""
    done = [PartCompleted(part=FIRST), PartCompleted(part=SECOND)]
    for happened, expected in (
        (done[:1], Status.ACTIVE),
        (done, Status.COMPLETED),
        ([*done, PartReopened(part=FIRST)], Status.ACTIVE),
        ([*done, PartReopened(part=FIRST), done[0]], Status.COMPLETED),
    ):
        facts = history(*FAMILY, *((PARENT, event) for event in happened))
        rows = search_registrations(
            fold(READ_MODEL, facts), centre=CENTRE, limit=10
        ).rows
        assert {r.registration: r.status for r in rows}[PARENT] is expected


def test_a_part_of_an_apprenticeship_unheard_of_is_passed_over(fold: Fold) -> None:
    facts = history((PARENT, PartCompleted(part=FIRST)))
    assert (
        search_registrations(fold(READ_MODEL, facts), centre=None, limit=10).rows == ()
    )
