"""Timetables: no learner sits two tests at once, whichever centre books them (B7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from events.bookings.timetable import SittingDropped, SittingPlanned

TimetableEvent: TypeAlias = SittingPlanned | SittingDropped


@dataclass(frozen=True, kw_only=True)
class Timetable(Aggregate):
    """A learner's sittings by booking: when each starts and ends."""

    sittings: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def overlapping(
        self, starts: datetime, ends: datetime, *, but: str | None = None
    ) -> str | None:
        """Return a booking, other than ``but``, whose sitting overlaps this time; else None.

        A sitting that ends when another starts does not overlap it.
        """
        for booking, (begins, finishes) in self.sittings.items():
            if booking != but and begins < ends and starts < finishes:
                return booking
        return None

    @classmethod
    def begin(cls, event: SittingPlanned) -> Self:
        return cls().apply(event)

    def apply(self, event: TimetableEvent) -> Self:
        match event:
            case SittingPlanned(booking=booking, starts=starts, ends=ends):
                planned = {**self.sittings, booking: (starts, ends)}
                return replace(self, sittings=planned)
            case SittingDropped(booking=booking):
                left = {k: v for k, v in self.sittings.items() if k != booking}
                return replace(self, sittings=left)
            case _:
                assert_never(event)
