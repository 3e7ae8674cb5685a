"""A circuit breaker: after failures it stays open for a while, longer each time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

FAILURES = 5
"""So many failures in a row open the circuit (d)."""

FIRST_REST, LONGEST_REST = 30.0, 900.0
"""The seconds for which it stays open at first, and at most (d)."""


@dataclass(kw_only=True)
class Circuit:
    """Counts failures. While it is open, one attempt may pass after each pause."""

    clock: Callable[[], float] = monotonic
    _failures: int = 0
    _rest: float = FIRST_REST
    _until: float = 0.0
    _is_tried: bool = False
    _lock: Lock = field(default_factory=Lock)

    def lets_pass(self) -> bool:
        """Whether a request may be sent; an open circuit lets one through as a trial."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            now = self.clock()
            if now < self._until:
                return False
            self._until, self._is_tried = now + self._rest, True
            return True

    def count_success(self) -> None:
        """Close the circuit."""
        with self._lock:
            self._failures, self._rest, self._is_tried = 0, FIRST_REST, False

    def count_failure(self) -> None:
        """Count a failure: one too many opens the circuit, a trial's keeps it open."""
        with self._lock:
            self._failures += 1
            if self._is_tried:
                self._rest = min(2 * self._rest, LONGEST_REST)
            if self._is_tried or self._failures == FAILURES:
                self._until, self._is_tried = self.clock() + self._rest, False
