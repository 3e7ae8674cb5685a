"""Undoing an upload that was a mistake (U11)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from aggregates.loss import require_no_loss
from commands.command import Command, CommandContext, CommandResult, handles
from commands.learners.learner import reserved_uln
from commands.learners.same_person import person_reservations
from commands.uploads.group_uses import group_of, uses_changed
from commands.uploads.typed_rows import lost_with_group
from commands.uploads.upload import next_batch, reserved_name
from events.identifier import stream_of
from repositories.aggregate_types import GROUP, GROUP_USES, LEARNER
from repositories.repository import load_stream
from store import Change, EventStore


@dataclass(frozen=True, kw_only=True)
class UndoLearnerGroup(Command):
    """Undo an upload and withdraw all its learners (U11).

    If people typed something into its rows, ``confirm_loss`` must confirm that it is lost.
    """

    title: ClassVar = "undo a learner group"

    group: str
    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class WithdrawGroupLearners(Command):
    """Withdraw the next learners of an undone group (U11).

    ``upload`` is the upload's stream.
    """

    title: ClassVar = "withdraw group learners"

    upload: UUID


@handles(UndoLearnerGroup)
def undo_learner_group(
    command: UndoLearnerGroup, context: CommandContext
) -> CommandResult:
    stream, upload = context.load(GROUP, command.group, command)
    upload.require_quiet()
    events = GROUP_USES.replay(stream).undo()
    if events and not command.confirm_loss:
        require_no_loss(lost_with_group(context, upload), confirm_loss=False)
    received = upload.received
    name = reserved_name(context.store, received.user, upload.name)
    change = stream.change(events, release=[name] if events else [])
    position = context.store.append(change, by=command.by)
    context.store.drop_file(received.file)
    return CommandResult(position=position, created_id=command.group)


@handles(WithdrawGroupLearners)
def withdraw_group_learners(
    command: WithdrawGroupLearners, context: CommandContext
) -> CommandResult:
    stream, group = load_stream(GROUP_USES, command.upload, store=context.store)
    position, learners = None, next_batch(group.to_withdraw)
    if learners:
        position = context.store.append(
            stream.change(group.withdraw(learners)),
            *_withdraw_learners(group.group, learners, context.store),
            *uses_changed(context.store, group.group, before=learners, after=()),
            by=command.by,
        )
    return CommandResult(position=position, created_id=group.group)


def _withdraw_learners(
    group: str, learners: Collection[str], store: EventStore
) -> list[Change]:
    """Make the changes that withdraw the learners who came with the group; others stay."""
    changes = []
    streams = map(stream_of, learners)
    opened = store.open_many(streams, keep=False).values()
    came = [(at, LEARNER.replay(at)) for at in opened if group_of(at) == group]
    held = person_reservations(store, (learner for _, learner in came))
    for stream, learner in came:
        events = learner.withdraw()
        uln = reserved_uln(store, learner.centre, learner.details.uln)
        release = [*uln, *held[learner.learner]]
        changes.append(stream.change(events, release=release if events else []))
    return changes
