"""The log of all events, newest first, each with before and after (H1, H2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from events.refusal import CommandRefused
from projections.history.history import HistoryEntry, changes, entry, steps
from projections.history.timeline import TYPES_BY_FIRST_EVENT
from projections.paging import Page
from store import EventStore, Position, Recorded, StoredRow, written_in

PART = 500
MOST_READ = 10_000
"""The most events that one search reads before it answers (d)."""


@dataclass(frozen=True, kw_only=True)
class LogFilter:
    """The criteria of a search; all must match, and None does not restrict.

    ``event`` is the beginning of an event's topic. ``centre`` is the user's, or the one
    that owns the thing. ``since`` and ``until`` are included.
    """

    user: str | None = None
    centre: str | None = None
    event: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def is_met(self, row: StoredRow) -> bool:
        """Whether an event matches."""
        if not (
            (self.event is None or row.topic.startswith(self.event))
            and (self.since is None or row.recorded_at >= self.since)
            and (self.until is None or row.recorded_at <= self.until)
        ):
            return False
        if self.user is None and self.centre is None:
            return True
        written = written_in(row)
        return (self.user is None or written.user == self.user) and (
            self.centre is None or self.centre in (written.centre, written.owner)
        )


@dataclass(frozen=True, kw_only=True)
class LoggedEvent:
    """An event of the log; ``identifier`` names the thing it is about, or is empty."""

    entry: HistoryEntry
    identifier: str


def search_log(
    store: EventStore, filters: LogFilter, *, limit: int, before: Position | None = None
) -> Page[LoggedEvent]:
    """Find events, newest first, before a position; the cursor is a position too.

    A page may have fewer rows than the limit, even none, and still not be the last: a
    search stops after reading MOST_READ events.
    """
    newest = (store.as_at(filters.until) if filters.until else store).head()
    place = newest + 1 if before is None else min(before, newest + 1)
    least = max(0, place - MOST_READ)
    found: list[Position] = []
    while place > least + 1 and len(found) < limit:
        after = max(least, place - 1 - PART)
        rows = [
            r
            for r in store.stored_by_then(after=after, limit=PART)
            if r.position < place
        ]
        place = after + 1
        if filters.since and rows and rows[-1].recorded_at < filters.since:
            place = 1
            break
        for row in reversed(rows):
            if filters.is_met(row):
                found.append(row.position)
                if len(found) == limit:
                    place = row.position
                    break
    recorded = [each for at in found for each in store.at([at])]
    return Page(
        rows=tuple(_with_changes(store, recorded)),
        next_cursor=str(place) if place > 1 else None,
    )


def _with_changes(
    store: EventStore, recorded: Sequence[Recorded]
) -> Iterator[LoggedEvent]:
    streams = store.open_many({each.stream for each in recorded}, keep=False)
    for each in recorded:
        stream = streams[each.stream]
        first = stream.events[0]
        kind = TYPES_BY_FIRST_EVENT.get(type(first))
        if isinstance(each.event, CommandRefused):
            told = entry(each, version=None)
            yield LoggedEvent(entry=told, identifier=each.event.subject)
        elif kind is None:
            yield LoggedEvent(entry=entry(each, version=each.version), identifier="")
        else:
            changed = next(
                tuple(changes(step.before, step.after))
                for step in steps(kind.aggregate, stream)
                if step.recorded.version == each.version
            )
            yield LoggedEvent(
                entry=entry(each, version=each.version, changes=changed),
                identifier=kind.identifier_of(first) if kind.prefix else "",
            )
