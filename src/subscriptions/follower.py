"""The loop of all followers: read after a checkpoint, handle, store the checkpoint."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import pairwise
from threading import Condition, Event, Thread
from time import monotonic
from typing import Generic, Protocol, TypeAlias, TypeVar

from store import Position
from store.watch import Watch
from subscriptions.leader_lock import LeaderLock
from subscriptions.logger import logger

LOOK_SECONDS = 0.02
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0
LOCK_SECONDS = 0.2
POLL_SECONDS = 1.0
SHARE, MOST_SHARED = 50, 500
SHARE_SECONDS = 0.02
"""How long processors that catch up may delay those at the head."""


class Positioned(Protocol):
    """An event read from the log."""

    @property
    def position(self) -> Position: ...


T = TypeVar("T", bound=Positioned)
T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)

Outcome: TypeAlias = Position | Exception
"""The new checkpoint, or the exception."""

Work: TypeAlias = Future[Position]
"""Work in another thread, which ends with the new checkpoint."""


class EventSource(Protocol[T_co]):
    """Where a processor's events come from."""

    def watch(self) -> Watch: ...

    def next_batch(self, after: Position) -> Sequence[T_co]:
        """Return the next events; none at the end of the log."""
        ...


class Processor(Protocol[T_contra]):
    """A reader of the log with a follower of its own, such as the ledger."""

    @property
    def name(self) -> str: ...

    def checkpoint(self) -> Position:
        """Read the checkpoint from its database."""
        ...

    def handle(self, after: Position, batch: Sequence[T_contra]) -> Position:
        """Handle the events and store the checkpoint, in one transaction.

        Returns the new checkpoint. If another process has moved it from ``after``
        meanwhile, nothing is done and that checkpoint is returned. After an exception the
        same events are handled again.
        """
        ...


class ProcessorGroup(Protocol[T_contra]):
    """Processors that share a follower and get the same batches."""

    @property
    def name(self) -> str: ...

    @property
    def names(self) -> Sequence[str]:
        """Return the names of the group's processors."""
        ...

    def checkpoints(self) -> Mapping[str, Position]:
        """Read each processor's checkpoint."""
        ...

    def handle(
        self, names: Sequence[str], after: Position, batch: Sequence[T_contra]
    ) -> Mapping[str, Outcome | Work]:
        """Let these processors handle the events, as ``Processor.handle`` does.

        A processor that fails changes nothing, and its outcome is the exception. One that
        another transaction holds stays at ``after``. One that works in another thread gets
        no more events until that is done.
        """
        ...


class Alone(Generic[T]):
    """A processor as a group of one."""

    def __init__(self, processor: Processor[T]) -> None:
        self.name = processor.name
        self.names = (processor.name,)
        self._processor = processor

    def checkpoints(self) -> Mapping[str, Position]:
        return {self.name: self._processor.checkpoint()}

    def handle(
        self, _: Sequence[str], after: Position, batch: Sequence[T]
    ) -> Mapping[str, Outcome]:
        return {self.name: self._processor.handle(after, batch)}


@dataclass
class _State:
    """A processor's position, and its error if it fails."""

    position: Position = 0
    error: Exception | None = None
    pause: float = FIRST_PAUSE
    retry_at: float = 0.0
    """When it is tried again after it failed or was held; else 0."""
    has_failed: bool = False
    """Whether it failed itself: then only its own success ends the failure."""
    work: Work | None = None
    """Its work in another thread."""


class Follower(Generic[T]):
    """Keeps a group of processors at the head of the log, in one thread.

    Every event is read, so positions reach the head even if no processor handles the events
    there. Processors at the same position get their events together. One that fails falls
    behind alone; it is tried again from its own checkpoint, with growing pauses and without
    end, so nothing is skipped.

    Positions were last written by the follower's thread; they may lag the database.
    ``lock`` lets one process at a time follow. ``tick`` is called about each second when
    there is nothing to read. After news it waits ``linger`` seconds for more, unless
    somebody waits for a position.
    """

    def __init__(
        self,
        group: ProcessorGroup[T],
        source: EventSource[T],
        lock: LeaderLock,
        tick: Callable[[], None] | None = None,
        linger: float = 0.0,
    ) -> None:
        self._group = group
        self._source = source
        self._lock = lock
        self._tick = tick
        self._linger = linger
        self._share = SHARE
        self._states = {name: _State() for name in group.names}
        self._is_leading = False
        self._pause = FIRST_PAUSE
        self._ticked_at = 0.0
        self._moved = Condition()
        self._stopping = Event()
        self._watch: Watch | None = None
        self._thread = Thread(target=self._run, name=group.name, daemon=True)

    @property
    def errors(self) -> Mapping[str, str]:
        """The first line of each processor's present error; the log has the rest."""
        return first_lines({name: state.error for name, state in self._states.items()})

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop after the present batch."""
        self._stopping.set()
        if self._watch is not None:
            self._watch.close()
        if self._thread.is_alive():
            self._thread.join()

    def positions(self) -> Mapping[str, Position]:
        """Return each processor's position, whichever process moves it."""
        if self._is_leading:
            return {name: state.position for name, state in self._states.items()}
        return self._group.checkpoints()

    def wait_for(self, position: Position, timeout: float) -> bool:
        """Wait up to so many seconds; tell whether all have handled the position."""
        until = monotonic() + timeout
        while any(reached < position for reached in self.positions().values()):
            left = until - monotonic()
            if left <= 0:
                return False
            if self._linger:
                self._hurry()
            with self._moved:
                self._moved.wait_for(
                    lambda: self._is_leading and self._last() >= position,
                    min(left, POLL_SECONDS if self._is_leading else LOOK_SECONDS),
                )
        return True

    def _hurry(self, _: object = None) -> None:
        if self._watch is not None:
            self._watch.hurry()

    def _last(self) -> Position:
        return min((state.position for state in self._states.values()), default=0)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self._lock.acquire():
                    self._is_leading = False
                    self._stopping.wait(LOCK_SECONDS)
                    continue
                self._follow()
                self._pause = FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - it is logged, and tried again
                self._is_leading = False
                for state in self._states.values():
                    state.error = error
                self._complain(self._group.name, error)
                self._stopping.wait(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _follow(self) -> None:
        """Catch up with the log, then wait until there may be more."""
        if not self._is_leading:
            self._lead()
        if self._watch is None:
            self._watch = self._source.watch()
        while self._advance() and not self._stopping.is_set():
            pass
        if self._tick is not None and monotonic() - self._ticked_at >= POLL_SECONDS:
            self._tick()
            self._ticked_at = monotonic()
        for name, state in self._states.items():
            if not state.has_failed:
                self._heal(name)
        if not self._stopping.is_set():
            self._watch.wait(self._until_due())
        if self._linger:
            self._watch.linger(self._linger)

    def _lead(self) -> None:
        checkpoints = self._group.checkpoints()
        with self._moved:
            for name, state in self._states.items():
                state.position = checkpoints[name]
            self._is_leading = True
            self._moved.notify_all()

    def _advance(self) -> bool:
        """Let processors that are due handle events; tell whether there were any.

        Those furthest ahead get their next batch. Of the others, those furthest behind get
        a small batch, at most up to the next processor's position; then those ahead get
        their turn again.
        """
        works = {name: state.work for name, state in self._states.items()}
        self._take({n: w for n, w in works.items() if w is not None and w.done()})
        together: defaultdict[Position, list[str]] = defaultdict(list)
        now = monotonic()
        for name, state in self._states.items():
            if state.retry_at <= now and state.work is None:
                together[state.position].append(name)
        *behind, ahead = sorted(together) or [0]
        has_any = self._hand(together[ahead], ahead)
        for after, meeting in pairwise([*behind, ahead]):
            began = monotonic()
            if self._hand(together[after], after, self._share, meeting):
                is_long = monotonic() - began > SHARE_SECONDS
                share = self._share // 2 if is_long else self._share * 2
                self._share = max(1, min(share, MOST_SHARED))
                return True
        return has_any

    def _hand(
        self,
        names: Sequence[str],
        after: Position,
        most: int = MOST_SHARED,
        meeting: Position | None = None,
    ) -> bool:
        """Hand events to the processors at a position; tell whether there were any."""
        if not names or self._stopping.is_set():
            return False
        batch = self._source.next_batch(after)[:most]
        if meeting is not None:
            batch = [each for each in batch if each.position <= meeting]
        if batch:
            self._take(self._group.handle(names, after, batch))
        return bool(batch)

    def _take(self, handled: Mapping[str, Outcome | Work]) -> None:
        """Store each processor's new position, its error, or its work in another thread."""
        outcomes: dict[str, Outcome] = {}
        with self._moved:
            for name, outcome in handled.items():
                state = self._states[name]
                if isinstance(outcome, Future) and not outcome.done():
                    state.work = outcome
                    outcome.add_done_callback(self._hurry)
                    continue
                outcomes[name] = result = _result(outcome)
                state.work = None
                if isinstance(result, Exception):
                    state.error, state.has_failed = result, True
                    state.retry_at = monotonic() + state.pause
                    state.pause = min(state.pause * 2, LONGEST_PAUSE)
                elif result == state.position:
                    state.retry_at = monotonic() + FIRST_PAUSE
                else:
                    self._states[name] = _State(position=result, error=state.error)
            self._moved.notify_all()
        for name, result in outcomes.items():
            if isinstance(result, Exception):
                self._complain(name, result)
            elif not self._states[name].retry_at:
                self._heal(name)

    def _until_due(self) -> float:
        """Return how long to wait for news: at most until the next retry."""
        retries = [s.retry_at for s in self._states.values() if s.retry_at]
        now = monotonic()
        return max(0.0, min([now + POLL_SECONDS, *retries]) - now)

    def _complain(self, name: str, error: Exception) -> None:
        at = self._states[name].position if name in self._states else self._last()
        complain(name, at, error)

    def _heal(self, name: str) -> None:
        state = self._states[name]
        if state.error is not None:
            logger().info("follower healed", name=name, at=state.position)
        state.error = None


def first_lines(errors: Mapping[str, Exception | None]) -> dict[str, str]:
    """Return the first line of each error."""
    return {n: str(e).partition("\n")[0] for n, e in errors.items() if e is not None}


def complain(name: str, at: Position, error: Exception) -> None:
    """Log an error; if even that fails, the follower goes on."""
    try:
        logger().error("follower failed", name=name, at=at, exc_info=error)
    except Exception:  # noqa: BLE001 - Python 3.11 may fail to draw a traceback
        told = f"{type(error).__name__}: {error}"
        logger().error("follower failed", name=name, why=told)


def _result(outcome: Outcome | Work) -> Outcome:
    if not isinstance(outcome, Future):
        return outcome
    try:
        return outcome.result()
    except Exception as error:  # noqa: BLE001 - it is logged, and tried again
        return error
