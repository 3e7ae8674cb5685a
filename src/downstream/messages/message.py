"""Public messages: typed data with identifiers only, and the events they come from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, get_type_hints

import msgspec

from events.event import Event
from store import Recorded

EVENTS = "learner-management.events"
"""The topic of all public events."""
LINES = "invoicing.lines"
"""The topic of charges, credits and corrections."""
PREFIX = "learner-management."


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """The data of a message. It has no personal values, because topics keep them for ever.

    ``centre`` is the centre to which the thing belonged after the event; it is the
    message's key too.
    """

    centre: str


Derive = Callable[[Any, Any], object]
"""Makes a field from the event and the first event of its stream."""

M = TypeVar("M", bound=type[Message])


@dataclass(frozen=True, kw_only=True)
class MessageKind:
    """A kind of message: its event, its topic and its name.

    ``subject`` is the field that names what the message is about. A field that the event
    lacks comes from ``derived``, or from the first event of the stream. The message is sent
    if ``when`` holds for both events.
    """

    topic: str
    event: type[Event]
    data: type[Message]
    name: str
    version: int
    subject: str
    when: Callable[[Any, Any], bool] | None
    derived: Mapping[str, Derive] = field(default_factory=dict)

    @property
    def type(self) -> str:
        """The ``type`` of the CloudEvent; a new shape has a new version."""
        return f"{PREFIX}{self.name}.v{self.version}"

    @cached_property
    def needs_beginning(self) -> bool:
        """Whether the message needs the first event of the stream."""
        known = {*get_type_hints(self.event), "centre"}
        fields = set(self.data.__struct_fields__)
        return bool(self.when or self.derived or fields - known)

    def make(self, recorded: Recorded, begun: Event) -> Message | None:
        """Make the message's data; None if this event has no message."""
        event = recorded.event
        if self.when is not None and not self.when(event, begun):
            return None
        values: dict[str, Any] = {"centre": recorded.owner or ""}
        for name in self.data.__struct_fields__:
            if name in self.derived:
                values[name] = self.derived[name](event, begun)
            elif name not in values:
                told = event if hasattr(event, name) else begun
                values[name] = getattr(told, name)
        return self.data(**values)


KINDS: dict[type[Event], list[MessageKind]] = {}
"""Every kind of message, by its event."""


def tells(
    event: type[Event],
    *,
    subject: str,
    topic: str = EVENTS,
    name: str = "",
    version: int = 1,
    when: Callable[[Any, Any], bool] | None = None,
    derived: Mapping[str, Derive] | None = None,
) -> Callable[[M], M]:
    """Register the class as the data of an event's message.

    The message has the event's name, unless ``name`` is given.
    """

    def register(data: M) -> M:
        kind = MessageKind(
            topic=topic,
            event=event,
            data=data,
            name=name or event.topic,
            version=version,
            subject=subject,
            when=when,
            derived=derived or {},
        )
        KINDS.setdefault(event, []).append(kind)
        return data

    return register
