"""The second factor of a user: codes of an authenticator app, and recovery codes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self, TypeAlias, assert_never
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.errors import RuleBroken
from events.centres.second_factor import (
    RecoveryCodeUsed,
    SecondFactorCodeUsed,
    SecondFactorTurnedOff,
    SecondFactorTurnedOn,
)

SecondFactorEvent: TypeAlias = (
    SecondFactorTurnedOn
    | SecondFactorCodeUsed
    | RecoveryCodeUsed
    | SecondFactorTurnedOff
)


class SecondFactorIsOn(RuleBroken):
    code = "second-factor-is-on"
    message = "Your second factor is on already. Turn it off first to set up another."


@dataclass(frozen=True, kw_only=True)
class SecondFactor(Aggregate):
    """One user's second factor, while it is on.

    ``step`` is the half minute of the last code used. ``recovery_hashes`` are the hashes of
    the unused recovery codes, by their place in the list.
    """

    key: UUID
    secret: str
    recovery_hashes: Mapping[int, str]
    step: int
    is_on: bool = True

    @classmethod
    def begin(cls, event: SecondFactorTurnedOn) -> Self:
        return cls(
            key=event.person_id,
            secret=event.secret,
            recovery_hashes=dict(enumerate(event.recovery_hashes)),
            step=event.step,
        )

    def apply(self, event: SecondFactorEvent) -> Self:
        match event:
            case SecondFactorTurnedOn():
                return self.begin(event)
            case SecondFactorCodeUsed(step=step):
                return replace(self, step=step)
            case RecoveryCodeUsed(number=number):
                left = {n: h for n, h in self.recovery_hashes.items() if n != number}
                return replace(self, recovery_hashes=left)
            case SecondFactorTurnedOff():
                return replace(self, is_on=False, secret="", recovery_hashes={})
            case _:
                assert_never(event)

    def turn_off(self, reason: str | None) -> list[SecondFactorTurnedOff]:
        """Turn the second factor off: the password alone signs the user in."""
        if not self.is_on:
            return []
        return [SecondFactorTurnedOff(person_id=self.key, reason=reason)]
