"""What every command carries besides what it asks for, and how one is answered."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, TypeAlias, TypeVar

from aggregates.errors import Malformed, NotFound, RuleBroken
from aggregates.learners.verification import Verify
from aggregates.uk_time import LONDON
from catalogue import Catalogue
from events.event import Event
from events.identifier import Kind, new_identifier, stream_of
from events.user import Role
from store import Actor, Conflict, EventStore, Forgotten, Position, Stream

TRIES = 8
Versions: TypeAlias = int | frozenset[int] | None


@dataclass(frozen=True, kw_only=True)
class Command:
    """A request to change something, which may be refused.

    ``expect`` is the version of the thing that the person looked at (``If-Match``), or
    several that will do, or None if they take it as it is. ``title`` says what the
    command does, as in "submit a claim"; it is stored, so it is never changed.
    """

    title: ClassVar[str]

    by: Actor
    at: datetime
    expect: Versions = None

    @property
    def today(self) -> date:
        """The date in London, which is what every rule means by today."""
        return self.at.astimezone(LONDON).date()


@dataclass(frozen=True, kw_only=True)
class CommandContext:
    """What a handler works with; ``verify`` asks LRS, and is None where it is off.

    ``retention`` is how many years after their last award a learner's records are kept.
    """

    store: EventStore
    catalogue: Catalogue
    new_identifier: Callable[[Kind], str] = new_identifier
    verify: Verify | None = None
    retention: int = 0


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """What a command did: its position in the log, and the id of what it created.

    ``position`` is None if there was nothing to do. ``content`` is what is given out
    once and kept nowhere.
    """

    position: Position | None
    created_id: str = ""
    content: bytes = b""


class Stale(Conflict):
    """The thing is no longer at the version that the person looked at."""


class PersonIsErased(RuleBroken):
    code = "person-is-erased"
    message = (
        "The personal data of this person were erased, so nothing more can be kept of"
        " them. Leave them out."
    )


class ReasonMissing(Malformed):
    code = "reason-missing"
    message = "Say why: the reason is kept in the history."


C = TypeVar("C", bound=Command)
Handler = Callable[[C, CommandContext], CommandResult]

HANDLERS: dict[type[Command], Handler[Any]] = {}


def handles(kind: type[C]) -> Callable[[Handler[C]], Handler[C]]:
    """Say that the function answers that kind of command."""

    def register(handler: Handler[C]) -> Handler[C]:
        HANDLERS[kind] = handler
        return handler

    return register


def handle(command: Command, context: CommandContext) -> CommandResult:
    """Answer a command; when somebody else was quicker, decide again on the new facts.

    Raises what the handler refuses with; Stale if the person said which version they
    had looked at (``expect``) and it has changed; Conflict if it never gets quiet;
    PersonIsErased if something personal were to be kept of somebody forgotten.
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


def open_own(
    context: CommandContext,
    name: str,
    *,
    begun_by: type[Event],
    what: str,
    command: Command,
) -> Stream:
    """Open the stream of what is so called, if the one who asks may know of it.

    Raises NotFound if there is none, if it is of another kind, or if it is another
    centre's; Stale if it is not at the version that the command expects.
    """
    stream = context.store.open(stream_of(name))
    require_own(stream, name, begun_by=begun_by, what=what, by=command.by)
    require_expected(stream, command)
    return stream


def require_expected(stream: Stream, command: Command) -> None:
    """Raise Stale unless the stream is at a version that the command expects."""
    expect = command.expect
    expected = {expect} if isinstance(expect, int) else expect
    if expected is not None and stream.version not in expected:
        raise Stale(stream.id, stream.history[max(expected) :])


def require_said(reason: str) -> None:
    """Raise ReasonMissing unless a reason is given."""
    if not reason.strip():
        raise ReasonMissing(pointer="/reason")


def require_own(
    stream: Stream, name: str, *, begun_by: type[Event], what: str, by: Actor
) -> None:
    """Raise NotFound unless there is such a thing and the actor may know of it."""
    is_there = bool(stream.history) and isinstance(stream.events[0], begun_by)
    is_theirs = not Role(by.role).is_of_a_centre or stream.owner == by.centre
    if not (is_there and is_theirs):
        raise NotFound(what=what, name=name)
