"""The one loop of all that reads the source: after my place, handle, keep the place."""

from collections.abc import Callable, Sequence
from threading import Condition, Event, Thread
from time import monotonic
from typing import Generic, Protocol, TypeVar

from store import Position
from store.watch import Watch
from subscriptions.leader_lock import LeaderLock
from subscriptions.logger import logger

LOOK_SECONDS = 0.02
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
LOCK_SECONDS = 0.2
POLL_SECONDS = 1.0


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)


class EventSource(Protocol[T_co]):
    """Where a processor's events are read."""

    def watch(self) -> Watch: ...

    def read(self, after: Position) -> Sequence[T_co]:
        """Give the next events; none at the end of the log."""
        ...


class Processor(Protocol[T_contra]):
    """What reads the log by a follower: a read model, a policy or the ledger."""

    @property
    def name(self) -> str: ...

    def checkpoint(self) -> Position:
        """Read how far it has come, from the database that it keeps that in."""
        ...

    def handle(self, after: Position, batch: Sequence[T_contra]) -> Position:
        """Do all that the events ask for and store the checkpoint, in one transaction.

        Returns the new checkpoint. If another process has moved it since (it is not
        ``after`` any more), nothing is done and the other's is returned. After an
        exception the same events are handled again.
        """
        ...


class Follower(Generic[T]):
    """Keeps one processor at the head of the log, in a thread of its own.

    It reads every event, so that its position reaches the head even if nothing there
    concerns it. What fails is done again from the last place, ever more slowly but for
    ever: nothing is skipped and nothing lost, and it heals when the cause goes.

    ``position`` was last written by the follower's thread; it may lag the database.
    ``lock`` lets one process at a time follow. ``tick`` is called about each second,
    when there is nothing to read.
    """

    def __init__(
        self,
        processor: Processor[T],
        source: EventSource[T],
        lock: LeaderLock,
        tick: Callable[[], None] | None = None,
    ) -> None:
        self.position: Position = 0
        self.error: Exception | None = None
        self._processor = processor
        self._source = source
        self._lock = lock
        self._tick = tick
        self._place: Position = 0
        self._is_leading = False
        self._ticked_at = 0.0
        self._moved = Condition()
        self._stopping = Event()
        self._watch: Watch | None = None
        self._thread = Thread(target=self._run, name=processor.name, daemon=True)

    @property
    def name(self) -> str:
        return self._processor.name

    @property
    def complaint(self) -> str | None:
        """Say in a line what fails at this moment; the log has the rest."""
        return None if self.error is None else str(self.error).partition("\n")[0]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop after the batch at hand."""
        self._stopping.set()
        if self._watch is not None:
            self._watch.close()
        if self._thread.is_alive():
            self._thread.join()

    def reached(self) -> Position:
        """Give how far it has come, whichever process takes it there."""
        return self.position if self._is_leading else self._processor.checkpoint()

    def wait_for(self, position: Position, timeout: float) -> bool:
        """Tell whether that has been handled, after so many seconds at most."""
        until = monotonic() + timeout
        while self.reached() < position:
            left = until - monotonic()
            if left <= 0:
                return False
            with self._moved:
                self._moved.wait_for(
                    lambda: self._is_leading and self.position >= position,
                    min(left, POLL_SECONDS if self._is_leading else LOOK_SECONDS),
                )
        return True

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                if not self._lock.acquire():
                    self._is_leading = False
                    self._stopping.wait(LOCK_SECONDS)
                    continue
                self._follow()
                pause = FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - it is logged, and tried again
                self._is_leading = False
                self.error = error
                self._complain(error)
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _complain(self, error: Exception) -> None:
        """Log what failed; that it cannot even be told in full ends no follower."""
        try:
            logger().error(
                "follower failed", name=self.name, at=self.position, exc_info=error
            )
        except Exception:  # noqa: BLE001 - Python 3.11 may fail to draw a traceback
            told = f"{type(error).__name__}: {error}"
            logger().error("follower failed", name=self.name, why=told)

    def _follow(self) -> None:
        """Catch up with the log, then wait until there may be more."""
        if not self._is_leading:
            self._place = self._processor.checkpoint()
            self._show(self._place)
            self._is_leading = True
        if self._watch is None:
            self._watch = self._source.watch()
        while (batch := self._source.read(self._place)) and not self._stopping.is_set():
            self._place = self._processor.handle(self._place, batch)
            self._show(self._place)
            self._heal()
        if self._tick is not None and monotonic() - self._ticked_at >= POLL_SECONDS:
            self._tick()
            self._ticked_at = monotonic()
        self._heal()
        if not self._stopping.is_set():
            self._watch.wait(POLL_SECONDS)

    def _show(self, position: Position) -> None:
        with self._moved:
            self.position = position
            self._moved.notify_all()

    def _heal(self) -> None:
        if self.error is not None:
            logger().info("follower healed", name=self.name, at=self.position)
        self.error = None
