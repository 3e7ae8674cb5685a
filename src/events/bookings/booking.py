"""What can happen to a booking: a learner's place at a test, at a chosen time."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from events.event import Event, Personal


class BookingMade(Event, topic="booking.made"):
    """A confirmed entry order gave a learner a place at a test.

    ``extra_time`` is in per cent of ``minutes``, which are the unit's.
    """

    booking: str
    order: str
    registration: str
    learner: str
    centre: str
    qualification: str
    unit: str
    delivery: str
    mode: str | None
    starts: datetime
    minutes: int
    extra_time: int
    price: Decimal
    purchase_order: str | None


class BookingAmended(Event, topic="booking.amended"):
    """Time, mode or extra time changed; earlier packages are stale.

    ``by_specialist``: an Account Specialist set the extra time.
    """

    starts: datetime
    mode: str | None
    extra_time: int
    person_id: UUID
    reason: Personal[str | None] = None
    by_specialist: bool = False


class BookingRoomGiven(Event, topic="booking.room-given"):
    """The room of the test was set; None removes it."""

    room: str | None


class BookingCancelled(Event, topic="booking.cancelled"):
    """The booking was cancelled; ``charge_stands`` if it had been invoiced."""

    booking: str
    invoice_status: str
    charge_stands: bool


class LaunchLinkMade(Event, topic="booking.launch-link-made"):
    """A launch link was made, valid once and until ``expires``; only its digest is kept."""

    digest: str
    expires: datetime


class LaunchLinkUsed(Event, topic="booking.launch-link-used"):
    """The test was started with this link."""

    digest: str


class PackageDownloaded(Event, topic="booking.package-downloaded"):
    """An offline package of this revision was made for a user and a client."""

    package: str
    revision: int
    sha256: str
    pin: str
    client: str
    user: str


class AnswersReceived(Event, topic="booking.answers-received"):
    """The answers of an offline test came back, from that package."""

    package: str
    file: str
    size: int
    sha256: str


class BookingTaken(Event, topic="booking.taken"):
    """The learner sat the test."""


class BookingMissed(Event, topic="booking.missed"):
    """The learner was absent."""


class BookingResultAdded(Event, topic="booking.result-added"):
    """The test has a result; a pass gives the grade."""

    is_pass: bool
    grade: str
    sat_on: date
    mark: int | None = None


class BookingOutcomeCorrected(Event, topic="booking.outcome-corrected"):
    """The reported outcome was corrected; the fields hold all of it as it is now."""

    attendance: str
    is_pass: bool | None
    grade: str | None
    sat_on: date | None
    mark: int | None
    person_id: UUID
    reason: Personal[str]
