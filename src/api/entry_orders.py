"""Orders of entries over HTTP: tests put together in steps, then booked at once (B1)."""

from collections.abc import Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, Field

from aggregates.sitting_time import Delivery, Mode, read_time
from api.named import LearnerName, Name, ProductName
from api.order_bodies import Price, PurchaseNumber
from api.order_view import Amount
from api.retries import OnceOnly
from api.schemas import RequestBody, ResponseBody
from api.visit import Amending, Visit, Visiting
from commands.entry_order import (
    BeginEntryOrder,
    ChooseEntries,
    ConfirmEntryOrder,
    DeleteEntryOrder,
    Found,
    GiveEntryPurchaseOrderNumber,
    read_entry_order,
)
from events.entry_order import Entry

router = APIRouter(prefix="/entry-orders", tags=["bookings"])

Ordered = Annotated[
    str, Path(alias="entry_order", max_length=20, examples=["O-0000000042"])
]


class EntryTold(RequestBody, title="EntryChoice"):
    """A test to be booked for a learner; its time is in London unless it says else."""

    learner: LearnerName
    qualification: ProductName
    apprenticeship: Name | None = Field(
        default=None, description="The one the learner came through, if they did."
    )
    unit: Name = Field(examples=["F/506/1934"])
    delivery: Delivery
    starts: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, examples=["2026-12-10T10:00"]
    )
    mode: Mode | None = None
    extra_time: int = Field(default=0, ge=0, le=1000, description="In per cent.")


class NewEntryOrder(RequestBody, title="NewEntryOrder"):
    entries: list[EntryTold] = Field(default=[])
    purchase_order_number: PurchaseNumber = None


class EntriesChosen(RequestBody, title="EntriesChoice"):
    entries: list[EntryTold]


class NumberGiven(RequestBody, title="EntryOrderPurchaseOrderNumber"):
    number: PurchaseNumber


class EntriesConfirmed(RequestBody, title="EntryOrderConfirmation"):
    """What the entries were seen to cost."""

    total: Price = Field(examples=["14.50"])


class EntryShown(ResponseBody, title="Entry"):
    """An entry, with what it costs; confirmed, with its booking."""

    learner: str
    qualification: str
    apprenticeship: str | None
    unit: str
    delivery: str
    starts: AwareDatetime | None
    mode: str | None
    extra_time: int
    price: Amount
    booking: str | None = Field(examples=["B-0000000042"])
    registration: str | None


class MissingShown(ResponseBody, title="EntryOrderMissing"):
    pointer: str = Field(examples=["/entries/0/starts"])
    message: str


class EntryOrderShown(ResponseBody, title="EntryOrder"):
    """An order of entries as it is now, and what it still lacks (B1)."""

    order: str = Field(examples=["O-0000000042"])
    centre: str
    is_confirmed: bool
    entries: list[EntryShown]
    purchase_order_number: str | None
    total: Amount
    currency: str = Field(default="GBP", examples=["GBP"])
    missing: list[MissingShown]


@router.post("", operation_id="createEntryOrder", status_code=HTTPStatus.CREATED)
def begin(body: NewEntryOrder, visit: Visiting) -> EntryOrderShown:
    """Begin an order of entries, with all that is known of it."""
    command = BeginEntryOrder(
        **visit.said,
        entries=entries_told(body.entries),
        purchase_order=body.purchase_order_number,
    )
    done = visit.send(command)
    visit.made(f"/entry-orders/{done.made}")
    return shown(visit, done.made)


@router.get("/{entry_order}", operation_id="getEntryOrder")
def one(entry_order: Ordered, visit: Visiting) -> EntryOrderShown:
    """Show an order of entries, with what each costs and what is still missing."""
    return shown(visit, entry_order)


@router.put("/{entry_order}/entries", operation_id="setEntryOrderEntries")
def choose(
    entry_order: Ordered, body: EntriesChosen, visit: Amending
) -> EntryOrderShown:
    """Put these entries in place of those before; they may still lack anything."""
    command = ChooseEntries(
        **visit.said,
        order=entry_order,
        entries=entries_told(body.entries),
    )
    visit.send(command)
    return shown(visit, entry_order)


@router.put(
    "/{entry_order}/purchase-order-number",
    operation_id="setEntryOrderPurchaseOrderNumber",
)
def give_number(
    entry_order: Ordered, body: NumberGiven, visit: Amending
) -> EntryOrderShown:
    """Say what the purchase is called; null takes it away."""
    command = GiveEntryPurchaseOrderNumber(
        **visit.said, order=entry_order, number=body.number
    )
    visit.send(command)
    return shown(visit, entry_order)


@router.delete(
    "/{entry_order}", operation_id="deleteEntryOrder", status_code=HTTPStatus.NO_CONTENT
)
def delete(entry_order: Ordered, visit: Amending) -> None:
    """Throw away an order that has not been confirmed."""
    command = DeleteEntryOrder(**visit.said, order=entry_order)
    visit.send(command)


@router.post("/{entry_order}/confirm", operation_id="confirmEntryOrder")
def confirm(
    entry_order: Ordered, body: EntriesConfirmed, visit: OnceOnly
) -> EntryOrderShown:
    """Book every entry or none, at the total that was seen (B1-B7)."""
    command = ConfirmEntryOrder(**visit.said, order=entry_order, total=body.total)
    visit.send(command)
    return shown(visit, entry_order)


def entries_told(told: Sequence[EntryTold]) -> tuple[Entry, ...]:
    """Read entries, their times in London. Raises TimeMalformed, TimeSkipped."""
    return tuple(
        Entry(
            learner=each.learner,
            qualification=each.qualification,
            apprenticeship=each.apprenticeship,
            unit=each.unit,
            delivery=each.delivery,
            starts=read_time(each.starts, pointer=f"/entries/{number}/starts")
            if each.starts
            else None,
            mode=each.mode,
            extra_time=each.extra_time,
        )
        for number, each in enumerate(told)
    )


def shown(visit: Visit, name: str) -> EntryOrderShown:
    stream, order = read_entry_order(name, visit.by, visit.desk)
    visit.show(stream)
    if order.confirmed is not None:
        made = order.confirmed.entries
        entries = [
            entry_shown(each.entry, each.price, each.booking, each.registration)
            for each in made
        ]
        missing, total = [], order.confirmed.total
    else:
        found = Found.of(visit.desk, order.centre, order.entries)
        prices = order.prices(found.places)
        entries = [
            entry_shown(entry, price)
            for entry, price in zip(order.entries, prices, strict=True)
        ]
        missing = [
            MissingShown(pointer=each.pointer or "", message=str(each))
            for each in order.obstacles(
                found.places, found.timetables, visit.at, left=found.left
            )
        ]
        total = sum(prices, Decimal("0.00"))
    return EntryOrderShown(
        order=order.order,
        centre=order.centre,
        is_confirmed=order.confirmed is not None,
        entries=entries,
        purchase_order_number=order.purchase_order,
        total=total,
        missing=missing,
    )


def entry_shown(
    entry: Entry,
    price: Decimal,
    booking: str | None = None,
    registration: str | None = None,
) -> EntryShown:
    return EntryShown(
        **vars(entry), price=price, booking=booking, registration=registration
    )
