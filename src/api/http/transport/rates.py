"""How often one user may ask, and how often one address may be refused."""

import time
from collections import deque
from http import HTTPStatus
from threading import Lock

from fastapi import Request

from api.http.problems import Unacceptable
from catalogue import amount

SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
REFUSED = "300/minute"
"""How often one address may come with no token or a bad one (d)."""


class MovingWindow:
    """The times of everybody's last requests; ``rate`` is as ``6000/minute``."""

    def __init__(self, rate: str) -> None:
        most, _, unit = rate.partition("/")
        self.most, self.seconds = int(most), SECONDS[unit]
        self._times: dict[str, deque[float]] = {}
        self._lock = Lock()
        self._sweep_at = 0.0

    def hit(self, who: str, now: float) -> tuple[bool, int, float]:
        """Count a request, unless there were too many.

        Tells whether it was counted, how many more may come, and in how many seconds the
        oldest of those that count will count no more.
        """
        with self._lock:
            if now >= self._sweep_at:
                self._forget_all_before(now - self.seconds)
                self._sweep_at = now + self.seconds
            times = self._times.setdefault(who, deque())
            while times and times[0] <= now - self.seconds:
                times.popleft()
            if is_in_time := len(times) < self.most:
                times.append(now)
            oldest = times[0] if times else now
            return is_in_time, self.most - len(times), oldest + self.seconds - now

    def _forget_all_before(self, then: float) -> None:
        self._times = {
            who: times
            for who, times in self._times.items()
            if times and times[-1] > then
        }


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
