"""The envelope of an event: stream, version, position, time, actor and cause."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from events.event import Event

Position: TypeAlias = int
"""How far along the whole store an event lies; grows, with gaps."""


@dataclass(frozen=True, kw_only=True)
class Once:
    """What makes an append happen only once, however often it is sent.

    The scope and key are reserved in the same append. ``digest`` tells whether the
    same thing was asked (a keyed digest of the request's body); None for policies.
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
    """An event in its envelope.

    ``centre`` is the user's, ``owner`` the centre that the stream belongs to, ``cause``
    the position of the event that a policy acted on, ``correlation`` the request at the
    root of it all. ``is_erased`` says that personal values can no longer be read:
    stand-ins ("(erased)", the first day of all, None) are in their place.
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
    """Who holds a reservation, and with what digest it was made."""

    scope: str
    key: str
    stream: UUID
    digest: str | None = None
    position: Position


@dataclass(frozen=True, kw_only=True)
class Stream:
    """One aggregate's history, as it stood when it was opened; maybe empty.

    ``folded`` holds what was made of its first so many events, by what made it.
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
        """The centre that it belongs to, as the last event says that names one."""
        named = (r.owner for r in reversed(self.history) if r.owner is not None)
        return next(named, None)

    def seen_by(self, centre: str | None) -> "Stream":
        """Give the events up to when the stream left this centre; to None, all of them.

        What belongs to another centre now is known to the former one as it was then.
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
        """Make a change of these events; the owner stays the same if none is given."""
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
    """Events to be added to one stream, which must still be at the expected version."""

    stream: UUID
    expected: int
    events: tuple[Event, ...]
    owner: str | None = None
    reserve: tuple[Reservation, ...] = ()
    release: tuple[Reservation, ...] = ()
