"""The public messages to invoicing: charges, credits, corrections of numbers (C1 to C4)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from aggregates.registrations.invoice_line import CREDIT
from commands.registrations.invoice import is_charge, is_credit
from downstream.messages.message import LINES, Message, tells
from events.bookings.booking import BookingCancelled, BookingMade
from events.event import Event
from events.registrations.invoice import InvoiceNumberRecorded, InvoiceStatusReported
from events.registrations.registration import RegistrationCancelled, RegistrationMade

CURRENCY = "GBP"


@tells(InvoiceStatusReported, subject="line")
class InvoiceStatusChangedMessage(Message, frozen=True, kw_only=True):
    """Invoicing reported a line's status; ``invoice`` is the document's number."""

    line: str
    status: str
    invoice: str | None


class LineMessage(Message, frozen=True, kw_only=True):
    """The data that charges and credits share; ``amount`` is in pounds.

    ``cause`` is the event that caused it. ``product`` is what was ordered (for a test, the
    qualification, with the ``unit``), and ``order`` is its order.
    """

    line: str
    learner: str
    product: str
    unit: str | None
    order: str
    purchase_order_number: str | None
    amount: Decimal
    currency: str
    cause: str


class LineChargedMessage(LineMessage, frozen=True, kw_only=True):
    """A charge was made."""


class LineCreditedMessage(LineMessage, frozen=True, kw_only=True):
    """A credit cancels a charge, by a line of its own; its amount is negative."""

    credit_of: str


def line_of(event: Event, begun: Any) -> str:
    """Return the line's name: the thing charged, with a suffix for a credit."""
    name = begun.registration if isinstance(begun, RegistrationMade) else begun.booking
    return f"{name}{CREDIT}" if is_credit(event) else str(name)


_COMMON: dict[str, Callable[[Any, Any], object]] = {
    "line": line_of,
    "product": lambda _, begun: getattr(begun, "product", None) or begun.qualification,
    "unit": lambda _, begun: getattr(begun, "unit", None),
    "purchase_order_number": lambda _, begun: begun.purchase_order,
    "currency": lambda *_: CURRENCY,
    "cause": lambda event, _: event.topic,
}

for charged in (RegistrationMade, BookingMade):
    tells(
        charged,
        subject="line",
        topic=LINES,
        name="invoice-line.charged",
        when=lambda event, _: is_charge(event),
        derived={**_COMMON, "amount": lambda event, _: event.price},
    )(LineChargedMessage)

for cancelled in (RegistrationCancelled, BookingCancelled):
    tells(
        cancelled,
        subject="line",
        topic=LINES,
        name="invoice-line.credited",
        when=lambda event, begun: is_charge(begun) and is_credit(event),
        derived={
            **_COMMON,
            "amount": lambda _, begun: -begun.price,
            "credit_of": lambda event, begun: line_of(event, begun)[: -len(CREDIT)],
        },
    )(LineCreditedMessage)


@tells(
    InvoiceNumberRecorded,
    subject="line",
    topic=LINES,
    name="invoice-line.corrected",
    derived={"cause": lambda event, _: event.topic},
)
class LineCorrectedMessage(Message, frozen=True, kw_only=True):
    """The number of a line's document was added late, or replaces a wrong one."""

    line: str
    number: str
    is_credit_note: bool
    replaces: str | None
    cause: str
