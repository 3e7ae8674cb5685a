"""Eligibility is exact: it agrees with trying every choice there is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue.account import PathwayAssessment
from catalogue.assessment import assess
from catalogue.qualification import Qualification
from tests.catalogue import brute_force
from tests.catalogue.examples import qualifications


@st.composite
def claims(draw: st.DrawFn) -> tuple[Qualification, PathwayAssessment]:
    qualification = draw(qualifications())
    units = [unit.reference for unit in qualification.units]
    grades = draw(st.dictionaries(st.sampled_from(units), st.sampled_from("PPPU")))
    return qualification, assess(qualification, grades).pathways[0]


def references(assessed: PathwayAssessment) -> list[str]:
    return [assessed.pathway.units[number].reference for number in assessed.achieved]


@settings(deadline=None, max_examples=200)
@given(claims())
def test_a_learner_is_eligible_exactly_where_some_choice_satisfies_every_rule(
    claim: tuple[Qualification, PathwayAssessment],
) -> None:
    """M7, section 11."""
    _, assessed = claim
    assert assessed.met == brute_force.is_met(assessed.pathway, references(assessed))


@settings(deadline=None, max_examples=200)
@given(claims())
def test_reasons_come_from_the_choice_that_breaks_the_fewest_rules_and_falls_least_short(
    claim: tuple[Qualification, PathwayAssessment],
) -> None:
    """M11, section 11."""
    _, assessed = claim
    broken, shortfall, which, _ = brute_force.best(
        assessed.pathway, references(assessed)
    )
    of_rules = [
        r
        for r in assessed.reasons
        if r.code not in {"barred-combination", "not-achieved"}
    ]
    rules = {reason.rule for reason in of_rules}
    lacking = sum((r.required or 0) - (r.achieved or 0) for r in of_rules)
    assert (len(rules), lacking) == (broken, shortfall)
    assert rules == {rule for rule, is_broken in enumerate(which) if is_broken}


@settings(deadline=None, max_examples=200)
@given(claims())
def test_rules_conflict_exactly_where_a_broken_rule_can_be_met_alone(
    claim: tuple[Qualification, PathwayAssessment],
) -> None:
    """M11, section 11."""
    _, assessed = claim
    for reason in assessed.reasons:
        if reason.rule is not None and reason.code != "barred-combination":
            alone = brute_force.can_be_met_alone(
                assessed.pathway, reason.rule, references(assessed)
            )
            assert (reason.code == "rules-conflict") == alone


@settings(deadline=None, max_examples=200)
@given(claims())
def test_what_is_said_to_count_is_a_choice_that_the_rules_allow(
    claim: tuple[Qualification, PathwayAssessment],
) -> None:
    """M11, section 11."""
    qualification, assessed = claim
    counted = {
        qualification.unit(unit.reference): unit.credits
        for unit in assessed.units
        if unit.status == "counts"
    }
    allowed = list(brute_force.choices(assessed.pathway, references(assessed)))
    assert counted in allowed
    assert brute_force.account(assessed.pathway, counted) == min(
        brute_force.account(assessed.pathway, each) for each in allowed
    )
