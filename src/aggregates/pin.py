"""PINs: four digits of a user's own that open their offline packages (B14)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.london import in_london
from events.pin import PinProved, PinRefused, PinSet

MOST_WRONG = 5
LOCKED_FOR = timedelta(minutes=15)
"""How long five wrong tries lock a PIN (d)."""

NO_PIN = "You have no PIN yet. Choose one of four digits, then download."
CHANGED = "Your PIN was changed just now. Give the new one."
IS_SET = "You have a PIN; give it to download."

PinEvent: TypeAlias = PinSet | PinProved | PinRefused


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Whose PIN it was that somebody gave, by its identifier; or why it was not."""

    pin: str | None = None
    why_not: str | None = None

    def why_not_of(self, present: "Pin | None") -> str | None:
        """Say why what was given is not the present PIN, if it is not."""
        if self.pin is None:
            return self.why_not
        return None if present and present.id == self.pin else CHANGED


@dataclass(frozen=True, kw_only=True)
class Pin(Aggregate):
    """One user's present PIN; ``wrong`` counts the tries since it was last right."""

    id: str
    pin_hash: str
    wrong: int = 0
    locked_until: datetime | None = None

    @classmethod
    def begin(cls, event: PinSet) -> Self:
        return cls(id=event.pin, pin_hash=event.pin_hash)

    def apply(self, event: PinEvent) -> Self:
        match event:
            case PinSet():
                return self.begin(event)
            case PinProved():
                return replace(self, wrong=0, locked_until=None)
            case PinRefused(locked_until=until):
                wrong = self.wrong + 1 if until is None else 0
                return replace(self, wrong=wrong, locked_until=until)
            case _:
                assert_never(event)

    def why_locked(self, now: datetime) -> str | None:
        """Say until when no try is looked at, if that is so (B14)."""
        if self.locked_until is None or now >= self.locked_until:
            return None
        return (
            f"Your PIN is locked until {in_london(self.locked_until)}, after"
            f" {MOST_WRONG} wrong tries. Try again then."
        )

    def why_wrong(self, now: datetime) -> str:
        """Say how many more tries there are after a wrong one."""
        return self.why_locked(now) or (
            f"This is not your PIN. {MOST_WRONG} wrong tries lock it, and this was"
            f" number {self.wrong}."
        )

    def give(self, *, is_right: bool, now: datetime) -> list[PinProved | PinRefused]:
        """Take a try down, right or wrong; the fifth wrong one locks the PIN (B14)."""
        if is_right:
            return [PinProved()]
        locks = self.wrong + 1 >= MOST_WRONG
        return [PinRefused(locked_until=now + LOCKED_FOR if locks else None)]
