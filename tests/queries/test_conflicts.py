"""Who changed what in the meantime is said in one sentence (M15)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from events.claims.claim import (
    ClaimLearnersChosen,
    ClaimQualificationChosen,
    ClaimUnitsChosen,
)
from events.event import Event
from projections.history.event_descriptions import SENTENCES
from queries.conflicts import CHANGED, DONE, describe_changes
from store import Recorded
from tests.claim_examples import CLAIM
from tests.projections.recorded_events import history

AT = datetime(2026, 7, 1, 5, 57, tzinfo=UTC)


def changed(*events: Event, user: str = "admin.riverside") -> list[Recorded]:
    return [
        replace(each, user=user, recorded_at=AT)
        for each in history(*((CLAIM, event) for event in events))
    ]


CHOSEN = (
    ClaimQualificationChosen(qualification="Q-0005001227"),
    ClaimUnitsChosen(units=()),
    ClaimLearnersChosen(learners={}),
)


def test_what_somebody_changed_is_said_with_the_time_in_london() -> None:
    assert describe_changes(changed(*CHOSEN), AT + timedelta(hours=9)) == (
        "admin.riverside changed the qualification, the units and the learners at 06:57 "
        "today."
    )


def test_of_another_day_the_day_is_said() -> None:
    assert describe_changes(changed(CHOSEN[1]), AT + timedelta(days=1)) == (
        "admin.riverside changed the units on 1 July 2026 at 06:57."
    )


def test_each_person_is_said_once() -> None:
    both = [*changed(CHOSEN[1], CHOSEN[1]), *changed(CHOSEN[2], user="specialist")]
    assert describe_changes(both, AT) == (
        "admin.riverside changed the units at 06:57 today. specialist changed the "
        "learners at 06:57 today."
    )


def test_where_nobody_is_known_somebody_is_said() -> None:
    assert describe_changes([], AT) == "Somebody changed this just now."


def test_every_change_that_has_words_is_a_kind_of_event() -> None:
    assert {*CHANGED, *DONE} <= SENTENCES.keys()
    assert not CHANGED.keys() & DONE.keys()
