"""Registrations over HTTP."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import AwareDatetime, Field

from aggregates.registrations.invoice_line import InvoiceStatus
from aggregates.registrations.registration_state import Status
from api.http.dependencies import (
    CurrentUser,
    PagingSince,
    Reads,
    ServiceOf,
    Sort,
    Total,
    centre_of,
    scope,
)
from api.http.references import (
    CentreName,
    Filter,
    LearnerRef,
    NameFilter,
    learner_refs,
    learner_refs_by_id,
    with_centre_name,
)
from api.http.request_context import RequestContext, RequestContextOf
from api.http.responses import MOST_COUNTED, ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from api.orders.order_view import Amount
from api.orders.product_filters import Products
from catalogue import Catalogue, Qualification
from projections.history.redaction import sees_prices
from projections.registrations import invoice_lines, registrations
from projections.registrations.registration_rows import RegistrationRow
from projections.registrations.registrations import RegistrationSort
from queries.registrations.registrations import invoicing, read_registration
from queries.titles import pathway_title, title_of

router = Router(prefix="/registrations", tags=["registrations"])

Called = Annotated[str, Path(max_length=20, examples=["R-0000000042"])]


class RegistrationResponse(ResponseBody, title="Registration"):
    """One learner on one product, as ordered, with its status."""

    registration: str = Field(examples=["R-0000000042"])
    learner: str = Field(examples=["L-0000000017T"])
    given_name: str = Field(examples=["Chloë"])
    family_name: str = Field(examples=["D'Arcy"])
    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    product: str = Field(examples=["Q-0005001227"])
    number: str | None = Field(examples=["601/3450/1"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])
    pathway: str | None = Field(examples=["MAIN"])
    pathway_title: str | None = Field(examples=["Diploma"])
    rules_version: int
    status: Status
    order: str = Field(examples=["O-0000000042"])
    ordered_at: AwareDatetime
    purchase_order_number: str | None = Field(
        description="Null to a centre that did not order it.", examples=["PO-2026-117"]
    )
    price: Amount | None = Field(
        description="In pounds and pence. Null to a centre that did not order it.",
        examples=["98.00"],
    )
    currency: str = Field(default="GBP", examples=["GBP"])
    invoice_status: InvoiceStatus | None = Field(
        description="None where nothing is charged."
    )
    course_starts: date
    course_ends: date
    updated_at: AwareDatetime
    parent: str | None = Field(examples=["R-0000000041"])
    """The registration on an apprenticeship that it came with."""
    apprenticeship: str | None = Field(examples=["Q-0009000001"])
    apprenticeship_title: str | None
    parts: list[str] = Field(examples=[[]])
    """On an apprenticeship, the registrations on its qualifications."""


@router.get("", operation_id="listRegistrations")
def list_registrations(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    part: PagingSince,
    product: Products,
    learner: Filter = None,
    order: Filter = None,
    status: Status | None = None,
    parent: Filter = None,
    centre: Filter = None,
    name: NameFilter = None,
    sort: Annotated[RegistrationSort | None, Sort] = None,
    *,
    total: Total = False,
) -> ListResponse[RegistrationResponse]:
    """List registrations, newest first, that match all criteria.

    ``name`` is of the learner: given name, family name or both in any order.
    """
    found = registrations.search_registrations(
        reads,
        centre=scope(user, centre),
        learner=learner,
        product=product,
        order=order,
        status=status,
        parent=parent,
        name=name,
        updated_since=part.updated_since,
        sort=sort,
        count_to=MOST_COUNTED if total else 0,
        limit=part.limit,
        cursor=part.cursor,
    )
    people = learner_refs_by_id(
        reads,
        service.context,
        {row.learner for row in found.rows},
        seen_by=scope(user),
    )
    statuses = invoice_lines.statuses_of(
        reads, [row.registration for row in found.rows if row.price]
    )

    def response_of(row: RegistrationRow) -> RegistrationResponse:
        person = people[row.learner]
        return registration_response(
            row, person, service.catalogue, statuses, to=scope(user)
        )

    return list_response(request, response, found, response_of)


@router.get("/{registration}", operation_id="getRegistration")
def get_registration(
    registration: Called, context: RequestContextOf
) -> RegistrationResponse:
    """Show a registration as it is now."""
    return respond_with_registration(context, registration)


def respond_with_registration(
    context: RequestContext, registration: str
) -> RegistrationResponse:
    stream, row = read_registration(context.command_context, registration, context.by)
    context.set_etag(stream)
    (person,) = learner_refs(context.command_context, [row.learner], seen_by=None)
    return with_centre_name(
        context.command_context,
        registration_response(
            row,
            person,
            context.service.catalogue,
            invoicing(context.command_context, [row]),
            to=centre_of(context.by),
        ),
    )


def registration_response(
    row: RegistrationRow,
    person: LearnerRef,
    catalogue: Catalogue,
    invoicing: Mapping[str, InvoiceStatus],
    *,
    to: str | None,
) -> RegistrationResponse:
    """Show a registration to a centre, or to a reader of all; its title is today's.

    Its price and purchase order number are shown only to the centre that ordered it (L6).
    """
    is_theirs = sees_prices(row.ordered_by, to)
    product = catalogue.products.get(row.product)
    return RegistrationResponse(
        registration=row.registration,
        learner=row.learner,
        given_name=person.given_name,
        family_name=person.family_name,
        centre=row.centre,
        product=row.product,
        number=product.number if isinstance(product, Qualification) else None,
        title=product.title if product else None,
        pathway=row.pathway,
        pathway_title=pathway_title(catalogue, row.product, row.pathway),
        rules_version=row.rules_version,
        status=row.status,
        order=row.order,
        ordered_at=row.ordered_at,
        purchase_order_number=row.purchase_order if is_theirs else None,
        price=row.price if is_theirs else None,
        invoice_status=invoicing.get(row.registration),
        course_starts=row.course_starts,
        course_ends=row.course_ends,
        updated_at=row.updated_at,
        parent=row.parent,
        apprenticeship=row.apprenticeship,
        apprenticeship_title=title_of(catalogue, row.apprenticeship),
        parts=list(row.parts),
    )
