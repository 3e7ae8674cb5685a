"""Eligibility is exact: on random qualifications it agrees with trying every choice.

Rules of every kind, old and new, pass, points, best and grids, one pathway or two, units
with equivalents, up to nine units. A case is made again from its number:
``require_exact(1234)``.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from catalogue import Qualification
from catalogue.reading.document import Problems, read_yaml
from catalogue.reading.qualification_file import qualification
from tests.catalogue.solver.agreement import require_agreement
from tests.catalogue.solver.brute_force import Trial
from tests.catalogue.solver.brute_force_faults import faults
from tests.catalogue.solver.random_files import (
    draw_file,
    draw_grades,
    write_file,
)
from tests.catalogue.solver.random_rules import Document, leaves

QUICK = 250
FULL = 10_000
BLOCK = 25
LARGER = 4_000


@dataclass(frozen=True, kw_only=True)
class Case:
    """A file that was drawn, what it was read as, and the faults that were named."""

    document: Document
    qualification: Qualification
    named: set[str]


def read_case(document: Document) -> Case:
    """Write the file and read it, as a catalogue is loaded."""
    with TemporaryDirectory() as folder:
        problems = Problems(file="random.yaml")
        (path,) = (write_file(Path(folder), document) / "qualifications").iterdir()
        part = read_yaml(path, problems)
        assert part is not None
        built = qualification(part)
        part.close()
    return Case(
        document=document,
        qualification=replace(built, decision_seconds=60),
        named={each.key for each in problems.found if each.severity == "error"},
    )


def draw_case(seed: int, most_choices: int) -> Case:
    """Draw a case; where its rules may not be asked, require that to be said of them.

    Then another is drawn, and a third, so that most can be tried on a learner.
    """
    for again in range(3):
        case = read_case(draw_file(seed + again * 10**9, most_choices))
        expected = outermost(faults(case.qualification))
        assert outermost(case.named) == expected, f"case {seed}, file {again}"
        if not expected:
            break
    return case


def outermost(keys: set[str]) -> set[str]:
    """Leave out keys inside others, such as lists in a list that cannot be picked."""
    return {
        key for key in keys if not any(key.startswith((f"{k}.", f"{k}[")) for k in keys)
    }


def require_exact(seed: int, most_choices: int = LARGER) -> None:
    case = draw_case(seed, most_choices)
    if not case.named:
        require_agreement(
            case.qualification, draw_grades(seed, case.document), f"case {seed}"
        )


@pytest.mark.parametrize("first", range(0, QUICK, BLOCK))
def test_random_qualifications_are_judged_as_by_trying_every_choice(first: int) -> None:
    """M7, M11, I4, section 11."""
    for seed in range(first, first + BLOCK):
        require_exact(seed, 1_500)


@pytest.mark.prove
@pytest.mark.parametrize("first", range(QUICK, QUICK + FULL, BLOCK))
def test_ten_thousand_random_qualifications_are_judged_as_by_trying_every_choice(
    first: int,
) -> None:
    """M7, M11, I4, section 11."""
    for seed in range(first, first + BLOCK):
        require_exact(seed)


def keys_of(document: Document) -> set[str]:
    """Name the keys of rules and grading that a file has, and what else makes it special."""
    rules = [rule for pathway in document["pathways"] for rule in pathway["rules"]]
    keys = {key for rule in leaves(rules) for key in rule}
    nested = [
        each for rule in rules for lists in rule.get("any_of", ()) for each in lists
    ]
    grading = document["grading"]
    keys |= {f"grading.{key}" for key in grading} | {f"kind: {grading['kind']}"}
    keys |= {key for unit in document["units"] for key in unit} & {
        "equivalent_to",
        "achieving",
    }
    if any("any_of" in rule for rule in nested):
        keys.add("any_of nested")
    if grading["kind"] == "points" and not grading["thresholds"][0]["points"]:
        keys.add("threshold of nothing")
    return keys | {f"{len(document['pathways'])} pathways"}


KEYS = {
    *("group", "groups", "units", "any_of", "any_of nested", "requires"),
    *("all_units", "minimum_units", "minimum_credits", "minimum_glh"),
    *("at_or_above_level", "at_least_grade", "counts"),
    *("counts_at_most", "at_most_units", "at_most_one"),
    *("equivalent_to", "achieving", "1 pathways", "2 pathways"),
    *("kind: pass", "kind: points", "kind: grid", "threshold of nothing"),
    *("grading.points_per_credit", "grading.points_per_60_glh", "grading.best"),
    *("grading.thresholds", "grading.of", "grading.grades", "grading.table"),
    "grading.kind",
}


def test_what_is_drawn_has_every_key_and_each_is_met_by_some_and_not_by_others() -> (
    None
):
    """What the proof above is worth: nothing is left out of it."""
    met, unmet = Counter[str](), Counter[str]()
    other, faulty = Counter[str](), Counter[str]()
    for seed in range(0, 2 * QUICK, 2):
        case = read_case(draw_file(seed, 1_500))
        if found := faults(case.qualification):
            faulty.update(
                {re.sub(r".*\W", "", re.sub(r"\[\d+\]$", "", k)) for k in found}
            )
            continue
        grades = draw_grades(seed, case.document)
        for pathway in case.qualification.pathways:
            trial = Trial(pathway, grades)
            (met if trial.is_met else unmet).update(keys_of(case.document))
            other.update(special(trial))
    assert {*met} == {*unmet} == KEYS
    assert min((met & unmet).values()) >= 3
    assert {*faulty} == {
        *("rules", "any_of", "minimum_units", "minimum_credits", "minimum_glh"),
        *("points", "table", "grades"),
    }
    assert min(other[each] for each in SPECIAL) >= 3, other


SPECIAL = ("in part", "left out", "no grade", "transferred")


def special(trial: Trial) -> set[str]:
    """Name what happens seldom to a learner: units in part or left out, and no grade."""
    best = trial.best
    units = list(zip(trial.units, best.counted, trial.achieved, strict=True))
    said = {
        "in part": any(some is not None and some < u.credits for u, some, _ in units),
        "left out": any(some is None and achieved for _, some, achieved in units),
        "no grade": best.grade is None and not any(best.shortfalls),
        "transferred": "T" in trial.grades,
    }
    return {name for name, happens in said.items() if happens}
