"""Eligibility over HTTP: what grades would earn, with nothing recorded (M10, M11)."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import APIRouter
from pydantic import Field

from aggregates.errors import Malformed
from api.claim_view import Grades
from api.dependencies import CurrentUser, ServiceOf, Today
from api.named import UnitTitles, unit_titles
from api.schemas import RequestBody, ResponseBody
from catalogue import AwardType, Catalogue, RequestProblem, answer

log = structlog.get_logger("api")
router = APIRouter(tags=["eligibility"])


class QuestionProblem(Malformed):
    message = "{sentence}"


class Question(RequestBody, title="EligibilityQuestion"):
    """Grades by unit, on one pathway, or on any if it is null."""

    qualification: str = Field(max_length=20, examples=["Q-0005001227"])
    pathway: str | None = Field(default=None, max_length=50, examples=["MAIN"])
    award_type: AwardType = AwardType.FULL
    grades: Grades


class RuleReason(ResponseBody, title="RuleReason"):
    """Why a pathway is not met; ``rule`` counts from 0, null if it is no one rule."""

    code: str = Field(examples=["credits-short"])
    rule: int | None = Field(examples=[1])
    required: int | None = Field(examples=[12])
    achieved: int | None = Field(examples=[9])
    units: list[str] = Field(examples=[["F/506/1934"]])
    message: str


class UnitStanding(ResponseBody, title="UnitVerdict"):
    """How a unit stands.

    counts, surplus, barred, needs-other-unit, not-achieved or needed.
    """

    reference: str = Field(examples=["L/506/1788"])
    status: str = Field(examples=["counts"])


class PathwayAnswer(ResponseBody, title="PathwayVerdict"):
    """What the grades come to on one pathway."""

    code: str = Field(examples=["MAIN"])
    decided: bool
    """Whether the time allowed was enough for all that is said here."""
    met: bool
    reasons: list[RuleReason]
    ways_to_fix: list[list[str]] = Field(examples=[[["F/506/1934"]]])
    units: list[UnitStanding]


class Answer(ResponseBody, title="EligibilityAnswer"):
    """Whether the award could be claimed, and why."""

    decided: bool
    """Whether the time allowed was enough for a verdict; ask again if it was not."""
    eligible: bool
    overall_grade: str | None = Field(examples=["Pass"])
    pathways: list[PathwayAnswer]
    unit_titles: UnitTitles


@router.post("/eligibility", operation_id="checkEligibility")
def eligibility(
    body: Question, service: ServiceOf, today: Today, _: CurrentUser
) -> Answer:
    """Say what these grades would earn, by the rules of today."""
    try:
        found = answer(service.catalogue, body.model_dump(), on=today)
    except RequestProblem as problem:
        raise QuestionProblem(
            pointer=problem.pointer, sentence=str(problem)
        ) from problem
    if not found["decided"]:
        log.warning("not decided in time", qualification=body.qualification)
    return answer_response(service.catalogue, body.qualification, found)


def answer_response(
    catalogue: Catalogue, qualification: str, found: Mapping[str, Any]
) -> Answer:
    """Show an answer with the titles of the units that it names."""
    titles = unit_titles(catalogue, qualification)
    return Answer.model_validate({**found, "unit_titles": titles})
