"""The time in tests, which passes when told to, and how long tests wait for the rest."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

PATIENCE = 60.0
"""Seconds to wait for what comes by itself in milliseconds: machines are busy."""


def until(is_so: Callable[[], bool]) -> None:
    """Look again and again until it is so; fail if that takes more than PATIENCE."""
    end = monotonic() + PATIENCE
    while not is_so():
        assert monotonic() < end, "It never came to be."
        sleep(0.005)


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: datetime = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        """Let time pass: ``advance(days=1, minutes=5)``; backwards if negative."""
        self.now += timedelta(**by)
