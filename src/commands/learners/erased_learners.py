"""Erased learners, for whom nothing more can be done (H6)."""

from collections.abc import Collection

from aggregates.errors import FieldPath
from aggregates.learners.learner import LearnerIsErased
from commands.command import CommandContext

ERASED = "erased-learner"
"""The scope of the reservations that tell which learners were erased."""


def erased_learners(
    context: CommandContext, learners: Collection[str]
) -> frozenset[str]:
    """Return those of the learners whose personal data were erased."""
    return frozenset(context.store.find_reservations(ERASED, learners))


def require_none_erased(
    context: CommandContext, learners: Collection[str], *, path: FieldPath | None = None
) -> None:
    """Raise LearnerIsErased if the personal data of any of them were erased (H6)."""
    for learner in sorted(erased_learners(context, learners)):
        raise LearnerIsErased(learner=learner, path=path)
