"""How often one user may ask, and how often one address may be refused."""

import time
from http import HTTPStatus

from fastapi import Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.http.problems import Unacceptable
from catalogue import amount

REFUSED = "300/minute"
"""How often one address may come with no token or a bad one (d)."""


class Rates:
    """Counts requests in this process; ``rate`` is each user's, as ``6000/minute``."""

    def __init__(self, rate: str) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._rate, self._refused = parse(rate), parse(REFUSED)

    def count(self, request: Request, user: str) -> None:
        """Count a request of a user. Raises Unacceptable (429) if too many."""
        self._hit(request, self._rate, "user", user)

    def count_refused(self, request: Request, address: str) -> None:
        """Count a request that was not let in, by its address."""
        self._hit(request, self._refused, "address", address)

    def _hit(self, request: Request, rate: RateLimitItem, *who: str) -> None:
        is_in_time = self._limiter.hit(rate, *who)
        window = self._limiter.get_window_stats(rate, *who)
        seconds = max(1, round(window.reset_time - time.time()))
        request.state.rate = {
            "RateLimit-Policy": f'"{who[0]}";q={rate.amount};w={rate.get_expiry()}',
            "RateLimit": f'"{who[0]}";r={window.remaining};t={seconds}',
        }
        if not is_in_time:
            raise Unacceptable(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too-many-requests",
                f"You ask too often. Wait {amount(seconds, 'second')} and try again.",
                headers={"Retry-After": str(seconds)},
            )
