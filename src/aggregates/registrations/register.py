"""Registers: all that a learner was ever registered on, and whose orders may add to it.

An order that is confirmed and a transfer both write here, so that of two at once exactly
one wins, and the other is decided again on what it then finds (L6).
"""

from dataclasses import dataclass, replace
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.errors import RuleBroken
from events.registrations.register import (
    RegisterClosed,
    RegisterMoved,
    RegistrationsEntered,
)

RegisterEvent: TypeAlias = RegistrationsEntered | RegisterMoved | RegisterClosed


class LearnerHasLeft(RuleBroken):
    code = "learner-has-left"
    message = (
        "Learner {learner} was transferred to another centre, so nothing more can be"
        " done for that learner here. Take them out."
    )


@dataclass(frozen=True, kw_only=True)
class Register(Aggregate):
    """What a learner was ever registered on, oldest first, wherever it was ordered."""

    learner: str
    centre: str
    registrations: tuple[str, ...] = ()

    @classmethod
    def of(cls, learner: str, centre: str) -> Self:
        """Give the register of a learner of that centre in which nothing stands yet."""
        return cls(learner=learner, centre=centre)

    def enter(
        self, registrations: tuple[str, ...], *, centre: str
    ) -> list[RegisterEvent]:
        """Enter what an order of a centre makes; raises LearnerHasLeft."""
        if centre != self.centre:
            raise LearnerHasLeft(learner=self.learner)
        return [
            RegistrationsEntered(
                learner=self.learner, centre=centre, registrations=registrations
            )
        ]

    def move(self, centre: str) -> list[RegisterEvent]:
        """Take the register to another centre (L6)."""
        return [RegisterMoved(learner=self.learner, centre=centre)]

    def close(self) -> list[RegisterEvent]:
        """Record the erasure, so that an order confirmed at the same time conflicts (H6)."""
        return [RegisterClosed(learner=self.learner, centre=self.centre)]

    @classmethod
    def begin(cls, event: RegisterEvent) -> Self:
        return cls.of(event.learner, event.centre).apply(event)

    def apply(self, event: RegisterEvent) -> Self:
        match event:
            case RegistrationsEntered(registrations=registrations):
                entered = self.registrations + registrations
                return replace(self, registrations=entered)
            case RegisterMoved(centre=centre):
                return replace(self, centre=centre)
            case RegisterClosed():
                return self
            case _:
                assert_never(event)
