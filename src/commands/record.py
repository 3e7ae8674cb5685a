"""What may be asked of one record of an upload: to put it right, or to take it out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from uuid import UUID

from aggregates.details import given_uln
from aggregates.learner_file import Row
from aggregates.record import Later, Record
from aggregates.upload import Upload
from commands.command import Command, Desk, Done, handles, require_expected, require_own
from commands.erasure import require_none_erased
from commands.learner import Alike
from commands.surroundings import Surroundings
from commands.upload import read_upload, record_called, row_uln
from commands.verification import hear
from events.identifier import stream_of
from events.upload import RecordRead
from store import (
    Actor,
    AlreadyReserved,
    Change,
    Conflict,
    EventStore,
    Reservation,
    Stream,
)


@dataclass(frozen=True, kw_only=True)
class AmendRecord(Command):
    """Put a record right, or say whether it is a learner whom the centre knows (U8).

    ``cells`` are those that change. ``is_different_person`` answers a likeness by no,
    ``link_to`` by yes: that learner joins the group and no other is made.
    """

    group: str
    row: int
    alike: Alike
    cells: Mapping[str, str]
    is_different_person: bool = False
    link_to: str | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveRecord(Command):
    """Take a record out of the upload (U8)."""

    group: str
    row: int


@handles(AmendRecord)
def amend_record(command: AmendRecord, desk: Desk) -> Done:
    upload, stream, record = _open(command, command.group, command.row, desk)
    events: list[Later] = []
    if command.cells or (record.linked_to and not command.link_to):
        record.require_open()
        cells = record.amended(command.cells)
        around = Surroundings(
            store=desk.store,
            centre=upload.received.centre,
            alike=command.alike,
            today=command.today,
        )
        row = Row(number=record.row, cells=cells)
        uln = given_uln(cells)
        twins = {uln: sorted(_rows_with(uln, record, desk.store))} if uln else {}
        (checked,) = around.check([row], twins)
        events += record.amend(cells, checked, is_lrs_on=desk.verify is not None)
    amended = reduce(Record.apply, events, record)
    if command.is_different_person:
        events += amended.confirm()
    elif command.link_to:
        require_none_erased(desk, [command.link_to], pointer="/link_to")
        events += amended.link(command.link_to)
    (heard,), _ = hear([reduce(Record.apply, events, record)], desk)
    events += heard
    return _record(events, stream, record, command, desk)


@handles(RemoveRecord)
def remove_record(command: RemoveRecord, desk: Desk) -> Done:
    _, stream, record = _open(command, command.group, command.row, desk)
    return _record(record.remove(), stream, record, command, desk)


def read_record(desk: Desk, group: str, row: int, by: Actor) -> tuple[Stream, Record]:
    """Show a record as it is now; raises NotFound if it is not theirs to see."""
    stream = desk.store.open(stream_of(record_called(group, row)))
    require_own(stream, str(row), begun_by=RecordRead, what="row", by=by)
    return stream, Record.replay(stream.events)


def _open(
    command: Command, group: str, row: int, desk: Desk
) -> tuple[Upload, Stream, Record]:
    """Open a record of a group that has been checked."""
    _, upload = read_upload(desk, group, command.by)
    stream, record = read_record(desk, group, row, command.by)
    require_expected(stream, command)
    upload.require_checked()
    return upload, stream, record


def _record(
    events: list[Later], stream: Stream, record: Record, command: Command, desk: Desk
) -> Done:
    """Record what was decided, and at once what it makes of the rows of like ULN."""
    after = reduce(Record.apply, events, record)
    release: list[Reservation] = []
    reserve: list[Reservation] = []
    others: list[Change] = []
    if record.uln != after.uln:
        release, parted = _leave(record, desk)
        reserve, joined = _join(after, desk.store)
        others = parted + joined
    change = stream.change(events, release=release, reserve=reserve)
    try:
        return Done(position=desk.store.append(change, *others, by=command.by))
    except AlreadyReserved as taken:  # another row got the ULN just now: look again
        raise Conflict(taken.held.stream, ()) from None


def _leave(record: Record, desk: Desk) -> tuple[list[Reservation], list[Change]]:
    """Part from the rows of the same ULN: what to release, and what they become.

    If this is the row that the ULN is found by, the first of the others takes over. One
    that is now alone with it is put to LRS (U7).
    """
    if record.uln is None:
        return [], []
    owned = row_uln(desk.store, record.group, record.uln)
    held = desk.store.held(owned.scope, [owned.key]).values()
    is_found_by_it = [x.stream for x in held] == [_stream_of(record, record.row)]
    mates = _open_rows(record, record.twins, desk.store)
    rows = {mate.row for _, mate in mates}
    parted = [mate.with_twins(rows - {mate.row}) for _, mate in mates]
    alone = [
        reduce(Record.apply, events, mate)
        for (_, mate), events in zip(mates, parted, strict=True)
    ]
    heard, _ = hear(alone, desk)
    changes = [
        stream.change(
            events + answers,
            reserve=[owned] if is_found_by_it and mate.row == min(rows) else [],
        )
        for (stream, mate), events, answers in zip(mates, parted, heard, strict=True)
    ]
    return [owned] if is_found_by_it else [], changes


def _join(record: Record, store: EventStore) -> tuple[list[Reservation], list[Change]]:
    """Join the rows of the same ULN: what to reserve, and what they become.

    Raises Conflict if others came or went since the record was checked.
    """
    if record.uln is None:
        return [], []
    rows = record.twins
    changes = []
    for stream, mate in _open_rows(record, rows, store):
        if mate.uln != record.uln or mate.twins | {mate.row} != rows:
            raise Conflict(stream.id, ())
        changes.append(
            stream.change(mate.with_twins((rows | {record.row}) - {mate.row}))
        )
    return [] if rows else [row_uln(store, record.group, record.uln)], changes


def _rows_with(uln: str, record: Record, store: EventStore) -> set[int]:
    """Find the rows of the group that have the ULN, by the one that holds it (U6)."""
    owned = row_uln(store, record.group, uln)
    held = store.held(owned.scope, [owned.key]).values()
    firsts = [Record.replay(store.open(holding.stream).events) for holding in held]
    return {row for first in firsts for row in (first.row, *first.twins)}


def _open_rows(
    record: Record, rows: Iterable[int], store: EventStore
) -> list[tuple[Stream, Record]]:
    ids = [_stream_of(record, row) for row in sorted(rows)]
    streams = store.open_many(ids)
    return [(streams[at], Record.replay(streams[at].events)) for at in ids]


def _stream_of(record: Record, row: int) -> UUID:
    return stream_of(record_called(record.group, row))
