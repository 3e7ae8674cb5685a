"""Points and overall grades are exact: they agree with trying every choice there is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue import assess, choice, ways_to_fix
from catalogue.qualification import Qualification
from tests.catalogue import brute_force
from tests.catalogue.examples import graded_qualifications


@st.composite
def claims(draw: st.DrawFn) -> tuple[Qualification, dict[str, str]]:
    qualification = draw(graded_qualifications())
    units = st.sampled_from([unit.reference for unit in qualification.units])
    return qualification, draw(st.dictionaries(units, st.sampled_from("PMDDTU")))


def achieved(grades: dict[str, str]) -> dict[str, str]:
    return {unit: grade for unit, grade in grades.items() if grade != "U"}


@settings(deadline=None, max_examples=100)
@given(claims())
def test_the_overall_grade_is_the_best_over_all_choices_that_satisfy_the_rules(
    claim: tuple[Qualification, dict[str, str]],
) -> None:
    """M7, section 11."""
    qualification, grades = claim
    assessment = assess(qualification, grades)
    best = brute_force.overall_grade(qualification.pathways[0], achieved(grades))
    assert assessment.overall_grade == best
    assert assessment.eligible == (best is not None)


@settings(deadline=None, max_examples=100)
@given(claims())
def test_points_are_short_exactly_where_the_best_choice_lacks_the_lowest_threshold(
    claim: tuple[Qualification, dict[str, str]],
) -> None:
    """M11, section 11."""
    qualification, grades = claim
    (pathway,) = qualification.pathways
    lowest = pathway.grading.thresholds[0].points
    most = brute_force.most_points(pathway, achieved(grades))
    said = [
        (reason.required, reason.achieved)
        for reason in assess(qualification, grades).pathways[0].reasons
        if reason.code == "points-short"
    ]
    assert said == ([(lowest, int(most))] if most < lowest else [])


@settings(deadline=None, max_examples=100)
@given(claims())
def test_with_points_reasons_still_come_from_the_choice_that_breaks_the_fewest_rules(
    claim: tuple[Qualification, dict[str, str]],
) -> None:
    """M11, section 11."""
    qualification, grades = claim
    (pathway,) = qualification.pathways
    broken, shortfall, which, _ = brute_force.best(pathway, achieved(grades))
    of_rules = [
        reason
        for reason in assess(qualification, grades).pathways[0].reasons
        if reason.rule is not None and reason.code != "barred-combination"
    ]
    rules = {reason.rule for reason in of_rules}
    assert rules == {rule for rule, is_broken in enumerate(which) if is_broken}
    lacking = sum((r.required or 0) - (r.achieved or 0) for r in of_rules)
    assert (len(rules), lacking) == (broken, shortfall)


@settings(deadline=None, max_examples=100)
@given(claims())
def test_with_points_ways_to_fix_are_the_smallest_with_further_units_at_their_lowest(
    claim: tuple[Qualification, dict[str, str]],
) -> None:
    """I4."""
    qualification, grades = claim
    (pathway,) = qualification.pathways
    have = achieved(grades)
    found = ways_to_fix(qualification, grades, "A")
    if brute_force.is_met(pathway, have):
        assert found == ()
    else:
        assert list(found) == brute_force.ways_to_fix(pathway, have, most=10)


@settings(deadline=None, max_examples=100)
@given(claims())
def test_with_points_what_is_said_to_count_is_a_choice_that_gives_the_most(
    claim: tuple[Qualification, dict[str, str]],
) -> None:
    """M11, section 11."""
    qualification, grades = claim
    (pathway,) = qualification.pathways
    counted = {
        qualification.unit(unit.reference): unit.credits
        for unit in assess(qualification, grades).pathways[0].units
        if unit.status == "counts"
    }
    have = achieved(grades)
    allowed = list(brute_force.choices(pathway, have))
    assert counted in allowed
    assert brute_force.account(pathway, counted) == brute_force.best(pathway, have)
    top = pathway.grading.thresholds[-1].points
    most = brute_force.most_points(pathway, have)
    assert min(brute_force.points(pathway, counted, have), top) == min(most, top)


@settings(deadline=None, max_examples=50)
@given(claims())
def test_the_overall_grade_is_the_same_where_it_takes_a_search(
    claim: tuple[Qualification, dict[str, str]],
) -> None:
    """Section 11."""
    qualification, grades = claim
    found = assess(qualification, grades)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choice, "most_points", lambda *_: None)
        searched = assess(qualification, grades)
        assert searched.overall_grade == found.overall_grade
        assert searched.pathways[0].reasons == found.pathways[0].reasons
