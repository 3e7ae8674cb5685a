"""Ways to fix are exact: they agree with trying every set of further units."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalogue import reach
from catalogue.assessment import ways_to_fix
from catalogue.choice import can_be_met
from catalogue.combination import Combination
from catalogue.fixes import fixes
from catalogue.qualification import Qualification
from tests.catalogue import brute_force
from tests.catalogue.examples import qualifications


@given(qualifications(most_units=5, most_credits=3), st.data())
@settings(deadline=None, max_examples=200)
def test_ways_to_fix_are_the_smallest_sets_of_units_that_satisfy_the_rules(
    qualification: Qualification, data: st.DataObject
) -> None:
    """I4."""
    units = [unit.reference for unit in qualification.units]
    grades = data.draw(st.dictionaries(st.sampled_from(units), st.sampled_from("PU")))
    achieved = {unit: grade for unit, grade in grades.items() if grade == "P"}
    pathway = qualification.pathways[0]
    found = ways_to_fix(qualification, grades, "A")
    if brute_force.is_met(pathway, achieved):
        assert found == ()
    else:
        assert list(found) == brute_force.ways_to_fix(pathway, achieved, most=10)


def every_way(
    combination: Combination, achieved: set[int], most: int
) -> list[tuple[int, ...]]:
    """Try every set of further units, taking it as proved what meets the rules."""
    others = [n for n in range(len(combination.units)) if n not in achieved]
    found: list[tuple[int, ...]] = []
    for size in range(len(others) + 1):
        for extra in sorted(
            combinations(others, size),
            key=lambda units: (sum(combination.units[n].credits for n in units), units),
        ):
            if not any(set(fix) <= set(extra) for fix in found) and can_be_met(
                combination, sorted({*achieved, *extra})
            ):
                found.append(extra)
    return found[:most]


@given(qualifications(most_units=9, most_credits=5), st.data(), st.integers(1, 10))
@settings(deadline=None, max_examples=200)
def test_ways_to_fix_are_the_smallest_however_many_are_asked_for(
    qualification: Qualification, data: st.DataObject, most: int
) -> None:
    """I4."""
    combination = qualification.pathways[0].combination
    numbers = range(len(qualification.units))
    achieved = data.draw(st.sets(st.sampled_from(numbers), max_size=5))
    assert fixes(combination, sorted(achieved), most=most) == every_way(
        combination, achieved, most
    )


@given(qualifications(most_units=8, most_credits=4), st.data())
@settings(deadline=None, max_examples=100)
def test_ways_to_fix_are_the_same_where_sets_of_needs_outgrow_their_bounds(
    qualification: Qualification, data: st.DataObject
) -> None:
    """I4."""
    combination = qualification.pathways[0].combination
    numbers = range(len(qualification.units))
    achieved = data.draw(st.sets(st.sampled_from(numbers), max_size=3))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reach, "LARGEST", 8)
        assert fixes(combination, sorted(achieved)) == every_way(
            combination, achieved, 10
        )
