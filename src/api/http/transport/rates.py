"""How often one user may ask, and how often one address may be refused."""

import time
from http import HTTPStatus

from fastapi import Request

from api.http.problems import Unacceptable
from catalogue import amount
from transport.moving_window import MovingWindow

REFUSED = "300/minute"
"""How often one address may come with no token or a bad one (d)."""


class Rates:
    """Counts requests in this process; ``rate`` is each user's, as ``6000/minute``."""

    def __init__(self, rate: str) -> None:
        self._windows = {"user": MovingWindow(rate), "address": MovingWindow(REFUSED)}

    def count(self, request: Request, user: str) -> None:
        """Count a request of a user. Raises Unacceptable (429) if too many."""
        self._hit(request, "user", user)

    def count_refused(self, request: Request, address: str) -> None:
        """Count a request that was not let in, by its address."""
        self._hit(request, "address", address)

    def _hit(self, request: Request, kind: str, who: str) -> None:
        window = self._windows[kind]
        is_in_time, left, until = window.hit(who, time.monotonic())
        seconds = max(1, round(until))
        request.state.rate = {
            "RateLimit-Policy": f'"{kind}";q={window.most};w={window.seconds}',
            "RateLimit": f'"{kind}";r={left};t={seconds}',
        }
        if not is_in_time:
            raise Unacceptable(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too-many-requests",
                f"You ask too often. Wait {amount(seconds, 'second')} and try again.",
                headers={"Retry-After": str(seconds)},
            )
