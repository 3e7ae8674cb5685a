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

    def watch(self) -> Watch:
        """Listen for what is appended from now on."""
        return self._store.watch()

    def read(self, after: Position) -> Sequence[Recorded]:
        """Give the next events, at most 500; none at the end of the log."""
        with self._lock:
            if after in self._batches:
                return self._batches[after]
            batch = self._store.log(after=after, limit=BATCH)
            if batch:
                self._keep(after, batch)
            elif monotonic() - self._read_at > KEPT_SECONDS:
                self._batches.clear()
            return batch

    def _keep(self, after: Position, batch: Sequence[Recorded]) -> None:
        self._batches[after] = batch
        self._read_at = monotonic()
        if len(self._batches) > REMEMBERED:
            self._batches.popitem(last=False)
