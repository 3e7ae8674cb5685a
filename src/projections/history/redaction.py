"""What a history leaves out: other learners (H1), and payments by another centre (L6).

A learner's history goes with them to another centre. It leaves out other learners, prices
paid at the former centre, and that purchase's number.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from aggregates.bookings.booking_refusals import EntryTotalHasChanged
from aggregates.orders.order_refusals import (
    OrderIncomplete,
    PriceHasChanged,
    TotalHasChanged,
)
from events.bookings.entry_order import (
    EntryOrderConfirmed,
    EntryPurchaseOrderNumberGiven,
)
from events.event import Event
from events.identifier import Kind, is_identifier
from events.orders.order import (
    OrderConfirmed,
    OrderCourseDatesSet,
    OrderPurchaseOrderNumberGiven,
)
from events.refusal import CommandRefused, as_stored
from store import Stream

E = TypeVar("E", bound=Event)

ANOTHER = "another learner"
PREFIX = f"{Kind.LEARNER}-"
PAID = frozenset({"price", "total", "purchase_order"})
"""Fields with a centre's prices or purchase order numbers."""
PRICED = frozenset(
    as_stored(kind.code)
    for kind in (
        EntryTotalHasChanged,
        OrderIncomplete,
        PriceHasChanged,
        TotalHasChanged,
    )
)
"""The codes of refusals whose message may contain a centre's prices."""


def learners_in(value: object) -> set[str]:
    """Return the learners that a value names; personal values are not searched."""
    learners: set[str] = set()
    _add_learners(value, learners)
    return learners


def _add_learners(value: object, learners: set[str]) -> None:
    if value is None:
        return
    if isinstance(value, str):
        if value.startswith(PREFIX) and is_identifier(Kind.LEARNER, value):
            learners.add(value)
    elif is_dataclass(value):
        kind: Any = type(value)
        for name in _public_fields(kind):
            _add_learners(getattr(value, name), learners)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            _add_learners(key, learners)
            _add_learners(each, learners)
    elif isinstance(value, tuple | list | AbstractSet):
        for each in value:
            _add_learners(each, learners)


def may_name_learners(hint: Any) -> bool:
    """Whether a value of this type can name a learner where ``learners_in`` looks."""
    if is_dataclass(hint):
        kind: Any = hint
        hints = get_type_hints(kind)
        return any(may_name_learners(hints[name]) for name in _public_fields(kind))
    return hint is str or any(map(may_name_learners, get_args(hint)))


def only_about(event: Event, learner: str) -> Event | None:
    """Return the event with only this learner's part; its cost is that of this learner.

    Return None if too little is left to fold an order from: dates for nobody would be dates
    for all.
    """
    if isinstance(event, OrderCourseDatesSet) and not _is_of(event.learners, learner):
        return None
    kept: Event = _only_about(event, learner)
    match kept:
        case OrderConfirmed(lines=charged, total=Decimal()):
            return replace(kept, total=sum((x.price for x in charged), Decimal()))
        case EntryOrderConfirmed(entries=booked, total=Decimal()):
            return replace(kept, total=sum((x.price for x in booked), Decimal()))
        case _:
            return kept


def mask_others(event: E, learner: str) -> E:
    """Replace the identifiers of other learners with "another learner"."""
    kept: E = _mask_others(event, learner)
    return kept


def _only_about(value: Any, learner: str) -> Any:
    match value:
        case Mapping():
            return {
                key: _only_about(each, learner)
                for key, each in value.items()
                if _is_of(key, learner) and _is_of(each, learner)
            }
        case tuple():
            return tuple(_only_about(v, learner) for v in value if _is_of(v, learner))
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {n: getattr(value, n) for n in _public_fields(type(value))}
            return replace(
                value, **{n: _only_about(v, learner) for n, v in parts.items()}
            )
        case _:
            return value


def _is_of(value: object, learner: str) -> bool:
    """Whether a value names the learner, or names nobody."""
    named = learners_in(value)
    return not named or learner in named


def _mask_others(value: Any, learner: str) -> Any:
    match value:
        case str():
            return ANOTHER if learners_in(value) - {learner} else value
        case Mapping():
            return {
                _mask_others(k, learner): _mask_others(v, learner)
                for k, v in value.items()
            }
        case tuple():
            return tuple(_mask_others(each, learner) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {n: getattr(value, n) for n in _public_fields(type(value))}
            return replace(
                value, **{n: _mask_others(v, learner) for n, v in parts.items()}
            )
        case _:
            return value


@cache
def _public_fields(kind: Any) -> tuple[str, ...]:
    """List the fields that are not personal."""
    personal: frozenset[str] = getattr(kind, "personal", frozenset())
    return tuple(f.name for f in fields(kind) if f.name not in personal)


def sees_prices(owner: str | None, centre: str | None) -> bool:
    """Whether a centre may see what the owner pays; None sees everything."""
    return centre in {None, owner}


def without_prices(centre: str | None, stream: Stream) -> Stream:
    """Return a stream without the payments of other centres."""
    seen = (
        (r, r.event if sees_prices(r.owner, centre) else _without_prices(r.event))
        for r in stream.history
    )
    return replace(
        stream,
        history=tuple(
            replace(r, event=event) for r, event in seen if event is not None
        ),
    )


def _without_prices(event: Event) -> Event | None:
    """Remove prices from an event; None if it is only about a price."""
    match event:
        case OrderPurchaseOrderNumberGiven() | EntryPurchaseOrderNumberGiven():
            return None
        case CommandRefused(code=code) if code in PRICED:
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
