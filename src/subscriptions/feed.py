"""The feed that the followers of one process share: each event is decoded once."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from threading import Lock
from time import monotonic

from store import EventStore, Position, Recorded
from store.watch import Watch

BATCH = 500
REMEMBERED = 4
KEPT = 2 * BATCH
KEPT_SECONDS = 1.0


@dataclass
class _Stretch:
    """A stretch of the log without gaps, from ``after`` to its last event."""

    after: Position
    events: list[Recorded]
    read_at: float

    @property
    def end(self) -> Position:
        return self.events[-1].position

    def add(self, events: Sequence[Recorded]) -> None:
        self.events += events
        if (surplus := len(self.events) - KEPT) > 0:
            self.after = self.events[surplus - 1].position
            del self.events[:surplus]


class EventFeed:
    """Recorded events, for followers that are mostly near each other.

    What one follower read last is kept for the others, until nothing was read for a second.
    A batch may therefore be shorter than the log allows, but is never wrong: the log only
    grows.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._lock = Lock()
        self._stretches: list[_Stretch] = []
        """In the order in which they were last added to."""
        self._watch: Watch | None = None
        self._end: Position = 0
        self._ended_at = 0.0

    def watch(self) -> Watch:
        """Watch for appends from now on."""
        watch = self._store.watch()
        with self._lock:
            self._watch = self._watch or watch
        return watch

    def next_batch(self, after: Position) -> Sequence[Recorded]:
        """Return the next events, at most 500; none at the end of the log."""
        with self._lock:
            if known := self._find_kept(after):
                return known
            if self._is_known_end(after):
                return ()
            batch = self._store.log(after=after, limit=BATCH)
            if len(batch) < BATCH:
                self._end = batch[-1].position if batch else after
                self._ended_at = monotonic()
            self._keep(after, batch)
            return batch

    def _find_kept(self, after: Position) -> Sequence[Recorded]:
        for stretch in reversed(self._stretches):
            if stretch.after <= after < stretch.end:
                first = bisect_right(stretch.events, after, key=attrgetter("position"))
                return stretch.events[first : first + BATCH]
        return ()

    def _is_known_end(self, after: Position) -> bool:
        """Whether the log was just read to there, without news since.

        A waiting follower hears of the next event; after a second the log is read anyway.
        """
        is_recent = monotonic() - self._ended_at < KEPT_SECONDS
        at_end = after >= self._end and is_recent
        return self._watch is not None and at_end and self._watch.last_position <= after

    def _keep(self, after: Position, batch: Sequence[Recorded]) -> None:
        """Add the events read to those they follow; drop old ones."""
        now = monotonic()
        recent = [s for s in self._stretches if now - s.read_at <= KEPT_SECONDS]
        if batch:
            last = next((s for s in recent if s.end == after), None)
            if last is None:
                last = _Stretch(after, [], now)
            else:
                recent.remove(last)
            last.add(batch)
            last.read_at = now
            recent.append(last)
        self._stretches = recent[-REMEMBERED:]
