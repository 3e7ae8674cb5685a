"""The command that checks the rows of an uploaded file, one part after another."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar
from uuid import UUID

from aggregates.uploads.duplicate_rows import DuplicateRows, is_first
from aggregates.uploads.file_row import FIRST_ROW, MAC, FileRow
from aggregates.uploads.record import Later, Record, RecordState
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from commands.command import Command, CommandContext, CommandResult, handles
from commands.learners.same_person import FindSimilarLearners
from commands.uploads import upload as uploading
from commands.uploads.duplicate_rows import PERSON, ULN
from commands.uploads.row_checks import CheckedRow, RowChecker
from commands.uploads.typed_rows import typed_columns
from commands.uploads.upload import (
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
from repositories.repository import load_stream
from store import Change, EventStore, Reservation, Stream


@dataclass(frozen=True, kw_only=True)
class CheckLearnerGroup(Command):
    """Check the next rows of an upload and record the results (U5, U6).

    Each command checks one part and records it in one append, whose last event triggers the
    command again. ``upload`` is the upload's stream; ``alike`` finds similar learners of
    the centre.
    """

    title: ClassVar = "check a learner group"

    upload: UUID
    alike: FindSimilarLearners


@handles(CheckLearnerGroup)
def check_learner_group(
    command: CheckLearnerGroup, context: CommandContext
) -> CommandResult:
    stream, upload = load_stream(GROUP, command.upload, store=context.store)
    received, position = upload.received, None
    checker = RowChecker(
        store=context.store,
        centre=received.centre,
        alike=command.alike,
        today=command.today,
    )
    if checked := next(_check_rows(upload, checker, context), None):
        valid = sum(not row.found.problems for row in checked.rows)
        events = upload.record_progress(
            valid=valid,
            invalid=len(checked.rows) - valid,
            through=checked.through,
            to_verify=checked.to_verify if context.verify else None,
        )
        position = context.store.append(
            *checked.changes,
            Change(stream=stream.id, expected=stream.version, events=tuple(events)),
            by=command.by,
        )
        upload = reduce(Upload.apply, events, upload)
    if upload.is_read:
        context.readings.files.forget(received.file)
        context.readings.again.forget((received.group, upload.reading))
        context.store.drop_file(received.file)
    return CommandResult(position=position, created_id=received.group)


def _read_upload(upload: Upload, context: CommandContext) -> UploadReading:
    """Read an upload's file, or take the reading that was kept."""
    name = upload.received.file

    def read_file() -> UploadReading:
        file = read_learner_file(
            context.store.file(name),
            mapping=upload.mapping,
            encoding=chosen_encoding(upload),
        )
        return UploadReading(rows=file.rows, duplicates=DuplicateRows.of(file.rows))

    return context.readings.files.get(name, read_file)


def chosen_encoding(upload: Upload) -> str | None:
    """Return the encoding that a person chose for a file; None if it is detected (U4)."""
    return upload.encoding if upload.encoding == MAC else None


@dataclass(frozen=True, kw_only=True)
class _CheckedPart:
    """A checked part of an upload: its rows in order, and changes to append.

    ``through`` is the number of its last row; ``to_verify`` counts its records that
    wait for LRS.
    """

    rows: Sequence[CheckedRow]
    changes: Sequence[Change]
    through: int
    to_verify: int


def _check_rows(
    upload: Upload, checker: RowChecker, context: CommandContext
) -> Iterator[_CheckedPart]:
    """Check, part by part, the rows whose check is not recorded yet.

    The rows come from the file or, once another encoding was chosen, from the records.
    """
    if upload.status is not UploadStatus.CHECKING or upload.is_read:
        return
    if upload.read_before:
        rows = range(upload.last_row + 1, upload.read_before + 1)
        yield from _check_again(rows, upload, checker, context)
        return
    reading = _read_upload(upload, context)
    if part := reading.rows.after(upload.last_row, uploading.BATCH):
        checked = checker.check(part, reading.duplicates.others_near)
        begun = [
            _begin_record(each, reading.duplicates, upload, context) for each in checked
        ]
        yield _CheckedPart(
            rows=checked,
            changes=[change for change, _ in begun],
            through=part[-1].number,
            to_verify=_to_verify(Record.begin(read) for _, read in begun),
        )


def _begin_record(
    checked: CheckedRow,
    duplicates: DuplicateRows,
    upload: Upload,
    context: CommandContext,
) -> tuple[Change, RecordRead]:
    """Make the change that begins the record of a row, with its reservations."""
    received, row = upload.received, checked.row
    stream = RECORD.new(record_called(received.group, row.number))
    read = RecordRead(
        group=received.group,
        row=row.number,
        person_id=stream.id,
        cells=dict(row.cells),
        problems=checked.found.problems,
        warnings=checked.found.warnings,
        to_verify=context.verify is not None and checked.keys.uln is not None,
    )
    reserve = _reservations_of_row(checked, duplicates, upload, context.store)
    return stream.change([read], owner=received.centre, reserve=reserve), read


def _reservations_of_row(
    checked: CheckedRow, duplicates: DuplicateRows, upload: Upload, store: EventStore
) -> list[Reservation]:
    """Make the reservations by which duplicates find the row (U6).

    They are for its ULN and its person, each only if no earlier row has the same.
    """
    (uln, person), row = checked.keys, checked.row.number
    return [
        reserved_row(
            store, upload.received.group, same.name, value, reading=upload.reading
        )
        for same, value, rows in (
            (ULN, uln, duplicates.ulns),
            (PERSON, person, duplicates.people),
        )
        if value and is_first(rows.get(value), row)
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
        checked = checker.check(again, duplicates.others_near)
        changes: list[Change] = []
        after: list[Record] = []
        for (stream, record), row in zip(opened, checked, strict=True):
            events: list[Later] = []
            reserve: list[Reservation] = []
            if record.is_open or record.linked_to:
                events = record.read_again(
                    row.row.cells, row.found, is_lrs_on=context.verify is not None
                )
            if record.is_open:
                reserve = _reservations_of_row(row, duplicates, upload, context.store)
            changes.append(stream.change(events, reserve=reserve))
            after.append(reduce(Record.apply, events, record))
        yield _CheckedPart(
            rows=checked,
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


def _to_verify(records: Iterable[Record]) -> int:
    """Count the records that wait for LRS."""
    return sum(record.state is RecordState.NOT_VERIFIED for record in records)
