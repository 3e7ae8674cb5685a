"""All that ever happened to one learner, wherever it was recorded (H1, H2).

It is told from facts alone, whichever centre they were recorded at: what happened to a
learner goes with them. What an order, a claim or a group says of others stays out.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, TypeAlias

from sqlalchemy import Connection

from aggregates.aggregate import Aggregate
from events.event import Event
from events.identifier import stream_of
from events.learners.duplicate import DuplicateDecided
from events.refusal import CommandRefused
from events.uploads.upload import (
    LearnersAdded,
    RecordBecameLearner,
    RecordConfirmed,
    RecordLinked,
    UploadReceived,
    UploadSubmitted,
    UploadUndone,
)
from projections.history.history import (
    HistoryEntry,
    changes,
    entry,
    history,
    steps,
)
from projections.history.learner_streams import place, streams_naming
from projections.history.redaction import (
    learners_in,
    mask_others,
    only_about,
    without_prices,
)
from repositories.aggregate_types import (
    CLAIM,
    DUPLICATE,
    ENTRY_ORDER,
    GROUP,
    INVOICE_LINE,
    ORDER,
    RECORD,
    WITH_HISTORY,
    AggregateType,
)
from store import EventStore, Recorded, Stream

OF_A_GROUP = (UploadReceived, UploadSubmitted, LearnersAdded, UploadUndone)
"""What of an upload concerns each of its learners; their own rows tell the rest."""

SEVERAL = "It was about several learners."
"""Stands for a refusal that names others too."""

_LEARNER = re.compile(r"L-[0-9]{10}[A-Z]")


@dataclass(frozen=True, kw_only=True)
class TimelineEntry(HistoryEntry):
    """Something that happened to a learner, and the thing that it happened to."""

    kind: str
    identifier: str


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose timeline is told, and to which centre; None sees all of them."""

    learner: str
    centre: str | None


Tell: TypeAlias = Callable[
    [type[Aggregate], Stream, Stream, Whose], Iterator[HistoryEntry]
]


def own_entries(
    aggregate: type[Aggregate], stream: Stream, refusals: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Tell all of a thing that is the learner's alone."""
    return history(aggregate, of_events(stream, mask_others, whose), refusals)


def shared_entries(
    aggregate: type[Aggregate], stream: Stream, refusals: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Tell what names the learner, or changes what is said while they are on it."""
    was_on = False
    for step in steps(aggregate, of_events(stream, only_about, whose)):
        recorded = step.recorded
        is_on = whose.learner in str(step.after)
        changed = tuple(changes(step.before if was_on else {}, step.after))
        is_named = whose.learner in learners_in(recorded.event)
        if is_named or ((was_on or is_on) and changed):
            yield entry(recorded, version=recorded.version, changes=changed)
        was_on = is_on
    for recorded in refusals.history:
        if (told := _refusal_of_learner(recorded, whose.learner)) is not None:
            yield entry(told, version=None)


def of_group(
    _: type[Aggregate], stream: Stream, __: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Tell how the group came in with which the learner came."""
    for recorded in of_events(stream, only_about, whose).history:
        is_others = isinstance(recorded.event, LearnersAdded) and (
            not recorded.event.learners
        )
        if isinstance(recorded.event, OF_A_GROUP) and not is_others:
            yield entry(recorded, version=recorded.version)


def of_record(
    aggregate: type[Aggregate], stream: Stream, refusals: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Tell the row that the learner came from; of another only what it says of them."""
    became = RecordBecameLearner(learner=whose.learner)
    if became in stream.events:
        yield from own_entries(aggregate, stream, refusals, whose)
        return
    for recorded in of_events(stream, mask_others, whose).history:
        is_said = isinstance(recorded.event, RecordConfirmed | RecordLinked)
        if is_said and whose.learner in learners_in(recorded.event):
            yield entry(recorded, version=recorded.version)


def of_line(
    aggregate: type[Aggregate], stream: Stream, _: Stream, __: Whose
) -> Iterator[HistoryEntry]:
    """Tell what invoicing said; what was refused of the thing charged is told there."""
    return history(aggregate, stream, Stream(id=stream.id))


def of_duplicate(
    aggregate: type[Aggregate], stream: Stream, refusals: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Tell what was decided; of whom, and why, only to who may know both learners."""
    if whose.centre is None or all(r.owner == whose.centre for r in stream.history):
        return history(aggregate, stream, refusals)
    return history(aggregate, of_events(stream, _half, whose), refusals)


def _half(event: Event, learner: str) -> Event:
    half = mask_others(event, learner)
    return replace(half, reason="") if isinstance(half, DuplicateDecided) else half


TELL: Mapping[AggregateType[Any], Tell] = {
    GROUP: of_group,
    RECORD: of_record,
    ORDER: shared_entries,
    ENTRY_ORDER: shared_entries,
    CLAIM: shared_entries,
    INVOICE_LINE: of_line,
    DUPLICATE: of_duplicate,
}
"""How those are told that are not one learner's own; all others by ``own``."""

TOLD: Mapping[type[Event], AggregateType[Any]] = {
    begun_by: kind
    for kind in (*WITH_HISTORY, RECORD, INVOICE_LINE, DUPLICATE)
    for begun_by in kind.begun_by
}
"""What a timeline tells of, by the event that begins it."""

KIND_NAMES = {RECORD.noun: "record"}
"""The kinds whose name in an entry is not the noun of the type."""


def timeline(
    store: EventStore, connection: Connection, learner: str, *, centre: str | None
) -> list[TimelineEntry]:
    """Tell all that happened to a learner, oldest first, as far as is known by now.

    What other centres paid for it is left out.
    """
    found = (
        without_prices(centre, each)
        for each in open_learner_streams(store, connection, learner)
    )
    streams = [stream for stream in found if stream.history]
    refusals = {
        first.subject: stream
        for stream in streams
        if isinstance(first := stream.events[0], CommandRefused)
    }
    whose = Whose(learner=learner, centre=centre)
    entries = (
        told
        for stream in streams
        for told in _timeline_entries(stream, refusals, whose)
    )
    return sorted(entries, key=attrgetter("position"))


def open_learner_streams(
    store: EventStore, connection: Connection, learner: str
) -> Iterable[Stream]:
    """Open every stream that has to do with a learner, as far as the rows have come.

    So an answer is of one moment: whatever is later is in none of the streams yet.
    """
    known = place(connection)
    ids = {stream_of(learner)} | streams_naming(connection, [learner])
    opened = store.open_many(ids)
    names = {_name(stream) for stream in opened.values() if stream.history}
    about = streams_naming(connection, names - {learner}) - ids
    for stream in (*opened.values(), *store.open_many(about).values()):
        yield replace(
            stream, history=tuple(r for r in stream.history if r.position <= known)
        )


def of_events(
    stream: Stream, part: Callable[[Event, str], Event | None], whose: Whose
) -> Stream:
    """Map each event of a stream by ``view``, for this learner."""
    seen = ((r, part(r.event, whose.learner)) for r in stream.history)
    return replace(
        stream,
        history=tuple(
            replace(r, event=event) for r, event in seen if event is not None
        ),
    )


def _timeline_entries(
    stream: Stream, refusals: Mapping[str, Stream], whose: Whose
) -> Iterator[TimelineEntry]:
    first = stream.events[0]
    kind = TOLD.get(type(first))
    if kind is None:
        return
    name = kind.identifier_of(first)
    refused = refusals.get(name, Stream(id=stream_of(name)))
    for found in TELL.get(kind, own_entries)(kind.aggregate, stream, refused, whose):
        values = {f.name: getattr(found, f.name) for f in fields(found)}
        yield TimelineEntry(
            **values,
            kind=KIND_NAMES.get(kind.noun, kind.noun),
            identifier=name or whose.learner,
        )


def _name(stream: Stream) -> str:
    """Say what a thing is called; nothing for what no timeline tells of."""
    first = stream.events[0]
    kind = TOLD.get(type(first))
    return kind.identifier_of(first) if kind else ""


def _refusal_of_learner(recorded: Recorded, learner: str) -> Recorded | None:
    """Give a refusal that names the learner; nothing of others in it."""
    event = recorded.event
    if not isinstance(event, CommandRefused):
        return None
    named = {*_LEARNER.findall(event.message)}
    if learner not in named:
        return None
    alone = event if named == {learner} else replace(event, message=SEVERAL)
    return replace(recorded, event=alone)
