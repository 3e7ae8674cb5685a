"""A circuit breaker: after failures it stays open for a while, longer each time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

FAILURES = 5
"""How many failures in a row open the circuit (d)."""

FIRST_REST, LONGEST_REST = 30.0, 900.0
"""How many seconds it then stays open at first, and at most (d)."""


@dataclass(kw_only=True)
class Circuit:
    """Counts failures. Once it is open, one attempt may pass after each rest."""

    clock: Callable[[], float] = monotonic
    _failures: int = 0
    _rest: float = FIRST_REST
    _until: float = 0.0
    _is_tried: bool = False
    _lock: Lock = field(default_factory=Lock)

    def lets_pass(self) -> bool:
        """Tell whether a request may be sent; while open, one is let through as a trial."""
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
        """Count a failure: the last one opens the circuit, a trial's keeps it open."""
        with self._lock:
            self._failures += 1
            if self._is_tried:
                self._rest = min(2 * self._rest, LONGEST_REST)
            if self._is_tried or self._failures == FAILURES:
                self._until, self._is_tried = self.clock() + self._rest, False
