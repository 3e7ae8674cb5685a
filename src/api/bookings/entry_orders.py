"""Entry orders over HTTP: tests are collected in steps, then booked at once (B1)."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import AwareDatetime, Field

from aggregates.learners.learner import Learner
from api.bookings.entry_bodies import EntriesRequest, EntryChange, NewEntryOrder
from api.http.dependencies import (
    CurrentUser,
    PagingSince,
    Reads,
    ServiceOf,
    Today,
    scope,
)
from api.http.idempotency import IdempotentRequestOf
from api.http.references import PATTERN, CentreName, ConfirmLoss
from api.http.request_context import (
    ConditionalContextOf,
    RequestContext,
    RequestContextOf,
)
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from api.learners.learners import Called
from api.orders.order_bodies import GivenPurchaseOrderNumber, Price
from api.orders.order_listing import FiltersOf, OrderSummary, order_listed
from api.orders.order_view import Amount
from catalogue import Catalogue
from catalogue.json_pointer import json_pointer
from commands.bookings.entry_order import (
    AddEntries,
    BeginEntryOrder,
    ChangeEntry,
    ChooseEntries,
    ConfirmEntryOrder,
    DeleteEntryOrder,
    GiveEntryPurchaseOrderNumber,
    RemoveEntry,
)
from events.bookings.entry_order import ConfirmedEntry
from projections.orders import order_search
from projections.orders.order_search import ListedOrder
from projections.orders.orders import OrderKind, OrderState
from queries.bookings.entry_orders import entry_order_details
from queries.titles import title_of, unit_title
from repositories.aggregate_types import ENTRY_ORDER

router = Router(prefix="/entry-orders", tags=["bookings"])

Ordered = Annotated[
    str, Path(alias="entry_order", max_length=20, examples=["O-0000000042"])
]
UnitOfEntry = Annotated[
    str | None,
    Query(
        max_length=20,
        pattern=PATTERN,
        description="Only the entry for this unit.",
        examples=["F/506/1934"],
    ),
]


class EntryOrderPurchaseOrderNumber(
    GivenPurchaseOrderNumber, title="EntryOrderPurchaseOrderNumber"
):
    """The number printed on the invoice of the entries."""


class EntriesConfirmed(RequestBody, title="EntryOrderConfirmation"):
    """The total cost that the user saw."""

    total: Price = Field(examples=["14.50"])


class EntryResponse(ResponseBody, title="Entry"):
    """An entry with its price; once confirmed, with its booking."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str = Field(examples=["Chloë"])
    family_name: str = Field(examples=["D'Arcy"])
    is_erased: bool = Field(
        description="Whether the learner's personal data were erased: the entry cannot be"
        " booked. Take it off."
    )
    qualification: str = Field(examples=["Q-0005001227"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])
    apprenticeship: str | None = Field(examples=["Q-0009000001"])
    apprenticeship_title: str | None
    unit: str = Field(examples=["F/506/1934"])
    unit_title: str | None = Field(examples=["Participate in a project"])
    delivery: str
    starts: AwareDatetime | None
    mode: str | None
    extra_time: int
    price: Amount
    booking: str | None = Field(examples=["B-0000000042"])
    registration: str | None


class MissingResponse(ResponseBody, title="EntryOrderMissing"):
    pointer: str = Field(examples=["/entries/0/starts"])
    message: str


class EntryOrderResponse(ResponseBody, title="EntryOrder"):
    """An entry order as it is now, and what it still lacks (B1)."""

    order: str = Field(examples=["O-0000000042"])
    centre: str
    centre_name: CentreName = None
    state: OrderState
    is_confirmed: bool
    entries: list[EntryResponse]
    purchase_order_number: str | None
    total: Amount
    currency: str = Field(default="GBP", examples=["GBP"])
    missing: list[MissingResponse]


@router.get("", operation_id="listEntryOrders")
def list_entry_orders(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    today: Today,
    part: PagingSince,
    filters: FiltersOf,
) -> ListResponse[OrderSummary]:
    """List the centre's entry orders, newest first (B1); for all orders see GET /orders."""
    found = order_search.search_orders(
        reads,
        centre=scope(user),
        filters=replace(
            filters, kind=OrderKind.ENTRIES, updated_since=part.updated_since
        ),
        limit=part.limit,
        cursor=part.cursor,
    )

    def order_summary(row: ListedOrder) -> OrderSummary:
        return order_listed(service.catalogue, row, today)

    return list_response(request, response, found, order_summary)


@router.post("", operation_id="createEntryOrder", status_code=HTTPStatus.CREATED)
def begin_entry_order(
    body: NewEntryOrder, context: RequestContextOf
) -> EntryOrderResponse:
    """Begin an entry order, with everything already known about it."""
    return context.answer_created(
        BeginEntryOrder(
            **context.command_metadata,
            entries=body.entries_requested(),
            lines=body.lines_told(context),
            purchase_order=body.purchase_order_number,
        ),
        respond_with_entry_order,
        "/entry-orders",
    )


@router.get("/{entry_order}", operation_id="getEntryOrder")
def get_entry_order(
    entry_order: Ordered, context: RequestContextOf
) -> EntryOrderResponse:
    """Show an entry order: the price of each entry, and what is still missing."""
    return respond_with_entry_order(context, entry_order)


@router.put("/{entry_order}/entries", operation_id="setEntryOrderEntries")
def choose(
    entry_order: Ordered, body: EntriesRequest, context: ConditionalContextOf
) -> EntryOrderResponse:
    """Replace the entries of an order; they may still be incomplete."""
    return context.answer(
        ChooseEntries(
            **context.command_metadata,
            order=entry_order,
            entries=body.entries_requested(),
            lines=body.lines_told(context),
            confirm_loss=body.confirm_loss,
        ),
        respond_with_entry_order,
        entry_order,
    )


@router.post("/{entry_order}/entries", operation_id="addEntryOrderEntries")
def add_entries(
    entry_order: Ordered, body: EntriesRequest, context: RequestContextOf
) -> EntryOrderResponse:
    """Add entries to the order, one by one or in lines for many learners."""
    return context.answer(
        AddEntries(
            **context.command_metadata,
            order=entry_order,
            entries=body.entries_requested(),
            lines=body.lines_told(context),
        ),
        respond_with_entry_order,
        entry_order,
    )


@router.patch("/{entry_order}/entries/{learner}", operation_id="updateEntryOrderEntry")
def change_entry(
    entry_order: Ordered,
    learner: Called,
    body: EntryChange,
    context: ConditionalContextOf,
    unit: UnitOfEntry = None,
) -> EntryOrderResponse:
    """Change a learner's entry for a unit, or all of a learner's entries."""
    return context.answer(
        ChangeEntry(
            **context.command_metadata,
            order=entry_order,
            learner=learner,
            unit=unit,
            changes=body.changes(),
            confirm_loss=body.confirm_loss,
        ),
        respond_with_entry_order,
        entry_order,
    )


@router.delete("/{entry_order}/entries/{learner}", operation_id="removeEntryOrderEntry")
def remove_entry(
    entry_order: Ordered,
    learner: Called,
    context: ConditionalContextOf,
    unit: UnitOfEntry = None,
    *,
    confirm_loss: ConfirmLoss = False,
) -> EntryOrderResponse:
    """Remove a learner's entry for a unit, or all of a learner's entries."""
    return context.answer(
        RemoveEntry(
            **context.command_metadata,
            order=entry_order,
            learner=learner,
            unit=unit,
            confirm_loss=confirm_loss,
        ),
        respond_with_entry_order,
        entry_order,
    )


@router.put(
    "/{entry_order}/purchase-order-number",
    operation_id="setEntryOrderPurchaseOrderNumber",
)
def give_number(
    entry_order: Ordered,
    body: EntryOrderPurchaseOrderNumber,
    context: ConditionalContextOf,
) -> EntryOrderResponse:
    """Set the centre's purchase order number; null removes it."""
    return context.answer(
        GiveEntryPurchaseOrderNumber(
            **context.command_metadata,
            order=entry_order,
            number=body.purchase_order_number,
        ),
        respond_with_entry_order,
        entry_order,
    )


@router.delete(
    "/{entry_order}", operation_id="deleteEntryOrder", status_code=HTTPStatus.NO_CONTENT
)
def delete_entry_order(entry_order: Ordered, context: ConditionalContextOf) -> None:
    """Delete an order that has not been confirmed."""
    context.send(DeleteEntryOrder(**context.command_metadata, order=entry_order))


@router.post("/{entry_order}/confirm", operation_id="confirmEntryOrder")
def confirm_entry_order(
    entry_order: Ordered, body: EntriesConfirmed, context: IdempotentRequestOf
) -> EntryOrderResponse:
    """Book every entry or none, at the total that the user saw (B1-B7)."""
    return context.answer(
        ConfirmEntryOrder(
            **context.command_metadata, order=entry_order, total=body.total
        ),
        respond_with_entry_order,
        entry_order,
    )


def respond_with_entry_order(context: RequestContext, name: str) -> EntryOrderResponse:
    _, order = context.load_tagged(ENTRY_ORDER, name)
    commands = context.command_context
    shown = entry_order_details(commands, order, context.at)
    return EntryOrderResponse(
        order=order.order,
        centre=order.centre,
        centre_name=shown.centre_name,
        state=OrderState.CONFIRMED if order.confirmed else OrderState.DRAFT,
        is_confirmed=order.confirmed is not None,
        entries=[
            entry_response(each, shown.people[each.entry.learner], commands.catalogue)
            for each in shown.entries
        ],
        purchase_order_number=order.purchase_order,
        total=shown.total,
        missing=[
            MissingResponse(pointer=json_pointer(each.path or ()), message=str(each))
            for each in shown.missing
        ],
    )


def entry_response(
    confirmed: ConfirmedEntry, person: Learner, catalogue: Catalogue
) -> EntryResponse:
    """Show an entry; booking and registration are empty until it is confirmed."""
    entry = confirmed.entry
    return EntryResponse(
        **vars(entry),
        given_name=person.details.given_name,
        family_name=person.details.family_name,
        is_erased=person.is_erased,
        title=title_of(catalogue, entry.qualification),
        apprenticeship_title=title_of(catalogue, entry.apprenticeship),
        unit_title=unit_title(catalogue, entry.qualification, entry.unit),
        price=confirmed.price,
        booking=confirmed.booking or None,
        registration=confirmed.registration or None,
    )
