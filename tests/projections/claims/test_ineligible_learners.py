"""Ineligible learners: who is kept back, until put right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TypeAlias
from uuid import UUID

import pytest
from sqlalchemy import Connection

from aggregates.claims.claim_hindrances import IN_WORDS, Cause, cause_of
from events.bookings.sitting import TestResultAdded
from events.centres.centre import ApprovalGranted, ApprovalWithdrawn
from events.claims.claim import (
    ClaimDeleted,
    ClaimGradesSaved,
    ClaimLearnersChosen,
    ClaimSubmitted,
    ClaimWithdrawn,
    WithheldReason,
)
from events.event import Event
from events.identifier import stream_of
from events.registrations.registration import (
    AwardWithdrawn,
    PathwayChanged,
    RegistrationCancelled,
    RegistrationTransferred,
)
from projections.claims.ineligible_learners import (
    READ_MODEL,
    Ineligible,
    search_ineligible_learners,
)
from projections.registrations import registration_rows
from tests.claim_examples import (
    ANN,
    ANNS,
    BEN,
    BENS,
    CENTRE,
    CLAIM,
    OTHER_CLAIM,
    READY,
    REFERENCE,
    TESTED,
    TODAY,
    award,
    award_claimed,
    granted,
    registration_made,
    withheld,
)
from tests.projections.conftest import Fold
from tests.projections.recorded_events import BEGINNING, history

Fact: TypeAlias = tuple[str, Event]
KEY, RIVERSIDE = UUID(int=1), f"centre:{CENTRE}"
AROUND: Sequence[Fact] = (
    (RIVERSIDE, ApprovalGranted(product=REFERENCE, person_id=KEY)),
    (ANNS, registration_made()),
    (BENS, registration_made(registration=BENS, learner=BEN)),
)
"""A centre that is approved, and two learners of it."""
SUBMITTED = ClaimSubmitted(granted={ANN: granted()}, withheld={BEN: withheld()})
FIXED = ClaimSubmitted(granted={BEN: granted()}, withheld={})
REMOVED = ClaimLearnersChosen(learners={ANN: ANNS})
WITHDRAWN = ClaimWithdrawn(
    person_id=stream_of(CLAIM), learners=(ANN, BEN), whole=True, reason="Late"
)


def given(fold: Fold, *events: Event, apart: Sequence[Fact] = ()) -> Connection:
    """Fold what leads to a claim, then these events on it, then others' on their own."""
    claimed = ((CLAIM, event) for event in (*READY, *events))
    return fold(
        READ_MODEL, registration_rows.READ_MODEL, history(*AROUND, *claimed, *apart)
    )


def holding(fold: Fold, *apart: Fact) -> tuple[Cause, list[str]]:
    """Say what still keeps Ben back once that has happened, as to cause and reasons."""
    found = search_ineligible_learners(
        given(fold, SUBMITTED, apart=apart), centre=CENTRE, limit=50
    )
    (row,) = found.rows
    return row.cause, [why.code for why in row.reasons]


def waiting(connection: Connection, centre: str | None = CENTRE) -> list[str]:
    return [
        row.learner
        for row in search_ineligible_learners(connection, centre=centre, limit=50).rows
    ]


def test_everybody_kept_back_is_listed_with_claim_date_and_reasons(fold: Fold) -> None:
    """I1."""
    (row,) = search_ineligible_learners(
        given(fold, SUBMITTED), centre=CENTRE, limit=50
    ).rows
    assert row == Ineligible(
        claim=CLAIM,
        centre=CENTRE,
        learner=BEN,
        registration=BENS,
        qualification=REFERENCE,
        award_type="Full",
        claimed_at=BEGINNING + timedelta(minutes=len(AROUND) + len(READY)),
        cause=Cause.RULES,
        reasons=withheld().reasons,
        updated_at=BEGINNING + timedelta(minutes=len(AROUND) + len(READY)),
    )


def test_a_draft_keeps_nobody_back(fold: Fold) -> None:
    """I1."""
    assert waiting(given(fold)) == []


@pytest.mark.parametrize("event", [FIXED, REMOVED, WITHDRAWN, ClaimDeleted()])
def test_a_learner_leaves_the_list_when_put_right_or_taken_out(
    fold: Fold, event: Event
) -> None:
    """I1, I2."""
    assert waiting(given(fold, SUBMITTED, event)) == []


def test_a_learner_who_stays_in_the_claim_stays_in_the_list(fold: Fold) -> None:
    """I1."""
    kept = ClaimLearnersChosen(learners={BEN: BENS})
    assert waiting(given(fold, SUBMITTED, kept)) == [BEN]


def test_submitted_again_in_vain_the_claim_date_is_the_later_one(fold: Fold) -> None:
    """I1."""
    again = ClaimSubmitted(granted={}, withheld={BEN: withheld("wrong-pathway")})
    (row,) = search_ineligible_learners(
        given(fold, SUBMITTED, again), centre=CENTRE, limit=50
    ).rows
    assert row.claimed_at == BEGINNING + timedelta(minutes=len(AROUND) + len(READY) + 1)
    assert row.cause is Cause.PATHWAY


@pytest.mark.parametrize(
    ("codes", "cause"),
    [
        (["credits-short", "units-missing"], Cause.RULES),
        (["wrong-pathway", "credits-short"], Cause.PATHWAY),
        (["nothing-new"], Cause.NOTHING_NEW),
        (["award-incomplete", "wrong-pathway"], Cause.AWARD),
        (["registration-cancelled"], Cause.CANCELLED),
        (["learner-transferred"], Cause.TRANSFERRED),
        (["not-approved"], Cause.NOT_APPROVED),
        (["claimed-by-another"], Cause.CLAIMED),
        (["changed-by-another"], Cause.BUSY),
    ],
)
def test_every_cause_is_named_for_what_it_is(codes: list[str], cause: Cause) -> None:
    """I3, M15."""
    assert cause_of(WithheldReason(code=code, message="…") for code in codes) is cause
    assert IN_WORDS.keys() == {*Cause}


TESTED_SINCE = TestResultAdded(
    booking="B-1", unit=TESTED, grade="P", is_pass=True, sat_on=TODAY
)
MOVED = PathwayChanged(pathway="SHORT", person_id=KEY, reason="Asked")
GONE = RegistrationTransferred(centre="50107")
LOST = ApprovalWithdrawn(product=REFERENCE, person_id=KEY)
CANCELLED = RegistrationCancelled(
    registration=BENS,
    invoice_status="Not invoiced",
    charge_stands=False,
    person_id=KEY,
    reason="By mistake",
)
THEIRS = award_claimed(claim=OTHER_CLAIM)
BACK = AwardWithdrawn(claim=OTHER_CLAIM)


@pytest.mark.parametrize(
    ("since", "cause"),
    [
        ([(BENS, CANCELLED)], Cause.CANCELLED),
        ([(BENS, GONE)], Cause.TRANSFERRED),
        ([(BENS, RegistrationTransferred(centre=CENTRE))], Cause.RULES),
        ([(RIVERSIDE, LOST)], Cause.NOT_APPROVED),
        ([(BENS, MOVED)], Cause.CHANGED),
        ([(BENS, TESTED_SINCE)], Cause.CHANGED),
        ([(BENS, THEIRS)], Cause.CLAIMED),
        ([(BENS, THEIRS), (BENS, BACK)], Cause.CHANGED),
        (
            [(BENS, award_claimed(claim=OTHER_CLAIM, award_type="Interim"))],
            Cause.CHANGED,
        ),
        ([(ANNS, MOVED)], Cause.RULES),
        ([("centre:50107", LOST)], Cause.RULES),
    ],
)
def test_what_is_listed_is_what_still_holds(
    fold: Fold, since: list[Fact], cause: Cause
) -> None:
    """I1, I3: whatever the learner had been kept back for."""
    codes = [w.code for w in withheld().reasons] if cause is Cause.RULES else [cause]
    assert holding(fold, *since) == (cause, codes)


def test_who_claimed_meanwhile_is_named(fold: Fold) -> None:
    """M15."""
    found = given(fold, SUBMITTED, apart=[(BENS, THEIRS)])
    ((why,),) = (
        r.reasons
        for r in search_ineligible_learners(found, centre=CENTRE, limit=9).rows
    )
    assert why.message.startswith("Claimed meanwhile by ")
    assert OTHER_CLAIM in why.message


@pytest.mark.parametrize(
    "code", ["not-approved", "registration-cancelled", "claimed-by-another"]
)
def test_what_holds_no_more_is_not_said_any_more(fold: Fold, code: str) -> None:
    """I3: an approval came back, a claim was withdrawn: nothing is known until asked."""
    kept = ClaimSubmitted(granted={}, withheld={BEN: withheld(code)})
    (row,) = search_ineligible_learners(given(fold, kept), centre=CENTRE, limit=9).rows
    assert (row.cause, [w.code for w in row.reasons]) == (
        Cause.CHANGED,
        ["changed-since"],
    )


def test_grades_typed_since_are_not_judged_by_what_was_said_before(fold: Fold) -> None:
    """I1, I2."""
    saved = ClaimGradesSaved(awards={BEN: award()})
    (row,) = search_ineligible_learners(
        given(fold, SUBMITTED, saved), centre=CENTRE, limit=9
    ).rows
    assert row.cause is Cause.CHANGED


def test_who_came_with_an_apprenticeship_is_approved_by_it(fold: Fold) -> None:
    """O7: the approval for the qualification alone may go."""
    came = replace(
        registration_made(registration=BENS, learner=BEN), apprenticeship="Q-0009000009"
    )
    approved = ApprovalGranted(product="Q-0009000009", person_id=KEY)
    facts = [(BENS, came), (RIVERSIDE, approved), (RIVERSIDE, LOST)]
    claimed = [(CLAIM, event) for event in (*READY, SUBMITTED)]
    found = fold(
        READ_MODEL, registration_rows.READ_MODEL, history(*AROUND, *facts, *claimed)
    )
    (row,) = search_ineligible_learners(found, centre=CENTRE, limit=9).rows
    assert row.cause is Cause.RULES


def test_ineligible_learners_are_found_by_each_clause(fold: Fold) -> None:
    connection = given(fold, SUBMITTED)
    assert waiting(connection, None) == [BEN]
    assert waiting(connection, "50107") == []
    for found, rows in (
        (
            search_ineligible_learners(
                connection, centre=None, qualification=[REFERENCE], limit=9
            ),
            1,
        ),
        (
            search_ineligible_learners(
                connection, centre=None, qualification=["Q-1"], limit=9
            ),
            0,
        ),
        (search_ineligible_learners(connection, centre=None, claim=CLAIM, limit=9), 1),
        (search_ineligible_learners(connection, centre=None, claim="AC-1", limit=9), 0),
        (
            search_ineligible_learners(
                connection, centre=None, cause=Cause.RULES, limit=9
            ),
            1,
        ),
        (
            search_ineligible_learners(
                connection, centre=None, cause=Cause.PATHWAY, limit=9
            ),
            0,
        ),
    ):
        assert len(found.rows) == rows
