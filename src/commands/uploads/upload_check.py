"""What is asked of an upload by the way: to check its records, part by part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import ClassVar

from aggregates.learners.details import Checked, given_likeness, given_uln
from aggregates.uploads.duplicate_rows import DuplicateRows, is_first
from aggregates.uploads.file_row import FIRST_ROW, MAC, FileRow
from aggregates.uploads.record import Later, Record, RecordState
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from commands.command import Command, CommandContext, CommandResult, handles
from commands.learners.same_person import FindSimilarLearners
from commands.uploads.duplicate_rows import PERSON, ULN
from commands.uploads.row_checks import RowChecker
from commands.uploads.typed_rows import typed_columns
from commands.uploads.upload import (
    BATCHES,
    batches,
    read_records,
    record_called,
    reserved_row,
)
from commands.uploads.upload_readings import UploadReading
from events.uploads.upload import RecordRead
from files.learner_file import read_learner_file
from files.text_file import in_other_encoding
from repositories.aggregate_types import GROUP, RECORD
from repositories.repository import load
from store import Change, EventStore, Reservation, Stream


@dataclass(frozen=True, kw_only=True)
class CheckLearnerGroup(Command):
    """Check more records of an upload, from where the check has come to (U5, U6)."""

    title: ClassVar = "check a learner group"

    group: str
    alike: FindSimilarLearners


@handles(CheckLearnerGroup)
def check_learner_group(
    command: CheckLearnerGroup, context: CommandContext
) -> CommandResult:
    stream, upload = load(GROUP, command.group, store=context.store, reader=command.by)
    received, position = upload.received, None
    around = RowChecker(
        store=context.store,
        centre=received.centre,
        alike=command.alike,
        today=command.today,
    )
    version = stream.version
    for checked in islice(_check_rows(upload, around, context), BATCHES):
        is_valid = [not found.problems for found in checked.found]
        events = upload.record_progress(
            valid=sum(is_valid),
            invalid=len(is_valid) - sum(is_valid),
            through=checked.through,
            to_verify=checked.to_verify if context.verify else None,
        )
        position = context.store.append(
            *checked.changes,
            Change(stream=stream.id, expected=version, events=tuple(events)),
            by=command.by,
        )
        version += len(events)
        upload = reduce(Upload.apply, events, upload)
    if upload.is_read:
        context.readings.files.forget()
        context.readings.again.forget()
        context.store.drop_file(received.file)
    return CommandResult(position=position, created_id=received.group)


def _reading(upload: Upload, context: CommandContext) -> UploadReading:
    """Read the file of an upload again, as it was read at first."""
    name = upload.received.file

    def read_file() -> UploadReading:
        file = read_learner_file(
            context.store.file(name),
            mapping=upload.mapping,
            encoding=chosen_encoding(upload),
        )
        return UploadReading(file=file, duplicates=DuplicateRows.of(file.rows))

    return context.readings.files.get(name, read_file)


def chosen_encoding(upload: Upload) -> str | None:
    """Say what a file is to be read as; None if it says so itself."""
    return upload.encoding if upload.encoding == MAC else None


@dataclass(frozen=True, kw_only=True)
class _Checked:
    """A part of the check: what was found in it, and what is to be recorded of it."""

    found: Sequence[Checked]
    changes: Sequence[Change]
    through: int
    to_verify: int


def _check_rows(
    upload: Upload, around: RowChecker, context: CommandContext
) -> Iterator[_Checked]:
    """Check part by part what is not a fact yet: rows of the file, or those read again."""
    if upload.status is not UploadStatus.CHECKING or upload.is_read:
        return
    if upload.read_before:
        rows = range(upload.last_row + 1, upload.read_before + 1)
        yield from _checked_again(rows, upload, around, context)
        return
    reading = _reading(upload, context)
    unread = [row for row in reading.file.rows if row.number > upload.last_row]
    for part in batches(unread):
        found = around.check(part, reading.duplicates.others_near)
        changes = [
            _record(row, checked, reading.duplicates, upload, context)
            for row, checked in zip(part, found, strict=True)
        ]
        begun = [Record.replay(change.events) for change in changes]
        yield _Checked(
            found=found,
            changes=changes,
            through=part[-1].number,
            to_verify=_to_verify(begun),
        )


def _record(
    row: FileRow,
    found: Checked,
    duplicates: DuplicateRows,
    upload: Upload,
    context: CommandContext,
) -> Change:
    """Say what is recorded of a row: the first row with a value is found by it."""
    received, uln = upload.received, given_uln(row.cells)
    stream = RECORD.new(record_called(received.group, row.number))
    read = RecordRead(
        group=received.group,
        row=row.number,
        person_id=stream.id,
        cells=dict(row.cells),
        problems=found.problems,
        warnings=found.warnings,
        to_verify=context.verify is not None and uln is not None,
    )
    reserve = _reservations_of_row(row, duplicates, upload, context.store)
    return stream.change([read], owner=received.centre, reserve=reserve)


def _reservations_of_row(
    row: FileRow, duplicates: DuplicateRows, upload: Upload, store: EventStore
) -> list[Reservation]:
    """Say what the row is found by: its ULN and its person, if it is the first (U6)."""
    uln, person = given_uln(row.cells), given_likeness(row.cells)
    return [
        reserved_row(
            store, upload.received.group, same.name, value, reading=upload.reading
        )
        for same, value, rows in (
            (ULN, uln, duplicates.ulns),
            (PERSON, person, duplicates.people),
        )
        if value and is_first(rows.get(value), row.number)
    ]


def _checked_again(
    rows: Sequence[int], upload: Upload, around: RowChecker, context: CommandContext
) -> Iterator[_Checked]:
    """Read records in the other encoding; what somebody typed or linked stays (U4)."""
    duplicates = _duplicates_again(upload, context)
    for part in batches(rows):
        opened = list(read_records(context.store, upload.received.group, part))
        if not opened:
            continue
        again = [_read_again(stream, record, upload) for stream, record in opened]
        found = around.check(again, duplicates.others_near)
        changes: list[Change] = []
        after: list[Record] = []
        for (stream, record), row, checked in zip(opened, again, found, strict=True):
            events: list[Later] = []
            reserve: list[Reservation] = []
            if record.is_open or record.linked_to:
                is_lrs_on = context.verify is not None
                events = record.read_again(row.cells, checked, is_lrs_on=is_lrs_on)
            if record.is_open:
                reserve = _reservations_of_row(row, duplicates, upload, context.store)
            changes.append(stream.change(events, reserve=reserve))
            after.append(reduce(Record.apply, events, record))
        yield _Checked(
            found=found,
            changes=changes,
            through=part[-1],
            to_verify=_to_verify(after),
        )


def _duplicates_again(upload: Upload, context: CommandContext) -> DuplicateRows:
    """Find which records say the same once all are read in the other encoding."""
    group = upload.received.group

    def find_duplicates() -> DuplicateRows:
        return DuplicateRows.of(
            _read_again(stream, record, upload)
            for rows in batches(range(FIRST_ROW, upload.read_before + 1))
            for stream, record in read_records(context.store, group, rows)
            if record.is_open
        )

    return context.readings.again.get((group, upload.reading), find_duplicates)


def _read_again(stream: Stream, record: Record, upload: Upload) -> FileRow:
    """Read the cells that nobody typed into in the encoding chosen now."""
    cells = dict(record.cells)
    first, second = upload.received.encoding, upload.encoding
    read = stream.events[0]
    if isinstance(read, RecordRead) and (record.is_open or record.linked_to):
        for column in read.cells.keys() & cells.keys() - typed_columns(stream):
            written = read.cells[column]
            is_first = second == first
            cells[column] = written if is_first else in_other_encoding(written, second)
    return FileRow(number=record.row, cells=cells)


def _to_verify(records: Sequence[Record]) -> int:
    """Count the records that wait for LRS."""
    return sum(record.state is RecordState.NOT_VERIFIED for record in records)
