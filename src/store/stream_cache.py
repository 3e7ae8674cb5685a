"""Streams that were read lately, so that only what came after is read again."""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from uuid import UUID

from store.envelope import Recorded, Stream

MOST_EVENTS = 10_000
"""How many events are kept about: those of streams not asked for longest go first."""


class StreamCache:
    """The histories of streams as they were last read, in no other process's way.

    The database is always asked what came after, and how many erasures there have been:
    when it is another number, all that is kept here is thrown away (H6).
    """

    def __init__(self, most_events: int = MOST_EVENTS) -> None:
        self._most = most_events
        self._kept: OrderedDict[UUID, Stream] = OrderedDict()
        self._events = 0
        self._erasures = -1
        self._lock = Lock()

    def find(self, streams: Iterable[UUID]) -> dict[UUID, Stream]:
        """Give each stream as it is kept; empty if it is not."""
        with self._lock:
            return {each: self._kept.get(each) or Stream(id=each) for each in streams}

    def is_good(self, erasures: int) -> bool:
        """Tell whether what is kept may be used after so many erasures; else drop it."""
        with self._lock:
            if erasures == self._erasures:
                return True
            self._drop()
            self._erasures = erasures
            return False

    def keep(self, streams: Iterable[Stream], *, erasures: int) -> None:
        """Keep streams that were read when there had been so many erasures."""
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
        """Forget all: the log may not be the one that it was read from."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        self._kept.clear()
        self._events = 0


def with_more(stream: Stream, more: Iterable[Recorded]) -> Stream:
    """Give a stream with the events that came after those that are known."""
    later = tuple(more)
    if not later:
        return stream
    longer = Stream(id=stream.id, history=(*stream.history, *later))
    longer.folded.update(stream.folded)
    return longer
