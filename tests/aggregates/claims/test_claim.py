"""The rules of claims: given these events, when this is asked, then that follows."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeAlias

import pytest

from aggregates.claims.award import UnitNotChosen, earliest_award_date
from aggregates.claims.claim import Claim
from aggregates.claims.claim_refusals import (
    LearnerIsSubmitted,
    NotRegistered,
    QualificationIsFixed,
    QualificationNeeded,
    UnitNotOffered,
)
from aggregates.claims.claim_state import Later
from aggregates.loss import WorkWouldBeLost
from events.claims.claim import (
    Award,
    ClaimBegun,
    ClaimGradesSaved,
    ClaimLearnersChosen,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimUnitsChosen,
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

OFFERED = (A1, A2, B1, B2)
SUBMITTED = ClaimSubmitted(granted={ANN: granted()}, withheld={BEN: withheld()})
BOTH_RULES = {ANN: RULES, BEN: RULES}


History: TypeAlias = Sequence[ClaimBegun | Later]


def given(events: History) -> Claim:
    return Claim.replay(events)


def test_a_qualification_is_chosen() -> None:
    """M1."""
    chosen = given([BEGUN]).choose_qualification(REFERENCE, offered=OFFERED)
    assert chosen == [FOR_QUALIFICATION]


def test_choosing_the_same_qualification_again_changes_nothing() -> None:
    assert given(READY).choose_qualification(REFERENCE, offered=OFFERED) == []


def test_another_qualification_clears_what_no_longer_fits_and_keeps_what_does() -> None:
    """M1."""
    events = given(READY).choose_qualification(
        OTHER_REFERENCE, offered=(A1, B2), confirm_loss=True
    )
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
    assert [other.path for other in refusal.value.others] == [
        ("units", 1),
        ("units", 2),
    ]


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
    paths = [other.path for other in refusal.value.others]
    assert paths == [("learners", 1), ("learners", 2)]
    assert BEN in str(refusal.value)


def test_the_same_learners_again_change_nothing() -> None:
    assert given(READY).choose_learners({ANN: ANNS, BEN: BENS}) == []


def test_learners_who_stay_keep_what_was_typed_for_them() -> None:
    """M1."""
    events = given(READY).choose_learners({CAT: CATS, ANN: ANNS}, confirm_loss=True)
    after = given(READY).after(events)
    assert list(after.learners) == [CAT, ANN]
    assert after.learners[ANN].award == award()
    assert after.learners[CAT].award == Award()


def test_a_learner_who_was_submitted_stays_in_the_claim() -> None:
    claim = given([*READY, SUBMITTED])
    with pytest.raises(LearnerIsSubmitted):
        claim.choose_learners({BEN: BENS})
    assert claim.choose_learners({ANN: None}, confirm_loss=True) == [
        ClaimLearnersChosen(learners={ANN: ANNS})
    ]


@pytest.mark.parametrize(
    ("choose", "lost"),
    [
        (
            lambda claim, **how: claim.choose_qualification(
                OTHER_REFERENCE, offered=(A1,), **how
            ),
            ["the choice of A/100/0002", f"the choice of {ANN}", "award and grades"],
        ),
        (
            lambda claim, **how: claim.choose_units((A2,), offered=OFFERED, **how),
            [f"the grades of {ANN} and 1 more for {A1}", f"of {ANN} for {B1}"],
        ),
        (
            lambda claim, **how: claim.choose_learners({BEN: BENS}, **how),
            [f"the award and grades of {ANN}"],
        ),
        (
            lambda claim, **how: claim.save_grades(
                {ANN: award(grades={B1: "P"}), BEN: award(grades={})},
                rules=BOTH_RULES,
                today=TODAY,
                **how,
            ),
            [f"the grades of {ANN} and 1 more for {A1}; the grades of {ANN} for {A2}."],
        ),
        (
            lambda claim, **how: claim.choose_learners(
                {ANN: "R-0000000099", BEN: BENS}, **how
            ),
            [f"the award and grades of {ANN}"],
        ),
    ],
)
def test_what_was_typed_is_lost_only_where_that_is_confirmed(
    choose: Callable[..., object], lost: list[str]
) -> None:
    """M1: and it is said what would be."""
    with pytest.raises(WorkWouldBeLost) as refusal:
        choose(given(READY))
    assert all(each in str(refusal.value) for each in lost)
    assert choose(given(READY), confirm_loss=True)


def test_units_with_grades_of_the_same_learners_are_named_together() -> None:
    """M1."""
    alone = ClaimLearnersChosen(learners={ANN: ANNS})
    with pytest.raises(WorkWouldBeLost, match=f"grades of {ANN} for {A1} and {B1}"):
        given([*READY, alone]).choose_units((A2,), offered=OFFERED)


def test_nothing_is_asked_where_nothing_was_typed() -> None:
    """M1: a learner without an award, a unit without grades."""
    claim = given([BEGUN, FOR_QUALIFICATION, FOR_UNITS, FOR_LEARNERS])
    assert claim.choose_learners({BEN: BENS})
    assert claim.choose_units((A1,), offered=OFFERED)
    submitted = given([*READY, SUBMITTED])
    assert submitted.choose_units((A1,), offered=OFFERED)


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
    saved = given(READY).save_grades({BEN: incomplete}, rules=BOTH_RULES, today=TODAY)
    assert saved == [ClaimGradesSaved(awards={BEN: incomplete})]


def test_everything_at_fault_in_the_grades_is_named_at_once() -> None:
    """M5, M6."""
    too_early = earliest_award_date(TODAY) - timedelta(days=1)
    wrong = {
        ANN: award(award_date=too_early, grades={"X/1": "P", A1: "D"}),
        CAT: award(),
    }
    with pytest.raises(UnitNotChosen) as refusal:
        given(READY).save_grades(wrong, rules=BOTH_RULES, today=TODAY)
    assert [(type(r).__name__, r.path) for r in refusal.value.others] == [
        ("UnitNotChosen", ("awards", 0, "grades", "X/1")),
        ("GradeNotAllowed", ("awards", 0, "grades", "A/100/0001")),
        ("AwardDateTooEarly", ("awards", 0, "award_date")),
        ("LearnerNotInClaim", ("awards", 1)),
    ]


def test_what_was_submitted_cannot_be_changed_but_may_be_sent_along_unchanged() -> None:
    claim = given([*READY, SUBMITTED])
    assert claim.save_grades({ANN: award()}, rules=BOTH_RULES, today=TODAY) == []
    with pytest.raises(LearnerIsSubmitted):
        claim.save_grades({ANN: award("Interim")}, rules=BOTH_RULES, today=TODAY)


def test_outcomes_are_the_grades_of_each_registration() -> None:
    """M10."""
    assert given(READY).outcomes == {ANNS: ENOUGH, BENS: {A1: "P"}}
