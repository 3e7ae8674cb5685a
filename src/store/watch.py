"""Notification of appends by any process."""

from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import TypeAlias

from store.envelope import Position

Tell: TypeAlias = Callable[[], None]
"""A function called as the log grows, in any thread; it must be quick and must not fail."""


class Signal:
    """The last known position of the log, and the functions to call when it grows."""

    def __init__(self) -> None:
        self.position: Position = 0
        self.told: set[Tell] = set()
        self._lock = Lock()

    def reach(self, position: Position) -> None:
        with self._lock:
            if position > self.position:
                self.position = position
                for tell in self.told:
                    tell()

    def add(self, tell: Tell) -> None:
        with self._lock:
            self.told.add(tell)

    def remove(self, tell: Tell) -> None:
        with self._lock:
            self.told.discard(tell)


class Watch:
    """One reader's notifications; ``tell`` serves a reader that cannot wait in a thread."""

    def __init__(self, signal: Signal, tell: Tell | None = None) -> None:
        self._signal = signal
        self._news, self._hurried = Event(), Event()
        self._is_closed = False
        self._tell = tell or self._news.set
        signal.add(self._tell)

    @property
    def last_position(self) -> Position:
        """The last known position of the log, written by any process."""
        return self._signal.position

    def wait(self, timeout: float) -> None:
        """Return once something was appended since the last call, or after the timeout."""
        if not self._is_closed and self._news.wait(timeout):
            self._news.clear()

    def linger(self, seconds: float) -> None:
        """Let so much time pass, in which more may be appended, unless somebody hurries."""
        if not self._is_closed and self._hurried.wait(seconds):
            self._hurried.clear()

    def hurry(self) -> None:
        """Let a waiting or lingering reader go on at once."""
        self._hurried.set()
        self._news.set()

    def close(self) -> None:
        """Let a waiting reader go on at once, and notify nobody any more."""
        self._is_closed = True
        self._signal.remove(self._tell)
        self.hurry()


class Listener:
    """The thread that learns of appends by other processes."""

    def __init__(
        self,
        signal: Signal,
        listen: Callable[[Callable[[Position], None], Event], None],
    ) -> None:
        self._stop = Event()
        self._thread = Thread(
            target=listen, args=(signal.reach, self._stop), name="listener", daemon=True
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
