"""What an event says of one learner, where it says something of many (H1).

A learner's own history goes with them, to another centre as well; what it says of others
does not.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_type_hints

from events.entry_order import EntryOrderConfirmed
from events.event import Event
from events.identifier import Kind, is_identifier
from events.order import OrderConfirmed, OrderCourseDatesSet

E = TypeVar("E", bound=Event)

ANOTHER = "another learner"
PREFIX = f"{Kind.LEARNER}-"


def learners_in(value: object) -> set[str]:
    """Find the learners that a value names; what is personal is not looked into."""
    match value:
        case str():
            is_one = value.startswith(PREFIX) and is_identifier(Kind.LEARNER, value)
            return {value} if is_one else set()
        case Mapping():
            return set().union(
                *map(learners_in, value), *map(learners_in, value.values())
            )
        case tuple() | list() | AbstractSet():
            return set().union(*map(learners_in, value))
        case _ if is_dataclass(value):
            kind: Any = type(value)
            parts = (getattr(value, name) for name in _open(kind))
            return set().union(*map(learners_in, parts))
        case _:
            return set()


def may_name_learners(hint: Any) -> bool:
    """Tell whether a value of a type can name a learner where ``learners_in`` looks."""
    if is_dataclass(hint):
        kind: Any = hint
        hints = get_type_hints(kind)
        return any(may_name_learners(hints[name]) for name in _open(kind))
    return hint is str or any(map(may_name_learners, get_args(hint)))


def narrowed(event: Event, learner: str) -> Event | None:
    """Leave out whatever is about others; what it cost is what it cost for this one.

    None if nothing is left that an order could be folded from: dates for nobody would
    be dates for all.
    """
    if isinstance(event, OrderCourseDatesSet) and not _is_of(event.learners, learner):
        return None
    kept: Event = _narrowed(event, learner)
    match kept:
        case OrderConfirmed(lines=charged, total=Decimal()):
            return replace(kept, total=sum((x.price for x in charged), Decimal()))
        case EntryOrderConfirmed(entries=booked, total=Decimal()):
            return replace(kept, total=sum((x.price for x in booked), Decimal()))
        case _:
            return kept


def masked(event: E, learner: str) -> E:
    """Name others as another learner, where what is said is of this one all the same."""
    kept: E = _masked(event, learner)
    return kept


def _narrowed(value: Any, learner: str) -> Any:
    match value:
        case Mapping():
            return {
                key: _narrowed(each, learner)
                for key, each in value.items()
                if _is_of(key, learner) and _is_of(each, learner)
            }
        case tuple():
            return tuple(_narrowed(v, learner) for v in value if _is_of(v, learner))
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {n: getattr(value, n) for n in _open(type(value))}
            return replace(
                value, **{n: _narrowed(v, learner) for n, v in parts.items()}
            )
        case _:
            return value


def _is_of(value: object, learner: str) -> bool:
    """Tell whether something names the learner, or nobody."""
    named = learners_in(value)
    return not named or learner in named


def _masked(value: Any, learner: str) -> Any:
    match value:
        case str():
            return ANOTHER if learners_in(value) - {learner} else value
        case Mapping():
            return {_masked(k, learner): _masked(v, learner) for k, v in value.items()}
        case tuple():
            return tuple(_masked(each, learner) for each in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            parts = {n: getattr(value, n) for n in _open(type(value))}
            return replace(value, **{n: _masked(v, learner) for n, v in parts.items()})
        case _:
            return value


@cache
def _open(kind: Any) -> tuple[str, ...]:
    """List the fields that are not personal."""
    personal: frozenset[str] = getattr(kind, "personal", frozenset())
    return tuple(f.name for f in fields(kind) if f.name not in personal)
