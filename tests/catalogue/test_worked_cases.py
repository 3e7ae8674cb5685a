"""The worked cases of section 11 of the domain, judged as it says and by every choice.

Those of Team Leading and of the diploma are in test_demo, the published thresholds in
test_thresholds.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from catalogue import Qualification, ways_to_fix
from catalogue.grading import Basis, Best, Component, Grading
from catalogue.rule import Requirement, Rule
from catalogue.unit import Unit
from tests.catalogue.examples import (
    a_grading,
    a_qualification,
    a_rule,
    graded_units,
)
from tests.catalogue.solver.agreement import require_agreement
from tests.catalogue.solver.brute_force import Trial
from tests.catalogue.solver.test_exactness import read_case

PASSES = ("U", "P")


def judged(qualification: Qualification, grades: str) -> Trial:
    """Judge grades given in the order of the units, - for none; require agreement."""
    given = by_unit(qualification, grades)
    return require_agreement(qualification, given)[0]


def by_unit(qualification: Qualification, grades: str) -> dict[str, str]:
    return {
        unit.reference: grade
        for unit, grade in zip(qualification.units, grades, strict=True)
        if grade != "-"
    }


def fixes(qualification: Qualification, grades: str) -> list[set[int]]:
    """The ways to fix, by the numbers of the units."""
    number = {unit.reference: unit.number for unit in qualification.units}
    found = ways_to_fix(qualification, by_unit(qualification, grades), "A")
    return [{number[reference] for reference in way} for way in found]


def units_of(*credits_: int, grades: tuple[str, ...] = PASSES) -> list[Unit]:
    return graded_units(*credits_, grades=grades, achieving=grades[1:])


def test_an_attempt_that_failed_is_an_attempt() -> None:
    """Section 11, worked cases: attempted."""
    units = units_of(15, 15, 15, 15)
    rules = [
        a_rule(*units, all_units=True, counts_attempted=True),
        a_rule(*units, minimum_credits=45),
    ]
    qualification = a_qualification(units, rules)
    assert judged(qualification, "PPPU").is_met
    assert judged(qualification, "PPP-").best.shortfalls == (1, 0)
    assert fixes(qualification, "PPP-") == [{4}]
    assert judged(qualification, "PPUU").best.shortfalls == (0, 15)
    assert fixes(qualification, "PPUU") == [{3}, {4}]


@pytest.mark.parametrize(
    ("grades", "short"), [("NNP", 0), ("NNM", 0), ("NNN", 1), ("NNT", 1)]
)
def test_one_unit_at_a_pass_or_above_and_all_others_at_a_near_pass(
    grades: str, short: int
) -> None:
    """Section 11, worked cases: at least a grade."""
    units = units_of(5, 5, 5, grades=("U", "N", "P", "M"))
    rules = [
        a_rule(*units, all_units=True),
        a_rule(*units, minimum_units=1, at_least_grade="P"),
    ]
    trial = judged(a_qualification(units, rules), grades)
    assert (trial.is_met, trial.best.shortfalls) == (not short, (0, short))


def test_either_all_of_one_group_or_some_of_two_others() -> None:
    """Section 11, worked cases: either or."""
    units = units_of(5, 5, 5, 5, 5)
    x, y, z = units[:2], units[2:4], units[4:]
    either = Rule(
        any_of=(
            (a_rule(*x, all_units=True),),
            (a_rule(*y, minimum_units=2), a_rule(*z, minimum_units=1)),
        )
    )
    qualification = a_qualification(units, [either])
    trial = judged(qualification, "P-P--")
    assert trial.best.pick.keys == {"rules[0].any_of[0]"}
    assert trial.best.shortfalls == (1,)
    assert fixes(qualification, "P-P--") == [{2}, {4, 5}]
    assert judged(qualification, "--PPP").is_met
    assert judged(qualification, "PP---").is_met


def test_of_three_units_two_may_count() -> None:
    """Section 11, worked cases: at most units."""
    units = units_of(5, 5, 5, 5)
    rules = [a_rule(*units[:3], at_most_units=2), a_rule(*units, minimum_credits=15)]
    qualification = a_qualification(units, rules)
    trial = judged(qualification, "PPP-")
    assert trial.best.counted == (5, 5, None, None)
    assert trial.best.shortfalls == (0, 5)
    assert judged(qualification, "PP-P").is_met


def test_a_unit_counts_only_if_the_one_it_requires_is_achieved() -> None:
    """Section 11, worked cases: requires."""
    units = units_of(5, 5, 5)
    a, b, _ = units
    rules = [
        Rule(requires=Requirement(units=(b,), needs=((a,),))),
        a_rule(*units, minimum_credits=10),
    ]
    qualification = a_qualification(units, rules)
    trial = judged(qualification, "-PP")
    assert trial.best.counted == (None, None, 5)
    assert trial.best.shortfalls == (0, 5)
    assert fixes(qualification, "-PP") == [{1}]
    assert not judged(qualification, "UPP").is_met


def test_a_unit_that_is_required_need_not_count() -> None:
    """Section 11."""
    units = units_of(5, 5, 5)
    a, b, c = units
    rules = [
        Rule(requires=Requirement(units=(b,), needs=((a,), (c,)))),
        a_rule(a, b, c, at_most_units=1),
        a_rule(b, all_units=True),
    ]
    qualification = a_qualification(units, rules)
    assert judged(qualification, "TPP").best.counted == (None, 5, None)
    assert fixes(qualification, "-P-") == [{1, 3}]


def test_either_of_two_equivalent_units_achieves_and_both_count_once() -> None:
    """Section 11, worked cases: equivalent."""
    a, b = units_of(5, 4)
    units = [a, replace(b, equivalent_to=a.reference)]
    qualification = a_qualification(units, [a_rule(*units, all_units=True)])
    assert judged(qualification, "-P").best.counted == (None, 4)
    assert judged(qualification, "PP").best.counted == (5, None)
    assert fixes(qualification, "UU") == [{2}, {1}]


GRADES = ("U", "P", "D")


@pytest.mark.parametrize(
    ("size", "grades", "points"),
    [
        (15, "DDPPPPPU", 30 * 8 + 45 * 4),
        (20, "DDDPPP", 60 * 8 + 15 * 4),
        (20, "PPPPPD", 20 * 8 + 55 * 4),
        (20, "DDDDUU", 75 * 8),
    ],
)
def test_only_the_best_75_credits_give_points(
    size: int, grades: str, points: int
) -> None:
    """Section 11, worked cases: best."""
    units = [
        replace(unit, level=4)
        for unit in units_of(*[size] * (120 // size), grades=GRADES)
    ]
    rules = [a_rule(*units, minimum_credits=120, counts_attempted=True)]
    for short in (0, 1):
        grading = a_grading({"U": 0, "P": 4, "D": 8}, {"P": points + short})
        of_best = replace(
            grading, basis=Basis.PER_CREDIT, best=Best(credits=75, at_or_above_level=4)
        )
        trial = judged(a_qualification(units, rules, grading=of_best), grades)
        assert trial.is_met == (not short)
        assert trial.best.points == points


def test_units_below_the_level_of_the_best_credits_give_no_points() -> None:
    """Section 11."""
    low, high = (
        replace(u, level=n) for u, n in zip(units_of(10, 10), (3, 4), strict=True)
    )
    grading = replace(
        a_grading({"U": 0, "P": 4}, {"Pass": 0, "Merit": 41}, Basis.PER_CREDIT),
        best=Best(credits=20, at_or_above_level=4),
    )
    qualification = a_qualification(
        [low, high], [a_rule(low, high, minimum_credits=20)], grading=grading
    )
    trial = judged(qualification, "PP")
    assert trial.best.points == 40
    assert trial.overall_grade == "Pass"


def a_grid() -> Qualification:
    core, one, other = graded_units(0, 0, 0, grades=PASSES, achieving=PASSES[1:])
    letters = ("U", "E", "D", "C", "B", "A")
    core = replace(core, grades=letters, achieving=letters[1:])
    one, other = (
        replace(u, grades=("U", "P", "M", "D"), achieving=("P", "M", "D"))
        for u in (one, other)
    )
    grading = Grading(
        kind="grid",
        components=(
            Component(title="Core", units=(core,)),
            Component(title="Specialism", units=(one, other)),
        ),
        table={
            ("A", "P"): "Merit",
            ("A", "M"): "Distinction",
            ("A", "D"): "Distinction",
            ("B", "P"): "Pass",
        },
        grades=("Pass", "Merit", "Distinction"),
    )
    rules = [a_rule(core, all_units=True), a_rule(one, other, minimum_units=1)]
    return a_qualification([core, one, other], rules, grading=grading)


@pytest.mark.parametrize(
    ("grades", "grade"),
    [
        ("AM-", "Distinction"),
        ("AP-", "Merit"),
        ("BP-", "Pass"),
        ("BM-", None),
        ("BMP", "Pass"),
        ("APM", "Distinction"),
        ("TM-", None),
        ("A--", None),
    ],
)
def test_a_table_gives_the_overall_grade(grades: str, grade: str | None) -> None:
    """Section 11, worked cases: grid."""
    trial = judged(a_grid(), grades)
    assert (trial.overall_grade, trial.is_met) == (grade, grade is not None)


def file_of(
    units: list[dict[str, Any]],
    rules: list[dict[str, Any]],
    grading: Mapping[str, Any],
) -> dict[str, Any]:
    """Write units and rules into a whole file."""
    whole = {"title": "A unit", "assessment": "internal"}
    return {
        "reference": "Q-0000000001",
        "version": 1,
        "from": "2020-09-01",
        "number": "601/3450/1",
        "title": "Level 2 Award",
        "suite": "A suite",
        "subject_area": "An area",
        "level": 2,
        "price": "98.00",
        "registration": {"opens": "2020-09-01", "closes": "2035-08-31"},
        "certification_ends": "2038-08-31",
        "grading": grading,
        "units": [
            whole | {"number": n} | unit for n, unit in enumerate(units, start=1)
        ],
        "pathways": [{"code": "A", "title": "Way A", "rules": rules}],
    }


def reference(number: int) -> str:
    return f"A/000/{number:04}"


def test_bars_across_groups_with_credits_at_a_level_can_be_met() -> None:
    """Section 11: a search that gave up too early called these rules impossible."""
    units = [
        {
            "reference": reference(number),
            "group": group,
            "level": level,
            "credits": credits_,
            "glh": 10,
            "grades": ["U", "P"],
        }
        for number, group, level, credits_ in (
            (1240, "B", 2, 1),
            (1241, "A", 3, 3),
            (1243, "C", 2, 3),
            (1244, "A", 2, 5),
            (1245, "D", 1, 1),
            (1246, "B", 3, 2),
            (1247, "C", 3, 4),
        )
    ]
    rules = [
        {"group": "B", "minimum_units": 1},
        {"group": "D", "minimum_credits": 1},
        {"groups": [*"ABCD"], "minimum_credits": 12, "at_or_above_level": 2},
        {"units": [reference(1240), reference(1243)], "at_most_one": True},
        {"units": [reference(1245), reference(1246)], "at_most_one": True},
    ]
    case = read_case(file_of(units, rules, {"kind": "pass"}))
    assert case.named == set()
    trial = judged(case.qualification, "PPPPPPP")
    assert trial.is_met
    assert trial.best.counted == (1, 3, None, 5, 1, None, 4)


@pytest.mark.parametrize(("least", "named"), [(27, 0), (28, 1)])
def test_overlapping_caps_leave_27_points_to_the_best_grades(
    least: int, named: int
) -> None:
    """Section 11: a search that clipped its sums called a threshold of 27 too high."""
    units = [
        {
            "reference": reference(number),
            "group": group,
            "level": level,
            "credits": credits_,
            "glh": glh,
            "grades": ["U", "P", "M", "D"],
        }
        for number, (group, level, credits_, glh) in enumerate(
            (
                ("A", 1, 4, 30),
                ("A", 2, 2, 60),
                ("C", 1, 5, 20),
                ("A", 1, 2, 10),
                ("B", 3, 3, 15),
                ("C", 3, 5, 15),
                ("C", 2, 2, 20),
            ),
            start=1,
        )
    ]
    rules = [
        {"group": "A", "all_units": True},
        {"group": "B", "minimum_credits": 3},
        {"group": "C", "minimum_glh": 33},
        {"groups": [*"ABC"], "minimum_credits": 5},
        {"units": [reference(3), reference(6)], "counts_at_most": 3},
        {"units": [reference(2), reference(7)], "at_most_one": True},
    ]
    grading = {
        "kind": "points",
        "points_per_60_glh": {"U": 0, "P": 6, "M": 9, "D": 13},
        "thresholds": [{"grade": "Pass", "points": least}],
    }
    case = read_case(file_of(units, rules, grading))
    assert case.named == {"grading.thresholds[0].points"} if named else not case.named
    trial = judged(case.qualification, "DDDDDDD")
    assert trial.is_met == (not named)
    assert float(trial.best.points) == pytest.approx(27.3)
