"""Who can be entered for a test, and why others cannot (B2, B7)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregates.bookings.entry_check import EntryRegistration
from aggregates.bookings.entry_rules import why_not_entered
from commands.bookings.entry_facts import EntryFacts
from commands.command import CommandContext
from events.bookings.entry_order import Entry


@dataclass(frozen=True, kw_only=True)
class EntryLookup:
    """A learner looked up for a test: the Active registration, and what stands in the way.

    ``reasons`` are sentences; there are none if the learner can be entered.
    """

    place: EntryRegistration | None
    reasons: tuple[str, ...]


def look_up_entries(
    context: CommandContext, centre: str, entries: Collection[Entry], now: datetime
) -> Mapping[Entry, EntryLookup]:
    """Say for each entry of a centre whether it could be made at any time (B2, B7)."""
    found = EntryFacts.of(context, centre, entries)
    looked = {}
    for entry in entries:
        place = found.places.get((entry.learner, entry.qualification))
        reasons = why_not_entered(
            entry, place, now, last=found.last, erased=found.erased
        )
        looked[entry] = EntryLookup(place=place, reasons=tuple(map(str, reasons)))
    return looked
