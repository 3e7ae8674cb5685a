"""A question of eligibility and its answer, in the shape of the API."""

from functools import cache
from pathlib import Path

import pytest

from catalogue import Catalogue, RequestProblem, answer, load

HERE = Path(__file__).parent.parent.parent


@cache
def demo() -> Catalogue:
    return load(HERE / "catalogue")


def test_an_answer_has_the_shape_that_is_published() -> None:
    """I2, I4."""
    request = {
        "qualification": "Q-0005000733",
        "pathway": "MAIN",
        "award_type": "Full",
        "grades": {"D/501/0901": "P", "J/501/0903": "P", "L/501/0904": "U"},
    }
    units = demo().qualification("Q-0005000733").units
    first, second, third, fourth, fifth = (unit.reference for unit in units)
    request["grades"] = {first: "P", third: "P", fourth: "U"}
    assert answer(demo(), request) == {
        "decided": True,
        "eligible": False,
        "overall_grade": None,
        "warnings": [],
        "pathways": [
            {
                "code": "MAIN",
                "decided": True,
                "met": False,
                "reasons": [
                    {
                        "code": "units-missing",
                        "rule": 0,
                        "required": 2,
                        "achieved": 1,
                        "units": [second],
                        "message": "Both units of group A are needed; 1 is achieved, 1 short. "
                        "Missing: Understanding how to motivate a team.",
                    },
                    {
                        "code": "credits-short",
                        "rule": 1,
                        "required": 6,
                        "achieved": 3,
                        "units": [fourth, fifth],
                        "message": "Group B needs at least 6 credits; "
                        "3 are achieved, 3 short.",
                    },
                    {
                        "code": "not-achieved",
                        "rule": None,
                        "required": None,
                        "achieved": None,
                        "units": [fourth],
                        "message": f"The grade given does not achieve {fourth}.",
                    },
                ],
                "ways_to_fix": [[second, fourth], [second, fifth]],
                "ways_to_fix_note": None,
                "units": [
                    {"reference": first, "status": "counts"},
                    {"reference": second, "status": "needed"},
                    {"reference": third, "status": "counts"},
                    {"reference": fourth, "status": "not-achieved"},
                    {"reference": fifth, "status": "needed"},
                ],
            }
        ],
    }


def test_a_question_without_pathway_and_award_type_is_of_full_on_any_pathway() -> None:
    answered = answer(
        demo(), {"qualification": "Q-0005001568", "pathway": None, "grades": {}}
    )
    pathways = answered["pathways"]
    assert isinstance(pathways, list)
    assert [each["code"] for each in pathways] == ["FOOD", "FRONT"]


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"qualification": 7}, ("qualification",), "Name a qualification"),
        ({"qualification": "Q-0000000000"}, ("qualification",), "has no Q-0000000000"),
        ({"pathway": 7}, ("pathway",), "by its code"),
        ({"pathway": "SIDE"}, ("pathway",), "has no pathway SIDE"),
        ({"award_type": "Half"}, ("award_type",), "Full, Interim or Fallback"),
        ({"grades": ["P"]}, ("grades",), "unit references with their grades"),
        ({"grades": {"L/506/1788": 1}}, ("grades", "L/506/1788"), "as text"),
        ({"grades": {"L/506/1788": "Z"}}, ("grades", "L/506/1788"), "Give U or P"),
        ({"grades": {"A/1": "P"}}, ("grades", "A/1"), "not a unit"),
        ({"colour": "red"}, ("colour",), "has no colour"),
    ],
)
def test_a_question_that_makes_no_sense_points_to_what_is_at_fault(
    change: dict[str, object], path: tuple[str, ...], said: str
) -> None:
    request: dict[str, object] = {"qualification": "Q-0005001227", "grades": {}}
    with pytest.raises(RequestProblem, match=said) as refused:
        answer(demo(), request | change)
    assert refused.value.path == path
