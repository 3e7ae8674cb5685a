"""The rules of claims: given these events, when this is asked, then that follows."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeAlias
from uuid import UUID

import pytest

from aggregates.award import AwardDateTooEarly, UnitNotChosen, earliest_award_date
from aggregates.claim import Claim, Later
from aggregates.claim_refusals import (
    AwardIncomplete,
    ClaimIsProcessed,
    ClaimIsWithdrawn,
    ClaimWasSubmitted,
    LearnerIsSubmitted,
    LearnerNotInClaim,
    LearnersNeeded,
    NobodyToSubmit,
    NotRegistered,
    NotSubmitted,
    QualificationIsFixed,
    QualificationNeeded,
    ReasonNeeded,
    UnitNotOffered,
)
from aggregates.errors import Refusal
from aggregates.standing import BY_URGENCY, Standing, standing_of
from events.claim import (
    Award,
    ClaimBegun,
    ClaimDeleted,
    ClaimGradesSaved,
    ClaimLearnersChosen,
    ClaimProcessed,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimUnitsChosen,
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
    ENOUGH,
    FOR_LEARNERS,
    FOR_QUALIFICATION,
    FOR_UNITS,
    OTHER_REFERENCE,
    READY,
    REFERENCE,
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


def test_a_qualification_is_chosen() -> None:
    """M1."""
    chosen = given([BEGUN]).choose_qualification(REFERENCE, offered=OFFERED)
    assert chosen == [FOR_QUALIFICATION]


def test_choosing_the_same_qualification_again_changes_nothing() -> None:
    assert given(READY).choose_qualification(REFERENCE, offered=OFFERED) == []


def test_another_qualification_clears_what_no_longer_fits_and_keeps_what_does() -> None:
    """M1."""
    events = given(READY).choose_qualification(OTHER_REFERENCE, offered=(A1, B2))
    assert events == [
        ClaimQualificationChosen(qualification=OTHER_REFERENCE),
        ClaimUnitsChosen(units=(A1, B2)),
        ClaimLearnersChosen(learners={}),
    ]
    after = given(READY).after(events)
    assert (after.units, after.learners, after.outcomes) == ((A1, B2), {}, {})


def test_the_qualification_stays_once_anybody_has_been_submitted() -> None:
    with pytest.raises(QualificationIsFixed):
        given([*READY, SUBMITTED]).choose_qualification(OTHER_REFERENCE, offered=())


def test_units_can_be_chosen_from_those_offered_alone() -> None:
    """M3."""
    claim = given([BEGUN, FOR_QUALIFICATION])
    assert claim.choose_units((A1, A1, B2), offered=OFFERED) == [
        ClaimUnitsChosen(units=(A1, B2))
    ]
    with pytest.raises(UnitNotOffered) as refusal:
        claim.choose_units((A1, "X/1", "X/2"), offered=OFFERED)
    assert [other.pointer for other in refusal.value.others] == ["/units/1", "/units/2"]


def test_the_same_units_again_change_nothing() -> None:
    assert given(READY).choose_units(FOR_UNITS.units, offered=OFFERED) == []


def test_a_unit_taken_out_takes_its_grades_along() -> None:
    """M1."""
    after = given([*READY, ClaimUnitsChosen(units=(A1, A2))])
    assert after.learners[ANN].award.grades == {A1: "P", A2: "P"}
    assert after.learners[BEN].award.grades == {A1: "P"}


def test_units_taken_out_leave_the_grades_of_those_submitted() -> None:
    after = given([*READY, SUBMITTED, ClaimUnitsChosen(units=(A2,))])
    assert after.learners[ANN].award.grades == ENOUGH
    assert after.learners[BEN].award.grades == {}


@pytest.mark.parametrize(
    "choose",
    [
        lambda claim: claim.choose_units((A1,), offered=OFFERED),
        lambda claim: claim.choose_learners({ANN: ANNS}),
        lambda claim: claim.require_submittable(today=TODAY),
    ],
)
def test_without_a_qualification_the_sentence_says_to_choose_one(
    choose: Callable[[Claim], object],
) -> None:
    with pytest.raises(QualificationNeeded):
        choose(given([BEGUN]))


def test_learners_are_chosen_by_their_active_registrations() -> None:
    """M4."""
    claim = given([BEGUN, FOR_QUALIFICATION])
    assert claim.choose_learners({ANN: ANNS}) == [
        ClaimLearnersChosen(learners={ANN: ANNS})
    ]


def test_a_learner_without_an_active_registration_cannot_be_chosen() -> None:
    """M4."""
    claim = given([BEGUN, FOR_QUALIFICATION])
    with pytest.raises(NotRegistered) as refusal:
        claim.choose_learners({ANN: ANNS, BEN: None, CAT: None})
    pointers = [other.pointer for other in refusal.value.others]
    assert pointers == ["/learners/1", "/learners/2"]
    assert BEN in str(refusal.value)


def test_the_same_learners_again_change_nothing() -> None:
    assert given(READY).choose_learners({ANN: ANNS, BEN: BENS}) == []


def test_learners_who_stay_keep_what_was_typed_for_them() -> None:
    """M1."""
    events = given(READY).choose_learners({CAT: CATS, ANN: ANNS})
    after = given(READY).after(events)
    assert list(after.learners) == [CAT, ANN]
    assert after.learners[ANN].award == award()
    assert after.learners[CAT].award == Award()


def test_a_learner_who_was_submitted_stays_in_the_claim() -> None:
    claim = given([*READY, SUBMITTED])
    with pytest.raises(LearnerIsSubmitted):
        claim.choose_learners({BEN: BENS})
    assert claim.choose_learners({ANN: None}) == [
        ClaimLearnersChosen(learners={ANN: ANNS})
    ]


def test_saving_grades_records_what_has_changed_alone() -> None:
    """M5."""
    changed = award(grades={A1: "P", A2: "P"})
    awards = {ANN: award(), BEN: changed}
    assert given(READY).save_grades(awards, rules=BOTH_RULES, today=TODAY) == [
        ClaimGradesSaved(awards={BEN: changed})
    ]
    assert given(READY).save_grades({ANN: award()}, rules=BOTH_RULES, today=TODAY) == []


def test_what_is_typed_may_be_incomplete_until_the_claim_is_submitted() -> None:
    """M1."""
    incomplete = Award(grades={A1: "P"})
    saved = given(READY).save_grades({ANN: incomplete}, rules=BOTH_RULES, today=TODAY)
    assert saved == [ClaimGradesSaved(awards={ANN: incomplete})]


def test_everything_at_fault_in_the_grades_is_named_at_once() -> None:
    """M5, M6."""
    too_early = earliest_award_date(TODAY) - timedelta(days=1)
    wrong = {
        ANN: award(award_date=too_early, grades={"X/1": "P", A1: "D"}),
        CAT: award(),
    }
    with pytest.raises(UnitNotChosen) as refusal:
        given(READY).save_grades(wrong, rules=BOTH_RULES, today=TODAY)
    assert [(type(r).__name__, r.pointer) for r in refusal.value.others] == [
        ("UnitNotChosen", "/awards/0/grades/X~11"),
        ("GradeNotAllowed", "/awards/0/grades/A~1100~10001"),
        ("AwardDateTooEarly", "/awards/0/award_date"),
        ("LearnerNotInClaim", "/awards/1"),
    ]


def test_what_was_submitted_cannot_be_changed_but_may_be_sent_along_unchanged() -> None:
    claim = given([*READY, SUBMITTED])
    assert claim.save_grades({ANN: award()}, rules=BOTH_RULES, today=TODAY) == []
    with pytest.raises(LearnerIsSubmitted):
        claim.save_grades({ANN: award("Interim")}, rules=BOTH_RULES, today=TODAY)


def test_outcomes_are_the_grades_of_each_registration() -> None:
    """M10."""
    assert given(READY).outcomes == {ANNS: ENOUGH, BENS: {A1: "P"}}


def test_a_claim_with_every_award_complete_can_be_submitted() -> None:
    """M10."""
    given(READY).require_submittable(today=TODAY)


def test_a_claim_without_learners_cannot_be_submitted() -> None:
    with pytest.raises(LearnersNeeded):
        given([BEGUN, FOR_QUALIFICATION]).require_submittable(today=TODAY)


def test_every_incomplete_award_is_named_when_submitting() -> None:
    with pytest.raises(AwardIncomplete) as refusal:
        given([BEGUN, FOR_QUALIFICATION, FOR_LEARNERS]).require_submittable(today=TODAY)
    assert len(refusal.value.others) == 2
    assert str(refusal.value) == (
        f"Give {ANN} an award type and an award date before submitting."
    )


def test_an_award_date_may_grow_too_old_while_the_claim_lies() -> None:
    """M6."""
    last_day = date(2027, 2, 24)
    given(READY).require_submittable(today=last_day)
    with pytest.raises(AwardDateTooEarly) as refusal:
        given(READY).require_submittable(today=last_day + timedelta(days=1))
    assert len(refusal.value.others) == 2


def test_submitting_submits_the_eligible_and_keeps_the_others_with_reasons() -> None:
    """M10."""
    verdicts: dict[str, Granted | Withheld] = {ANN: granted(), BEN: withheld()}
    assert given(READY).submit(verdicts) == [SUBMITTED]
    after = given([*READY, SUBMITTED])
    assert after.learners[ANN].standing is Standing.SUBMITTED
    assert after.learners[BEN].standing is Standing.UNSUBMITTED
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
    assert after.standing is Standing.SUBMITTED
    assert after.learners[BEN].withheld is None


def test_a_claim_that_nobody_waits_in_cannot_be_submitted_again() -> None:
    everybody = ClaimSubmitted(granted={ANN: granted(), BEN: granted()}, withheld={})
    with pytest.raises(NobodyToSubmit):
        given([*READY, everybody]).require_submittable(today=TODAY)


@pytest.mark.parametrize("most_urgent", BY_URGENCY)
def test_a_claim_has_got_to_where_its_most_urgent_learner_is(
    most_urgent: Standing,
) -> None:
    less = BY_URGENCY[BY_URGENCY.index(most_urgent) :]
    assert standing_of(less) is most_urgent
    assert standing_of([]) is Standing.DRAFT


def test_a_claim_is_withdrawn_whole_with_a_reason() -> None:
    """M16."""
    claim = given([*READY, SUBMITTED])
    asked = claim.withdraw(reason=" A mistake ", learner=None, person_id=KEY)
    assert asked == [withdrawn(ANN, BEN, whole=True)]
    after = claim.after(asked)
    assert after.standing is Standing.WITHDRAWN
    assert after.outcomes == {}


def test_a_claim_is_withdrawn_for_one_learner_with_a_reason() -> None:
    """M16."""
    claim = given([*READY, SUBMITTED])
    asked = claim.withdraw(reason="A mistake", learner=ANN, person_id=KEY)
    assert asked == [withdrawn(ANN, whole=False)]
    after = claim.after(asked)
    assert after.standing is Standing.UNSUBMITTED
    assert after.outcomes == {BENS: {A1: "P"}}


@pytest.mark.parametrize("learner", [None, ANN])
def test_withdrawing_needs_a_reason(learner: str | None) -> None:
    """M16."""
    with pytest.raises(ReasonNeeded):
        given([*READY, SUBMITTED]).withdraw(reason=" ", learner=learner, person_id=KEY)


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
    assert again.learners[ANN].standing is Standing.DRAFT
    left_out = claim.after(claim.choose_learners({CAT: CATS}))
    assert left_out.learners[ANN].standing is Standing.WITHDRAWN


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
    assert after.standing is Standing.UNSUBMITTED


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
    for history in histories:
        with pytest.raises(ClaimWasSubmitted):
            given(history).delete()
