"""Commands on centres."""

from dataclasses import dataclass
from typing import ClassVar

from aggregates.catalogue_refusals import ProductUnknown
from aggregates.centres.centre import (
    Centre,
    CentreIsOpen,
    open_centre,
)
from aggregates.centres.user import require_reason_of
from commands.command import Command, CommandContext, CommandResult, handles
from events.centres.user import Role
from events.event import Event
from repositories.aggregate_types import CENTRE
from repositories.repository import find
from store import Change


@dataclass(frozen=True, kw_only=True)
class OpenCentre(Command):
    """Open a centre at the awarding organisation."""

    title: ClassVar = "open a centre"

    number: str
    name: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class GrantApproval(Command):
    """Approve a centre for a product."""

    title: ClassVar = "grant an approval"

    centre: str
    product: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class WithdrawApproval(Command):
    """Withdraw a centre's approval for a product."""

    title: ClassVar = "withdraw an approval"

    centre: str
    product: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class OpenListedCentres(Command):
    """Open the catalogue's centres with their listed approvals; a repeat does nothing."""

    title: ClassVar = "open listed centres"


@handles(OpenCentre)
def record_opening(command: OpenCentre, context: CommandContext) -> CommandResult:
    require_reason_of(Role(command.by.role), command.reason)
    opened = open_centre(number=command.number, name=command.name)
    stream, there = find(CENTRE, command.number, store=context.store)
    if there is not None:
        raise CentreIsOpen(number=there.number, name=there.name, path=("number",))
    change = stream.change([opened], owner=opened.number)
    return context.record(command, change, created_id=opened.number)


@handles(GrantApproval)
def grant_approval(command: GrantApproval, context: CommandContext) -> CommandResult:
    stream, centre = context.load(CENTRE, command.centre, command)
    if command.product not in context.catalogue.products:
        raise ProductUnknown(product=command.product, path=("product",))
    events = centre.grant(
        command.product,
        by=Role(command.by.role),
        reason=command.reason,
        key=stream.id,
    )
    return context.record(command, stream.change(events))


@handles(WithdrawApproval)
def withdraw_approval(
    command: WithdrawApproval, context: CommandContext
) -> CommandResult:
    stream, centre = context.load(CENTRE, command.centre, command)
    events = centre.withdraw(
        command.product,
        by=Role(command.by.role),
        reason=command.reason,
        key=stream.id,
    )
    return context.record(command, stream.change(events))


@handles(OpenListedCentres)
def open_listed_centres(
    command: OpenListedCentres, context: CommandContext
) -> CommandResult:
    listed = {
        CENTRE.stream_id(entry.number): entry for entry in context.catalogue.centres
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
    return context.record(command, *changes)
