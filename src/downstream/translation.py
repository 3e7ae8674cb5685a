"""Facts as they are told to others: each event as the messages that tell of it."""

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
"""Of how many streams the first event is kept, which later ones are told with."""
ENCODER = msgspec.json.Encoder(decimal_format="string")


def source_of(store: EventStore) -> str | None:
    """Name the store, as it was begun: by the first append; None if there was none."""
    first = store.read_stored(after=0, limit=1)
    return f"urn:uuid:{written_in(first[0]).append}" if first else None


class Translation:
    """Makes messages of events, the same ones each time."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._source: str | None = None
        self._begun: dict[UUID, Event] = {}

    def messages(self, batch: Sequence[Recorded]) -> Iterator[CloudEvent]:
        """Make the messages that these events are told by, in their order."""
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
        """Give the first events of the streams whose later ones are told with them."""
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
