"""Erasing a learner, as tests ask for it."""

from collections.abc import Callable, Sequence
from uuid import UUID

from commands.command import CommandContext, CommandResult, handle
from commands.learners.learner_erasure import EraseLearner
from projections.history.learner_streams import people_named
from store import EventStore, Position
from tests.clock import Clock
from tests.commands.upload_centre import SPECIALIST

REASON = "Requested on 3 November, case 1024."


def naming(store: EventStore) -> Callable[[str], Sequence[UUID]]:
    """Make what finds every stream that names a learner, by reading all there is.

    What was read once is not read again.
    """
    streams: dict[str, set[UUID]] = {}
    read: Position = 0

    def find(learner: str) -> Sequence[UUID]:
        nonlocal read
        for each in store.log(after=read, limit=100_000):
            for person in people_named(each):
                streams.setdefault(person, set()).add(each.stream)
            read = each.position
        return [*streams.get(learner, ())]

    return find


def erase(
    context: CommandContext,
    clock: Clock,
    learner: str,
    *rows: UUID,
    reason: str = REASON,
    end_in_flight: bool = False,
) -> CommandResult:
    command = EraseLearner(
        by=SPECIALIST,
        at=clock(),
        learner=learner,
        reason=reason,
        rows=lambda _: rows,
        streams=naming(context.store),
        end_in_flight=end_in_flight,
    )
    return handle(command, context)
