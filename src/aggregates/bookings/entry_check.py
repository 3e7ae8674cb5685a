"""An entry together with the facts that decide whether it can be booked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import (
    duration,
)
from aggregates.bookings.timetable import Timetable
from aggregates.errors import FieldPath, Refusal
from aggregates.registrations.registration import Registration
from catalogue import Qualification, Unit
from events.bookings.entry_order import Entry


@dataclass(frozen=True, kw_only=True)
class EntryRegistration:
    """The registration on which a learner would be entered, its rules and its apprenticeship.

    ``apprenticeship`` is the one that it came with, if any.
    """

    registration: Registration
    apprenticeship: str | None
    rules: Qualification


EntryRegistrations: TypeAlias = Mapping[tuple[str, str], EntryRegistration]
"""Active registrations at the centre, by learner and qualification."""


Registrations: TypeAlias = Mapping[tuple[str, str], Registration]
"""Registrations by learner and qualification."""


NO_REGISTRATIONS: Registrations = {}


@dataclass(frozen=True, kw_only=True)
class EntryPath:
    """The place of an entry in a request: the path to the entry and the path to its learner."""

    entry: FieldPath
    learner: FieldPath


def entry_paths(how_many: int) -> list[EntryPath]:
    """Return the paths of entries that are sent one by one in ``entries``."""
    found = [("entries", number) for number in range(how_many)]
    return [EntryPath(entry=at, learner=(*at, "learner")) for at in found]


@dataclass(frozen=True, kw_only=True)
class EntryCheck:
    """An entry with the facts that decide on it.

    ``last`` is the learner's last registration if none is Active.
    """

    entry: Entry
    at: EntryPath
    now: datetime
    place: EntryRegistration | None
    timetable: Timetable
    last: Registration | None
    has_left: bool
    is_erased: bool

    @property
    def unit(self) -> Unit | None:
        """The testable unit, by the rules of the registration; None if there is none."""
        units = self.place.rules.testable_units if self.place else ()
        return next((u for u in units if u.reference == self.entry.unit), None)

    @property
    def existing_booking(self) -> str | None:
        """The booking of the unit that is still to be sat, if there is one."""
        sittings = self.place.registration.sittings if self.place else {}
        waiting = (
            booking
            for booking, sitting in sittings.items()
            if sitting.unit == self.entry.unit
            and sitting.attendance is Attendance.BOOKED
        )
        return next(waiting, None)

    @property
    def ends(self) -> datetime | None:
        if self.entry.starts is None or self.unit is None or self.unit.minutes is None:
            return None
        length = duration(self.unit.minutes, self.entry.extra_time)
        return self.entry.starts + length

    def refuse(self, refusal: type[Refusal], key: str, **more: Any) -> Refusal:
        """Make a refusal with the entry's names, for one of its keys ("": the whole entry)."""
        below = (key,) if key else ()
        return refusal(
            path=self.at.learner if key == "learner" else (*self.at.entry, *below),
            learner=self.entry.learner,
            unit=self.entry.unit,
            qualification=self.entry.qualification,
            **more,
        )
