"""Ineligible learners over HTTP: who, why, and how to fix it."""

from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import AwareDatetime, Field, TypeAdapter

from aggregates.claims.claim_hindrances import IN_WORDS, Cause
from aggregates.uk_time import LONDON
from api.claims.claim_view import (
    AwardResponse,
    ReasonResponse,
    award_response,
    reason_response,
    reasons_response,
)
from api.claims.eligibility import PathwayAnswer
from api.http.dependencies import (
    By,
    CurrentUser,
    PagingSince,
    Reads,
    ServiceOf,
    Today,
    scope,
)
from api.http.references import (
    Claimed,
    Filter,
    NameFilter,
    QualificationRef,
    UnitTitles,
    learner_refs_by_id,
    qualification_ref,
)
from api.http.responses import ListResponse, list_response, set_etag
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from api.orders.product_filters import Qualifications
from catalogue import Assessment, AwardType, Catalogue, Qualification, shape
from events.claims.claim import Granted, Withheld
from projections.claims import ineligible_learners
from projections.claims.ineligible_learners import Ineligible
from queries.claims.ineligible_learners import IneligibleDetails, ineligible_details
from queries.titles import pathway_titles, unit_titles
from repositories.aggregate_types import CLAIM
from repositories.repository import load

PATHWAYS = TypeAdapter(list[PathwayAnswer])
router = Router(prefix="/ineligible-learners", tags=["ineligible learners"])

Who = Annotated[str, Path(alias="learner", max_length=20, examples=["L-0000000017T"])]


class IneligibleSummary(ResponseBody, title="IneligibleLearnerSummary"):
    """A learner withheld from a claim."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    claim: str = Field(examples=["AC-0000000042"])
    claimed_at: AwareDatetime
    age_in_days: int = Field(ge=0, examples=[12])
    qualification: QualificationRef
    award_type: AwardType | None
    cause: Cause
    cause_in_words: str = Field(examples=["Rules of combination not met"])
    reasons: list[ReasonResponse]
    """The reasons that hold today."""
    unit_titles: dict[str, str] = Field(
        description="What the units that the reasons name are called.",
        examples=[{"F/506/1934": "Participate in a project"}],
    )
    updated_at: AwareDatetime


class PathwayWithRules(PathwayAnswer, title="PathwayVerdictWithRules"):
    """A pathway, its rules as sentences, and the result of the grades on it."""

    title: str = Field(examples=["Diploma"])
    is_registered: bool
    rules: list[str]


class IneligibleResponse(ResponseBody, title="IneligibleLearner"):
    """Why a learner is withheld today, and the ways to fix it."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    claim: str = Field(examples=["AC-0000000042"])
    claimed_at: AwareDatetime
    qualification: QualificationRef
    award: AwardResponse
    grades_to_date: dict[str, str]
    kept_back: list[ReasonResponse]
    """The reasons when the claim was submitted."""
    is_eligible_now: bool
    """Whether submitting the claim now would submit the learner."""
    reasons: list[ReasonResponse]
    """What would withhold the learner today."""
    pathways: list[PathwayWithRules]
    """The registered pathway comes first."""
    unit_titles: UnitTitles
    interim_now: bool
    """Whether an Interim award could be claimed now (I4)."""
    amend_at: str = Field(examples=["/api/v1/claims/AC-0000000042/grades"])
    """Where the grades are amended (I2)."""


@router.get("", operation_id="listIneligibleLearners")
def list_ineligible_learners(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    today: Today,
    part: PagingSince,
    qualification: Qualifications,
    claim: Filter = None,
    cause: Cause | None = None,
    name: NameFilter = None,
) -> ListResponse[IneligibleSummary]:
    """List every learner withheld from a claim, the longest waiting first (I1)."""
    found = ineligible_learners.search_ineligible_learners(
        reads,
        centre=scope(user),
        qualification=qualification,
        claim=claim,
        cause=cause,
        name=name,
        updated_since=part.updated_since,
        limit=part.limit,
        cursor=part.cursor,
    )
    people = learner_refs_by_id(
        reads,
        service.context,
        {row.learner for row in found.rows},
        seen_by=scope(user),
    )

    def ineligible_summary(row: Ineligible) -> IneligibleSummary:
        since = row.claimed_at.astimezone(LONDON).date()
        return IneligibleSummary(
            learner=row.learner,
            given_name=people[row.learner].given_name,
            family_name=people[row.learner].family_name,
            claim=row.claim,
            claimed_at=row.claimed_at,
            age_in_days=max((today - since).days, 0),
            qualification=qualification_ref(service.catalogue, row.qualification),
            award_type=AwardType(row.award_type) if row.award_type else None,
            cause=row.cause,
            cause_in_words=IN_WORDS[row.cause],
            reasons=[
                reason_response(
                    why, pathway_titles(service.catalogue, row.qualification)
                )
                for why in row.reasons
            ],
            unit_titles=titles_in(service.catalogue, row),
            updated_at=row.updated_at,
        )

    return list_response(request, response, found, ineligible_summary)


def titles_in(catalogue: Catalogue, row: Ineligible) -> dict[str, str]:
    """Give the titles of the units that the reasons name."""
    titles = unit_titles(catalogue, row.qualification)
    named = {unit for why in row.reasons for unit in why.units}
    return {unit: title for unit, title in titles.items() if unit in named}


@router.get("/{claim}/{learner}", operation_id="getIneligibleLearner")
def get_ineligible_learner(
    claim: Claimed,
    learner: Who,
    response: Response,
    service: ServiceOf,
    by: By,
    today: Today,
) -> IneligibleResponse:
    """Show why a learner is withheld: pathways, rules, units, ways to fix (I2, I4)."""
    stream, found = load(CLAIM, claim, store=service.store, reader=by)
    details = ineligible_details(service.context, stream, found, learner, today)
    set_etag(response, stream)
    return ineligible_response(service.catalogue, details)


def ineligible_response(
    catalogue: Catalogue, found: IneligibleDetails
) -> IneligibleResponse:
    claim, learner, registration = found.claim, found.learner, found.registration
    product = registration.product
    return IneligibleResponse(
        learner=learner.learner,
        given_name=learner.details.given_name,
        family_name=learner.details.family_name,
        claim=claim.claim,
        claimed_at=found.kept_back_at,
        qualification=qualification_ref(catalogue, product),
        award=award_response(found.place.award),
        grades_to_date=dict(found.grades_to_date),
        kept_back=reasons_response(found.place.withheld, catalogue, product),
        is_eligible_now=isinstance(found.verdict, Granted),
        reasons=reasons_response(
            found.verdict if isinstance(found.verdict, Withheld) else None,
            catalogue,
            product,
        ),
        pathways=ineligible_pathways(
            found.rules, registration.pathway, found.own, found.on_any
        ),
        unit_titles=unit_titles(catalogue, product),
        interim_now=found.interim_now,
        amend_at=f"/api/v1/claims/{claim.claim}/grades",
    )


def ineligible_pathways(
    rules: Qualification,
    registered: str | None,
    mine: Assessment,
    any_pathway: Assessment,
) -> list[PathwayWithRules]:
    """Show the registered pathway, with its verdict, then the others."""
    own = {pathway.code: pathway for pathway in pathway_answers(mine)}
    every = [own.get(p.code, p) for p in pathway_answers(any_pathway)]
    shown = [
        PathwayWithRules(
            **pathway.model_dump(exclude={"title"}),
            title=rules.pathway(pathway.code).title,
            is_registered=registered in {pathway.code, None},
            rules=list(rules.pathway(pathway.code).sentences),
        )
        for pathway in every
    ]
    return sorted(shown, key=lambda pathway: not pathway.is_registered)


def pathway_answers(assessment: Assessment) -> list[PathwayAnswer]:
    return PATHWAYS.validate_python(shape(assessment)["pathways"])
