"""Commands on two learners who may be one person."""

from dataclasses import dataclass
from typing import ClassVar

from aggregates.learners.duplicate import Duplicate, pair
from aggregates.reason import require_reason
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    handles,
)
from events.learners.duplicate import Decision
from repositories.aggregate_types import DUPLICATE, LEARNER
from repositories.repository import find, load


@dataclass(frozen=True, kw_only=True)
class DecideDuplicate(Command):
    """Decide whether two learners are one person, with a reason."""

    title: ClassVar = "decide a duplicate"

    learner: str
    other: str
    decision: Decision
    reason: str


@handles(DecideDuplicate)
def decide_duplicate(
    command: DecideDuplicate, context: CommandContext
) -> CommandResult:
    streams, people = zip(
        *(
            load(LEARNER, who, store=context.store, reader=command.by)
            for who in (command.learner, command.other)
        ),
        strict=True,
    )
    names = pair(command.learner, command.other)
    require_reason(command.reason)
    for person in people:
        person.require_not_erased()
    stream, known = find(DUPLICATE, ":".join(names), store=context.store)
    owners = {person.centre for person in people}
    owner = owners.pop() if len(owners) == 1 else None
    decided = Duplicate.decide(
        known,
        pair=names,
        centre=owner,
        decision=command.decision,
        reason=command.reason.strip(),
        person_id=stream.id,
    )
    change = stream.change(decided, owner=owner)
    return context.record(command, change, unchanged=streams)
