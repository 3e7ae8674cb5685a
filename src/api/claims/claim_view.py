"""The response of a claim: its stages, and each learner with the verdict so far."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import structlog
from pydantic import AwareDatetime, ConfigDict, Field

from aggregates.claims.claim import Claim
from aggregates.claims.claim_status import ClaimStatus
from aggregates.claims.claim_summary import warnings
from api.http.references import (
    CentreName,
    QualificationRef,
    UnitTitles,
    qualification_ref,
)
from api.http.schemas import ResponseBody
from catalogue import AwardType, Catalogue, amount
from events.claims.claim import Award, Withheld, WithheldReason
from queries.claims.claims import ClaimDetails, LearnerOnClaim
from queries.titles import pathway_title, pathway_titles, unit_titles

log = structlog.get_logger("api")

Grades = Annotated[
    dict[
        Annotated[str, Field(max_length=20)],
        Annotated[str, Field(min_length=1, max_length=10)],
    ],
    Field(max_length=500, examples=[{"L/506/1788": "P"}]),
]


class AwardResponse(ResponseBody, title="Award"):
    """The award claimed for a learner; null or empty where nothing is given yet."""

    award_type: AwardType | None = Field(default=None, examples=["Full"])
    award_date: date | None = Field(default=None, examples=["2026-11-20"])
    grades: Grades = Field(default_factory=dict)


class ReasonResponse(ResponseBody, title="EligibilityReason"):
    """One reason against an award, on a pathway or on all of them."""

    code: str = Field(examples=["credits-short"])
    message: str = Field(
        examples=["Group B needs at least 12 credits; 9 are achieved, 3 short."]
    )
    pathway: str | None = Field(default=None, examples=["MAIN"])
    pathway_title: str | None = Field(default=None, examples=["Diploma"])
    units: list[str] = Field(default_factory=list, examples=[["F/506/1934"]])


class EligibilityResponse(ResponseBody, title="ClaimEligibility"):
    """The verdict on what is typed; on Full until a type is chosen."""

    decided: bool
    """Whether a verdict was reached in time; if not, it is tried again."""
    eligible: bool
    overall_grade: str | None = Field(examples=["Pass"])
    reasons: list[ReasonResponse]
    warnings: list[str]
    earlier_grades: Grades
    """Grades of earlier claims, which count without being typed again."""
    rules_version: int


class LearnerOfClaim(ResponseBody, title="ClaimLearner"):
    """A learner of a claim, and the status of the award."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    registration: str = Field(examples=["R-0000000042"])
    pathway: str | None = Field(examples=["MAIN"])
    pathway_title: str | None = Field(examples=["Diploma"])
    status: ClaimStatus
    award: AwardResponse
    eligibility: EligibilityResponse
    kept_back: list[ReasonResponse]
    """Why the learner was not submitted, the last time the claim was."""
    certificate: str | None = Field(examples=["C-0000000017T"])


class StageResponse(ResponseBody, title="ClaimStage"):
    """One of the four stages; ``missing`` says what it lacks."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["units"])
    is_complete: bool
    missing: str | None


class UnitsOfClaim(ResponseBody, title="ClaimUnits"):
    """The units that may be graded, "x of y" that could be chosen."""

    chosen: list[str] = Field(examples=[["L/506/1788"]])
    offered: int
    summary: str = Field(examples=["6 of 31 units"])


class ClaimResponse(ResponseBody, title="Claim"):
    """A whole claim."""

    claim: str = Field(examples=["AC-0000000042"])
    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    status: ClaimStatus
    begun_at: AwareDatetime
    begun_by: str = Field(examples=["admin.riverside"])
    stages: list[StageResponse]
    qualification: QualificationRef | None
    units: UnitsOfClaim
    unit_titles: UnitTitles
    learners: list[LearnerOfClaim]
    warnings: list[str]


def claim_response(catalogue: Catalogue, found: ClaimDetails) -> ClaimResponse:
    claim, offered = found.claim, found.units_offered
    return ClaimResponse(
        claim=claim.claim,
        centre=claim.centre,
        centre_name=found.centre_name,
        status=claim.standing,
        begun_at=found.begun.recorded_at,
        begun_by=found.begun.user,
        stages=[StageResponse.model_validate(stage) for stage in found.stages],
        qualification=qualification_ref(catalogue, claim.qualification)
        if claim.qualification
        else None,
        units=UnitsOfClaim(
            chosen=list(claim.units),
            offered=offered,
            summary=f"{len(claim.units)} of {amount(offered, 'unit')}",
        ),
        unit_titles=unit_titles(catalogue, claim.qualification)
        if claim.qualification
        else {},
        learners=[learner_response(catalogue, claim, each) for each in found.learners],
        warnings=list(warnings(claim)),
    )


def learner_response(
    catalogue: Catalogue, claim: Claim, found: LearnerOnClaim
) -> LearnerOfClaim:
    learner, place, registration = found.learner, found.place, found.registration
    return LearnerOfClaim(
        learner=learner.learner,
        given_name=learner.details.given_name,
        family_name=learner.details.family_name,
        registration=place.registration,
        pathway=registration.pathway,
        pathway_title=pathway_title(
            catalogue, registration.product, registration.pathway
        ),
        status=place.standing,
        award=award_response(place.award),
        eligibility=eligibility_response(catalogue, claim, found),
        kept_back=reasons_response(place.withheld, catalogue, registration.product),
        certificate=place.certificate,
    )


def award_response(award: Award) -> AwardResponse:
    return AwardResponse(
        award_type=AwardType(award.award_type) if award.award_type else None,
        award_date=award.award_date,
        grades=dict(award.grades),
    )


def eligibility_response(
    catalogue: Catalogue, claim: Claim, found: LearnerOnClaim
) -> EligibilityResponse:
    granted = found.granted_award
    if not found.is_decided:
        who = found.learner.learner
        log.warning("not decided in time", claim=claim.claim, learner=who)
    return EligibilityResponse(
        decided=found.is_decided,
        eligible=granted is not None,
        overall_grade=granted.overall_grade if granted else None,
        reasons=reasons_response(found.withheld_award, catalogue, claim.qualification),
        warnings=list(granted.warnings) if granted else [],
        earlier_grades=found.earlier_grades,
        rules_version=found.verdict.rules_version,
    )


def reasons_response(
    withheld: Withheld | None, catalogue: Catalogue, qualification: str | None
) -> list[ReasonResponse]:
    """Show why a learner is withheld; nothing for one who is not."""
    if withheld is None or qualification is None:
        return []
    titles = pathway_titles(catalogue, qualification)
    return [reason_response(why, titles) for why in withheld.reasons]


def reason_response(why: WithheldReason, pathways: Mapping[str, str]) -> ReasonResponse:
    """Show a reason; ``pathways`` are the titles of the qualification's, by code."""
    return ReasonResponse(
        code=why.code,
        message=why.message,
        pathway=why.pathway,
        pathway_title=pathways.get(why.pathway or ""),
        units=list(why.units),
    )
