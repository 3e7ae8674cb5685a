"""What may be asked about centres."""

from dataclasses import dataclass
from typing import ClassVar

from aggregates.centres.centre import (
    ApprovalProductUnknown,
    Centre,
    CentreIsOpen,
    open_centre,
)
from aggregates.centres.user import require_reason
from aggregates.errors import NotFound
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    handles,
    require_expected,
)
from events.centre import CentreOpened
from events.event import Event
from events.identifier import stream_of
from events.user import Role
from store import Actor, Change, Stream


@dataclass(frozen=True, kw_only=True)
class OpenCentre(Command):
    """Let a centre join the awarding organisation."""

    title: ClassVar = "open a centre"

    number: str
    name: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class GrantApproval(Command):
    """Let a centre order a product."""

    title: ClassVar = "grant an approval"

    centre: str
    product: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class WithdrawApproval(Command):
    """Let a centre order a product no more."""

    title: ClassVar = "withdraw an approval"

    centre: str
    product: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class OpenListedCentres(Command):
    """Open the catalogue's centres, with the approvals listed there; once only."""

    title: ClassVar = "open listed centres"


def centre_called(number: str) -> str:
    """Say what the stream of a centre is called."""
    return f"centre:{number}"


@handles(OpenCentre)
def open_(command: OpenCentre, context: CommandContext) -> CommandResult:
    require_reason(Role(command.by.role), command.reason)
    opened = open_centre(number=command.number, name=command.name)
    stream = context.store.open(stream_of(centre_called(command.number)))
    if stream.history:
        there = Centre.replay(stream.events)
        raise CentreIsOpen(number=there.number, name=there.name, pointer="/number")
    change = stream.change([opened], owner=opened.number)
    return CommandResult(
        position=context.store.append(change, by=command.by), created_id=opened.number
    )


@handles(GrantApproval)
def grant_approval(command: GrantApproval, context: CommandContext) -> CommandResult:
    stream, centre = _open_centre(command, command.centre, context)
    if command.product not in context.catalogue.products:
        raise ApprovalProductUnknown(product=command.product, pointer="/product")
    events = centre.grant(
        command.product,
        by=Role(command.by.role),
        reason=command.reason,
        key=stream.id,
    )
    return CommandResult(
        position=context.store.append(stream.change(events), by=command.by)
    )


@handles(WithdrawApproval)
def withdraw_approval(
    command: WithdrawApproval, context: CommandContext
) -> CommandResult:
    stream, centre = _open_centre(command, command.centre, context)
    events = centre.withdraw(
        command.product,
        by=Role(command.by.role),
        reason=command.reason,
        key=stream.id,
    )
    return CommandResult(
        position=context.store.append(stream.change(events), by=command.by)
    )


@handles(OpenListedCentres)
def open_listed_centres(
    command: OpenListedCentres, context: CommandContext
) -> CommandResult:
    listed = {
        stream_of(centre_called(entry.number)): entry
        for entry in context.catalogue.centres
    }
    streams = context.store.open_many(listed)
    changes: list[Change] = []
    for key, entry in listed.items():
        stream = streams[key]
        opened = open_centre(number=entry.number, name=entry.name)
        begun: list[Event] = [] if stream.history else [opened]
        centre = Centre.replay(stream.events or [opened])
        granted = centre.grant_at_first(entry.approvals, key=key)
        if events := [*begun, *granted]:
            changes.append(stream.change(events, owner=entry.number))
    return CommandResult(position=context.store.append(*changes, by=command.by))


def open_own_centre(context: CommandContext, number: str, by: Actor) -> Stream:
    """Open a centre's stream; NotFound if it is not one that the actor may know of."""
    name = centre_called(number)
    stream = context.store.open(stream_of(name))
    is_there = bool(stream.history) and isinstance(stream.events[0], CentreOpened)
    is_theirs = not Role(by.role).is_of_a_centre or by.centre == number
    if not (is_there and is_theirs):
        raise NotFound(what="centre", name=number)
    return stream


def _open_centre(
    command: Command, number: str, context: CommandContext
) -> tuple[Stream, Centre]:
    stream = open_own_centre(context, number, command.by)
    require_expected(stream, command)
    return stream, Centre.replay(stream.events)
