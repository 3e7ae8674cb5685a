"""Duplicate rows of a group: each record names the others, also after changes (U6)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import reduce
from uuid import UUID

from aggregates.learners.details import given_likeness, given_uln
from aggregates.uploads.duplicate_rows import MOST_NAMED, OtherRows
from aggregates.uploads.file_row import FileRow
from aggregates.uploads.record import Later, Record
from aggregates.uploads.upload import Upload
from commands.command import CommandContext
from commands.uploads.upload import read_records, record_called, reserved_row
from commands.uploads.verification import becomes_ready, hear
from events.identifier import stream_of
from repositories.aggregate_types import RECORD
from store import Change, Conflict, EventStore, Reservation, Stream


@dataclass(frozen=True, kw_only=True)
class Sameness:
    """One way in which rows can be duplicates of each other: the same ULN or person.

    ``name`` is part of the reservation's scope. ``value`` returns a record's value,
    ``rows`` the rows that it names as duplicates, and ``with_rows`` the events by which it
    names exactly these rows.
    """

    name: str
    value: Callable[[Record], str | None]
    rows: Callable[[Record], frozenset[int]]
    with_rows: Callable[[Record, frozenset[int]], list[Later]]


SAMENESSES = (
    Sameness(
        name="uln",
        value=lambda record: record.uln,
        rows=lambda record: record.duplicate_rows,
        with_rows=Record.with_duplicate_rows,
    ),
    Sameness(
        name="person",
        value=lambda record: record.likeness,
        rows=lambda record: record.like_rows,
        with_rows=Record.with_like_rows,
    ),
)
ULN, PERSON = SAMENESSES


@dataclass(kw_only=True)
class Mate:
    """Another row that a change affects, with its events in the same append.

    ``before`` is the record as it was loaded, ``record`` as it is after ``events``.
    """

    stream: Stream
    before: Record
    record: Record
    events: list[Later] = field(default_factory=list)
    reserve: list[Reservation] = field(default_factory=list)

    def record_events(self, events: list[Later]) -> None:
        self.events += events
        self.record = reduce(Record.apply, events, self.record)


@dataclass(kw_only=True)
class DuplicateRowsChange:
    """The effect of changing one record on the other rows of its group.

    ``reserve`` and ``release`` are for the changed record's own stream. ``mates`` are the
    other loaded rows, by row. ``reading`` counts the readings of the file, each of which
    has its own reservations.
    """

    context: CommandContext
    group: str
    reading: int
    reserve: list[Reservation] = field(default_factory=list)
    release: list[Reservation] = field(default_factory=list)
    mates: dict[int, Mate] = field(default_factory=dict)

    def settle(self, before: Record, after: Record) -> None:
        """Update the rows that were duplicates of the record, and those that become so.

        ``before`` and ``after`` are the changed record. Raises Conflict if the rows with
        its ULN or person have changed since its check.
        """
        for same in SAMENESSES:
            if same.value(before) != same.value(after):
                self._leave(same, before)
                self._join(same, after)
        for mate in self._open_rows(after.like_rows & after.different_rows):
            rows, apart = mate.record.like_rows, {after.row}
            mate.record_events(mate.record.with_like_rows(rows, different=apart))

    def changes(self) -> list[Change]:
        """Make the changes of the other rows.

        LRS is asked about those whose ULN is in no other row now (U7).
        """
        mates = [mate for mate in self.mates.values() if mate.events]
        heard, _ = hear([mate.record for mate in mates], self.context)
        for mate, answers in zip(mates, heard, strict=True):
            mate.record_events(answers)
        return [mate.stream.change(mate.events, reserve=mate.reserve) for mate in mates]

    @property
    def ready(self) -> list[int]:
        """The other rows that this change makes ready to become learners (U9)."""
        mates = self.mates.values()
        return [m.record.row for m in mates if becomes_ready(m.before, m.record)]

    def _leave(self, same: Sameness, record: Record) -> None:
        """Remove a record from the rows that name it; these then name each other.

        If its stream holds the reservation of the value, the first of them gets it.
        """
        if not (value := same.value(record)):
            return
        mates = self._open_rows(same.rows(record))
        rows = frozenset(mate.record.row for mate in mates)
        for mate in mates:
            left = (same.rows(mate.record) | rows) - {record.row, mate.record.row}
            mate.record_events(same.with_rows(mate.record, left))
        owned = self._reservation(same, value)
        at = stream_of(record_called(self.group, record.row))
        if _holder(self.context.store, owned) == at:
            self.release.append(owned)
            if mates:
                first = min(mates, key=lambda mate: mate.record.row)
                first.reserve.append(owned)

    def _join(self, same: Sameness, record: Record) -> None:
        """Let the rows with a record's value name it; reserve the value if it is new."""
        if not (value := same.value(record)):
            return
        owned = self._reservation(same, value)
        at = _holder(self.context.store, owned)
        mates = self._open_rows(same.rows(record))
        first = next((mate.record for mate in mates if mate.stream.id == at), None)
        rows = rows_to_join(
            self.context.store, owned, same, value, but=record.row, first=first
        )
        if rows != same.rows(record):
            raise Conflict(stream_of(record_called(self.group, record.row)), ())
        is_full = any(len(same.rows(mate.record)) + 1 >= MOST_NAMED for mate in mates)
        for (
            mate
        ) in mates:  # if is_full, the record comes between the rows that it joins
            others = same.rows(mate.record) - (rows if is_full else set())
            mate.record_events(same.with_rows(mate.record, others | {record.row}))
        if at is None:
            self.reserve.append(owned)

    def _reservation(self, same: Sameness, value: str) -> Reservation:
        return reserved_row(
            self.context.store, self.group, same.name, value, reading=self.reading
        )

    def _open_rows(self, rows: Iterable[int]) -> list[Mate]:
        """Load those of the rows that can still change, in order."""
        new = sorted(row for row in rows if row not in self.mates)
        for stream, record in read_records(self.context.store, self.group, new):
            if record.is_open:
                mate = Mate(stream=stream, before=record, record=record)
                self.mates[record.row] = mate
        return [self.mates[row] for row in sorted(rows) if row in self.mates]


def rows_like(row: FileRow, store: EventStore, upload: Upload) -> OtherRows:
    """Find the other rows of a group with the ULN or the person of a row's cells (U6)."""

    def rows_with(same: Sameness, value: str | None) -> frozenset[int]:
        if value is None:
            return frozenset()
        owned = reserved_row(
            store, upload.received.group, same.name, value, reading=upload.reading
        )
        return rows_to_join(store, owned, same, value, but=row.number)

    uln, person = given_uln(row.cells), given_likeness(row.cells)
    return OtherRows(uln=rows_with(ULN, uln), person=rows_with(PERSON, person))


def rows_to_join(
    store: EventStore,
    owned: Reservation,
    same: Sameness,
    value: str,
    *,
    but: int,
    first: Record | None = None,
) -> frozenset[int]:
    """Return the rows that the row ``but`` must name if it has this value.

    ``first`` is the record whose stream holds the reservation ``owned``, if it is loaded
    already. The rows are this record's row and all that it names; or, if they are
    MOST_NAMED or more, its row and the first that it names. Rows that no longer have the
    value are left out.
    """
    if first is None:
        at = _holder(store, owned)
        if at is None:
            return frozenset()
        first = RECORD.replay(store.open(at))
    named = sorted(same.rows(first))
    if len(named) + 1 >= MOST_NAMED:
        named = named[:1]
    others = (record for _, record in read_records(store, first.group, named))
    there = [first, *others]
    return frozenset(
        each.row for each in there if same.value(each) == value and each.row != but
    )


def _holder(store: EventStore, owned: Reservation) -> UUID | None:
    """Return the stream that holds a reservation; None if it is free."""
    held = store.find_reservations(owned.scope, [owned.key]).values()
    return next((each.stream for each in held), None)
