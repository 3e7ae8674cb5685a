"""The uses of a group's learners, and whether its upload can be undone (U11)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, Self

from aggregates.aggregate import Aggregate
from aggregates.uploads.upload_refusals import GroupIsUndone, GroupIsUsed
from catalogue.rule import join_words
from events.event import Event
from events.uploads.upload import (
    LearnersAdded,
    LearnersWithdrawn,
    UploadReceived,
    UploadReleased,
    UploadUndone,
    UploadUsed,
)


@dataclass(frozen=True, kw_only=True)
class GroupUses(Aggregate):
    """A group and its ``uses``: the orders, and the other groups, that contain its learners.

    ``added`` are its learners in the parts recorded. ``withdrawn`` counts the learners
    dealt with since the undo.
    """

    group: str
    added: tuple[tuple[str, ...], ...] = ()
    uses: frozenset[str] = frozenset()
    is_undone: bool = False
    withdrawn: int = 0

    @cached_property
    def learners(self) -> tuple[str, ...]:
        """The learners of the group."""
        return tuple(chain.from_iterable(self.added))

    @property
    def to_withdraw(self) -> Sequence[str]:
        """The learners of an undone group that are not dealt with yet."""
        return self.learners[self.withdrawn :] if self.is_undone else ()

    def use(self, by: str) -> list[Event]:
        """Record that learners of the group are on an order or in another group."""
        if self.is_undone:
            raise GroupIsUndone(group=self.group)
        return [] if by in self.uses else [UploadUsed(by=by)]

    def release(self, by: str) -> list[Event]:
        """Record that none of its learners is there any more."""
        return [UploadReleased(by=by)] if by in self.uses else []

    def undo(self) -> list[Event]:
        """Undo the upload if none of its learners is used (U11); a repeat makes no event."""
        if self.is_undone:
            return []
        if self.uses:
            raise GroupIsUsed(
                group=self.group, uses=join_words(tuple(sorted(self.uses)))
            )
        return [UploadUndone()]

    def withdraw(self, learners: Sequence[str]) -> list[Event]:
        """Record that the next learners, these, have been dealt with."""
        return [LearnersWithdrawn(through=self.withdrawn + len(learners))]

    @classmethod
    def begin(cls, event: UploadReceived) -> Self:
        return cls(group=event.group)

    def apply(self, event: Any) -> Self:
        match event:
            case LearnersAdded(learners=learners):
                return replace(self, added=(*self.added, learners))
            case UploadUsed(by=by):
                return replace(self, uses=self.uses | {by})
            case UploadReleased(by=by):
                return replace(self, uses=self.uses - {by})
            case UploadUndone():
                return replace(self, is_undone=True)
            case LearnersWithdrawn(through=through):
                return replace(self, withdrawn=through)
            case _:
                return self
