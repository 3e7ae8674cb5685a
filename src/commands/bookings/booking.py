"""Commands on a booking: amend, cancel, launch, and report the outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import ClassVar

from aggregates.bookings.booking import Booking
from aggregates.bookings.booking_amendment import BookingAmendment
from aggregates.bookings.booking_refusals import (
    LaunchLinkInvalid,
)
from aggregates.bookings.outcome import result_of
from aggregates.bookings.sitting import Attendance
from aggregates.bookings.timetable import Timetable
from aggregates.centres.user import require_reason_of
from aggregates.registrations.cancellation import charge_stands
from aggregates.registrations.registration import Registration
from commands.claims.claim import rules_of
from commands.command import Command, CommandContext, CommandResult, handles
from commands.registrations.invoice import read_line
from events.bookings.booking import (
    BookingCancelled,
    BookingMissed,
    BookingResultAdded,
    BookingTaken,
)
from events.bookings.sitting import (
    TestCalledOff,
    TestMissed,
    TestResultAdded,
    TestTaken,
)
from events.bookings.timetable import SittingDropped
from events.centres.user import Role
from events.event import Event
from events.identifier import stream_of
from repositories.aggregate_types import BOOKING, REGISTRATION, TIMETABLE
from repositories.repository import load_known
from store import Change, Stream


@dataclass(frozen=True, kw_only=True)
class AmendBooking(Command):
    """Change time, mode or extra time; None keeps each (B6, B10)."""

    title: ClassVar = "amend a booking"

    booking: str
    starts: datetime | None = None
    mode: str | None = None
    extra_time: int | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class CancelBooking(Command):
    """Cancel a booking (B9)."""

    title: ClassVar = "cancel a booking"

    booking: str


@dataclass(frozen=True, kw_only=True)
class MakeLaunchLink(Command):
    """Make a link that starts the test; only its digest is kept (B12)."""

    title: ClassVar = "make a launch link"

    booking: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class UseLaunchLink(Command):
    """Start the test by its link (B12)."""

    title: ClassVar = "use a launch link"

    booking: str
    secret: str


@dataclass(frozen=True, kw_only=True)
class OutcomeCommand(Command):
    """The outcome of a test: taken, with its result if there is one, or missed.

    A pass without a grade gets the unit's lowest one.
    """

    booking: str
    attendance: Attendance
    is_pass: bool | None = None
    sat_on: date | None = None
    grade: str | None = None
    mark: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReportOutcome(OutcomeCommand):
    """Report the outcome of the test (B15)."""

    title: ClassVar = "report test outcomes"


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A booking, with its registration and the learner's timetable."""

    stream: Stream
    booking: Booking
    registered: Stream
    registration: Registration
    planned: Stream
    timetable: Timetable

    @classmethod
    def of(cls, name: str, command: Command, context: CommandContext) -> "Opened":
        """Load the booking of a command. Raises NotFound, Stale."""
        stream, booking = context.load(BOOKING, name, command)
        made, store = booking.made, context.store
        registered, registration = load_known(
            REGISTRATION, made.registration, store=store
        )
        planned, timetable = load_known(TIMETABLE, made.learner, store=store)
        return cls(
            stream=stream,
            booking=booking,
            registered=registered,
            registration=registration,
            planned=planned,
            timetable=timetable,
        )

    def changes(
        self,
        events: Sequence[Event],
        *,
        registration: Sequence[Event] = (),
        timetable: Sequence[Event] = (),
    ) -> list[Change]:
        """Make the changes to all three streams; none at all if ``events`` is empty."""
        if not events:
            return [self.stream.change([])]
        return [
            self.stream.change(events),
            self.registered.change(registration),
            self.planned.change(timetable),
        ]


@handles(AmendBooking)
def amend_booking(command: AmendBooking, context: CommandContext) -> CommandResult:
    opened = Opened.of(command.booking, command, context)
    role = Role(command.by.role)
    require_reason_of(role, command.reason)
    amendment = BookingAmendment.of(
        opened.booking,
        opened.timetable,
        starts=command.starts,
        mode=command.mode,
        extra_time=command.extra_time,
        reason=command.reason,
        person_id=opened.stream.id,
        now=command.at,
        is_specialist=role is Role.ACCOUNT_SPECIALIST,
    )
    changes = opened.changes(
        amendment.booking,
        registration=amendment.registration,
        timetable=amendment.timetable,
    )
    return context.record(command, *changes)


@handles(CancelBooking)
def cancel_booking(command: CancelBooking, context: CommandContext) -> CommandResult:
    opened = Opened.of(command.booking, command, context)
    charged, line = read_line(command.booking, context)
    opened.booking.require_cancellable(command.at)
    cancelled = BookingCancelled(
        booking=command.booking,
        invoice_status=line.status,
        charge_stands=charge_stands(line.status),
    )
    changes = opened.changes(
        [cancelled],
        registration=[TestCalledOff(booking=command.booking)],
        timetable=[SittingDropped(booking=command.booking)],
    )
    return context.record(command, *changes, unchanged=[charged])


@handles(MakeLaunchLink)
def make_launch_link(command: MakeLaunchLink, context: CommandContext) -> CommandResult:
    opened = Opened.of(command.booking, command, context)
    made = opened.booking.make_launch_link(digest_of(command.secret), now=command.at)
    return context.record(command, opened.stream.change(made))


@handles(UseLaunchLink)
def use_launch_link(command: UseLaunchLink, context: CommandContext) -> CommandResult:
    stream = context.store.open(stream_of(command.booking))
    if not BOOKING.begins(stream):
        raise LaunchLinkInvalid
    booking = BOOKING.replay(stream)
    used = booking.use_launch_link(digest_of(command.secret), now=command.at)
    return context.record(command, stream.change(used))


@handles(ReportOutcome)
def report_outcome(command: ReportOutcome, context: CommandContext) -> CommandResult:
    opened = Opened.of(command.booking, command, context)
    outcome = _outcome(command, opened, context)
    missed = any(isinstance(event, BookingMissed) for event in outcome)
    changes = opened.changes(
        outcome,
        registration=[on_registration(opened.booking, event) for event in outcome],
        timetable=[SittingDropped(booking=command.booking)] if missed else [],
    )
    return context.record(command, *changes)


def _outcome(
    command: ReportOutcome, opened: Opened, context: CommandContext
) -> Sequence[BookingTaken | BookingMissed | BookingResultAdded]:
    result = told_result(command, opened, context)
    if command.attendance is Attendance.ABSENT:
        return opened.booking.record_missed(command.at)
    if result is None:
        return opened.booking.record_taken(command.at)
    return opened.booking.add_result(**vars(result), now=command.at)


def told_result(
    told: OutcomeCommand, opened: Opened, context: CommandContext
) -> BookingResultAdded | None:
    """Return the reported result of a test, by the rules of its registration."""
    made = opened.booking.made
    return result_of(
        rules_of(context, opened.registration).unit(made.unit),
        booking=made.booking,
        attendance=told.attendance,
        is_pass=told.is_pass,
        sat_on=told.sat_on,
        grade=told.grade,
        mark=told.mark,
    )


def on_registration(
    booking: Booking, event: BookingTaken | BookingMissed | BookingResultAdded
) -> Event:
    """Make the registration's event of the outcome."""
    name = booking.made.booking
    match event:
        case BookingTaken():
            return TestTaken(booking=name)
        case BookingMissed():
            return TestMissed(booking=name)
        case BookingResultAdded():
            return TestResultAdded(
                booking=name,
                unit=booking.made.unit,
                grade=event.grade,
                is_pass=event.is_pass,
                sat_on=event.sat_on,
                mark=event.mark,
            )


def digest_of(secret: str) -> str:
    """Return the digest to store of a secret that is shown once."""
    return sha256(secret.encode()).hexdigest()
