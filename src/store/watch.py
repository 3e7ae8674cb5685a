"""Notification of appends, by whichever process they are made."""

from collections.abc import Callable
from threading import Event, Lock, Thread
from typing import TypeAlias

from store.envelope import Position

Tell: TypeAlias = Callable[[], None]
"""What is called as the log grows, in whichever thread: to be quick, and not to fail."""


class Signal:
    """How far the log is known to reach, and who is to be told when it grows."""

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
    """One reader's ear at the log; ``tell`` is for one who cannot wait in a thread."""

    def __init__(self, signal: Signal, tell: Tell | None = None) -> None:
        self._signal = signal
        self._news, self._hurried = Event(), Event()
        self._is_closed = False
        self._tell = tell or self._news.set
        signal.add(self._tell)

    @property
    def last_position(self) -> Position:
        """How far the log is known to reach, by whichever process."""
        return self._signal.position

    def wait(self, timeout: float) -> None:
        """Return once something was appended since the last time, or in time-out."""
        if not self._is_closed and self._news.wait(timeout):
            self._news.clear()

    def linger(self, seconds: float) -> None:
        """Let so much time pass, in which more may be appended, unless somebody hurries."""
        if not self._is_closed and self._hurried.wait(seconds):
            self._hurried.clear()

    def hurry(self) -> None:
        """Let whoever waits or lingers go, at once."""
        self._hurried.set()
        self._news.set()

    def close(self) -> None:
        """Let whoever waits go, at once, and tell nobody any more."""
        self._is_closed = True
        self._signal.remove(self._tell)
        self.hurry()


class Listener:
    """The thread that hears of what other processes append."""

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
