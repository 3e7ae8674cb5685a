"""Worked cases say what grades must come to; one that fails is named with its file."""

from pathlib import Path
from typing import Any

import pytest

from catalogue import CatalogueProblem, check_cases, load
from tests.catalogue.reading.folders import FILES, Document, write

CASES = "qualifications/award.cases.yaml"
BOTH = {"L/506/1788": "P", "T/506/1798": "P"}
HOLDS: Document = {
    "name": "both units",
    "pathway": "MAIN",
    "award_type": "Full",
    "grades": BOTH,
    "eligible": True,
    "overall_grade": "Pass",
}
FAILS: Document = {
    "name": "one unit",
    "grades": {"L/506/1788": "P"},
    "eligible": False,
    "reasons": ["credits-short"],
}


def tried(folder: Path, *cases: Any) -> tuple[int, tuple[CatalogueProblem, ...]]:
    write(folder, {**FILES, CASES: {"cases": list(cases)}})
    return check_cases(folder, load(folder))


def test_cases_that_hold_are_counted(tmp_path: Path) -> None:
    """Section 11."""
    assert tried(tmp_path, HOLDS, FAILS) == (2, ())


@pytest.mark.parametrize(
    ("case", "change", "said"),
    [
        (
            HOLDS,
            {"grades": {}},
            "should be eligible and is not: The unit of group A is needed",
        ),
        (FAILS, {"grades": BOTH}, "should be ineligible and is eligible."),
        (HOLDS, {"overall_grade": "D"}, "the overall grade D, and has Pass."),
        (HOLDS, {"overall_grade": None}, "the overall grade none, and has Pass."),
        (
            FAILS,
            {"reasons": ["units-missing"]},
            "the reasons units-missing, and has credits-short.",
        ),
        (FAILS, {"reasons": None}, "the reasons none, and has credits-short."),
        (HOLDS, {"grades": {"L/506/1788": "Z"}}, "Grade Z cannot be given"),
        (HOLDS, {"grades": {"A/506/1788": "P"}}, "A/506/1788 is not a unit"),
        (HOLDS, {"pathway": "SIDE"}, "has no pathway SIDE"),
        (HOLDS, {"award_type": "Half"}, "give Full or Interim or Fallback"),
        (HOLDS, {"colour": "red"}, "not a key that is known here"),
        (HOLDS, {"name": None}, "is missing; give a text"),
    ],
)
def test_a_case_that_does_not_hold_is_named_with_its_file(
    tmp_path: Path, case: Document, change: Document, said: str
) -> None:
    """Section 11."""
    spoilt = {k: v for k, v in (case | change).items() if v is not None}
    count, problems = tried(tmp_path, FAILS, spoilt)
    assert count == 2
    assert {problem.file for problem in problems} == {CASES}
    assert all(problem.key.startswith("cases[1]") for problem in problems)
    assert said in " ".join(problem.message for problem in problems)


def test_cases_of_nothing_are_named(tmp_path: Path) -> None:
    write(tmp_path, {**FILES, "qualifications/lost.cases.yaml": {"cases": [HOLDS]}})
    (tmp_path / "qualifications" / "odd.cases.yaml").write_text("- one")
    count, problems = check_cases(tmp_path, load(tmp_path))
    assert count == 0
    assert [(p.file, p.message) for p in problems] == [
        ("qualifications/lost.cases.yaml", "has no lost.yaml beside it."),
        ("qualifications/odd.cases.yaml", "does not consist of keys and values."),
    ]
