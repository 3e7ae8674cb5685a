"""A booking, and what can have become of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from aggregates.bookings.booking import Booking
from aggregates.bookings.booking_state import Later
from events.bookings.booking import (
    AnswersReceived,
    BookingAmended,
    BookingCancelled,
    BookingMade,
    BookingMissed,
    BookingResultAdded,
    BookingTaken,
    PackageDownloaded,
)

T = datetime(2026, 12, 10, 10, tzinfo=UTC)
OPENS, CLOSES = T - timedelta(hours=4), T + timedelta(hours=4)
BREATH = timedelta(microseconds=1)
DAY = timedelta(days=1)
PERSON = UUID(int=7)
MADE = BookingMade(
    booking="B-0000000001",
    order="O-0000000001",
    registration="R-0000000001",
    learner="L-0000000001F",
    centre="48213",
    qualification="Q-0005001227",
    unit="F/506/1934",
    delivery="Onscreen",
    mode="Online",
    starts=T,
    minutes=60,
    extra_time=0,
    price=Decimal("14.50"),
    purchase_order=None,
)
CANCELLED = BookingCancelled(
    booking=MADE.booking, invoice_status="Not invoiced", charge_stands=False
)
PACKAGE = PackageDownloaded(
    package="p1", revision=1, sha256="", pin="pin", client="c1", user="ann"
)
ANSWERS = AnswersReceived(package="p1", file="f", size=3, sha256="a")
PASS = BookingResultAdded(is_pass=True, grade="P", sat_on=T.date(), mark=40)
OVER = [[CANCELLED], [BookingTaken()], [BookingMissed()]]


def booked(*later: Later, **made: Any) -> Booking:
    return Booking.replay([BookingMade(**{**vars(MADE), **made}), *later])


def amend(booking: Booking, now: datetime, **changes: Any) -> list[BookingAmended]:
    present = {
        "starts": booking.starts,
        "mode": booking.mode,
        "extra_time": booking.extra_time,
        "reason": None,
        "person_id": PERSON,
    }
    return booking.amend(**{**present, **changes}, now=now)
