"""The command that checks the rows of an uploaded file, one part after another."""

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
    """Check the next rows of an upload and record what was found (U5, U6).

    Up to BATCHES parts are checked, each in an append of its own; the fact of the last
    one asks for this command again. ``alike`` finds similar learners of the centre.
    """

    title: ClassVar = "check a learner group"

    group: str
    alike: FindSimilarLearners


@handles(CheckLearnerGroup)
def check_learner_group(
    command: CheckLearnerGroup, context: CommandContext
) -> CommandResult:
    stream, upload = load(GROUP, command.group, store=context.store, reader=command.by)
    received, position = upload.received, None
    checker = RowChecker(
        store=context.store,
        centre=received.centre,
        alike=command.alike,
        today=command.today,
    )
    version = stream.version
    for checked in islice(_check_rows(upload, checker, context), BATCHES):
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


def _read_upload(upload: Upload, context: CommandContext) -> UploadReading:
    """Read the file of an upload, or take its kept reading."""
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
    """Give the encoding that a person chose for a file; None if it is detected (U4)."""
    return upload.encoding if upload.encoding == MAC else None


@dataclass(frozen=True, kw_only=True)
class _CheckedPart:
    """A checked part of an upload: results in order of rows, and changes to append.

    ``through`` is the number of its last row; ``to_verify`` counts its records that
    wait for LRS.
    """

    found: Sequence[Checked]
    changes: Sequence[Change]
    through: int
    to_verify: int


def _check_rows(
    upload: Upload, checker: RowChecker, context: CommandContext
) -> Iterator[_CheckedPart]:
    """Check, part by part, the rows whose check is not recorded yet.

    They are those of the file or, once another encoding was chosen, of its records.
    """
    if upload.status is not UploadStatus.CHECKING or upload.is_read:
        return
    if upload.read_before:
        rows = range(upload.last_row + 1, upload.read_before + 1)
        yield from _check_again(rows, upload, checker, context)
        return
    reading = _read_upload(upload, context)
    unread = [row for row in reading.file.rows if row.number > upload.last_row]
    for part in batches(unread):
        found = checker.check(part, reading.duplicates.others_near)
        changes = [
            _begin_record(row, checked, reading.duplicates, upload, context)
            for row, checked in zip(part, found, strict=True)
        ]
        begun = [Record.replay(change.events) for change in changes]
        yield _CheckedPart(
            found=found,
            changes=changes,
            through=part[-1].number,
            to_verify=_to_verify(begun),
        )


def _begin_record(
    row: FileRow,
    found: Checked,
    duplicates: DuplicateRows,
    upload: Upload,
    context: CommandContext,
) -> Change:
    """Make the change that begins the record of a row, with its reservations."""
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
    """Make the reservations that duplicates of the row find it by (U6).

    They are of its ULN and of its person, each only if no row before it has the same.
    """
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


def _check_again(
    rows: Sequence[int], upload: Upload, checker: RowChecker, context: CommandContext
) -> Iterator[_CheckedPart]:
    """Check, part by part, the records of these rows in the encoding chosen now (U4).

    Cells that a person typed, and links to learners, stay.
    """
    duplicates = _find_duplicates_again(upload, context)
    for part in batches(rows):
        opened = list(read_records(context.store, upload.received.group, part))
        if not opened:
            continue
        again = [_read_again(stream, record, upload) for stream, record in opened]
        found = checker.check(again, duplicates.others_near)
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
        yield _CheckedPart(
            found=found,
            changes=changes,
            through=part[-1],
            to_verify=_to_verify(after),
        )


def _find_duplicates_again(upload: Upload, context: CommandContext) -> DuplicateRows:
    """Find the duplicates among a group's records, read in the encoding chosen now."""
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
    """Read a record's row in the encoding chosen now, except cells that people typed."""
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
