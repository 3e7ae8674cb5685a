"""PINs: the four digits with which a user opens their offline packages (B14)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.errors import MOST_SAID, RuleBroken
from aggregates.uk_time import in_london
from catalogue import amount
from events.centres.pin import PackageSealed, PinProved, PinRefused, PinSet

MOST_WRONG = 5
LOCKED_FOR = timedelta(minutes=15)
"""For how long five wrong tries lock a PIN (d)."""

NO_PIN = "You have no PIN yet. Choose one of four digits, then download."
CHANGED = "Your PIN was changed just now. Give the new one."
CHANGED_SINCE = (
    "Your PIN was changed after you downloaded the package. Download it again."
)
IS_SET = "You have a PIN; give it to download."

PinEvent: TypeAlias = PinSet | PackageSealed | PinProved | PinRefused


class PinNeedsProof(RuleBroken):
    code = "pin-needs-proof"
    message = (
        "You have a PIN already. {unusable} Send your present PIN as current_pin, or"
        " your password."
    )


class PinNotProved(RuleBroken):
    code = "pin-not-proved"
    message = "{why}"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The result of checking a PIN: the identifier of the matching PIN, or why it is refused."""

    pin: str | None = None
    why_not: str | None = None

    def why_not_of(self, present: "Pin | None") -> str | None:
        """Say why the proof does not hold for the present PIN; None if it holds."""
        if self.pin is None:
            return self.why_not
        return None if present and present.id == self.pin else CHANGED


@dataclass(frozen=True, kw_only=True)
class Pin(Aggregate):
    """One user's present PIN; ``wrong`` counts the wrong tries since the last right one or lock.

    ``packages`` maps each package sealed under the PIN to its booking.
    """

    id: str
    pin_hash: str
    packages: Mapping[str, str] = field(default_factory=dict)
    wrong: int = 0
    locked_until: datetime | None = None

    @classmethod
    def begin(cls, event: PinSet) -> Self:
        return cls(id=event.pin, pin_hash=event.pin_hash)

    def apply(self, event: PinEvent) -> Self:
        match event:
            case PinSet(pin=pin, pin_hash=pin_hash):
                return replace(self, id=pin, pin_hash=pin_hash, packages={})
            case PackageSealed(package=package, booking=booking):
                return replace(self, packages={**self.packages, package: booking})
            case PinProved():
                return replace(self, wrong=0, locked_until=None)
            case PinRefused(locked_until=until):
                wrong = self.wrong + 1 if until is None else 0
                return replace(self, wrong=wrong, locked_until=until)
            case _:
                assert_never(event)

    def why_locked(self, now: datetime) -> str | None:
        """Say until when the PIN is locked; None if it is not locked (B14)."""
        if self.locked_until is None or now >= self.locked_until:
            return None
        return (
            f"Your PIN is locked until {in_london(self.locked_until)}, after"
            f" {MOST_WRONG} wrong tries. Try again then."
        )

    def why_wrong(self, now: datetime) -> str:
        """Say that the PIN is locked, or how many wrong tries there have been."""
        return self.why_locked(now) or (
            f"This is not your PIN. {MOST_WRONG} wrong tries lock it, and this was"
            f" number {self.wrong}."
        )

    def require_proof(
        self, proof: Proof | None, *, by_password: bool, lost: Collection[str]
    ) -> None:
        """Raise PinNeedsProof or PinNotProved unless the user may replace the PIN (B14).

        ``lost`` are the bookings whose packages the new PIN would make unusable.
        """
        if by_password:
            return
        if proof is None:
            raise PinNeedsProof(path=("current_pin",), unusable=packages_lost(lost))
        if why := proof.why_not_of(self):
            raise PinNotProved(path=("current_pin",), why=why)

    def give(self, *, is_right: bool, now: datetime) -> list[PinProved | PinRefused]:
        """Record a try, right or wrong; the fifth wrong one locks the PIN (B14)."""
        if is_right:
            return [PinProved()]
        locks = self.wrong + 1 >= MOST_WRONG
        return [PinRefused(locked_until=now + LOCKED_FOR if locks else None)]


def packages_lost(lost: Collection[str], *, is_done: bool = False) -> str:
    """Say which packages a new PIN makes unusable, or has made (``is_done``), by booking."""
    if not lost:
        is_made = "was made unusable" if is_done else "is made unusable by a new one"
        return f"No package that you downloaded {is_made}."
    count = amount(len(lost), "package")
    bookings = sorted(set(lost))
    names = ", ".join(bookings[:MOST_SAID])
    if more := len(bookings) - len(bookings[:MOST_SAID]):
        names += f" and {more:,} more"
    makes = "The new one made" if is_done else "A new one makes"
    return (
        f"{makes} {count} that you downloaded unusable ({names}): each must be"
        " downloaded again."
    )
