"""Rate limits: requests of one user, and refused requests of one address."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from catalogue import amount
from transport.moving_window import MovingWindow

RATE = "6000/minute"
"""The default rate of one user's requests (d)."""

REFUSED = "300/minute"
"""The rate of an address's requests without a signed-in user (d)."""


@dataclass(frozen=True, kw_only=True)
class RateCount:
    """A counted request; ``seconds`` until the next is allowed, if there were too many."""

    is_in_time: bool
    seconds: int
    headers: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """Say that there were too many requests."""
        return (
            f"You ask too often. Wait {amount(self.seconds, 'second')} and try again."
        )


class Rates:
    """Counts requests in this process; ``rate`` is each user's, such as ``6000/minute``."""

    def __init__(self, rate: str) -> None:
        self._windows = {"user": MovingWindow(rate), "address": MovingWindow(REFUSED)}

    def hit(self, kind: Literal["user", "address"], who: str) -> RateCount:
        """Count a user's request, or one of an address that was not let in."""
        window = self._windows[kind]
        is_in_time, left, until = window.hit(who, time.monotonic())
        seconds = max(1, round(until))
        return RateCount(
            is_in_time=is_in_time,
            seconds=seconds,
            headers={
                "RateLimit-Policy": f'"{kind}";q={window.most};w={window.seconds}',
                "RateLimit": f'"{kind}";r={left};t={seconds}',
            },
        )
