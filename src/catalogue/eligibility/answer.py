"""A request to check eligibility, as the API and the command line take it, and its answer."""

from collections.abc import Mapping, Sequence
from datetime import date

from catalogue.catalogue import Catalogue, QualificationNotInCatalogue
from catalogue.eligibility.assessment import (
    Assessment,
    AwardType,
    InvalidGrade,
    UnknownPathway,
    UnknownUnit,
    assess,
)
from catalogue.eligibility.pathway_assessment import PathwayAssessment
from catalogue.eligibility.reason import Reason
from catalogue.rule import join_words

KEYS = ("qualification", "pathway", "award_type", "grades")


class RequestProblem(ValueError):
    """The request is invalid; ``path`` leads to the value at fault."""

    def __init__(self, path: Sequence[str], message: str) -> None:
        super().__init__(message)
        self.path = tuple(path)


def answer(
    catalogue: Catalogue, request: Mapping[str, object], *, on: date | None = None
) -> dict[str, object]:
    """Answer a body of ``POST /eligibility`` by the rules of the day ``on``, or the latest.

    Raises RequestProblem.
    """
    for key in request:
        if key not in KEYS:
            raise RequestProblem(
                (key,),
                f"A question of eligibility has no {key}. It has {join_words(KEYS)}.",
            )
    reference = request.get("qualification")
    if not isinstance(reference, str):
        raise RequestProblem(
            ("qualification",), "Name a qualification, such as Q-0005001227."
        )
    pathway = request.get("pathway")
    if pathway is not None and not isinstance(pathway, str):
        raise RequestProblem(
            ("pathway",), "Name a pathway by its code, or leave it out to try all."
        )
    try:
        qualification = catalogue.qualification(reference, on=on)
    except QualificationNotInCatalogue as unknown:
        raise RequestProblem(("qualification",), str(unknown)) from None
    try:
        assessment = assess(
            qualification,
            _grades(request.get("grades")),
            award_type=_award_type(request.get("award_type", AwardType.FULL)),
            pathway=pathway,
        )
    except UnknownPathway as unknown:
        raise RequestProblem(("pathway",), str(unknown)) from None
    except (UnknownUnit, InvalidGrade) as wrong:
        raise RequestProblem(("grades", wrong.unit), str(wrong)) from None
    return shape(assessment)


def _award_type(value: object) -> AwardType:
    try:
        return AwardType(str(value))
    except ValueError:
        raise RequestProblem(
            ("award_type",),
            f"{value} is not an award type. Give Full, Interim or Fallback.",
        ) from None


def _grades(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise RequestProblem(
            ("grades",), "Give the grades as unit references with their grades."
        )
    for unit, grade in value.items():
        if not isinstance(grade, str):
            raise RequestProblem(
                ("grades", str(unit)), f"Give the grade of {unit} as text."
            )
    return dict(value)


def shape(assessment: Assessment) -> dict[str, object]:
    """Write an assessment as the JSON of the API's answer, with ways to fix."""
    return {
        "decided": assessment.decided,
        "eligible": assessment.eligible,
        "overall_grade": assessment.overall_grade,
        "warnings": list(assessment.warnings),
        "pathways": [_pathway(pathway) for pathway in assessment.pathways],
    }


def _pathway(pathway: PathwayAssessment) -> dict[str, object]:
    return {
        "code": pathway.code,
        "decided": pathway.is_decided,
        "met": pathway.is_met,
        "reasons": [_reason(reason) for reason in pathway.reasons],
        "ways_to_fix": [list(fix) for fix in pathway.ways_to_fix],
        "ways_to_fix_note": pathway.ways_to_fix_note,
        "units": [
            {"reference": unit.reference, "status": unit.status}
            for unit in pathway.units
        ],
    }


def _reason(reason: Reason) -> dict[str, object]:
    return {
        "code": reason.code,
        "rule": reason.rule,
        "required": reason.required,
        "achieved": reason.achieved,
        "units": list(reason.units),
        "message": reason.message,
    }
