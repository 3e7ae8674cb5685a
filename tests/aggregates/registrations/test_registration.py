"""The rules of registrations: what has been achieved, and what completes them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregates.bookings.booking_correction import ResultIsReliedOn, correct_test
from aggregates.claims.award import award_faults
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_refusals import RegistrationIsCompleted
from aggregates.registrations.registration_state import Status
from catalogue import Qualification, Rule
from events.bookings.sitting import TestBooked, TestOutcomeCorrected, TestResultAdded
from events.claims.claim import Award, Granted, Withheld
from events.registrations.registration import (
    AwardWithdrawn,
    OutcomesRecorded,
    OutcomesTakenBack,
)
from tests.claim_examples import (
    A1,
    A2,
    ANN,
    B1,
    B2,
    CLAIM,
    ENOUGH,
    OTHER_CLAIM,
    REFERENCE,
    RULES,
    TESTED,
    TODAY,
    award,
    award_claimed,
    granted,
    registration_made,
)

given = Registration.replay
MADE = registration_made()


def judged(registration: Registration, claimed: Award) -> Granted | Withheld:
    return registration.judge(claim=CLAIM, award=claimed, rules=RULES)


def codes(verdict: Granted | Withheld) -> list[str]:
    assert isinstance(verdict, Withheld)
    return [why.code for why in verdict.reasons]


@pytest.mark.parametrize("award_type", ["Full", "Fallback"])
def test_a_full_or_fallback_award_completes_a_registration(award_type: str) -> None:
    """M7, M9."""
    assert given([MADE]).status is Status.ACTIVE
    claimed = award_claimed(award_type=award_type)
    assert given([MADE, claimed]).status is Status.COMPLETED


def test_an_interim_award_leaves_a_registration_active() -> None:
    """M8."""
    claimed = award_claimed(award_type="Interim")
    assert given([MADE, claimed]).status is Status.ACTIVE


def test_a_withdrawn_award_makes_the_registration_active_again() -> None:
    """M16."""
    registration = given([MADE, award_claimed(), AwardWithdrawn(claim=CLAIM)])
    assert registration.status is Status.ACTIVE
    assert registration.awards == {}


def test_withdrawing_an_award_that_was_not_claimed_changes_nothing() -> None:
    assert given([MADE]).withdraw_award(claim=CLAIM) == []
    assert given([MADE, award_claimed()]).withdraw_award(claim=CLAIM) == [
        AwardWithdrawn(claim=CLAIM)
    ]


def test_units_of_earlier_interim_claims_count_without_being_typed_again() -> None:
    """M12, M14."""
    earlier = award_claimed(
        claim=OTHER_CLAIM, award_type="Interim", grades={A1: "P", A2: "P"}
    )
    verdict = judged(given([MADE, earlier]), award(grades={B1: "P"}))
    assert verdict == granted(grades=ENOUGH)
    assert codes(judged(given([MADE]), award(grades={B1: "P"}))) == ["units-missing"]


def test_each_interim_lists_all_units_to_date() -> None:
    """M8."""
    earlier = award_claimed(claim=OTHER_CLAIM, award_type="Interim", grades={A1: "P"})
    verdict = judged(given([MADE, earlier]), award("Interim", grades={B1: "P"}))
    assert verdict.grades == {A1: "P", B1: "P"}


def test_what_is_typed_stands_in_place_of_what_an_earlier_claim_says() -> None:
    earlier = award_claimed(claim=OTHER_CLAIM, award_type="Interim", grades={B2: "U"})
    registration = given([MADE, earlier])
    assert registration.grades_to_date(claim=CLAIM, typed={B2: "P"}) == {B2: "P"}


def test_a_claim_does_not_count_its_own_earlier_award_twice() -> None:
    own = award_claimed(award_type="Interim", grades={A1: "P"})
    assert given([MADE, own]).grades_to_date(claim=CLAIM, typed={}) == {}


def test_a_full_award_needs_the_rules_of_combination_of_the_pathway() -> None:
    """M7, M11."""
    assert judged(given([MADE]), award()) == granted()
    verdict = judged(given([MADE]), award(grades={A1: "P", A2: "P", B2: "P"}))
    assert codes(verdict) == ["credits-short"]
    assert isinstance(verdict, Withheld)
    assert verdict.reasons[0].pathway == "MAIN"


def test_another_pathway_that_is_met_makes_it_the_wrong_pathway() -> None:
    """M11."""
    verdict = judged(given([MADE]), award(grades={B1: "P", B2: "P"}))
    assert codes(verdict)[0] == "wrong-pathway"


@pytest.mark.parametrize("award_type", ["Interim", "Fallback"])
def test_interim_and_fallback_need_one_achieved_unit(award_type: str) -> None:
    """M8, M9."""
    one = judged(given([MADE]), award(award_type, grades={A1: "P"}))
    assert isinstance(one, Granted)
    for none in ({}, {B2: "U"}):
        verdict = judged(given([MADE]), award(award_type, grades=none))
        assert codes(verdict) == ["no-unit-achieved"]


def test_a_fallback_where_full_is_met_is_granted_with_a_warning() -> None:
    """M9."""
    verdict = judged(given([MADE]), award("Fallback"))
    assert isinstance(verdict, Granted)
    assert len(verdict.warnings) == 1
    one = judged(given([MADE]), award("Fallback", grades={A1: "P"}))
    assert isinstance(one, Granted)
    assert one.warnings == ()


def test_an_incomplete_award_cannot_be_judged() -> None:
    for incomplete in (award(award_type=None), award(award_date=None)):
        with pytest.raises(ValueError, match="not complete"):
            judged(given([MADE]), incomplete)


def test_an_incomplete_award_is_kept_back_with_what_the_rules_say_beside() -> None:
    """M10: nobody has to give the award type first to see what is short."""
    lacking = Award(grades={A1: "P"})
    faults = award_faults(lacking, learner=ANN, today=TODAY)
    verdict = given([MADE]).judge(
        claim=CLAIM, award=lacking, rules=RULES, faults=faults
    )
    assert isinstance(verdict, Withheld)
    assert verdict.reasons[0] == faults[0]
    assert len(verdict.reasons) > 1


def test_what_is_typed_so_far_can_be_assessed_as_full_before_a_type_is_chosen() -> None:
    """M10."""
    typed = Award(grades=ENOUGH)
    assessment = given([MADE]).assess(claim=CLAIM, award=typed, rules=RULES)
    assert assessment.eligible


def test_saving_grades_records_outcomes_once() -> None:
    """M10, C2."""
    recorded = OutcomesRecorded(claim=CLAIM, grades={A1: "P"})
    first = given([MADE])
    assert first.record_outcomes(claim=CLAIM, grades={A1: "P"}) == [recorded]
    then = given([MADE, recorded])
    assert then.record_outcomes(claim=CLAIM, grades={A1: "P"}) == []
    assert then.outcomes == {CLAIM: {A1: "P"}}


def test_removing_grades_takes_the_outcomes_back() -> None:
    """C2."""
    recorded = OutcomesRecorded(claim=CLAIM, grades={A1: "P"})
    taken = OutcomesTakenBack(claim=CLAIM)
    assert given([MADE, recorded]).record_outcomes(claim=CLAIM, grades={}) == [taken]
    after = given([MADE, recorded, taken])
    assert after.outcomes == {}
    assert after.record_outcomes(claim=CLAIM, grades={}) == []


def test_a_completed_registration_gives_no_further_award() -> None:
    """M14."""
    done = given([MADE, award_claimed(claim=OTHER_CLAIM)])
    with pytest.raises(RegistrationIsCompleted) as refusal:
        done.claim_award(claim=CLAIM, granted=granted("Interim"))
    assert str(refusal.value) == (
        f"{ANN} already has a Full award on {REFERENCE}, by the claim {OTHER_CLAIM}. "
        "An Account Specialist can reopen the registration."
    )


def test_an_interim_may_be_followed_by_a_full() -> None:
    """M14."""
    interim = award_claimed(claim=OTHER_CLAIM, award_type="Interim")
    claimed = given([MADE, interim]).claim_award(claim=CLAIM, granted=granted())
    assert claimed == [award_claimed()]
    assert claimed[0].award_date == TODAY


STARTS = datetime(2026, 11, 20, 10, tzinfo=UTC)
ATTEMPTED = Rule(
    covers=(RULES.unit(TESTED),), units=(TESTED,), all_units=True, counts_attempted=True
)


def attempting() -> Qualification:
    """Rules that want the test to be attempted too, passed or not."""
    pathways = tuple(replace(p, rules=(*p.rules, ATTEMPTED)) for p in RULES.pathways)
    return replace(RULES, pathways=pathways)


def sat(
    booking: str = "B-0000000001", *, is_pass: bool, grade: str
) -> tuple[TestBooked, TestResultAdded]:
    ends = STARTS + timedelta(hours=1)
    return (
        TestBooked(booking=booking, unit=TESTED, starts=STARTS, ends=ends),
        TestResultAdded(
            booking=booking,
            unit=TESTED,
            is_pass=is_pass,
            grade=grade,
            sat_on=STARTS.date(),
        ),
    )


def test_a_test_that_was_sat_and_failed_was_attempted() -> None:
    """M12: where rules count what was attempted, passing is not the only way."""
    rules = attempting()
    for events, codes_ in (
        ((), ["attempts-missing"]),
        (sat(is_pass=False, grade="U"), []),
        (sat(is_pass=True, grade="P"), []),
    ):
        registration = given([MADE, *events])
        verdict = registration.judge(claim=CLAIM, award=award(), rules=rules)
        assert (codes(verdict) if isinstance(verdict, Withheld) else []) == codes_


def test_a_fail_stands_in_place_of_no_pass() -> None:
    """M12: the last pass counts, whenever it was failed."""
    failed = sat(is_pass=False, grade="U")
    passed = sat("B-0000000002", is_pass=True, grade="P")
    for events in ((*failed, *passed), (*passed, *failed)):
        assert given([MADE, *events]).every_grade == {TESTED: "P"}
    assert given([MADE, *failed]).every_grade == {TESTED: "U"}


@pytest.mark.parametrize("kind", ["Full", "Interim"])
def test_a_fail_is_relied_on_where_it_was_the_attempt_that_was_wanted(
    kind: str,
) -> None:
    """B17: by a Full award whose rules count it; a pass is an attempt as well."""
    grades = ENOUGH | {TESTED: "U"}
    claimed = award_claimed(award_type=kind, grades=grades)
    registration = given([MADE, *sat(is_pass=False, grade="U"), claimed])
    absent = TestOutcomeCorrected(
        booking="B-0000000001",
        unit=TESTED,
        attendance="Absent",
        grade=None,
        is_pass=None,
        sat_on=None,
        mark=None,
    )
    passed = replace(
        absent, attendance="Taken", grade="P", is_pass=True, sat_on=STARTS.date()
    )
    assert correct_test(registration, passed, rules=attempting()) == [passed]
    assert correct_test(registration, absent, rules=RULES) == [absent]
    if kind == "Interim":
        assert correct_test(registration, absent, rules=attempting()) == [absent]
    else:
        with pytest.raises(ResultIsReliedOn, match=CLAIM):
            correct_test(registration, absent, rules=attempting())
