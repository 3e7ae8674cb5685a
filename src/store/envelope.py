"""The envelope of an event: stream, version, position, time, actor and cause."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from events.event import Event

Position: TypeAlias = int
"""The place of an event in the whole log; positions grow, with gaps."""


@dataclass(frozen=True, kw_only=True)
class Once:
    """Makes an append happen only once, however often it is sent.

    Scope and key are reserved in the same append. ``digest`` is a keyed digest of the
    request's content, which tells a repeat from another request with the same key; it is
    None for policies.
    """

    scope: str
    key: str
    digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The user who acts, with role, centre and channel; stored in every envelope (H1)."""

    user: str
    role: str
    centre: str | None
    channel: str
    request: str | None = None
    cause: Position | None = None
    once: Once | None = None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """An event with its envelope.

    ``centre`` is the user's, ``owner`` the centre to which the stream belongs. ``cause`` is
    the position of the event that a policy acted on; ``correlation`` is the request that
    began the chain. ``is_erased``: personal values can no longer be read and stand-ins take
    their place ("(erased)", the first possible date, None).
    """

    position: Position
    stream: UUID
    version: int
    recorded_at: datetime
    user: str
    role: str
    centre: str | None
    owner: str | None
    channel: str
    request: str | None
    correlation: str | None
    cause: Position | None
    event: Event
    is_erased: bool = False


class Reservation(NamedTuple):
    """A value that only one stream may hold at a time."""

    scope: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Held:
    """The holder of a reservation, and the digest with which it was made."""

    scope: str
    key: str
    stream: UUID
    digest: str | None = None
    position: Position


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One aggregate's history as it was when loaded; it may be empty.

    ``folded`` caches values folded from the first events: by their maker, the number of
    events and the value.
    """

    id: UUID
    history: tuple[Recorded, ...] = ()
    folded: dict[object, tuple[int, Any]] = field(
        init=False, default_factory=dict, compare=False, repr=False
    )

    @property
    def version(self) -> int:
        return self.history[-1].version if self.history else 0

    @property
    def events(self) -> tuple[Event, ...]:
        return tuple(recorded.event for recorded in self.history)

    @property
    def owner(self) -> str | None:
        """The centre to which the stream belongs, by the last event that names one."""
        named = (r.owner for r in reversed(self.history) if r.owner is not None)
        return next(named, None)

    def seen_by(self, centre: str | None) -> "Stream":
        """Return the events until the stream left this centre; for None, all of them.

        A former centre sees the thing as it was when it left.
        """
        if centre is None:
            return self
        seen, owner = 0, None
        for number, recorded in enumerate(self.history, start=1):
            owner = recorded.owner or owner
            if owner == centre:
                seen = number
        if seen == len(self.history):
            return self
        return Stream(id=self.id, history=self.history[:seen])

    def change(
        self,
        events: Sequence[Event],
        *,
        owner: str | None = None,
        reserve: Sequence[Reservation] = (),
        release: Sequence[Reservation] = (),
    ) -> "Change":
        """Make a change with these events; without ``owner`` the owner stays."""
        return Change(
            stream=self.id,
            expected=self.version,
            events=tuple(events),
            owner=owner if owner is not None else self.owner,
            reserve=tuple(reserve),
            release=tuple(release),
        )


@dataclass(frozen=True, kw_only=True)
class Change:
    """Events to append to one stream, which must still be at the expected version."""

    stream: UUID
    expected: int
    events: tuple[Event, ...]
    owner: str | None = None
    reserve: tuple[Reservation, ...] = ()
    release: tuple[Reservation, ...] = ()
