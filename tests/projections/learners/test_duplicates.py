"""Pairs of learners who may be one person, until somebody has decided."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import combinations
from uuid import UUID

import pytest
from sqlalchemy import Connection

from events.event import Event
from events.identifier import Kind, identifier
from events.learners.duplicate import Decision, DuplicateDecided
from events.learners.learner import LearnerErased
from projections.learners import duplicates, learners
from projections.learners.duplicates import same_as, search_duplicates
from projections.paging import BadCursor
from projections.read_model import ReadModel
from projections.rows import Rows
from store import Recorded
from tests.learner_examples import CENTRE, CHLOE, ULN, ZOE, learner_created
from tests.projections.conftest import Fold
from tests.projections.recorded_events import history

OTHER_CENTRE = "50107"
BEN = identifier(Kind.LEARNER, 19)
FIRST = (CHLOE, learner_created())
SECOND = (
    ZOE,
    learner_created(learner=ZOE, given_name="Cloe", uln=None, gender="M"),
)


def fold_both(rows: Rows, batch: Sequence[Recorded]) -> None:
    learners.fold(rows, batch)
    duplicates.fold(rows, batch)


BOTH = ReadModel(
    name="both",
    version=1,
    tables=(*learners.READ_MODEL.tables, *duplicates.READ_MODEL.tables),
    handles=learners.READ_MODEL.handles | duplicates.READ_MODEL.handles,
    fold=fold_both,
)


def decided(
    decision: Decision, first: str = CHLOE, second: str = ZOE, centre: str | None = None
) -> tuple[str, Event]:
    event = DuplicateDecided(
        first=first,
        second=second,
        centre=centre,
        decision=decision,
        person_id=UUID(int=7),
        reason="Seen",
    )
    return f"duplicate:{first}:{second}", event


def pairs(
    connection: Connection, centre: str | None = CENTRE, limit: int = 200
) -> list[tuple[str, str]]:
    """Walk all pages."""
    found: list[tuple[str, str]] = []
    cursor = None
    while True:
        page = search_duplicates(connection, centre=centre, limit=limit, cursor=cursor)
        assert len(page.rows) <= limit
        found += [(each.first.learner, each.second.learner) for each in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_a_pair_is_shown_side_by_side_with_what_differs(fold: Fold) -> None:
    """L5."""
    page = search_duplicates(
        fold(BOTH, history(FIRST, SECOND)), centre=CENTRE, limit=10
    )
    (shown,) = page.rows
    assert (shown.first.learner, shown.second.learner) == (CHLOE, ZOE)
    assert shown.differing == ["given_name", "gender", "uln"]


@pytest.mark.parametrize("decision", list(Decision))
def test_a_pair_that_was_decided_on_is_not_shown_again(
    fold: Fold, decision: Decision
) -> None:
    """L5."""
    connection = fold(BOTH, history(FIRST, SECOND, decided(decision)))
    assert pairs(connection) == pairs(connection, None) == []


def test_those_who_are_the_same_name_each_other_until_it_is_said_otherwise(
    fold: Fold,
) -> None:
    """L5: a link across centres is for the awarding organisation alone."""
    facts = (
        decided(Decision.SAME, centre=CENTRE),
        decided(Decision.SAME, second=BEN),
        decided(Decision.SAME, first=ZOE, second=BEN, centre=CENTRE),
        decided(Decision.DIFFERENT, first=ZOE, second=BEN, centre=CENTRE),
    )
    connection = fold(BOTH, history(*facts))
    assert same_as(connection, CHLOE, centre=CENTRE) == [ZOE]
    assert same_as(connection, CHLOE, centre=None) == [ZOE, BEN]
    assert same_as(connection, ZOE, centre=None) == [CHLOE]


def test_across_centres_pairs_are_for_the_awarding_organisation_alone(
    fold: Fold,
) -> None:
    """L5: whose ULN agrees, whatever the name and birth."""
    other = learner_created(
        learner=BEN,
        centre=OTHER_CENTRE,
        given_name="Ben",
        date_of_birth=date(1999, 1, 1),
    )
    same = learner_created(learner=ZOE, centre=OTHER_CENTRE, uln=None)
    connection = fold(BOTH, history(FIRST, (BEN, other), (ZOE, same)))
    assert pairs(connection) == pairs(connection, OTHER_CENTRE) == []
    assert pairs(connection, None) == [(BEN, CHLOE), (CHLOE, ZOE)]
    assert other.uln == ULN


def test_who_was_erased_is_nobodys_duplicate(fold: Fold) -> None:
    """L5, H6."""
    gone = [
        (who, LearnerErased(person_id=UUID(int=7), reason="Asked for"))
        for who in (CHLOE, ZOE)
    ]
    assert pairs(fold(BOTH, history(FIRST, SECOND, *gone)), None) == []


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
@pytest.mark.parametrize("most_compared", [1, 100_000])
def test_every_pair_is_shown_once_however_it_is_paged(
    fold: Fold, monkeypatch: pytest.MonkeyPatch, limit: int, most_compared: int
) -> None:
    """L5: a page is never too long, and compares only so much."""
    monkeypatch.setattr(duplicates, "AT_A_TIME", 3)
    monkeypatch.setattr(duplicates, "MOST_COMPARED", most_compared)
    names = [identifier(Kind.LEARNER, 100 + number) for number in range(8)]
    born = [date(2006, 1, 1) + timedelta(days=number // 5) for number in range(8)]
    facts = [
        (who, learner_created(learner=who, date_of_birth=day, uln=None))
        for who, day in zip(names, born, strict=True)
    ]
    connection = fold(BOTH, history(*facts, decided(Decision.SAME, *names[1:3])))
    expected = [*combinations(names[:5], 2), *combinations(names[5:], 2)]
    expected.remove((names[1], names[2]))
    assert pairs(connection, limit=limit) == expected


@pytest.mark.parametrize("cursor", ["?", "bm8=", "eyJmaXJzdCI6WyJ4Il19"])
def test_a_cursor_of_another_making_is_refused(fold: Fold, cursor: str) -> None:
    with pytest.raises(BadCursor):
        search_duplicates(fold(BOTH, history()), centre=CENTRE, limit=1, cursor=cursor)
