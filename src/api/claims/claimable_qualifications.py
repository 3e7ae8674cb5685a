"""The qualifications that can be claimed, over HTTP, with their units and learners."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from pydantic import ConfigDict, Field

from aggregates.claims.claimable import approved_for, offered_units
from aggregates.errors import NotFound
from aggregates.orders.product_search import is_found_by
from api.http.dependencies import (
    By,
    CurrentUser,
    Paging,
    Reads,
    ServiceOf,
    Today,
    one_centre,
)
from api.http.references import Claimed
from api.http.responses import ListResponse, list_response, page_of, set_etag
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from api.learners.birth_dates import BirthDate
from commands.registrations.registration import approvals_of
from projections.claims import claimable_learners
from projections.claims.claimable_learners import (
    ClaimableLearner,
    ClaimableLearnerFilter,
    LearnerColumn,
)
from queries.claims.claimable import ClaimableDetails, claimable_details
from queries.titles import pathway_title
from repositories.aggregate_types import CLAIM
from repositories.repository import load

router = Router(tags=["claims"])

Text = Annotated[str, Query(max_length=100)]


class ClaimableConditionResponse(ResponseBody, title="ClaimableCondition"):
    """One of the five conditions, met or not, in a sentence."""

    model_config = ConfigDict(from_attributes=True)

    code: str = Field(examples=["approved"])
    is_met: bool
    sentence: str = Field(examples=["The centre is approved for it."])


class ClaimableQualification(ResponseBody, title="ClaimableQualification"):
    """A qualification, whether it can be claimed, and each reason (M2)."""

    reference: str = Field(examples=["Q-0005001227"])
    number: str = Field(examples=["601/3450/1"])
    title: str
    suite: str = Field(examples=["Work-based learning"])
    subject_area: str = Field(examples=["Business and management"])
    level: int
    certification_ends: date
    learners_to_claim: int
    is_claimable: bool
    conditions: list[ClaimableConditionResponse]


class UnitColumn(StrEnum):
    """The columns that can sort the units."""

    GROUP = "group"
    NUMBER = "number"
    REFERENCE = "reference"
    TITLE = "title"
    MANDATORY = "mandatory"
    LEVEL = "level"
    CREDITS = "credits"


class OfferedUnitResponse(ResponseBody, title="ClaimableUnit"):
    """An internally assessed unit, and whether the claim has chosen it."""

    group: str = Field(examples=["A"])
    number: int = Field(examples=[1])
    reference: str = Field(examples=["L/506/1788"])
    title: str
    mandatory: bool
    level: int
    credits: int
    grades: list[str] = Field(examples=[["P"]])
    chosen: bool


class LearnerToClaim(ResponseBody, title="ClaimableLearner"):
    """A learner who can be claimed for, and whether the claim has chosen them."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    date_of_birth: date
    uln: str | None = Field(examples=["1000102504"])
    registration: str = Field(examples=["R-0000000042"])
    pathway: str | None = Field(examples=["MAIN"])
    pathway_title: str | None = Field(examples=["Diploma"])
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class UnitsFilter:
    """Search criteria for units; all must match (M3)."""

    group: Text = ""
    number: Annotated[int | None, Query(ge=0, le=10_000)] = None
    reference: Text = ""
    title: Text = ""
    mandatory: bool | None = None
    level: Annotated[int | None, Query(ge=0, le=20)] = None
    credits: Annotated[int | None, Query(ge=0, le=10_000)] = None
    sort: UnitColumn | None = None
    descending: bool = False

    def has_found(self, unit: OfferedUnitResponse) -> bool:
        """Whether the unit matches."""
        parts = (
            (self.group, unit.group),
            (self.reference, unit.reference),
            (self.title, unit.title),
        )
        exact = (
            (self.number, unit.number),
            (self.mandatory, unit.mandatory),
            (self.level, unit.level),
            (self.credits, unit.credits),
        )
        return all(
            part.casefold().strip() in whole.casefold() for part, whole in parts
        ) and all(asked in {None, value} for asked, value in exact)


@dataclass(frozen=True, kw_only=True)
class LearnersFilter:
    """Search criteria for learners; all must match (M4)."""

    learner: Text = ""
    given_name: Text = ""
    family_name: Text = ""
    date_of_birth: BirthDate | None = None
    uln: Text = ""
    sort: LearnerColumn = LearnerColumn.LEARNER
    descending: bool = False


@router.get("/claimable-qualifications", operation_id="listClaimableQualifications")
def qualifications(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    today: Today,
    part: Paging,
    search: Text = "",
    suite: Text = "",
    subject_area: Text = "",
    why: Annotated[
        str | None,
        Query(
            max_length=20,
            description="Look one up that is missing, by reference or QN: its reasons.",
            examples=["Q-0005001227"],
        ),
    ] = None,
    centre: Annotated[
        str | None,
        Query(
            max_length=20,
            pattern="^[0-9]*$",
            description="Whose; one's own unless one has none.",
        ),
    ] = None,
) -> ListResponse[ClaimableQualification]:
    """List the qualifications the centre can claim on, by suite, subject area and title (M2)."""
    whose = one_centre(user, centre)
    every = claimable_details(service.context, reads, centre=whose, today=today)
    if why is not None:
        chosen = [each for each in every if each.is_called(why)]
        if not chosen:
            raise NotFound(what="qualification", name=why)
    else:
        chosen = [
            each
            for each in every
            if each.is_claimable
            and is_found_by(each.qualification, search)
            and suite in {"", each.qualification.suite}
            and subject_area in {"", each.qualification.subject_area}
        ]
    return list_response(
        request, response, page_of(chosen, part), qualification_response
    )


def qualification_response(found: ClaimableDetails) -> ClaimableQualification:
    qualification = found.qualification
    return ClaimableQualification(
        reference=qualification.reference,
        number=qualification.number,
        title=qualification.title,
        suite=qualification.suite,
        subject_area=qualification.subject_area,
        level=qualification.level,
        certification_ends=qualification.certification_ends,
        learners_to_claim=found.learners_to_claim,
        is_claimable=found.is_claimable,
        conditions=[
            ClaimableConditionResponse.model_validate(c) for c in found.conditions
        ],
    )


@router.get("/claims/{claim}/units", operation_id="listClaimableUnits")
def units(
    claim: Claimed,
    request: Request,
    response: Response,
    service: ServiceOf,
    by: By,
    part: Paging,
    filters: Annotated[UnitsFilter, Depends()],
) -> ListResponse[OfferedUnitResponse]:
    """List the units of stage 2: by group, mandatory first, unless sorted (M3)."""
    stream, found = load(CLAIM, claim, store=service.store, reader=by)
    set_etag(response, stream)
    offered = (
        offered_units(service.catalogue, found.qualification)
        if found.qualification
        else ()
    )
    rows = [
        OfferedUnitResponse(
            group=offer.unit.group,
            number=offer.unit.number,
            reference=offer.unit.reference,
            title=offer.unit.title,
            mandatory=offer.is_mandatory,
            level=offer.unit.level,
            credits=offer.unit.credits,
            grades=list(offer.unit.grades),
            chosen=offer.unit.reference in found.units,
        )
        for offer in offered
    ]
    rows = [row for row in rows if filters.has_found(row)]
    if filters.sort is not None:
        rows.sort(key=attrgetter(filters.sort), reverse=filters.descending)
    return list_response(request, response, page_of(rows, part), lambda row: row)


@router.get("/claims/{claim}/learners", operation_id="listClaimableLearners")
def learners(
    claim: Claimed,
    request: Request,
    response: Response,
    service: ServiceOf,
    by: By,
    reads: Reads,
    part: Paging,
    filters: Annotated[LearnersFilter, Depends()],
) -> ListResponse[LearnerToClaim]:
    """List the learners of stage 3, who can be claimed for (M4)."""
    stream, found = load(CLAIM, claim, store=service.store, reader=by)
    set_etag(response, stream)
    approvals = approvals_of(service.context, found.centre)[1]
    rows = claimable_learners.search_claimable_learners(
        reads,
        approved=approved_for(service.catalogue, found.qualification or "", approvals),
        centre=found.centre,
        qualification=found.qualification or "",
        filters=ClaimableLearnerFilter(
            learner=filters.learner,
            given_name=filters.given_name,
            family_name=filters.family_name,
            date_of_birth=filters.date_of_birth,
            uln=filters.uln,
        ),
        sort=filters.sort,
        descending=filters.descending,
        limit=part.limit,
        cursor=part.cursor,
    )

    def learner_to_claim(row: ClaimableLearner) -> LearnerToClaim:
        return LearnerToClaim(
            learner=row.learner,
            given_name=row.given_name,
            family_name=row.family_name,
            date_of_birth=row.date_of_birth,
            uln=row.uln,
            registration=row.registration,
            pathway=row.pathway,
            pathway_title=pathway_title(
                service.catalogue, found.qualification or "", row.pathway
            ),
            chosen=row.learner in found.learners,
        )

    return list_response(request, response, rows, learner_to_claim)
