"""Learners by identifier, from the events."""

from collections.abc import Iterable, Mapping

from aggregates.learners.learner import Learner
from commands.command import CommandContext
from repositories.aggregate_types import LEARNER
from repositories.repository import load_many


def open_learners(
    context: CommandContext, learners: Iterable[str], *, seen_by: str | None
) -> Mapping[str, Learner]:
    """Load existing learners, for their names.

    A learner who was transferred since has the name that the centre ``seen_by`` last knew
    (L6).
    """
    opened = load_many(LEARNER, learners, store=context.store, seen_by=seen_by)
    return {who: learner for who, (_, learner) in opened.items()}
