"""Facts in envelopes, for tests that need no store."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

from events.event import Event
from events.identifier import stream_of
from store import Recorded

BEGINNING = datetime(2026, 11, 24, 9, tzinfo=UTC)


def history(
    *facts: tuple[str, Event], owner: str | None = "48213"
) -> tuple[Recorded, ...]:
    """Put events in envelopes, each with the name of its stream, a minute apart."""
    versions: Counter[UUID] = Counter()
    recorded = []
    for position, (name, event) in enumerate(facts, start=1):
        stream = stream_of(name)
        versions[stream] += 1
        recorded.append(
            Recorded(
                position=position,
                stream=stream,
                version=versions[stream],
                recorded_at=BEGINNING + timedelta(minutes=position - 1),
                user="admin.riverside",
                role="Centre Administrator",
                centre=owner,
                owner=owner,
                channel="api",
                request="request-1",
                correlation="request-1",
                cause=None,
                event=event,
            )
        )
    return tuple(recorded)
