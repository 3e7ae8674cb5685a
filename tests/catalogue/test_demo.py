"""The demo catalogue, and on it the worked cases of the domain."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from catalogue import Catalogue, PathwayAssessment, assess, check_cases, load

HERE = Path(__file__).parent.parent.parent
TODAY = date(2026, 11, 24)
YEARS_ON = date(2030, 1, 1)

TEAM_LEADING = "Q-0005001227"
CUSTOMER_SERVICE = "Q-0005001415"
MANDATORY = ("L/506/1788", "T/506/1798", "H/506/1800", "R/506/2294", "R/506/2957")  # 22
B_5, B_5_TOO, B_4, B_4_TOO, B_4_THREE = (
    "K/506/1927",
    "M/506/1928",
    "A/506/1821",
    "J/506/1921",
    "J/506/2292",
)
B_3 = "R/506/1789"
C_4, C_2, C_5, C_3 = "R/506/1811", "T/505/4673", "A/506/2130", "D/506/1813"


@cache
def demo() -> Catalogue:
    return load(HERE / "catalogue")


def on_main(reference: str, *units: str) -> PathwayAssessment:
    return assess(demo().qualification(reference), dict.fromkeys(units, "P")).pathways[
        0
    ]


def credits_of(reference: str, *units: str) -> list[int]:
    return [demo().qualification(reference).unit(unit).credits for unit in units]


def said(
    assessed: PathwayAssessment,
) -> list[tuple[str, int | None, int | None, int | None]]:
    return [(r.code, r.rule, r.required, r.achieved) for r in assessed.reasons]


def test_the_demo_catalogue_loads_without_a_warning() -> None:
    assert demo().warnings == ()
    assert len(demo().qualifications) >= 8
    assert len(demo().apprenticeships) >= 2
    assert len(demo().centres) == 3


def test_every_qualification_has_worked_cases_beside_it_and_they_hold() -> None:
    """Section 11."""
    folder = HERE / "catalogue"
    for path in (folder / "qualifications").glob("*.yaml"):
        beside = path.with_name(path.stem + ".cases.yaml")
        assert ".cases" in path.name or beside.is_file(), path.name
    tried, failing = check_cases(folder, demo())
    assert failing == ()
    assert tried >= 50


def test_22_and_13_and_4_credits_are_one_short() -> None:
    """Section 11, worked cases."""
    units = (*MANDATORY, B_5, B_5_TOO, B_3, C_4)
    assert sum(credits_of(TEAM_LEADING, *units)) == 39
    assessed = on_main(TEAM_LEADING, *units)
    assert not assessed.is_met
    assert said(assessed) == [("level-credits-short", 3, 40, 39)]
    assert "39 are achieved, 1 short" in assessed.reasons[0].message


def test_22_and_13_and_6_credits_are_eligible() -> None:
    """Section 11, worked cases."""
    units = (*MANDATORY, B_5, B_5_TOO, B_3, C_4, C_2)
    assert sum(credits_of(TEAM_LEADING, *units)) == 41
    assert on_main(TEAM_LEADING, *units).is_met


def test_22_and_9_and_6_credits_fail_twice() -> None:
    """Section 11, worked cases."""
    assessed = on_main(TEAM_LEADING, *MANDATORY, B_5, B_4, C_4, C_2)
    assert said(assessed) == [
        ("credits-short", 1, 12, 9),
        ("level-credits-short", 3, 40, 37),
    ]
    assert assessed.reasons[0].message == (
        "Group B needs at least 12 credits; 9 are achieved, 3 short."
    )


def test_22_and_12_and_9_credits_are_eligible_with_3_surplus() -> None:
    """Section 11, worked cases."""
    assessed = on_main(TEAM_LEADING, *MANDATORY, B_4, B_4_TOO, B_4_THREE, C_4, C_5)
    assert assessed.is_met
    counted = {unit.reference: unit.credits for unit in assessed.units}
    assert sum(counted.values()) == 40
    assert counted[C_4] + counted[C_5] == 9 - 3


def test_a_unit_beyond_the_cap_is_surplus() -> None:
    """Section 11."""
    assessed = on_main(TEAM_LEADING, *MANDATORY, B_4, B_4_TOO, B_4_THREE, C_4, C_2, C_5)
    statuses = {unit.reference: unit.status for unit in assessed.units}
    assert sorted(statuses[unit] for unit in (C_4, C_2, C_5)) == [
        "counts",
        "counts",
        "surplus",
    ]


def test_40_credits_of_which_18_at_level_3_fail_on_the_level_rule_alone() -> None:
    """Section 11, worked cases."""
    diploma = demo().qualification(CUSTOMER_SERVICE)
    mandatory = [unit.reference for unit in diploma.pathways[0].mandatory_units]
    assert sum(credits_of(CUSTOMER_SERVICE, *mandatory)) == 13
    low = [u.reference for u in diploma.units if u.level == 2 and u.group == "B"]
    high = next(
        u.reference
        for u in diploma.units
        if u.level == 3 and u.group == "C" and u.credits == 5
    )
    c_low = next(
        u.reference
        for u in diploma.units
        if u.level == 2 and u.credits == 3 and u.group == "C"
    )
    assert sum(credits_of(CUSTOMER_SERVICE, *low, c_low)) == 22
    assessed = on_main(CUSTOMER_SERVICE, *mandatory, *low, c_low, high)
    assert said(assessed) == [("level-credits-short", 4, 27, 18)]


def test_of_barred_units_one_counts_and_the_other_is_barred() -> None:
    """Section 11."""
    administration = demo().qualification("Q-0005001300")
    pair = next(
        rule for rule in administration.pathways[0].rules if rule.at_most_units == 1
    )
    assessed = on_main("Q-0005001300", *pair.units)
    assert {
        u.reference: u.status for u in assessed.units if u.reference in pair.units
    } in (
        dict(zip(pair.units, ("counts", "barred"), strict=True)),
        dict(zip(pair.units, ("barred", "counts"), strict=True)),
    )


def test_the_rules_are_plain_sentences() -> None:
    """Section 11."""
    pathway = demo().qualification(TEAM_LEADING).pathway("MAIN")
    assert pathway.sentences == (
        "All of group A (5 units, 22 credits).",
        "At least 12 credits from group B.",
        "At most 6 credits from group C count.",
        "At least 40 credits from groups A, B and C at level 2 or above.",
    )


def test_mandatory_units_are_those_that_a_rule_wants_all_of() -> None:
    """M3."""
    diploma = demo().qualification(TEAM_LEADING)
    assert tuple(unit.reference for unit in diploma.mandatory_units) == MANDATORY
    assert diploma.is_mandatory(MANDATORY[0])
    assert not diploma.is_mandatory(B_3)
    hospitality = demo().qualification("Q-0005001568")
    front = next(u.reference for u in hospitality.units if u.group == "O")
    assert hospitality.is_mandatory(front)
    assert hospitality.is_mandatory(front, "FRONT")
    assert not hospitality.is_mandatory(front, "FOOD")


def test_some_centre_is_approved_for_a_product_and_some_is_not() -> None:
    """O2, M2."""
    for product in (TEAM_LEADING, "Q-0009000001"):
        approved = {product in centre.approvals for centre in demo().centres}
        assert approved == {True, False}


@pytest.mark.parametrize("day", [TODAY, YEARS_ON])
def test_one_qualification_is_closed_and_one_is_past_its_end(day: date) -> None:
    """O2, M2."""
    closed = {
        r for r, q in demo().qualifications.items() if not q.registration.has(day)
    }
    ended = {r for r, q in demo().qualifications.items() if q.certification_ends < day}
    assert closed == {"Q-0005000815", "Q-0005000733"}
    assert ended == {"Q-0005000733"}


def test_a_registration_window_includes_both_its_days() -> None:
    """O2."""
    window = demo().qualification(TEAM_LEADING).registration
    assert window.has(window.opens)
    assert window.has(window.closes)
    assert not window.has(date(2014, 8, 31))
    assert not window.has(date(2035, 9, 1))


def test_a_qualification_has_two_versions_with_rules_of_their_own() -> None:
    """Section 11."""
    first, second = demo().versions("Q-0005001702")
    assert first.pathways[0].sentences != second.pathways[0].sentences
    assert demo().qualification("Q-0005001702", on=date(2025, 8, 31)) is first
    assert demo().qualification("Q-0005001702", on=date(2025, 9, 1)) is second


def test_units_can_be_tested_onscreen_and_on_paper() -> None:
    """B1."""
    tested = demo().qualification("Q-0005001702").testable_units
    assert {unit.delivery for unit in tested} == {("Onscreen", "Paper"), ("Onscreen",)}
    assert all(unit.minutes and unit.price for unit in tested)
