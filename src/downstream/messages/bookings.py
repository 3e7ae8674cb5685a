"""The public messages about bookings: a learner's place at a test, and that a result exists."""

from datetime import datetime
from decimal import Decimal

from downstream.messages.message import Message, tells
from events.bookings import booking


@tells(booking.BookingMade, subject="booking")
class BookingMadeMessage(Message, frozen=True, kw_only=True):
    """A confirmed order of entries gave a learner a place; ``price`` is in pounds."""

    booking: str
    order: str
    registration: str
    learner: str
    qualification: str
    unit: str
    delivery: str
    mode: str | None
    starts: datetime
    price: Decimal


@tells(booking.BookingAmended, subject="booking")
class BookingAmendedMessage(Message, frozen=True, kw_only=True):
    """Time or mode are others now; or the extra time, which the API tells."""

    booking: str
    registration: str
    starts: datetime
    mode: str | None


@tells(booking.BookingCancelled, subject="booking")
class BookingCancelledMessage(Message, frozen=True, kw_only=True):
    """The place was given up; what had been invoiced of it stays charged."""

    booking: str
    registration: str
    charge_stands: bool


@tells(booking.BookingTaken, subject="booking")
class BookingTakenMessage(Message, frozen=True, kw_only=True):
    """The test was sat."""

    booking: str
    registration: str


@tells(booking.BookingMissed, subject="booking")
class BookingMissedMessage(Message, frozen=True, kw_only=True):
    """The test was missed."""

    booking: str
    registration: str


@tells(booking.BookingResultAdded, subject="booking")
class BookingResultAddedMessage(Message, frozen=True, kw_only=True):
    """There is a result: ask the API for it."""

    booking: str
    registration: str


@tells(booking.BookingOutcomeCorrected, subject="booking")
class BookingOutcomeCorrectedMessage(Message, frozen=True, kw_only=True):
    """How the test went was reported wrongly: ask the API for how it is now."""

    booking: str
    registration: str
