"""A moving window of requests, counted in this process."""

from collections import deque
from threading import Lock

SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


class MovingWindow:
    """The times of each client's last requests; ``rate`` is such as ``6000/minute``."""

    def __init__(self, rate: str) -> None:
        most, _, unit = rate.partition("/")
        self.most, self.seconds = int(most), SECONDS[unit]
        self._times: dict[str, deque[float]] = {}
        self._lock = Lock()
        self._sweep_at = 0.0

    def hit(self, who: str, now: float) -> tuple[bool, int, float]:
        """Count a request, unless there were too many.

        Returns whether it was counted, how many more are allowed, and in how many seconds
        the oldest counted request leaves the window.
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
