"""The rules of claims once they are to be submitted: what is asked, what follows."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import TypeAlias
from uuid import UUID

import pytest

from aggregates.claims.award import AwardDateTooEarly, award_faults
from aggregates.claims.claim import Claim
from aggregates.claims.claim_refusals import (
    AwardIncomplete,
    ClaimIsProcessed,
    ClaimIsWithdrawn,
    ClaimWasSubmitted,
    LearnerIsSubmitted,
    LearnerNotInClaim,
    LearnersNeeded,
    NobodyToSubmit,
    NotSubmitted,
)
from aggregates.claims.claim_state import Later
from aggregates.claims.claim_status import BY_URGENCY, ClaimStatus, standing_of
from aggregates.errors import Refusal
from aggregates.reason import ReasonMissing
from events.claims.claim import (
    Award,
    ClaimBegun,
    ClaimDeleted,
    ClaimGradesSaved,
    ClaimProcessed,
    ClaimSubmitted,
    ClaimWithdrawn,
    Granted,
    Withheld,
)
from tests.claim_examples import (
    A1,
    A2,
    ANN,
    ANNS,
    B1,
    B2,
    BEGUN,
    BEN,
    BENS,
    CAT,
    CATS,
    FOR_LEARNERS,
    FOR_QUALIFICATION,
    OTHER_REFERENCE,
    READY,
    RULES,
    TODAY,
    award,
    granted,
    withheld,
)

KEY = UUID(int=1)
OFFERED = (A1, A2, B1, B2)
SUBMITTED = ClaimSubmitted(granted={ANN: granted()}, withheld={BEN: withheld()})
PROCESSED = ClaimProcessed(certificates={ANN: "C-0000000001D"})
BOTH_RULES = {ANN: RULES, BEN: RULES}


History: TypeAlias = Sequence[ClaimBegun | Later]


def given(events: History) -> Claim:
    return Claim.replay(events)


def withdrawn(*learners: str, whole: bool) -> ClaimWithdrawn:
    return ClaimWithdrawn(
        person_id=KEY, learners=learners, whole=whole, reason="A mistake"
    )


def test_a_claim_with_every_award_complete_can_be_submitted() -> None:
    """M10."""
    given(READY).require_submittable(today=TODAY)


def test_a_claim_without_learners_cannot_be_submitted() -> None:
    with pytest.raises(LearnersNeeded):
        given([BEGUN, FOR_QUALIFICATION]).require_submittable(today=TODAY)


def test_every_incomplete_award_is_named_where_nobody_could_be_submitted() -> None:
    with pytest.raises(AwardIncomplete) as refusal:
        given([BEGUN, FOR_QUALIFICATION, FOR_LEARNERS]).require_submittable(today=TODAY)
    assert len(refusal.value.others) == 2
    assert str(refusal.value) == (
        f"Give {ANN} an award type and an award date, then submit."
    )


@pytest.mark.parametrize(
    "typed",
    [replace(award(), award_type=None), replace(award(), award_date=None)],
    ids=["no type", "no date"],
)
def test_an_award_without_its_type_or_without_its_date_is_incomplete(
    typed: Award,
) -> None:
    """M10: it keeps the learner back, and nobody else."""
    given([*READY, ClaimGradesSaved(awards={ANN: typed})]).require_submittable(
        today=TODAY
    )
    both = ClaimGradesSaved(awards={ANN: typed, BEN: typed})
    with pytest.raises(AwardIncomplete) as refusal:
        given([*READY, both]).require_submittable(today=TODAY)
    assert ANN in str(refusal.value)
    (fault,) = award_faults(typed, learner=ANN, today=TODAY)
    assert fault.code == "award-incomplete"


def test_an_award_date_may_grow_too_old_while_the_claim_lies() -> None:
    """M6."""
    last_day = date(2027, 2, 24)
    given(READY).require_submittable(today=last_day)
    with pytest.raises(AwardDateTooEarly) as refusal:
        given(READY).require_submittable(today=last_day + timedelta(days=1))
    assert len(refusal.value.others) == 2
    late = last_day + timedelta(days=1)
    (fault,) = award_faults(award(), learner=ANN, today=late)
    assert fault.code == "award-date"


def test_submitting_submits_the_eligible_and_keeps_the_others_with_reasons() -> None:
    """M10."""
    verdicts: dict[str, Granted | Withheld] = {ANN: granted(), BEN: withheld()}
    assert given(READY).submit(verdicts) == [SUBMITTED]
    after = given([*READY, SUBMITTED])
    assert after.learners[ANN].standing is ClaimStatus.SUBMITTED
    assert after.learners[BEN].standing is ClaimStatus.UNSUBMITTED
    assert after.learners[BEN].withheld == withheld()


def test_nothing_typed_is_lost_when_a_learner_is_not_eligible() -> None:
    """M10."""
    before, after = given(READY), given([*READY, SUBMITTED])
    assert after.learners[BEN].award == before.learners[BEN].award
    assert after.outcomes == before.outcomes


def test_who_was_not_eligible_can_be_amended_and_submitted_again() -> None:
    """M10, I2."""
    amended = ClaimGradesSaved(awards={BEN: award()})
    claim = given([*READY, SUBMITTED, amended])
    assert list(claim.waiting) == [BEN]
    claim.require_submittable(today=TODAY)
    after = claim.after(claim.submit({BEN: granted()}))
    assert after.standing is ClaimStatus.SUBMITTED
    assert after.learners[BEN].withheld is None


def test_a_claim_that_nobody_waits_in_cannot_be_submitted_again() -> None:
    everybody = ClaimSubmitted(granted={ANN: granted(), BEN: granted()}, withheld={})
    with pytest.raises(NobodyToSubmit):
        given([*READY, everybody]).require_submittable(today=TODAY)


@pytest.mark.parametrize("most_urgent", BY_URGENCY)
def test_a_claim_has_got_to_where_its_most_urgent_learner_is(
    most_urgent: ClaimStatus,
) -> None:
    less = BY_URGENCY[BY_URGENCY.index(most_urgent) :]
    assert standing_of(less) is most_urgent
    assert standing_of([]) is ClaimStatus.DRAFT


def test_a_claim_is_withdrawn_whole_with_a_reason() -> None:
    """M16."""
    claim = given([*READY, SUBMITTED])
    asked = claim.withdraw(reason=" A mistake ", learner=None, person_id=KEY)
    assert asked == [withdrawn(ANN, BEN, whole=True)]
    after = claim.after(asked)
    assert after.standing is ClaimStatus.WITHDRAWN
    assert after.outcomes == {}


def test_a_claim_is_withdrawn_for_one_learner_with_a_reason() -> None:
    """M16."""
    claim = given([*READY, SUBMITTED])
    asked = claim.withdraw(reason="A mistake", learner=ANN, person_id=KEY)
    assert asked == [withdrawn(ANN, whole=False)]
    after = claim.after(asked)
    assert after.standing is ClaimStatus.UNSUBMITTED
    assert after.outcomes == {BENS: {A1: "P"}}


@pytest.mark.parametrize("learner", [None, ANN])
def test_withdrawing_needs_a_reason(learner: str | None) -> None:
    """M16."""
    with pytest.raises(ReasonMissing) as no_reason:
        given([*READY, SUBMITTED]).withdraw(reason=" ", learner=learner, person_id=KEY)
    assert no_reason.value.code == "reason-needed"


@pytest.mark.parametrize("learner", [None, ANN])
def test_a_processed_claim_cannot_be_withdrawn(learner: str | None) -> None:
    """M16."""
    with pytest.raises(ClaimIsProcessed):
        given([*READY, SUBMITTED, PROCESSED]).withdraw(
            reason="Late", learner=learner, person_id=KEY
        )


@pytest.mark.parametrize(
    ("history", "learner", "refusal"),
    [
        (READY, None, NotSubmitted),
        (READY, ANN, NotSubmitted),
        ((*READY, SUBMITTED), BEN, NotSubmitted),
        ((*READY, SUBMITTED), CAT, LearnerNotInClaim),
    ],
)
def test_what_is_not_submitted_cannot_be_withdrawn(
    history: History, learner: str | None, refusal: type[Refusal]
) -> None:
    """M16."""
    with pytest.raises(refusal):
        given(history).withdraw(reason="Late", learner=learner, person_id=KEY)


@pytest.mark.parametrize("learner", [None, ANN])
def test_withdrawing_twice_is_the_same_as_once(learner: str | None) -> None:
    """M16."""
    gone = withdrawn(ANN, BEN, whole=True)
    claim = given([*READY, SUBMITTED, gone])
    assert claim.withdraw(reason="Again", learner=learner, person_id=KEY) == []


def test_a_withdrawn_learner_may_come_into_the_claim_anew() -> None:
    claim = given([*READY, SUBMITTED, withdrawn(ANN, whole=False)])
    with pytest.raises(LearnerNotInClaim):
        claim.save_grades({ANN: award("Interim")}, rules=BOTH_RULES, today=TODAY)
    again = claim.after(claim.choose_learners({BEN: BENS, ANN: ANNS}))
    assert again.learners[ANN].standing is ClaimStatus.DRAFT
    left_out = claim.after(claim.choose_learners({CAT: CATS}, confirm_loss=True))
    assert left_out.learners[ANN].standing is ClaimStatus.WITHDRAWN


@pytest.mark.parametrize(
    "ask",
    [
        lambda claim: claim.choose_qualification(OTHER_REFERENCE, offered=()),
        lambda claim: claim.choose_units((A1,), offered=OFFERED),
        lambda claim: claim.choose_learners({ANN: ANNS}),
        lambda claim: claim.save_grades({}, rules={}, today=TODAY),
        lambda claim: claim.require_submittable(today=TODAY),
        lambda claim: claim.delete(),
    ],
)
def test_a_withdrawn_claim_is_closed(ask: Callable[[Claim], object]) -> None:
    """M16."""
    with pytest.raises(ClaimIsWithdrawn):
        ask(given([*READY, SUBMITTED, withdrawn(ANN, BEN, whole=True)]))


def test_processing_issues_certificates_to_those_submitted_alone() -> None:
    """M13."""
    claim = given([*READY, SUBMITTED])
    certificates = {ANN: "C-0000000001D", BEN: "C-0000000002F"}
    assert claim.process(certificates) == [PROCESSED]
    after = claim.after([PROCESSED])
    assert after.process(certificates) == []
    assert after.learners[ANN].certificate == "C-0000000001D"
    assert after.standing is ClaimStatus.UNSUBMITTED


def test_a_claim_that_nobody_was_submitted_in_can_be_deleted() -> None:
    """M1."""
    kept_back = ClaimSubmitted(granted={}, withheld={BEN: withheld()})
    histories: tuple[History, ...] = ((BEGUN,), READY, (*READY, kept_back))
    for history in histories:
        claim = given(history)
        assert claim.delete() == [ClaimDeleted()]
        assert claim.after([ClaimDeleted()]).outcomes == {}


def test_a_claim_that_somebody_was_submitted_in_cannot_be_deleted() -> None:
    histories: tuple[History, ...] = (
        (*READY, SUBMITTED),
        (*READY, SUBMITTED, PROCESSED),
        (*READY, SUBMITTED, withdrawn(ANN, whole=False)),
    )
    next_steps = (
        "Withdraw it instead.",
        f"An Account Specialist can revoke C-0000000001D, or reopen {ANNS}",
        "Withdraw it instead.",
    )
    for history, next_step in zip(histories, next_steps, strict=True):
        with pytest.raises(ClaimWasSubmitted, match=next_step):
            given(history).delete()


def test_who_was_withdrawn_comes_in_again_with_all_that_was_typed() -> None:
    """M1, M10, M16: but for grades of units that were taken out meanwhile."""
    taken_back = given([*READY, SUBMITTED, withdrawn(ANN, whole=False)])
    events = taken_back.choose_learners({ANN: ANNS, BEN: BENS})
    again = taken_back.after(events)
    assert again.learners[ANN].standing is ClaimStatus.DRAFT
    assert again.learners[ANN].award == award()
    assert again.outcomes[ANNS] == award().grades
    fewer = taken_back.after(taken_back.choose_units([A1, A2], offered=OFFERED))
    again = fewer.after(fewer.choose_learners({ANN: ANNS, BEN: BENS}))
    assert again.learners[ANN].award.grades == {A1: "P", A2: "P"}
    other = taken_back.choose_learners({ANN: CATS, BEN: BENS})
    assert taken_back.after(other).learners[ANN].award == Award()


def test_who_was_processed_is_said_to_be_and_what_changes_that() -> None:
    """M16, M18: nothing is to be withdrawn any more."""
    claim = given([*READY, SUBMITTED, PROCESSED])
    said = f"{ANN} has been processed in .* An Account Specialist can revoke C-"
    with pytest.raises(LearnerIsSubmitted, match=said):
        claim.choose_learners({BEN: BENS})
    with pytest.raises(LearnerIsSubmitted, match=said):
        claim.save_grades({ANN: Award()}, rules=BOTH_RULES, today=TODAY)
    with pytest.raises(LearnerIsSubmitted, match=r"submitted in .* withdraw the claim"):
        given([*READY, SUBMITTED]).choose_learners({BEN: BENS})
