"""Eligibility over HTTP: what grades would earn, with nothing recorded (M10, M11)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import structlog
from pydantic import Field

from access.policy import require_reader
from aggregates.errors import Malformed
from api.claims.claim_view import Grades, ReasonResponse, reason_response
from api.http.dependencies import By, ServiceOf, Today
from api.http.references import LearnerName, UnitTitles
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from catalogue import (
    AwardType,
    Catalogue,
    InvalidGrade,
    QualificationNotInCatalogue,
    RequestProblem,
    UnknownPathway,
    UnknownUnit,
    answer,
    shape,
)
from events.centres.user import Role
from events.claims.claim import Award, WithheldReason
from queries.claims.eligibility import (
    LearnerFacts,
    facts_of_learner,
    hindrances_of_centre,
)
from queries.titles import pathway_titles, unit_titles

log = structlog.get_logger("api")
router = Router(tags=["eligibility"])


class QuestionProblem(Malformed):
    code = "question-problem"
    message = "{sentence}"


class Question(RequestBody, title="EligibilityQuestion"):
    """Grades by unit, for one pathway, or for any if it is null.

    With a ``learner``, the rules are those of their registration, on its pathway unless
    another is named; the grades of their tests and earlier claims count with those given.
    """

    qualification: str = Field(max_length=20, examples=["Q-0005001227"])
    pathway: str | None = Field(default=None, max_length=50, examples=["MAIN"])
    award_type: AwardType = AwardType.FULL
    grades: Grades
    learner: LearnerName | None = None


class RuleReason(ResponseBody, title="RuleReason"):
    """Why a pathway is not met; ``rule`` counts from 0, null if it is no single rule's."""

    code: str = Field(examples=["credits-short"])
    rule: int | None = Field(examples=[1])
    required: int | None = Field(examples=[12])
    achieved: int | None = Field(examples=[9])
    units: list[str] = Field(examples=[["F/506/1934"]])
    message: str


class UnitStanding(ResponseBody, title="UnitVerdict"):
    """The status of a unit.

    counts, surplus, barred, needs-other-unit, not-achieved or needed.
    """

    reference: str = Field(examples=["L/506/1788"])
    status: str = Field(examples=["counts"])


class PathwayAnswer(ResponseBody, title="PathwayVerdict"):
    """The result of the grades on one pathway."""

    code: str = Field(examples=["MAIN"])
    title: str | None = Field(default=None, examples=["Diploma"])
    decided: bool
    """Whether everything here was found in time."""
    met: bool
    reasons: list[RuleReason]
    ways_to_fix: list[list[str]] = Field(examples=[[["F/506/1934"]]])
    ways_to_fix_note: str | None = Field(
        description="That there may be further ways, where the time allowed was not enough"
        " to look for all; else null.",
        examples=[None],
    )
    units: list[UnitStanding]


class EligibilityAnswer(ResponseBody, title="EligibilityAnswer"):
    """Whether the award could be claimed today, and why."""

    decided: bool
    """Whether a verdict was reached in time; ask again if not."""
    eligible: bool
    """Whether the rules are met, and nothing hinders a claim today."""
    hindrances: list[ReasonResponse]
    """What would withhold a claim today, whatever was achieved."""
    earlier_grades: Grades
    """Grades of the learner's tests and earlier claims, which count with those given."""
    overall_grade: str | None = Field(examples=["Pass"])
    pathways: list[PathwayAnswer]
    unit_titles: UnitTitles


@router.post("/eligibility", operation_id="checkEligibility")
def eligibility(
    body: Question, service: ServiceOf, today: Today, by: By
) -> EligibilityAnswer:
    """Say what these grades would earn, by the rules and by today's facts.

    The facts are those of a draft claim: whether the centre is approved and certificates
    are still issued; for a named learner, also whether somebody has claimed meanwhile,
    whether the registration stands, and whether they are still at the centre.
    """
    with telling_problems():
        rules = service.catalogue.qualification(body.qualification, on=today)
        if body.learner is None:
            why = hindrances_of_centre(
                service.context, rules, centre=by.centre, today=today
            )
            facts = LearnerFacts(hindrances=why)
        else:
            require_reader(Role(by.role), what="learners")
            facts = facts_of_learner(
                service.context, body.learner, rules, by=by, today=today
            )
        judged = judge(service.catalogue, body, facts, today)
    if not judged.found["decided"]:
        log.warning("not decided in time", qualification=body.qualification)
    return answer_response(service.catalogue, body.qualification, judged)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """The verdict of the rules, as ``answer`` shapes it, and what hinders a claim today."""

    found: Mapping[str, Any]
    hindrances: Sequence[WithheldReason] = ()
    earlier_grades: Mapping[str, str] = field(default_factory=dict)


def judge(
    catalogue: Catalogue, body: Question, facts: LearnerFacts, today: date
) -> Judged:
    """Judge the request by the learner's registration, or by today's rules.

    Raises RequestProblem, UnknownPathway, UnknownUnit, InvalidGrade.
    """
    if facts.registration is None or facts.rules is None:
        found = answer(catalogue, body.model_dump(exclude={"learner"}), on=today)
        return Judged(found=found, hindrances=facts.hindrances)
    registration = facts.registration
    if body.pathway:
        registration = replace(registration, pathway=body.pathway)
    award = Award(award_type=body.award_type, grades=body.grades)
    assessed = registration.assess(claim="", award=award, rules=facts.rules)
    repeated = (
        registration.why_not(assessed, claim="", award=award, rules=facts.rules)
        if assessed.eligible
        else ()
    )
    known = registration.grades_to_date(claim="", typed={})
    return Judged(
        found=shape(assessed),
        hindrances=(*facts.hindrances, *repeated),
        earlier_grades={u: g for u, g in known.items() if u not in body.grades},
    )


@contextmanager
def telling_problems() -> Iterator[None]:
    """Refuse an invalid request, pointing at the value at fault."""
    try:
        yield
    except RequestProblem as problem:
        raise QuestionProblem(path=problem.path, sentence=str(problem)) from problem
    except QualificationNotInCatalogue as unknown:
        raise QuestionProblem(
            path=("qualification",), sentence=str(unknown)
        ) from unknown
    except UnknownPathway as unknown:
        raise QuestionProblem(path=("pathway",), sentence=str(unknown)) from unknown
    except (UnknownUnit, InvalidGrade) as wrong:
        path = ("grades", wrong.unit)
        raise QuestionProblem(path=path, sentence=str(wrong)) from wrong


def answer_response(
    catalogue: Catalogue, qualification: str, judged: Judged
) -> EligibilityAnswer:
    """Show an answer with the titles of the units that it names."""
    is_hindered = bool(judged.hindrances)
    found = {**judged.found}
    if is_hindered:
        found |= {"eligible": False, "overall_grade": None}
    titles = pathway_titles(catalogue, qualification)
    pathways = [
        {**each, "title": titles.get(each["code"])} for each in found["pathways"]
    ]
    return EligibilityAnswer.model_validate(
        {
            **found,
            "pathways": pathways,
            "hindrances": [reason_response(why, titles) for why in judged.hindrances],
            "earlier_grades": dict(judged.earlier_grades),
            "unit_titles": unit_titles(catalogue, qualification),
        }
    )
