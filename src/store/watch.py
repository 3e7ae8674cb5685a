"""Notification of appends, by whichever process they are made."""

from collections.abc import Callable
from threading import Condition, Event, Thread
from typing import TypeAlias

from store.envelope import Position

Tell: TypeAlias = Callable[[], None]
"""What is called as the log grows, in whichever thread: to be quick, and not to fail."""


class Signal:
    """How far the log is known to reach, and a way to be told when it grows."""

    def __init__(self) -> None:
        self.grown = Condition()
        self.position: Position = 0
        self.told: set[Tell] = set()

    def reach(self, position: Position) -> None:
        with self.grown:
            if position > self.position:
                self.position = position
                self.grown.notify_all()
                for tell in self.told:
                    tell()


class Watch:
    """One reader's ear at the log; ``tell`` is for one who cannot wait in a thread."""

    def __init__(self, signal: Signal, tell: Tell | None = None) -> None:
        self._signal = signal
        self._tell = tell
        self._seen = signal.position
        self._is_closed = False
        if tell is not None:
            with signal.grown:
                signal.told.add(tell)

    @property
    def last_position(self) -> Position:
        """How far the log is known to reach, by whichever process."""
        return self._signal.position

    def wait(self, timeout: float) -> None:
        """Return once something was appended since the last time, or in time-out."""
        with self._signal.grown:
            self._signal.grown.wait_for(
                lambda: self._is_closed or self._signal.position > self._seen, timeout
            )
            self._seen = self._signal.position

    def close(self) -> None:
        """Let whoever waits go, at once, and tell nobody any more."""
        with self._signal.grown:
            self._is_closed = True
            if self._tell is not None:
                self._signal.told.discard(self._tell)
            self._signal.grown.notify_all()


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
