"""An entry order, with the price of each entry and what the order still lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from aggregates.bookings.entry_order import EntryOrder
from aggregates.errors import Refusal
from aggregates.learners.learner import Learner
from commands.bookings.entry_facts import EntryFacts
from commands.command import CommandContext
from events.bookings.entry_order import ConfirmedEntry
from queries.centres.centres import centre_names
from queries.learners.learners import open_learners


@dataclass(frozen=True, kw_only=True)
class EntryOrderDetails:
    """A whole entry order; ``total`` is in pounds.

    Until it is confirmed, its ``entries`` have no bookings or registrations, and
    ``missing`` holds the refusals that stand in the way.
    """

    order: EntryOrder
    centre_name: str | None
    entries: Sequence[ConfirmedEntry]
    missing: Sequence[Refusal]
    total: Decimal
    people: Mapping[str, Learner]


def entry_order_details(
    context: CommandContext, order: EntryOrder, now: datetime
) -> EntryOrderDetails:
    """Build an entry order from events alone, at today's prices until confirmed."""
    if order.confirmed is not None:
        entries: Sequence[ConfirmedEntry] = order.confirmed.entries
        missing: Sequence[Refusal] = ()
        total = order.confirmed.total
    else:
        found = EntryFacts.of(context, order.centre, order.entries)
        prices = order.prices(found.places)
        entries = [
            ConfirmedEntry(booking="", registration="", entry=entry, price=price)
            for entry, price in zip(order.entries, prices, strict=True)
        ]
        missing = [
            *order.obstacles(
                found.places,
                found.timetables,
                now,
                last=found.last,
                left=found.left,
                erased=found.erased,
            )
        ]
        total = sum(prices, Decimal("0.00"))
    learners = {each.entry.learner for each in entries}
    return EntryOrderDetails(
        order=order,
        centre_name=centre_names(context, [order.centre]).get(order.centre),
        entries=entries,
        missing=missing,
        total=total,
        people=open_learners(context, learners, seen_by=order.centre),
    )
