"""A cache of recently read streams, so that only newer events are read again."""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from uuid import UUID

from store.envelope import Recorded, Stream

MOST_EVENTS = 10_000
"""About how many events are cached; the least recently used streams are dropped first."""


class StreamCache:
    """The histories of recently read streams.

    Every read asks the database for newer events and for the number of erasures. If that
    number has changed, the whole cache is dropped (H6).
    """

    def __init__(self, most_events: int = MOST_EVENTS) -> None:
        self._most = most_events
        self._kept: OrderedDict[UUID, Stream] = OrderedDict()
        self._events = 0
        self._erasures = -1
        self._lock = Lock()

    def find(self, streams: Iterable[UUID]) -> dict[UUID, Stream]:
        """Return each stream as cached; empty if it is not."""
        with self._lock:
            return {each: self._kept.get(each) or Stream(id=each) for each in streams}

    def is_good(self, erasures: int) -> bool:
        """Whether the cache is valid for this number of erasures; if not, drop it."""
        with self._lock:
            if erasures == self._erasures:
                return True
            self._drop()
            self._erasures = erasures
            return False

    def keep(self, streams: Iterable[Stream], *, erasures: int) -> None:
        """Cache streams that were read at this number of erasures."""
        with self._lock:
            if erasures != self._erasures:
                return
            for stream in streams:
                known = self._kept.pop(stream.id, None)
                newer = known if known and known.version > stream.version else stream
                self._events += len(newer.history) - (
                    len(known.history) if known else 0
                )
                self._kept[stream.id] = newer
            while self._events > self._most:
                _, dropped = self._kept.popitem(last=False)
                self._events -= len(dropped.history)

    def drop(self) -> None:
        """Drop everything: the log may have been replaced."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        self._kept.clear()
        self._events = 0


def with_more(stream: Stream, more: Iterable[Recorded]) -> Stream:
    """Return a stream with the events that follow its known ones."""
    later = tuple(more)
    if not later:
        return stream
    longer = Stream(id=stream.id, history=(*stream.history, *later))
    longer.folded.update(stream.folded)
    return longer
