"""Results over HTTP, found by several clauses."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import Query, Request, Response
from pydantic import AwareDatetime, Field

from aggregates.claims.claim_status import ClaimStatus
from api.http.dependencies import (
    CurrentUser,
    PagingSince,
    Reads,
    ServiceOf,
    Sort,
    Total,
    scope,
)
from api.http.references import (
    NameFilter,
    QualificationRef,
    qualification_ref,
)
from api.http.responses import MOST_COUNTED, ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from catalogue import AwardType, Catalogue
from projections.claims import result_search
from projections.claims.result_search import Result, ResultFilter, ResultSort
from queries.centres.centres import centre_names
from queries.claims.certificates import holder_name
from queries.titles import products_titled

router = Router(tags=["results"])

Clause = Annotated[str, Query(max_length=100)]
GivenName = Annotated[
    str,
    Query(
        max_length=100,
        description="The learner's given name. Its former name, `first_name`, is still"
        " read.",
    ),
]
FamilyName = Annotated[
    str,
    Query(
        max_length=100,
        description="The learner's family name. Its former name, `last_name`, is still"
        " read.",
    ),
]
FormerClause = Annotated[str, Query(max_length=100, include_in_schema=False)]
"""A clause's former name, which still works."""


ISSUED_TO = Field(
    examples=["Ann Lee"],
    description="The learner's name on the certificate, as it was when it was issued.",
)


class ApprenticeshipRef(ResponseBody, title="ApprenticeshipRef"):
    reference: str = Field(examples=["Q-0009000001"])
    title: str = Field(examples=["Intermediate Apprenticeship in Team Leading"])


class ResultResponse(ResponseBody, title="Result"):
    """One award of a learner, and its status."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    centre_reference: str | None
    centre: str = Field(examples=["48213"])
    centre_name: str | None = Field(examples=["Riverside Training"])
    qualification: QualificationRef
    apprenticeship: ApprenticeshipRef | None
    """The apprenticeship that the registration came with, if any."""
    claim: str = Field(examples=["AC-0000000042"])
    award_type: AwardType
    award_date: date
    is_eligible: bool
    status: ClaimStatus
    certificate: str | None = Field(examples=["C-0000000017T"])
    in_force: bool = Field(description="Whether the certificate is in force.")
    issued_to: str | None = ISSUED_TO
    overall_grade: str | None = Field(examples=["Pass"])
    updated_at: AwareDatetime


@router.get("/results", operation_id="listResults")
def list_results(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    part: PagingSince,
    name: NameFilter = None,
    given_name: GivenName = "",
    family_name: FamilyName = "",
    first_name: FormerClause = "",
    last_name: FormerClause = "",
    learner_reference: Clause = "",
    product_title: Clause = "",
    grade: Clause = "",
    sort: Annotated[ResultSort | None, Sort] = None,
    *,
    total: Total = False,
) -> ListResponse[ResultResponse]:
    """Find results that match all clauses; names match by the start of a word (R1).

    ``name`` is given name, family name or both in any order. ``learner_reference`` is the
    learner ID, or its last digits, or the centre's own reference.
    """
    found = result_search.search_results(
        reads,
        centre=scope(user),
        clauses=ResultFilter(
            name=name or "",
            given_name=f"{given_name} {first_name}".strip(),
            family_name=f"{family_name} {last_name}".strip(),
            learner_reference=learner_reference,
            products=products_titled(service.catalogue, product_title),
            grade=grade,
            updated_since=part.updated_since,
        ),
        sort=sort,
        count_to=MOST_COUNTED if total else 0,
        limit=part.limit,
        cursor=part.cursor,
    )
    names = centre_names(service.context, {row.centre for row in found.rows})
    return list_response(
        request, response, found, lambda r: result_response(service.catalogue, r, names)
    )


def result_response(
    catalogue: Catalogue, result: Result, centre_names: Mapping[str, str]
) -> ResultResponse:
    return ResultResponse(
        learner=result.learner,
        given_name=result.given_name,
        family_name=result.family_name,
        centre_reference=result.centre_reference,
        centre=result.centre,
        centre_name=centre_names.get(result.centre),
        qualification=qualification_ref(catalogue, result.qualification),
        apprenticeship=apprenticeship_named(catalogue, result.apprenticeship),
        claim=result.claim,
        award_type=AwardType(result.award_type),
        award_date=result.award_date,
        is_eligible=result.is_eligible,
        status=result.standing,
        certificate=result.certificate,
        in_force=result.in_force,
        issued_to=issued_to(result),
        overall_grade=result.overall_grade,
        updated_at=result.updated_at,
    )


def issued_to(result: Result) -> str | None:
    """Return the name of the certificate's holder, if there is one."""
    if result.certificate is None:
        return None
    return holder_name(result.holder_given_name, result.holder_family_name)


def apprenticeship_named(
    catalogue: Catalogue, reference: str | None
) -> ApprenticeshipRef | None:
    """Name an apprenticeship; by reference alone if it is no longer offered."""
    if reference is None:
        return None
    found = catalogue.apprenticeships.get(reference)
    title = found.title if found else reference
    return ApprenticeshipRef(reference=reference, title=title)
