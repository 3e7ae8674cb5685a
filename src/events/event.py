"""What every event is: a fact, named once and never changed."""

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
"""What is read in place of a text that said something of a person (H6)."""

Personal = Annotated[T, PERSONAL]
"""A value that says something of a person: kept encrypted under that person's key."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
class Event:
    """Something that happened.

    The topic is the event's name in the store. It outlives the class, which may be
    renamed or moved; the topic may not. Say ``version=2`` when the shape of the data
    changes, and add a static method ``upcast_v1_v2(data: dict) -> dict`` that brings
    older data up to it.

    An event with ``Personal`` fields has a field ``person_id: UUID``, which names the
    key that they are encrypted under.
    """

    topic: ClassVar[str]
    version: ClassVar[int]
    personal: ClassVar[frozenset[str]]
    known: ClassVar[dict[str, type["Event"]]] = {}
    """What was imported so far, by topic; ``kind_of`` finds the others too."""

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
    """Find the kind of event that has a topic; None if there is none.

    All kinds are imported at the first topic that is not known yet: whoever reads of
    users alone need not wait for the others.
    """
    if topic not in Event.known:
        import_module("events.every")
    return Event.known.get(topic)
