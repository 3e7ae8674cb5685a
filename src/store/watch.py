"""Knowing at once when something was appended, by whichever process."""

from collections.abc import Callable
from threading import Condition, Event, Thread

from store.envelope import Position


class Signal:
    """How far the log is known to reach, and a way to be told when it grows."""

    def __init__(self) -> None:
        self.grown = Condition()
        self.position: Position = 0

    def reach(self, position: Position) -> None:
        with self.grown:
            if position > self.position:
                self.position = position
                self.grown.notify_all()


class Watch:
    """One reader's ear at the log."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal
        self._seen = signal.position
        self._is_closed = False

    def wait(self, timeout: float) -> None:
        """Return once something was appended since the last time, or in time-out."""
        with self._signal.grown:
            self._signal.grown.wait_for(
                lambda: self._is_closed or self._signal.position > self._seen, timeout
            )
            self._seen = self._signal.position

    def close(self) -> None:
        """Let whoever waits go, at once."""
        with self._signal.grown:
            self._is_closed = True
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
