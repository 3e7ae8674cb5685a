"""The base of all events: each is a fact, named once and never changed."""

from dataclasses import dataclass, fields
from importlib import import_module
from typing import (
    Annotated,
    ClassVar,
    TypeVar,
    dataclass_transform,
    get_args,
    get_type_hints,
)

T = TypeVar("T")

PERSONAL = "personal"

ERASED = "(erased)"
"""Stands in place of an erased personal text (H6)."""

Personal = Annotated[T, PERSONAL]
"""A personal value, stored encrypted under that person's key."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Event:
    """Something that happened.

    The topic is the event's name in the store. The class may be renamed or moved; the topic
    never changes. If the shape of the data changes, set ``version=2`` and add a static
    method ``upcast_v1_v2(data: dict) -> dict``, which converts older data.

    An event with ``Personal`` fields has a field ``person_id: UUID``, which names the key
    that encrypts them.
    """

    topic: ClassVar[str]
    version: ClassVar[int]
    personal: ClassVar[frozenset[str]]
    known: ClassVar[dict[str, type["Event"]]] = {}
    """The event classes imported so far, by topic; ``kind_of`` finds the others too."""

    def __init_subclass__(cls, *, topic: str, version: int = 1) -> None:
        super().__init_subclass__()
        if topic in Event.known:
            raise TypeError(f"Two events have the topic {topic!r}.")
        cls.topic, cls.version = topic, version
        made = dataclass(frozen=True, kw_only=True)(cls)
        hints = get_type_hints(made, include_extras=True)
        names = [field.name for field in fields(made)]  # type: ignore[arg-type]
        cls.personal = frozenset(n for n in names if PERSONAL in get_args(hints[n])[1:])
        if cls.personal and "person_id" not in names:
            raise TypeError(f"{topic!r} has personal values and no person_id.")
        Event.known[topic] = made


def kind_of(topic: str) -> type[Event] | None:
    """Return the event class of a topic; None if there is none.

    An unknown topic imports all event classes. This is left until then because a reader of
    users alone does not need the others.
    """
    if topic not in Event.known:
        import_module("events.every")
    return Event.known.get(topic)
