"""The public messages about bookings: a learner's place at a test, and that a result exists."""

from datetime import datetime
from decimal import Decimal

from downstream.messages.message import Message, tells
from events.bookings import booking


@tells(booking.BookingMade, subject="booking")
class BookingMadeMessage(Message, frozen=True, kw_only=True):
    """A confirmed entry order gave a learner a place at a test; ``price`` is in pounds."""

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
    """Time, mode or extra time changed; the API gives the extra time."""

    booking: str
    registration: str
    starts: datetime
    mode: str | None


@tells(booking.BookingCancelled, subject="booking")
class BookingCancelledMessage(Message, frozen=True, kw_only=True):
    """The booking was cancelled; ``charge_stands`` if it had been invoiced."""

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
    """There is a result; the API gives it."""

    booking: str
    registration: str


@tells(booking.BookingOutcomeCorrected, subject="booking")
class BookingOutcomeCorrectedMessage(Message, frozen=True, kw_only=True):
    """The reported outcome was corrected; the API gives the present one."""

    booking: str
    registration: str
