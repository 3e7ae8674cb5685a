"""What can happen to an entry order: it is put together, then confirmed once."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from events.event import Event


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A test to be booked for a learner; what is not chosen yet is None.

    ``apprenticeship`` is the one whose order registered the learner on the qualification,
    None if no apprenticeship did. ``extra_time`` is in per cent of the unit's minutes.
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
    """An entry that became a booking on a registration, at a price in pounds."""

    booking: str
    registration: str
    entry: Entry
    price: Decimal


class EntryOrderBegun(Event, topic="entry-order.begun"):
    """A centre began to put an order of entries together."""

    order: str
    centre: str


class EntriesChosen(Event, topic="entry-order.entries-chosen"):
    """The entries of the order were chosen; they replace all that it had before."""

    entries: tuple[Entry, ...]


class EntryPurchaseOrderNumberGiven(Event, topic="entry-order.purchase-order-number"):
    """The centre set its purchase order number, or removed it (None)."""

    number: str | None


class EntryOrderConfirmed(Event, topic="entry-order.confirmed"):
    """The entries became bookings; ``total`` is the sum of their prices, in pounds."""

    entries: tuple[ConfirmedEntry, ...]
    total: Decimal


class EntryOrderDeleted(Event, topic="entry-order.deleted"):
    """The order was deleted before it was confirmed."""
