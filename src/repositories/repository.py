"""Load aggregates as they are now, each with its stream."""

from collections.abc import Iterable
from typing import TypeAlias
from uuid import UUID

from aggregates.errors import NotFound
from events.centres.user import Role
from repositories.aggregate_types import WITH_HISTORY, A, AggregateType
from store import Actor, Conflict, EventStore, Stream

Versions: TypeAlias = int | frozenset[int] | None
"""The version that somebody saw, or several accepted versions; None accepts any."""

Loaded: TypeAlias = tuple[Stream, A]


class Stale(Conflict):
    """The thing is no longer at the version that the person saw."""


def load(
    kind: AggregateType[A],
    identifier: str,
    *,
    store: EventStore,
    reader: Actor,
    expect: Versions = None,
) -> Loaded[A]:
    """Load an aggregate that the reader may see.

    Raises NotFound if there is none, if it was deleted, or if it is another centre's; Stale
    if it is not at an expected version.
    """
    stream = store.open(kind.stream_id(identifier))
    require_own(stream, identifier, kind=kind, reader=reader)
    loaded = kind.replay(stream)
    if loaded.is_deleted:
        raise NotFound(what=kind.noun, name=kind.shown(identifier))
    require_expected(stream, expect)
    return stream, loaded


def load_known(
    kind: AggregateType[A], identifier: str, *, store: EventStore
) -> Loaded[A]:
    """Load an existing aggregate without checking who may see it."""
    return load_stream(kind, kind.stream_id(identifier), store=store)


def load_stream(
    kind: AggregateType[A], stream: UUID, *, store: EventStore
) -> Loaded[A]:
    """Load the existing aggregate of a stream without checking who may see it."""
    opened = store.open(stream)
    return opened, kind.replay(opened)


def load_many(
    kind: AggregateType[A],
    identifiers: Iterable[str],
    *,
    store: EventStore,
    seen_by: str | None = None,
    keep: bool = True,
) -> dict[str, Loaded[A]]:
    """Load many aggregates at once by identifier without checking who may see them.

    Unrecorded ones are left out. Those that belong to another centre now are as ``seen_by``
    last saw them.
    """
    streams = {name: kind.stream_id(name) for name in identifiers}
    opened = store.open_many(streams.values(), keep=keep)
    return {
        name: (opened[at], kind.replay(opened[at].seen_by(seen_by)))
        for name, at in streams.items()
        if opened[at].history
    }


def find(
    kind: AggregateType[A], identifier: str, *, store: EventStore
) -> tuple[Stream, A | None]:
    """Load an aggregate that may not exist: then the stream is empty, and it is None."""
    stream = store.open(kind.stream_id(identifier))
    return stream, kind.replay(stream) if stream.history else None


def require_own(
    stream: Stream, identifier: str, *, kind: AggregateType[A], reader: Actor
) -> None:
    """Raise NotFound unless the stream is of the kind and the reader may see it."""
    is_theirs = not Role(reader.role).is_of_a_centre or stream.owner == reader.centre
    if not (kind.begins(stream) and is_theirs):
        raise NotFound(what=kind.noun, name=kind.shown(identifier))


def require_expected(stream: Stream, expect: Versions) -> None:
    """Raise Stale unless the stream is at an expected version."""
    expected = {expect} if isinstance(expect, int) else expect
    if expected is not None and stream.version not in expected:
        raise Stale(stream.id, stream.history[max(expected) :])


def identify(stream: Stream) -> str:
    """Return the identifier by which people know a stream's thing; empty if there is none."""
    kind = next((each for each in WITH_HISTORY if each.begins(stream)), None)
    return "" if kind is None else kind.identifier_of(stream.events[0])
