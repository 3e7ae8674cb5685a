"""Learners about whom LRS is to be asked again are found when it is time."""

from datetime import timedelta

import pytest

from aggregates.learners.verification import FIRST_PAUSE
from events.event import Event
from events.identifier import stream_of
from events.learners.learner import LearnerDetailsAmended
from events.learners.verification import UlnVerificationPostponed, UlnVerified
from projections.learners import learner_verifications
from projections.learners.learner_verifications import READ_MODEL
from tests.learner_examples import CHLOE, PERSON, ULN, learner_created
from tests.projections.conftest import Fold
from tests.projections.recorded_events import BEGINNING, history

MOMENT = timedelta(microseconds=1)
MADE = learner_created(to_verify=True)
LATE = UlnVerificationPostponed(why="unreachable", tries=2)
VERIFIED = UlnVerified(person_id=PERSON, code="WSVRC001")


def amended(*, to_verify: bool | None) -> LearnerDetailsAmended:
    return LearnerDetailsAmended(
        person_id=PERSON,
        gender=None,
        uln=ULN,
        centre_reference=None,
        email=None,
        postcode=None,
        to_verify=to_verify,
    )


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        ([learner_created()], None),
        ([MADE], 0),
        ([MADE, VERIFIED], None),
        ([MADE, amended(to_verify=None)], 0),
        ([MADE, amended(to_verify=False)], None),
        ([MADE, VERIFIED, amended(to_verify=None)], None),
        ([MADE, VERIFIED, amended(to_verify=True)], 2),
        ([MADE, LATE], 1 + 2 * FIRST_PAUSE // timedelta(minutes=1)),
        ([MADE, LATE, VERIFIED], None),
    ],
)
def test_a_learner_is_due_when_lrs_is_to_be_asked_and_not_before(
    fold: Fold, facts: list[Event], minutes: int | None
) -> None:
    """U7, L1."""
    shown = fold(READ_MODEL, history(*((CHLOE, fact) for fact in facts)))
    at = BEGINNING + timedelta(minutes=minutes or 0)
    found = learner_verifications.list_learners_to_verify(shown, now=at, limit=5)
    assert found == ([] if minutes is None else [stream_of(CHLOE)])
    assert (
        learner_verifications.list_learners_to_verify(shown, now=at - MOMENT, limit=5)
        == []
    )


def test_what_lrs_says_of_a_record_is_not_kept_here(fold: Fold) -> None:
    shown = fold(READ_MODEL, history(("G-1/2", LATE), ("G-1/2", VERIFIED)))
    later = BEGINNING + timedelta(days=1)
    assert (
        learner_verifications.list_learners_to_verify(shown, now=later, limit=5) == []
    )
