"""How often one user may ask, and how often one address may be refused."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from catalogue import amount
from transport.moving_window import MovingWindow

RATE = "6000/minute"
"""How often one user may ask, if no setting says otherwise (d)."""

REFUSED = "300/minute"
"""How often one address may come without anybody signed in (d)."""


@dataclass(frozen=True, kw_only=True)
class RateCount:
    """A request as it was counted; ``seconds`` until another may come, if too many."""

    is_in_time: bool
    seconds: int
    headers: Mapping[str, str]

    @property
    def sentence(self) -> str:
        """Say that there were too many."""
        return (
            f"You ask too often. Wait {amount(self.seconds, 'second')} and try again."
        )


class Rates:
    """Counts requests in this process; ``rate`` is each user's, as ``6000/minute``."""

    def __init__(self, rate: str) -> None:
        self._windows = {"user": MovingWindow(rate), "address": MovingWindow(REFUSED)}

    def hit(self, kind: Literal["user", "address"], who: str) -> RateCount:
        """Count a request of a user, or one of an address that was not let in."""
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
