"""Amending a booking, together with its registration and the learner's timetable (B6, B7, B10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeVar
from uuid import UUID

from aggregates.bookings.booking import Booking, mode_needed
from aggregates.bookings.booking_refusals import (
    ANOTHER_TIME,
    ModeNeeded,
    ModeOutOfPlace,
    SittingsOverlap,
)
from aggregates.bookings.entry_rules import extra_time_refusal
from aggregates.bookings.sitting_time import (
    CENTRES_EXTRA_TIME,
    MOST_EXTRA_TIME,
    duration,
)
from aggregates.bookings.timetable import Timetable
from events.bookings.booking import BookingAmended
from events.bookings.sitting import TestMoved
from events.bookings.timetable import SittingPlanned

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class BookingAmendment:
    """The events of an amendment; there are none if the booking is already as wanted."""

    booking: list[BookingAmended]
    registration: list[TestMoved]
    timetable: list[SittingPlanned]

    @classmethod
    def of(
        cls,
        booking: Booking,
        timetable: Timetable,
        *,
        starts: datetime | None,
        mode: str | None,
        extra_time: int | None,
        reason: str | None,
        person_id: UUID,
        now: datetime,
        is_specialist: bool,
    ) -> Self:
        """Decide on a new time, mode or extra time (per cent); None keeps each.

        An Account Specialist may give any extra time; a centre none, 25 % or the present
        one (B6). Raises ExtraTimeTooMuch, ExtraTimeNotCentres, ModeNeeded, ModeOutOfPlace,
        SittingsOverlap, and the refusals of ``Booking.amend``.
        """
        made = booking.made
        starts = _or(starts, booking.starts)
        mode = _or(mode, booking.mode)
        says_extra_time = extra_time is not None
        extra_time = _or(extra_time, booking.extra_time)
        allowed = (
            range(MOST_EXTRA_TIME + 1)
            if is_specialist
            else CENTRES_EXTRA_TIME | {booking.extra_time}
        )
        if refusal := extra_time_refusal(extra_time, allowed, ("extra_time",)):
            raise refusal
        if mode_needed(made.delivery, mode):
            raise (ModeOutOfPlace if mode else ModeNeeded)(path=("mode",))
        amended = booking.amend(
            starts=starts,
            mode=mode,
            extra_time=extra_time,
            reason=reason,
            person_id=person_id,
            now=now,
            by_specialist=is_specialist if says_extra_time else None,
        )
        ends = starts + duration(made.minutes, extra_time)
        other = timetable.overlapping(starts, ends, but=made.booking)
        if amended and other:
            raise SittingsOverlap(
                path=("starts",),
                learner=made.learner,
                booking=other,
                next_step=ANOTHER_TIME,
            )
        return cls(
            booking=amended,
            registration=[TestMoved(booking=made.booking, starts=starts, ends=ends)],
            timetable=[SittingPlanned(booking=made.booking, starts=starts, ends=ends)],
        )


def _or(given: T | None, present: T) -> T:
    return present if given is None else given
