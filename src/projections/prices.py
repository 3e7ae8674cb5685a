"""What a centre pays is its own business, wherever a history is told (L6).

A learner's history goes with them to another centre. What was ordered there is told to
it; what that cost, and what the purchase was called, is not.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from events.entry_order import EntryPurchaseOrderNumberGiven
from events.event import Event
from events.order import OrderPurchaseOrderNumberGiven
from events.refusal import CommandRefused
from store import Stream

PAID = frozenset({"price", "total", "purchase_order"})
"""Values that say what a centre pays, or what it calls the purchase."""


def is_told(owner: str | None, centre: str | None) -> bool:
    """Tell whether what an owner pays is told to a centre; None is told everything."""
    return centre in {None, owner}


def told_to(centre: str | None, stream: Stream) -> Stream:
    """Give a stream without what other centres paid for what happened in it."""
    seen = (
        (r, r.event if is_told(r.owner, centre) else _unpriced(r.event))
        for r in stream.history
    )
    return replace(
        stream,
        history=tuple(
            replace(r, event=event) for r, event in seen if event is not None
        ),
    )


def _unpriced(event: Event) -> Event | None:
    """Give an event without prices; None for what tells of nothing else."""
    match event:
        case OrderPurchaseOrderNumberGiven() | EntryPurchaseOrderNumberGiven():
            return None
        case CommandRefused(message=message) if "£" in message:
            return None
        case _:
            kept: Event = _without(event)
            return kept


def _without(value: Any) -> Any:
    match value:
        case tuple():
            return tuple(_without(each) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {f.name: getattr(value, f.name) for f in fields(value)}
            kept = {n: None if n in PAID else _without(v) for n, v in parts.items()}
            return replace(value, **kept)
        case _:
            return value
