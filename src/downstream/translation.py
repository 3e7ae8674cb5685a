"""The messages that each event is published as."""

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import msgspec

from downstream.cloud_event import CloudEvent
from downstream.messages import every
from downstream.messages.message import KINDS
from events.event import Event
from store import EventStore, Recorded, written_in

__all__ = ["Translation", "every", "source_of"]

MOST_KEPT = 50_000
"""The most streams whose first event is cached, for the messages of later events."""
ENCODER = msgspec.json.Encoder(decimal_format="string")


def source_of(store: EventStore) -> str | None:
    """Return the store's name, made by its first append; None if there is none."""
    first = store.read_stored(after=0, limit=1)
    return f"urn:uuid:{written_in(first[0]).append}" if first else None


class Translation:
    """Makes messages from events; the same event always gives the same messages."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._source: str | None = None
        self._begun: dict[UUID, Event] = {}

    def messages(self, batch: Sequence[Recorded]) -> Iterator[CloudEvent]:
        """Yield the messages of these events, in their order."""
        self._source = self._source or source_of(self._store)
        begun = self._beginnings(batch)
        for recorded in batch:
            for kind in KINDS.get(type(recorded.event), ()):
                first = begun.get(recorded.stream, recorded.event)
                data = kind.make(recorded, first)
                if data is not None:
                    yield CloudEvent(
                        topic=kind.topic,
                        key=data.centre,
                        id=str(recorded.position),
                        source=self._source or "",
                        type=kind.type,
                        time=recorded.recorded_at,
                        subject=str(getattr(data, kind.subject)),
                        data=ENCODER.encode(data),
                    )

    def _beginnings(self, batch: Sequence[Recorded]) -> Mapping[UUID, Event]:
        """Return the first events of streams, where messages of later events need them."""
        if len(self._begun) > MOST_KEPT:
            self._begun.clear()
        wanted = set()
        for recorded in batch:
            kinds = KINDS.get(type(recorded.event), ())
            if recorded.version == 1:
                if kinds:
                    self._begun[recorded.stream] = recorded.event
            elif any(kind.needs_beginning for kind in kinds):
                wanted.add(recorded.stream)
        missing = wanted - self._begun.keys()
        for stream, read in self._store.open_many(missing, keep=False).items():
            self._begun[stream] = read.events[0]
        return self._begun
