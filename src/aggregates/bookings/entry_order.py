"""Entry orders: tests collected in a draft, then booked all at once (B1)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.bookings.booking_refusals import (
    EntriesMissing,
    EntryOrderIsConfirmed,
    EntryTotalHasChanged,
    EntryTwice,
    TooManyEntries,
)
from aggregates.bookings.entry_check import (
    NO_REGISTRATIONS,
    EntryPath,
    EntryRegistrations,
    Registrations,
    entry_paths,
)
from aggregates.bookings.entry_rules import (
    BOOKING_RULES,
    check_entries,
    refusals_of,
    require_linked,
    require_none,
)
from aggregates.bookings.timetable import Timetable
from aggregates.errors import NotFound, Refusal
from catalogue import amount
from events.bookings.entry_order import (
    ConfirmedEntry,
    EntriesChosen,
    Entry,
    EntryOrderBegun,
    EntryOrderConfirmed,
    EntryOrderDeleted,
    EntryPurchaseOrderNumberGiven,
)

MOST_ENTRIES = 1_000
"""The most entries in one order (d)."""

Later: TypeAlias = (
    EntriesChosen
    | EntryPurchaseOrderNumberGiven
    | EntryOrderConfirmed
    | EntryOrderDeleted
)


@dataclass(frozen=True, kw_only=True)
class EntryOrder(Aggregate):
    """The tests that a centre books, and for which learners."""

    order: str
    centre: str
    entries: tuple[Entry, ...] = ()
    purchase_order: str | None = None
    confirmed: EntryOrderConfirmed | None = None
    is_deleted: bool = False

    def choose(
        self,
        entries: Sequence[Entry],
        places: EntryRegistrations,
        now: datetime,
        *,
        last: Registrations = NO_REGISTRATIONS,
        left: Collection[str] = (),
        erased: Collection[str] = (),
        paths: Sequence[EntryPath] | None = None,
        kept: Sequence[Entry] = (),
    ) -> list[EntriesChosen]:
        """Replace the order's entries by these; time and mode may be missing (B1, B2).

        ``kept`` are entries that stay as they are, before these. Raises TooManyEntries,
        EntryTwice, or EntriesRefused with every learner who cannot be linked to an entry.
        """
        self.require_open()
        paths = paths or entry_paths(len(entries))
        number = len(kept) + len(entries)
        if number > MOST_ENTRIES:
            orders = amount(-(-number // MOST_ENTRIES), "order")
            raise TooManyEntries(
                path=paths[-1].entry,
                most=MOST_ENTRIES,
                number=number,
                orders=orders,
            )
        seen = {(entry.learner, entry.unit) for entry in kept}
        for entry, at in zip(entries, paths, strict=True):
            if (entry.learner, entry.unit) in seen:
                raise EntryTwice(path=at.entry, learner=entry.learner, unit=entry.unit)
            seen.add((entry.learner, entry.unit))
        require_linked(entries, places, now, paths, last=last, left=left, erased=erased)
        return self._replace((*kept, *entries))

    def entries_of(self, learner: str, unit: str | None) -> list[Entry]:
        """Return a learner's entries, or the one for a unit. Raises NotFound if there is none."""
        found = [
            entry
            for entry in self.entries
            if entry.learner == learner and unit in {None, entry.unit}
        ]
        if not found:
            name = f"of {learner}" if unit is None else f"of {learner} for {unit}"
            raise NotFound(what="entry", name=name)
        return found

    def change(
        self,
        learner: str,
        unit: str | None,
        changes: Mapping[str, Any],
        places: EntryRegistrations,
        now: datetime,
        *,
        last: Registrations = NO_REGISTRATIONS,
        left: Collection[str] = (),
        erased: Collection[str] = (),
    ) -> list[EntriesChosen]:
        """Change a learner's entries, or the one for a unit; the others stay (B1).

        ``changes`` may hold delivery, mode, starts and extra_time. Raises NotFound, or
        EntriesRefused as ``choose`` does.
        """
        self.require_open()
        changing = self.entries_of(learner, unit)
        changed = {each: replace(each, **changes) for each in changing}
        paths = [EntryPath(entry=(), learner=())] * len(changing)
        require_linked(
            [*changed.values()],
            places,
            now,
            paths,
            last=last,
            left=left,
            erased=erased,
        )
        return self._replace([changed.get(each, each) for each in self.entries])

    def remove(self, learner: str, unit: str | None) -> list[EntriesChosen]:
        """Remove a learner's entries, or the one for a unit. Raises NotFound."""
        self.require_open()
        gone = self.entries_of(learner, unit)
        return self._replace([each for each in self.entries if each not in gone])

    def _replace(self, entries: Sequence[Entry]) -> list[EntriesChosen]:
        if tuple(entries) == self.entries:
            return []
        return [EntriesChosen(entries=tuple(entries))]

    def leave_out(self, learner: str) -> list[EntriesChosen]:
        """Remove every entry of a learner."""
        kept = tuple(entry for entry in self.entries if entry.learner != learner)
        return [EntriesChosen(entries=kept)]

    def give_number(self, number: str | None) -> list[EntryPurchaseOrderNumberGiven]:
        self.require_open()
        if number == self.purchase_order:
            return []
        return [EntryPurchaseOrderNumberGiven(number=number)]

    def delete(self) -> list[EntryOrderDeleted]:
        self.require_open()
        return [EntryOrderDeleted()]

    def obstacles(
        self,
        places: EntryRegistrations,
        timetables: Mapping[str, Timetable],
        now: datetime,
        *,
        last: Registrations = NO_REGISTRATIONS,
        left: Collection[str] = (),
        erased: Collection[str] = (),
    ) -> Iterator[Refusal]:
        """Yield everything that prevents booking the entries as they are (B2-B7, L6)."""
        if not self.entries:
            yield EntriesMissing(path=("entries",))
        entries = check_entries(
            self.entries, places, timetables, now, last=last, left=left, erased=erased
        )
        for looked in entries:
            yield from refusals_of(looked, BOOKING_RULES)

    def prices(self, places: EntryRegistrations) -> list[Decimal]:
        """Return the price of each entry in pounds; 0 if it has none or is unknown."""
        return [
            next(
                (
                    unit.price or Decimal(0)
                    for unit in (place.rules.testable_units if place else ())
                    if unit.reference == entry.unit
                ),
                Decimal(0),
            )
            for entry in self.entries
            for place in [places.get((entry.learner, entry.qualification))]
        ]

    def confirm(
        self,
        places: EntryRegistrations,
        timetables: Mapping[str, Timetable],
        *,
        total: Decimal,
        bookings: Sequence[str],
        now: datetime,
        last: Registrations = NO_REGISTRATIONS,
        left: Collection[str] = (),
        erased: Collection[str] = (),
    ) -> list[EntryOrderConfirmed]:
        """Book every entry at the total that the user saw; a repeat makes no event (B1, B7).

        ``bookings`` are new identifiers. Raises EntriesRefused with everything that stands
        in the way.
        """
        if self.confirmed is not None:
            return []
        refusals = list(
            self.obstacles(places, timetables, now, last=last, left=left, erased=erased)
        )
        prices = self.prices(places)
        due = sum(prices, Decimal(0))
        if not refusals and due != total:
            refusals = [EntryTotalHasChanged(path=("total",), total=due, seen=total)]
        require_none(refusals)
        return [
            EntryOrderConfirmed(
                entries=tuple(
                    ConfirmedEntry(
                        booking=booking,
                        registration=places[
                            entry.learner, entry.qualification
                        ].registration.registration,
                        entry=entry,
                        price=price,
                    )
                    for booking, entry, price in zip(
                        bookings, self.entries, prices, strict=True
                    )
                ),
                total=due,
            )
        ]

    def require_open(self) -> None:
        if self.confirmed is not None:
            raise EntryOrderIsConfirmed(order=self.order)

    @classmethod
    def begin(cls, event: EntryOrderBegun) -> Self:
        return cls(order=event.order, centre=event.centre)

    def apply(self, event: Later) -> Self:
        match event:
            case EntriesChosen(entries=entries):
                return replace(self, entries=entries)
            case EntryPurchaseOrderNumberGiven(number=number):
                return replace(self, purchase_order=number)
            case EntryOrderConfirmed():
                return replace(self, confirmed=event)
            case EntryOrderDeleted():
                return replace(self, is_deleted=True)
            case _:
                assert_never(event)
