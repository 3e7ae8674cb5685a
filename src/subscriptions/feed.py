"""The feed of events that the followers of one process share: each decoded once."""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from time import monotonic

from store import EventStore, Position, Recorded
from store.watch import Watch

BATCH = 500
REMEMBERED = 4
KEPT_SECONDS = 1.0


class EventFeed:
    """Recorded events, for followers that mostly stand at the same position.

    A batch that one of them has read is there for the others, for about a second. It
    may be shorter by then than what could be read, but never wrong: the log only grows.
    """

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._lock = Lock()
        self._read_at = 0.0
        self._batches: OrderedDict[Position, Sequence[Recorded]] = OrderedDict()
        self._watch: Watch | None = None
        self._end: Position = 0
        self._ended_at = 0.0

    def watch(self) -> Watch:
        """Listen for what is appended from now on."""
        watch = self._store.watch()
        with self._lock:
            self._watch = self._watch or watch
        return watch

    def next_batch(self, after: Position) -> Sequence[Recorded]:
        """Give the next events, at most 500; none at the end of the log."""
        with self._lock:
            if after in self._batches:
                return self._batches[after]
            if self._is_known_end(after):
                return ()
            batch = self._store.log(after=after, limit=BATCH)
            if len(batch) < BATCH:
                self._end = batch[-1].position if batch else after
                self._ended_at = monotonic()
            if batch:
                self._keep(after, batch)
            elif monotonic() - self._read_at > KEPT_SECONDS:
                self._batches.clear()
            return batch

    def _is_known_end(self, after: Position) -> bool:
        """Tell whether the log was just read to there, and nobody told of more since.

        Whoever waits is told of the next event; a second later the log is asked anyway.
        """
        is_recent = monotonic() - self._ended_at < KEPT_SECONDS
        at_end = after >= self._end and is_recent
        return self._watch is not None and at_end and self._watch.last_position <= after

    def _keep(self, after: Position, batch: Sequence[Recorded]) -> None:
        self._batches[after] = batch
        self._read_at = monotonic()
        if len(self._batches) > REMEMBERED:
            self._batches.popitem(last=False)
