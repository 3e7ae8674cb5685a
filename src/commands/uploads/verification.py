"""Commands that verify ULNs with LRS, at first and again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import ClassVar
from uuid import UUID

from aggregates.learners.details import Details
from aggregates.uploads.record import Later, Record, RecordState
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from commands.command import Command, CommandContext, CommandResult, handles
from commands.learners.learner import ask
from commands.uploads.upload import read_records
from repositories.aggregate_types import GROUP, LEARNER
from repositories.repository import load, load_stream
from store import EventStore, Stream

AT_A_TIME = 100
"""How many records LRS is asked about at once; the answers form one append."""


@dataclass(frozen=True, kw_only=True)
class VerifyLearnerGroup(Command):
    """Ask LRS about more records of an upload, as the last part of its check (U7).

    ``upload`` is the upload's stream.
    """

    title: ClassVar = "verify a learner group"

    upload: UUID


@dataclass(frozen=True, kw_only=True)
class VerifyRecords(Command):
    """Ask LRS again about the records of a group that still wait for it (U7)."""

    title: ClassVar = "verify records"

    group: str
    rows: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class VerifyLearners(Command):
    """Ask LRS again about learners who still wait for it, named by their streams (U7, L1)."""

    title: ClassVar = "verify learners"

    learners: Sequence[UUID]


@handles(VerifyLearnerGroup)
def verify_learner_group(
    command: VerifyLearnerGroup, context: CommandContext
) -> CommandResult:
    stream, upload = load_stream(GROUP, command.upload, store=context.store)
    if not upload.rows_to_verify:
        return CommandResult(position=None)
    opened = list(islice(_waiting(upload, context.store), AT_A_TIME))
    heard, is_lrs_there = hear([record for _, record in opened], context)
    found = [
        reduce(Record.apply, events, record)
        for (_, record), events in zip(opened, heard, strict=True)
        if events
    ]
    is_more = is_lrs_there and len(opened) == AT_A_TIME
    events = upload.verify(
        asked=len(found),
        anomalies=sum(record.state is RecordState.INVALID for record in found),
        through=opened[-1][1].row if is_more else upload.last_row,
    )
    changes = [s.change(h) for (s, _), h in zip(opened, heard, strict=True)]
    return context.record(
        command, *changes, stream.change(events), created_id=upload.received.group
    )


@handles(VerifyRecords)
def verify_records(command: VerifyRecords, context: CommandContext) -> CommandResult:
    upload_stream, upload = load(
        GROUP, command.group, store=context.store, reader=command.by
    )
    if upload.status is UploadStatus.CHECKING:
        return CommandResult(position=None)  # the check will ask about all of them
    read = read_records(context.store, command.group, command.rows)
    opened = [(stream, record) for stream, record in read if is_known(stream)]
    heard, _ = hear([record for _, record in opened], context)
    changes = [s.change(h) for (s, _), h in zip(opened, heard, strict=True)]
    ready = [
        record.row
        for (_, record), events in zip(opened, heard, strict=True)
        if becomes_ready(record, reduce(Record.apply, events, record))
    ]
    late = upload.records_ready(ready)
    changes += [upload_stream.change(late)] if late else []
    seen = [upload_stream] if ready and not late else []
    return context.record(command, *changes, created_id=command.group, unchanged=seen)


@handles(VerifyLearners)
def verify_learners(command: VerifyLearners, context: CommandContext) -> CommandResult:
    opened = context.store.open_many(command.learners).values()
    found = [(stream, LEARNER.replay(stream)) for stream in opened if is_known(stream)]
    waiting = [(s, learner) for s, learner in found if learner.verification.is_waiting]
    outcomes = ask(context, [learner.details for _, learner in waiting])
    changes = [
        stream.change(learner.hear(outcome))
        for (stream, learner), outcome in zip(waiting, outcomes, strict=True)
    ]
    return context.record(command, *changes)


def is_known(stream: Stream) -> bool:
    """Whether the person has not been erased; LRS is not asked about erased people."""
    return not stream.history[0].is_erased


def hear(
    records: Sequence[Record], context: CommandContext
) -> tuple[list[list[Later]], bool]:
    """Ask LRS about the waiting records; return the events of each.

    The second value is whether LRS could be asked about all of them: not if it is off or
    down.
    """
    asked: dict[int, Details] = {}
    for at, record in enumerate(records):
        details = record.check_cells().details
        if details and record.state is RecordState.NOT_VERIFIED:
            asked[at] = details
    outcomes = dict(zip(asked, ask(context, list(asked.values())), strict=True))
    heard = [record.hear(outcomes.get(at)) for at, record in enumerate(records)]
    return heard, None not in outcomes.values()


def becomes_ready(before: Record, after: Record) -> bool:
    """Whether a record can become a learner now and could not before (U9)."""
    return after.state is RecordState.VALID and before.state is not RecordState.VALID


def _waiting(upload: Upload, store: EventStore) -> Iterator[tuple[Stream, Record]]:
    """Find the records that wait for LRS, from the row that the check has reached."""
    rows, group = upload.rows_to_verify, upload.received.group
    for at in range(0, len(rows), AT_A_TIME):
        for stream, record in read_records(store, group, rows[at : at + AT_A_TIME]):
            if record.state is RecordState.NOT_VERIFIED and is_known(stream):
                yield stream, record
