"""Timetables: no learner sits two tests at once, whoever books them (B7)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from events.bookings.timetable import SittingDropped, SittingPlanned

TimetableEvent: TypeAlias = SittingPlanned | SittingDropped


@dataclass(frozen=True, kw_only=True)
class Timetable(Aggregate):
    """When a learner sits tests, by booking: ``[starts, ends)``."""

    sittings: Mapping[str, tuple[datetime, datetime]] = field(default_factory=dict)

    def overlapping(
        self, starts: datetime, ends: datetime, *, but: str | None = None
    ) -> str | None:
        """Find a booking whose sitting overlaps that time; None if there is none."""
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
