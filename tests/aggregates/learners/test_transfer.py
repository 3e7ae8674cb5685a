"""Transferring a learner: what must be settled before, both sides of each condition."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from aggregates.bookings.sitting import Attendance, Sitting
from aggregates.claims.certificate import Certificate
from aggregates.claims.claim import Claim
from aggregates.claims.claim_status import ClaimLearner, ClaimStatus
from aggregates.errors import Refusal
from aggregates.learners.in_flight import ClaimIsUnsettled
from aggregates.learners.learner import Learner, LearnerIsErased, LearnerIsWithdrawn
from aggregates.learners.transfer import (
    IsThereAlready,
    NotSettledYet,
    require_transferable,
)
from aggregates.reason import ReasonMissing
from aggregates.registrations.register import LearnerHasLeft, Register
from aggregates.registrations.registration import Registration
from tests.claim_examples import (
    ANN,
    ANNS,
    CENTRE,
    CLAIM,
    ENOUGH,
    REFERENCE,
    TESTED,
    award_claimed,
    certificate_issued,
    registration_made,
)
from tests.clock import Clock
from tests.learner_examples import learner_created

THERE = "50107"
NOW = Clock()()
BOOKING = "B-0000000001"
MADE = Registration.begin(registration_made(learner=ANN))
CLAIMED = replace(MADE, outcomes={CLAIM: ENOUGH})


def hindrances(
    registration: Registration,
    *,
    standing: ClaimStatus = ClaimStatus.PROCESSED,
    approvals: Sequence[str] = (REFERENCE,),
) -> list[str]:
    """Name all that is to be settled; the claim has the learner at that standing."""
    place = ClaimLearner(registration=ANNS, standing=standing)
    claim = Claim(claim=CLAIM, centre=CENTRE, learners={ANN: place})
    others: Sequence[Refusal] = ()
    try:
        require_transferable(
            ANN,
            [registration],
            claims={CLAIM: claim},
            centre=THERE,
            approvals=approvals,
        )
    except NotSettledYet as refused:
        others = refused.others
    return [type(other).__name__ for other in others]


@pytest.mark.parametrize(
    ("attendance", "in_the_way"),
    [
        (Attendance.BOOKED, ["TestIsBooked"]),
        (Attendance.CANCELLED, []),
        (Attendance.TAKEN, []),
        (Attendance.ABSENT, []),
    ],
)
def test_a_booked_test_is_in_the_way_and_one_that_is_over_is_not(
    attendance: Attendance, in_the_way: list[str]
) -> None:
    """L6."""
    sitting = Sitting(
        unit=TESTED, starts=NOW, ends=NOW + timedelta(hours=1), attendance=attendance
    )
    assert hindrances(replace(MADE, sittings={BOOKING: sitting})) == in_the_way


@pytest.mark.parametrize(
    ("standing", "in_the_way"),
    [
        (ClaimStatus.DRAFT, ["ClaimIsUnsettled"]),
        (ClaimStatus.UNSUBMITTED, ["ClaimIsUnsettled"]),
        (ClaimStatus.SUBMITTED, ["ClaimIsUnsettled"]),
        (ClaimStatus.PROCESSED, []),
        (ClaimStatus.WITHDRAWN, []),
    ],
)
def test_a_claim_that_may_still_change_is_in_the_way(
    standing: ClaimStatus, in_the_way: list[str]
) -> None:
    """L6, by grades that were saved and by an award that was submitted."""
    awarded = MADE.apply(award_claimed())
    assert hindrances(CLAIMED, standing=standing) == in_the_way
    assert hindrances(awarded, standing=standing) == in_the_way


def test_a_centre_is_to_be_approved_for_what_the_learner_goes_on_with() -> None:
    """L6, O7: not for what is over, nor for the parts of an apprenticeship."""
    assert hindrances(MADE, approvals=[]) == ["CentreNotApproved"]
    assert hindrances(replace(MADE, is_cancelled=True), approvals=[]) == []
    assert hindrances(replace(MADE, parent="R-0000000009"), approvals=[]) == []


def test_all_that_is_in_the_way_is_told_at_once() -> None:
    """L6."""
    sitting = Sitting(unit=TESTED, starts=NOW, ends=NOW)
    both = replace(CLAIMED, sittings={BOOKING: sitting})
    assert hindrances(both, standing=ClaimStatus.DRAFT, approvals=[]) == [
        "TestIsBooked",
        "ClaimIsUnsettled",
        "CentreNotApproved",
    ]


def test_a_learner_goes_to_another_centre_and_leaves_the_group_behind() -> None:
    """L6."""
    learner = Learner.begin(learner_created(learner=ANN, group="G-0000000001"))
    after = learner.after(learner.transfer(THERE, reason=" Moved "))
    assert (after.centre, after.group) == (THERE, None)
    assert after.details == learner.details


def refused(learner: Learner, centre: str = THERE, reason: str = "Moved") -> type:
    with pytest.raises(Refusal) as refusal:
        learner.transfer(centre, reason=reason)
    return refusal.type


def test_where_to_and_why_are_wanted_of_somebody_who_is_there() -> None:
    """L6, H6, U11."""
    learner = Learner.begin(learner_created(learner=ANN))
    assert refused(learner, reason=" ") is ReasonMissing
    assert refused(learner, centre=learner.centre) is IsThereAlready
    assert refused(replace(learner, is_erased=True)) is LearnerIsErased
    assert refused(replace(learner, is_withdrawn=True)) is LearnerIsWithdrawn


def test_a_register_goes_on_at_the_centre_that_it_was_moved_to_alone() -> None:
    """L6."""
    empty = Register.of(ANN, CENTRE)
    entered = Register.replay(empty.enter((ANNS,), centre=CENTRE))
    assert (entered.centre, entered.registrations) == (CENTRE, (ANNS,))
    moved = entered.after(entered.move(THERE))
    assert Register.replay(empty.move(THERE)).centre == THERE
    with pytest.raises(LearnerHasLeft):
        moved.enter(("R-0000000002",), centre=CENTRE)
    again = moved.after(moved.enter(("R-0000000002",), centre=THERE))
    assert again.registrations == (ANNS, "R-0000000002")


def test_registrations_and_certificates_go_along() -> None:
    """L6: the one goes on there, the other was issued where it was."""
    assert MADE.after(MADE.transfer(THERE)).centre == THERE
    certificate = Certificate.begin(certificate_issued())
    assert certificate.after(certificate.transfer(THERE)) == certificate


@pytest.mark.parametrize(
    ("standing", "next_step"),
    [
        (ClaimStatus.DRAFT, "Take the learner out of it first."),
        (ClaimStatus.UNSUBMITTED, "Take the learner out of it first."),
        (
            ClaimStatus.SUBMITTED,
            "Have it processed, or withdraw it for the learner, first.",
        ),
    ],
)
def test_what_settles_a_claim_can_be_done(
    standing: ClaimStatus, next_step: str
) -> None:
    """L6, H6, M16: who was submitted is not taken out, who was not is not withdrawn."""
    assert str(ClaimIsUnsettled.of("AC-0000000001", standing)) == (
        f"The claim AC-0000000001 is {standing} for the learner. {next_step}"
    )
