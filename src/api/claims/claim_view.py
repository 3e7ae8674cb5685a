"""How a claim is shown: its stages, and each learner with what the rules say so far."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import structlog
from pydantic import AwareDatetime, Field

from aggregates.claims.claim import Claim
from aggregates.claims.claim_status import ClaimLearner, ClaimStatus, is_undecided
from aggregates.claims.claim_summary import stages, warnings
from aggregates.claims.claimable import offered_units
from aggregates.learners.learner import Learner
from aggregates.registrations.registration import Registration
from api.http.references import (
    CentreName,
    QualificationRef,
    UnitTitles,
    qualification_ref,
)
from api.http.schemas import ResponseBody
from catalogue import AwardType, Catalogue, amount
from commands.claims.claim_assessment import ClaimFacts
from commands.command import CommandContext
from events.claims.claim import Award, Granted, Withheld, WithheldReason
from queries.learners.learners import open_learners
from queries.titles import pathway_title, pathway_titles, unit_titles
from store import Stream

log = structlog.get_logger("api")

Grades = Annotated[
    dict[
        Annotated[str, Field(max_length=20)],
        Annotated[str, Field(min_length=1, max_length=10)],
    ],
    Field(max_length=500, examples=[{"L/506/1788": "P"}]),
]


class AwardResponse(ResponseBody, title="Award"):
    """What is claimed for a learner; null or empty where nothing was said yet."""

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
    """What the rules say to what is typed; as to Full until a type is chosen."""

    decided: bool
    """Whether the time allowed was enough for a verdict; it is tried again if not."""
    eligible: bool
    overall_grade: str | None = Field(examples=["Pass"])
    reasons: list[ReasonResponse]
    warnings: list[str]
    earlier_grades: Grades
    """Grades of earlier claims, which count without being typed again."""
    rules_version: int


class LearnerOfClaim(ResponseBody, title="ClaimLearner"):
    """A learner of a claim, and what has become of the award."""

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

    name: str = Field(examples=["units"])
    is_complete: bool
    missing: str | None


class UnitsOfClaim(ResponseBody, title="ClaimUnits"):
    """The units that may be graded, "x of y" that could be chosen."""

    chosen: list[str] = Field(examples=[["L/506/1788"]])
    offered: int
    summary: str = Field(examples=["6 of 31 units"])


class ClaimResponse(ResponseBody, title="Claim"):
    """A claim, whole."""

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


def claim_response(
    context: CommandContext, stream: Stream, claim: Claim, today: date
) -> ClaimResponse:
    """Show a claim from facts alone, each learner assessed afresh (M10)."""
    facts = ClaimFacts.of(context, claim, today=today)
    stands = bool(claim.waiting) or not claim.learners
    people = open_learners(context, claim.learners, seen_by=claim.centre)
    begun = stream.history[0]
    return ClaimResponse(
        claim=claim.claim,
        centre=claim.centre,
        status=claim.standing,
        begun_at=begun.recorded_at,
        begun_by=begun.user,
        stages=[
            StageResponse(name=s.name, is_complete=s.is_complete, missing=s.missing)
            for s in stages(
                claim,
                today=today,
                conditions=facts.conditions if stands else (),
                hindrances=facts.hindrances(),
            )
        ],
        qualification=qualification_ref(context, claim.qualification)
        if claim.qualification
        else None,
        units=units_of(context, claim),
        unit_titles=unit_titles(context.catalogue, claim.qualification)
        if claim.qualification
        else {},
        learners=[
            learner_response(
                facts, place, people[who], facts.opened[place.registration][1]
            )
            for who, place in claim.learners.items()
        ],
        warnings=list(warnings(claim)),
    )


def units_of(context: CommandContext, claim: Claim) -> UnitsOfClaim:
    """Count "x of y units" (M3)."""
    offered = (
        len(offered_units(context.catalogue, claim.qualification))
        if claim.qualification
        else 0
    )
    return UnitsOfClaim(
        chosen=list(claim.units),
        offered=offered,
        summary=f"{len(claim.units)} of {amount(offered, 'unit')}",
    )


def learner_response(
    facts: ClaimFacts, place: ClaimLearner, learner: Learner, registration: Registration
) -> LearnerOfClaim:
    return LearnerOfClaim(
        learner=learner.learner,
        given_name=learner.details.given_name,
        family_name=learner.details.family_name,
        registration=place.registration,
        pathway=registration.pathway,
        pathway_title=pathway_title(
            facts.context.catalogue, registration.product, registration.pathway
        ),
        status=place.standing,
        award=award_response(place.award),
        eligibility=eligibility_response(facts, learner.learner),
        kept_back=reasons_response(
            place.withheld, facts.context.catalogue, registration.product
        ),
        certificate=place.certificate,
    )


def award_response(award: Award) -> AwardResponse:
    return AwardResponse(
        award_type=AwardType(award.award_type) if award.award_type else None,
        award_date=award.award_date,
        grades=dict(award.grades),
    )


def eligibility_response(facts: ClaimFacts, learner: str) -> EligibilityResponse:
    """Say what was decided of a learner who was submitted, else what would be now."""
    place = facts.claim.learners[learner]
    verdict = place.granted or facts.judge(learner)
    granted = verdict if isinstance(verdict, Granted) else None
    withheld = verdict if isinstance(verdict, Withheld) else None
    typed = place.award.grades
    if is_undecided(withheld):
        log.warning("not decided in time", claim=facts.claim.claim, learner=learner)
    return EligibilityResponse(
        decided=not is_undecided(withheld),
        eligible=granted is not None,
        overall_grade=granted.overall_grade if granted else None,
        reasons=reasons_response(
            withheld, facts.context.catalogue, facts.claim.qualification
        ),
        warnings=list(granted.warnings) if granted else [],
        earlier_grades={u: g for u, g in verdict.grades.items() if u not in typed},
        rules_version=verdict.rules_version,
    )


def reasons_response(
    withheld: Withheld | None, catalogue: Catalogue, qualification: str | None
) -> list[ReasonResponse]:
    """Show why a learner is kept back; nothing of one who is not."""
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
