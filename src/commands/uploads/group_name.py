"""Renaming a group of learners (U1)."""

from dataclasses import dataclass
from typing import ClassVar

from aggregates.uploads.upload import clean_group_name
from commands.command import Command, CommandContext, CommandResult, handles
from commands.uploads.upload import require_new_name, reserved_name
from repositories.aggregate_types import GROUP
from store import AlreadyReserved


@dataclass(frozen=True, kw_only=True)
class RenameLearnerGroup(Command):
    """Give a group another name, unique to the user who uploaded it (U1)."""

    title: ClassVar = "rename a learner group"

    group: str
    name: str


@handles(RenameLearnerGroup)
def rename_learner_group(
    command: RenameLearnerGroup, context: CommandContext
) -> CommandResult:
    stream, upload = context.load(GROUP, command.group, command)
    name, user = clean_group_name(command.name), upload.received.user
    old = reserved_name(context.store, user, upload.name)
    new = reserved_name(context.store, user, name)
    events = upload.rename(name)
    is_other = new != old and bool(events)
    if is_other:
        require_new_name(context.store, new, name)
    change = stream.change(
        events, release=[old] if is_other else [], reserve=[new] if is_other else []
    )
    try:
        position = context.store.append(change, by=command.by)
    except AlreadyReserved:
        require_new_name(context.store, new, name)
        raise
    return CommandResult(position=position, created_id=command.group)
