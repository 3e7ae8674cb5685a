"""Comparing what is decided with what trying every choice comes to."""

from collections.abc import Mapping
from math import floor
from typing import Any

from catalogue import PathwayAssessment, Qualification, assess, ways_to_fix
from tests.catalogue.solver import brute_force
from tests.catalogue.solver.brute_force import Trial

Account = dict[str, Any]
Grades = Mapping[str, str]
OF_LIMITS = {"barred-combination", "requirement-missing"}


def require_agreement(
    qualification: Qualification, grades: Grades, name: str = ""
) -> list[Trial]:
    """Require every pathway to be judged as by trying every choice; give those trials.

    Verdict, grade, what counts, the shortfall of every rule, and all ways to fix.
    """
    assessment = assess(qualification, grades)
    trials = [Trial(pathway, grades) for pathway in qualification.pathways]
    for assessed, trial, pathway in zip(
        assessment.pathways, trials, qualification.pathways, strict=True
    ):
        found = account(assessed)
        found["ways to fix"] = ways_to_fix(qualification, grades, pathway.code)
        wanted = tried_account(trial)
        wanted["ways to fix"] = brute_force.ways_to_fix(pathway, grades)
        where = f"{name}, pathway {pathway.code}, grades {dict(grades)}"
        assert found == wanted, where
        require_statuses(assessed, trial, where)
    assert assessment.eligible == any(trial.is_met for trial in trials), name
    assert assessment.overall_grade == brute_force.best_grade(
        qualification.grading, [trial.overall_grade for trial in trials]
    ), name
    return trials


def account(assessed: PathwayAssessment) -> Account:
    """What is said of a pathway, in the form in which it is compared."""
    short = [0] * len(assessed.pathway.rules)
    for reason in assessed.reasons:
        if reason.rule is not None and reason.code not in OF_LIMITS:
            short[reason.rule] += (reason.required or 0) - (reason.achieved or 0)
    return {
        "met": assessed.is_met,
        "grade": assessed.overall_grade,
        "counts": {
            u.reference: u.credits for u in assessed.units if u.status == "counts"
        },
        "shortfalls": tuple(short),
        "conflicts": {r.rule for r in assessed.reasons if r.code == "rules-conflict"},
        "points": [
            (reason.required, reason.achieved)
            for reason in assessed.reasons
            if reason.code == "points-short"
        ],
        "no grade": "no-overall-grade" in {reason.code for reason in assessed.reasons},
    }


def tried_account(trial: Trial) -> Account:
    """What trying every choice comes to, in the same form."""
    best, grading = trial.best, trial.grading
    lowest = grading.thresholds[0].points if grading.kind == "points" else 0
    return {
        "met": trial.is_met,
        "grade": trial.overall_grade,
        "counts": counts(trial),
        "shortfalls": best.shortfalls,
        "conflicts": {
            rule
            for rule, short in enumerate(best.shortfalls)
            if short and trial.is_met_by_some_choice(rule)
        },
        "points": [(lowest, floor(best.points))] if best.points < lowest else [],
        "no grade": grading.kind == "grid" and best.grade is None,
    }


def counts(trial: Trial) -> dict[str, int]:
    """The units that count in the best choice, with the credits that do."""
    return {
        unit.reference: some
        for unit, some in zip(trial.units, trial.best.counted, strict=True)
        if some is not None
    }


def require_statuses(assessed: PathwayAssessment, trial: Trial, where: str) -> None:
    """Require a status of every unit with a grade that fits what counts."""
    statuses = {unit.reference: unit.status for unit in assessed.units}
    ways = list(trial.ways_to_count(trial.best.pick))
    for at, unit in enumerate(trial.units):
        grade, status = trial.grades[at], statuses.get(unit.reference)
        if trial.best.counted[at] is not None:
            assert status == "counts", where
        elif trial.achieved[at] and ways[at] == [None]:
            assert status == "needs-other-unit", where
        elif trial.achieved[at]:
            assert status in {"surplus", "barred"}, where
        else:
            wanted = {"needed", None} if grade is None else {"not-achieved"}
            assert status in wanted, where
