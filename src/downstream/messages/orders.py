"""The public messages about orders: that they were confirmed, and what they made."""

from decimal import Decimal

from downstream.messages.message import Message, tells
from events.bookings.entry_order import EntryOrderConfirmed
from events.orders.order import ConfirmedLine, ConfirmedPart, OrderConfirmed


def registrations_of(event: OrderConfirmed, _: object) -> tuple[str, ...]:
    """Return the registrations that the order made, including those on parts."""
    each: list[ConfirmedLine | ConfirmedPart] = []
    for line in event.lines:
        each += [line, *line.parts]
    return tuple(name for made in each for name in made.registrations.values())


@tells(OrderConfirmed, subject="order", derived={"registrations": registrations_of})
class OrderConfirmedMessage(Message, frozen=True, kw_only=True):
    """The order was confirmed and made registrations; ``total`` is in pounds."""

    order: str
    registrations: tuple[str, ...]
    total: Decimal


@tells(
    EntryOrderConfirmed,
    subject="order",
    derived={"bookings": lambda event, _: tuple(e.booking for e in event.entries)},
)
class EntryOrderConfirmedMessage(Message, frozen=True, kw_only=True):
    """The entry order was confirmed and made bookings; ``total`` is in pounds."""

    order: str
    bookings: tuple[str, ...]
    total: Decimal
