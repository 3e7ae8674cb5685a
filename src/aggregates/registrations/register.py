"""Registers: each lists every registration that a learner ever had.

Confirming an order and transferring a learner both write to the register. Of two at the
same moment exactly one succeeds; the other is decided again on the new state (L6).
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
    """Every registration that a learner ever had, oldest first, at any centre."""

    learner: str
    centre: str
    registrations: tuple[str, ...] = ()

    @classmethod
    def of(cls, learner: str, centre: str) -> Self:
        """Return an empty register for a learner of the centre."""
        return cls(learner=learner, centre=centre)

    def enter(
        self, registrations: tuple[str, ...], *, centre: str
    ) -> list[RegisterEvent]:
        """Enter the registrations of a centre's order. Raises LearnerHasLeft."""
        if centre != self.centre:
            raise LearnerHasLeft(learner=self.learner)
        return [
            RegistrationsEntered(
                learner=self.learner, centre=centre, registrations=registrations
            )
        ]

    def move(self, centre: str) -> list[RegisterEvent]:
        """Move the register to another centre (L6)."""
        return [RegisterMoved(learner=self.learner, centre=centre)]

    def close(self) -> list[RegisterEvent]:
        """Record the erasure, so that an order confirmed at the same moment conflicts (H6)."""
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
