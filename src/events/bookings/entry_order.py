"""What can happen to an order of entries: put together, then confirmed once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from events.event import Event


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A test to be booked; what has not been said yet is None.

    ``apprenticeship`` is the one that the learner came to the qualification through.
    """

    learner: str
    qualification: str
    unit: str
    delivery: str
    apprenticeship: str | None = None
    starts: datetime | None = None
    mode: str | None = None
    extra_time: int = 0


@dataclass(frozen=True, kw_only=True)
class ConfirmedEntry:
    """An entry that is a booking now, on that registration, at that price."""

    booking: str
    registration: str
    entry: Entry
    price: Decimal


class EntryOrderBegun(Event, topic="entry-order.begun"):
    """A centre began to put an order of entries together."""

    order: str
    centre: str


class EntriesChosen(Event, topic="entry-order.entries-chosen"):
    """These are the entries of the order, in place of those before."""

    entries: tuple[Entry, ...]


class EntryPurchaseOrderNumberGiven(Event, topic="entry-order.purchase-order-number"):
    """What the centre calls the purchase."""

    number: str | None


class EntryOrderConfirmed(Event, topic="entry-order.confirmed"):
    """The entries became bookings, at these prices."""

    entries: tuple[ConfirmedEntry, ...]
    total: Decimal


class EntryOrderDeleted(Event, topic="entry-order.deleted"):
    """The order was thrown away before it was confirmed."""
