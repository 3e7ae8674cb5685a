"""The interface of the databases that store events."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, wraps
from threading import Event as Flag
from time import sleep
from typing import NamedTuple, ParamSpec, Protocol, TypeVar
from uuid import UUID

from eventsourcing.persistence import InterfaceError, OperationalError

from store.codec import StoredRow
from store.envelope import Held, Position
from store.errors import Unavailable

ATTEMPTS = 4
PAUSE = 0.2
LOST = (InterfaceError, OperationalError)
"""The exceptions of a broken connection, with which an answer can be lost."""

P = ParamSpec("P")
T = TypeVar("T")


def retry_connection(ask: Callable[P, T], attempts: int = ATTEMPTS) -> Callable[P, T]:
    """Decorate a query to run again if the connection breaks; it raises Unavailable in the end."""

    @wraps(ask)
    def again(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, attempts + 1):
            try:
                return ask(*args, **kwargs)
            except LOST as error:
                if attempt == attempts:
                    raise Unavailable(
                        f"The database does not answer: {error}"
                    ) from error
                sleep(PAUSE * attempt)
        raise AssertionError

    return again


def asked_once(ask: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that may not run twice: a broken connection raises Unavailable."""
    return retry_connection(ask, attempts=1)


class NewEvent(NamedTuple):
    """An event to record at this version of its stream."""

    stream: UUID
    version: int
    topic: str
    state: bytes


class ReservationRequest(NamedTuple):
    """A value that a stream wants to hold."""

    scope: str
    key: str
    stream: UUID
    digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class Append:
    """One append: everything written at once, and its conditions.

    ``expected`` are the streams that must still be at this version. ``new_keys`` are the
    wrapped keys of persons who must have none yet; ``living`` are persons who must have
    one. ``at`` is None for the database's own clock.
    """

    id: UUID
    events: Sequence[NewEvent]
    expected: Sequence[tuple[UUID, int]]
    reserve: Sequence[ReservationRequest] = ()
    release: Sequence[ReservationRequest] = ()
    once: ReservationRequest | None = None
    new_keys: Mapping[UUID, bytes]
    living: Collection[UUID] = ()
    at: datetime | None = None

    @cached_property
    def writes(self) -> frozenset[object]:
        """The streams, the reserved values and the keys that it changes."""
        claims = (*self.reserve, *self.release, *((self.once,) if self.once else ()))
        return frozenset(
            (
                *(event.stream for event in self.events),
                *((claim.scope, claim.key) for claim in claims),
                *self.new_keys,
            )
        )

    @cached_property
    def reads(self) -> frozenset[object]:
        """Everything it depends on: what it changes, and what must not have changed."""
        return self.writes.union((stream for stream, _ in self.expected), self.living)


class AppendRefusal(StrEnum):
    """The reasons why an append is refused."""

    MOVED = "moved"
    RESERVED = "reserved"
    DONE = "done"
    NOT_HELD = "not held"
    KEYS = "keys"


class RefusedError(Exception):
    """An append was refused: a stream has moved on, or a reservation is taken or missing."""

    def __init__(
        self,
        why: AppendRefusal,
        *,
        stream: UUID | None = None,
        held: Held | None = None,
        claim: ReservationRequest | None = None,
    ) -> None:
        super().__init__(why)
        self.why = why
        self.stream = stream
        self.held = held
        self.claim = claim


class Recorder(Protocol):
    """A database of events with one writer at a time, so that positions are in order.

    Every read of data to decrypt also returns the number of erasures.
    """

    def append_all(self, appends: Sequence[Append]) -> Sequence[Position]:
        """Do all of these in one transaction, or raise RefusedError and write nothing.

        None may depend on what another changes. Returns the last position of each.
        """
        ...

    def histories(self, streams: Mapping[UUID, int]) -> tuple[Sequence[StoredRow], int]:
        """Read each stream from after a version, its rows in order."""
        ...

    def log(self, after: Position, limit: int) -> tuple[Sequence[StoredRow], int]: ...

    def find_duplicate_version(self) -> Position | None:
        """Find the first event with the same stream and version as another, if there is one."""
        ...

    def head(self) -> Position: ...

    def erasures(self) -> int: ...

    def find_reservations(self, scope: str, keys: Sequence[str]) -> Sequence[Held]: ...

    def replace_reservations(self, held: Iterable[Held], *, at: Position) -> bool: ...

    def person_keys(self, persons: Iterable[UUID]) -> Mapping[UUID, bytes | None]: ...

    def wrapped_keys(
        self, after: UUID | None, limit: int
    ) -> Sequence[tuple[UUID, bytes]]:
        """Read the existing keys after one person, in the order of persons."""
        ...

    def lost_keys(self) -> Sequence[UUID]:
        """Read the persons whose keys are lost, in their order."""
        ...

    def rewrap(self, keys: Sequence[tuple[UUID, bytes, bytes]]) -> None:
        """Replace a person's key, if the old one is still there."""
        ...

    def key_in_use(self) -> str | None:
        """Read the mark of the master key in use; None is the store's first key."""
        ...

    def use_key(self, mark: str) -> None:
        """Store which master key is in use, and make every process look for it."""
        ...

    def forget(self, person_id: UUID) -> None: ...

    def put_file(
        self, name: str, content: bytes, key_of: UUID, new_key: bytes | None
    ) -> bool: ...

    def file(self, name: str) -> tuple[UUID, bytes, int] | None: ...

    def drop_file(self, name: str) -> None: ...

    def checkpoints(self) -> Mapping[str, Position]: ...

    def set_checkpoints(self, positions: Mapping[str, Position]) -> None: ...

    def mark(self, new_mark: str | None) -> str | None: ...

    def listen(self, heard: Callable[[Position], None], stop: Flag) -> None: ...

    def close(self) -> None: ...
