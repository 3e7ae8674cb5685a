"""What may be asked for a person who is to be forgotten, and what cannot be after it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from aggregates.learner import LearnerIsErased
from commands.command import Command, Desk, Done, handles, open_own
from commands.learner import learner_of, reserved_uln
from events.identifier import stream_of
from events.learner import LearnerCreated
from store import Reservation

ERASED = "erased-learner"
"""The scope under which it is found, many learners at once, whose data were erased."""

RowsOf: TypeAlias = Callable[[str], Sequence[UUID]]
"""Finds the streams of the rows, in every file, that are a learner."""


@dataclass(frozen=True, kw_only=True)
class EraseLearner(Command):
    """Make all that says something of a learner unreadable, for ever (H6)."""

    learner: str
    reason: str
    rows: RowsOf


@handles(EraseLearner)
def erase_learner(command: EraseLearner, desk: Desk) -> Done:
    """Record it, then lose the keys; sent again, it loses what had not been lost yet.

    A row that was linked to the learner was kept under a key of its own.
    """
    stream = open_own(
        desk, command.learner, begun_by=LearnerCreated, what="learner", command=command
    )
    learner = learner_of(stream)
    events = learner.erase(command.reason, key=stream_of(f"{command.learner}/erasure"))
    change = stream.change(
        events,
        release=reserved_uln(desk.store, learner.centre, learner.details.uln),
        reserve=[Reservation(scope=ERASED, key=command.learner)] if events else [],
    )
    position = desk.store.append(change, by=command.by)
    for person in {learner.person_id, *command.rows(command.learner)}:
        desk.store.forget(person)
    return Done(position=position)


def erased(desk: Desk, learners: Collection[str]) -> frozenset[str]:
    """Find those of the learners whose personal data were erased."""
    return frozenset(desk.store.held(ERASED, learners))


def require_none_erased(
    desk: Desk, learners: Collection[str], *, pointer: str | None = None
) -> None:
    """Raise LearnerIsErased if the personal data of any of them were erased (H6)."""
    for learner in sorted(erased(desk, learners)):
        raise LearnerIsErased(learner=learner, pointer=pointer)
