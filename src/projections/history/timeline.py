"""The timeline of one learner: everything that happened to them, at any centre (H1, H2).

It is built from events. What an order, a claim or a group says about other learners is left
out.
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

GROUP_EVENTS = (UploadReceived, UploadSubmitted, LearnersAdded, UploadUndone)
"""An upload's events that concern each of its learners; the records hold the rest."""

SEVERAL = "It was about several learners."
"""The message shown for a refusal that also names other learners."""

_LEARNER = re.compile(r"L-[0-9]{10}[A-Z]")


@dataclass(frozen=True, kw_only=True)
class TimelineEntry(HistoryEntry):
    """An entry of a timeline, with the kind and identifier of the thing concerned."""

    kind: str
    identifier: str


@dataclass(frozen=True, kw_only=True)
class Whose:
    """The learner of the timeline, and the centre that reads it; None sees everything."""

    learner: str
    centre: str | None


EntryMaker: TypeAlias = Callable[
    [type[Aggregate], Stream, Stream, Whose], Iterator[HistoryEntry]
]
"""Makes the entries of a thing from its type, stream, refusals and reader."""


def own_entries(
    aggregate: type[Aggregate], stream: Stream, refusals: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Make the entries of a thing that belongs to one learner."""
    return history(aggregate, replace_events(stream, mask_others, whose), refusals)


def shared_entries(
    aggregate: type[Aggregate], stream: Stream, refusals: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Make the entries of an order or claim that name the learner, or change it for them."""
    was_on = False
    for step in steps(aggregate, replace_events(stream, only_about, whose)):
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


def group_entries(
    _: type[Aggregate], stream: Stream, __: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Make the entries of the group that the learner was uploaded with."""
    for recorded in replace_events(stream, only_about, whose).history:
        is_others = isinstance(recorded.event, LearnersAdded) and (
            not recorded.event.learners
        )
        if isinstance(recorded.event, GROUP_EVENTS) and not is_others:
            yield entry(recorded, version=recorded.version)


def record_entries(
    aggregate: type[Aggregate], stream: Stream, refusals: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Make the entries of the record that the learner came from.

    Of other records, only confirmations and links that name the learner are included.
    """
    became = RecordBecameLearner(learner=whose.learner)
    if became in stream.events:
        yield from own_entries(aggregate, stream, refusals, whose)
        return
    for recorded in replace_events(stream, mask_others, whose).history:
        is_said = isinstance(recorded.event, RecordConfirmed | RecordLinked)
        if is_said and whose.learner in learners_in(recorded.event):
            yield entry(recorded, version=recorded.version)


def invoice_line_entries(
    aggregate: type[Aggregate], stream: Stream, _: Stream, __: Whose
) -> Iterator[HistoryEntry]:
    """Make the entries of an invoice line; its refusals are shown with the thing charged."""
    return history(aggregate, stream, Stream(id=stream.id))


def duplicate_entries(
    aggregate: type[Aggregate], stream: Stream, refusals: Stream, whose: Whose
) -> Iterator[HistoryEntry]:
    """Make the entries of decisions on duplicates.

    The other learner and the reason are left out unless the reader may know both.
    """
    if whose.centre is None or all(r.owner == whose.centre for r in stream.history):
        return history(aggregate, stream, refusals)
    return history(aggregate, replace_events(stream, _mask_decision, whose), refusals)


def _mask_decision(event: Event, learner: str) -> Event:
    masked = mask_others(event, learner)
    if isinstance(masked, DuplicateDecided):
        return replace(masked, reason="")
    return masked


ENTRY_MAKERS: Mapping[AggregateType[Any], EntryMaker] = {
    GROUP: group_entries,
    RECORD: record_entries,
    ORDER: shared_entries,
    ENTRY_ORDER: shared_entries,
    CLAIM: shared_entries,
    INVOICE_LINE: invoice_line_entries,
    DUPLICATE: duplicate_entries,
}
"""The function that makes each type's entries; other types use ``own_entries``."""

TYPES_BY_FIRST_EVENT: Mapping[type[Event], AggregateType[Any]] = {
    begun_by: kind
    for kind in (*WITH_HISTORY, RECORD, INVOICE_LINE, DUPLICATE)
    for begun_by in kind.begun_by
}
"""The types in a timeline, by the class of the event that begins their streams."""

KIND_NAMES = {RECORD.noun: "record"}
"""The names of types whose entries do not use the type's noun, by noun."""


def timeline(
    store: EventStore, connection: Connection, learner: str, *, centre: str | None
) -> list[TimelineEntry]:
    """List everything that happened to a learner, oldest first, as far as the read models are.

    ``centre`` is the reader's centre, None for a reader of all centres. Payments by other
    centres are left out.
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
    """Load every stream that concerns a learner, up to the read models' position.

    All streams end at that position, so that a timeline shows one moment.
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


def replace_events(
    stream: Stream, part: Callable[[Event, str], Event | None], whose: Whose
) -> Stream:
    """Replace each event by ``part`` of it and the learner; None leaves it out."""
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
    kind = TYPES_BY_FIRST_EVENT.get(type(first))
    if kind is None:
        return
    name = kind.identifier_of(first)
    refused = refusals.get(name, Stream(id=stream_of(name)))
    make = ENTRY_MAKERS.get(kind, own_entries)
    for found in make(kind.aggregate, stream, refused, whose):
        values = {f.name: getattr(found, f.name) for f in fields(found)}
        yield TimelineEntry(
            **values,
            kind=KIND_NAMES.get(kind.noun, kind.noun),
            identifier=name or whose.learner,
        )


def _name(stream: Stream) -> str:
    """Return the identifier of a stream's thing; empty if no timeline shows it."""
    first = stream.events[0]
    kind = TYPES_BY_FIRST_EVENT.get(type(first))
    return kind.identifier_of(first) if kind else ""


def _refusal_of_learner(recorded: Recorded, learner: str) -> Recorded | None:
    """Return a refusal that names the learner, without other learners; None for others."""
    event = recorded.event
    if not isinstance(event, CommandRefused):
        return None
    named = {*_LEARNER.findall(event.message)}
    if learner not in named:
        return None
    alone = event if named == {learner} else replace(event, message=SEVERAL)
    return replace(recorded, event=alone)
