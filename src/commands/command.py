"""The base class of commands, their context and result, and their handlers."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeAlias, TypedDict, TypeVar

from aggregates.errors import RuleBroken
from aggregates.learners.verification import Verify
from aggregates.uk_time import LONDON
from catalogue import Catalogue
from commands.uploads.upload_readings import UploadReadings
from events.identifier import Kind, new_identifier
from repositories.aggregate_types import A, AggregateType
from repositories.repository import Loaded, Stale, Versions, load
from store import (
    Actor,
    AlreadyReserved,
    Change,
    Conflict,
    EventStore,
    Forgotten,
    Position,
    Stream,
)

TRIES = 8


@dataclass(frozen=True, kw_only=True)
class Command:
    """A request to change something, which may be refused.

    ``expect`` is the version of the thing that the person saw (``If-Match``), or several
    accepted versions; None accepts any. ``title`` says what the command does, as in "submit
    a claim"; it is stored, so it never changes.
    """

    title: ClassVar[str]

    by: Actor
    at: datetime
    expect: Versions = None

    @property
    def today(self) -> date:
        """The date in London, which is "today" in every rule."""
        return self.at.astimezone(LONDON).date()


class CommandMetadata(TypedDict):
    """The fields of every command besides its own."""

    by: Actor
    at: datetime
    expect: Versions


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """The result of a command: its position in the log, and the id of what it created.

    ``position`` is None if nothing was recorded. ``content`` is shown once and kept
    nowhere.
    """

    position: Position | None
    created_id: str = ""
    content: bytes = b""


@dataclass(frozen=True, kw_only=True)
class CommandContext:
    """What a handler works with; ``verify`` asks LRS, and is None if LRS is off.

    ``breached`` are passwords that nobody may choose. With ``needs_second_factor`` no
    password lets in alone.
    ``retention`` is the number of years that a learner's records are kept after the last
    award. ``readings`` are the files of uploads under check. ``centre_names`` caches names
    of centres by number; no event changes a name.
    """

    store: EventStore
    catalogue: Catalogue
    new_identifier: Callable[[Kind], str] = new_identifier
    verify: Verify | None = None
    retention: int = 0
    breached: Container[str] = ()
    needs_second_factor: bool = False
    readings: UploadReadings = field(default_factory=UploadReadings)
    centre_names: dict[str, str] = field(default_factory=dict)

    def load(
        self, kind: AggregateType[A], identifier: str, command: Command
    ) -> Loaded[A]:
        """Load an aggregate for a command, at the version that the command expects.

        Raises NotFound if the sender may not see it, or Stale.
        """
        return load(
            kind,
            identifier,
            store=self.store,
            reader=command.by,
            expect=command.expect,
        )

    def record(
        self,
        command: Command,
        *changes: Change,
        created_id: str = "",
        unchanged: Iterable[Stream] = (),
    ) -> CommandResult:
        """Append all changes or none; return the position and ``created_id``."""
        position = self.store.append(*changes, by=command.by, unchanged=unchanged)
        return CommandResult(position=position, created_id=created_id)


@contextmanager
def conflict_if_reserved() -> Iterator[None]:
    """Turn AlreadyReserved into Conflict, so that ``handle`` decides again.

    The new decision then finds who holds the reservation and names them in its refusal.
    """
    try:
        yield
    except AlreadyReserved as taken:
        raise Conflict(taken.held.stream, ()) from taken


class PersonIsErased(RuleBroken):
    code = "person-is-erased"
    message = (
        "The personal data of this person were erased, so nothing more can be kept of"
        " them. Leave them out."
    )


C = TypeVar("C", bound=Command)
Handler = Callable[[C, CommandContext], CommandResult]

Decide: TypeAlias = Callable[[C, A, CommandContext], Sequence[Any]]

HANDLERS: dict[type[Command], Handler[Any]] = {}


def handles(kind: type[C]) -> Callable[[Handler[C]], Handler[C]]:
    """Register the function as the handler of this kind of command."""

    def register(handler: Handler[C]) -> Handler[C]:
        HANDLERS[kind] = handler
        return handler

    return register


class Decisions(Generic[A]):
    """Makes handlers that load one aggregate, decide on it and record the events.

    ``identifier`` is the commands' field that names the aggregate; ``record`` appends the
    events.
    """

    def __init__(
        self,
        kind: AggregateType[A],
        identifier: str,
        record: Callable[
            [Any, CommandContext, Stream, A, Sequence[Any]], CommandResult
        ],
    ) -> None:
        self._kind = kind
        self._identifier = identifier
        self._record = record

    def decide(self, asked: type[C]) -> Callable[[Decide[C, A]], Decide[C, A]]:
        """Register the function that decides on this kind of command and returns the events."""

        def register(decide: Decide[C, A]) -> Decide[C, A]:
            @handles(asked)
            def handler(command: C, context: CommandContext) -> CommandResult:
                name = getattr(command, self._identifier)
                stream, loaded = context.load(self._kind, name, command)
                events = decide(command, loaded, context)
                return self._record(command, context, stream, loaded, events)

            return decide

        return register


def handle(command: Command, context: CommandContext) -> CommandResult:
    """Handle a command; after a conflict, decide again on the new facts.

    Raises the handler's refusals; Stale if the thing has changed since the expected
    version; Conflict if every try conflicts; PersonIsErased if the command would keep
    personal data of an erased person.
    """
    handler = HANDLERS[type(command)]
    for _ in range(TRIES - 1):
        try:
            return handler(command, context)
        except Stale:
            raise
        except (Conflict, Forgotten):
            continue
    try:
        return handler(command, context)
    except Forgotten:
        raise PersonIsErased from None
