"""Corrections in a file: each returned row amends its record (U6, U8)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aggregates.errors import RuleBroken
from aggregates.learners.details import COLUMNS
from aggregates.uploads.file_row import FIRST_ROW
from aggregates.uploads.record import Record, RecordState
from catalogue import amount
from commands.command import Command, CommandContext, CommandResult
from commands.learners.same_person import FindSimilarLearners
from commands.uploads.record import AmendRecord
from commands.uploads.upload import batches, read_records
from events.uploads.upload import (
    RecordAmended,
    RecordBecameLearner,
    RecordConfirmed,
    RecordLinked,
    RecordRemoved,
)
from files.corrections import Correction
from repositories.aggregate_types import GROUP
from repositories.repository import load
from store import Actor, Conflict, Stream

MOST_AMENDED = 2_000
"""The most records that one file may amend, because that happens during the upload."""

BY_PEOPLE = (
    RecordAmended,
    RecordBecameLearner,
    RecordConfirmed,
    RecordLinked,
    RecordRemoved,
)


class TooManyToAmend(RuleBroken):
    code = "too-many-to-amend"
    message = (
        "The file changes {records}, and one file may amend {most}. Divide the"
        " rows among several files."
    )


class CorrectionOutcome(StrEnum):
    """The outcome of a returned row."""

    AMENDED = "amended"
    UNCHANGED = "unchanged"
    CONFLICTING = "conflicting"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A returned row: its place in the file, its record, and its outcome."""

    place: int
    row: int | None
    outcome: CorrectionOutcome
    message: str


NOT_OURS = (
    "This row does not say which record of the group it is. Correct the rows that were"
    " downloaded, and add none."
)
TWICE = "Row {row} is in the file more than once. Leave it in once."
CHANGED = (
    "Somebody has changed row {row} since the file was downloaded. Download it again."
)
SAME = "Row {row} says what its record says already."
DONE = "Row {row} was amended."


def read_invalid(
    context: CommandContext, group: str, by: Actor
) -> Iterator[tuple[int, Record]]:
    """Yield the invalid records of a group, each with its version."""
    _, upload = load(GROUP, group, store=context.store, reader=by)
    for rows in batches(range(FIRST_ROW, upload.last_row + 1)):
        for stream, record in read_records(context.store, group, rows):
            if record.state is RecordState.INVALID:
                yield stream.version, record


def amend_from_file(
    corrections: Sequence[Correction],
    group: str,
    *,
    context: CommandContext,
    send: Callable[[Command], CommandResult],
    by: Actor,
    at: datetime,
    alike: FindSimilarLearners,
) -> list[Returned]:
    """Amend the records of the changed rows, one by one; return the outcome of each row.

    A row amends its record only if nobody has changed the record since the download.
    Sending the file again changes nothing. Raises StillChecking, TooManyToAmend.
    """
    _, upload = load(GROUP, group, store=context.store, reader=by)
    upload.require_checked()
    times = Counter(one.row for one in corrections if one.group == group)
    opened: dict[int, tuple[Stream, Record]] = {}
    for rows in batches(sorted(times)):
        opened |= _open_records(rows, group, context)
    plan = [_judge_correction(one, group, opened, times) for one in corrections]
    count = sum(outcome is CorrectionOutcome.AMENDED for outcome, _ in plan)
    if count > MOST_AMENDED:
        raise TooManyToAmend(
            records=amount(count, "record"), most=MOST_AMENDED, path=("file",)
        )
    returned: list[Returned] = []
    for one, said in zip(corrections, plan, strict=True):
        outcome, message = said
        if (
            outcome is CorrectionOutcome.AMENDED
        ):  # an earlier row may have changed this record too
            now = _open_records([one.row], group, context)
            outcome, message = _judge_correction(one, group, now, times)
        if outcome is CorrectionOutcome.AMENDED:
            command = AmendRecord(
                by=by,
                at=at,
                expect=now[one.row][0].version,
                group=group,
                row=one.row,
                alike=alike,
                cells={column: one.cells[column] for column in COLUMNS},
            )
            outcome, message = _send_amendment(command, send, message)
        row = None if outcome is CorrectionOutcome.UNKNOWN else one.row
        returned.append(
            Returned(place=one.place, row=row, outcome=outcome, message=message)
        )
    return returned


def _open_records(
    rows: Sequence[int], group: str, context: CommandContext
) -> dict[int, tuple[Stream, Record]]:
    found = read_records(context.store, group, rows)
    return {record.row: (stream, record) for stream, record in found}


def _judge_correction(
    one: Correction,
    group: str,
    opened: Mapping[int, tuple[Stream, Record]],
    times: Counter[int],
) -> tuple[CorrectionOutcome, str]:
    """Decide the outcome of a row before anything is amended."""
    if one.group != group or one.row not in opened:
        return CorrectionOutcome.UNKNOWN, NOT_OURS
    stream, record = opened[one.row]
    if times[one.row] > 1:
        return CorrectionOutcome.CONFLICTING, TWICE.format(row=one.row)
    if one.is_same(record.cells):
        return CorrectionOutcome.UNCHANGED, SAME.format(row=one.row)
    since = stream.history[one.version :]
    if any(isinstance(recorded.event, BY_PEOPLE) for recorded in since):
        return CorrectionOutcome.CONFLICTING, CHANGED.format(row=one.row)
    return CorrectionOutcome.AMENDED, DONE.format(row=one.row)


def _send_amendment(
    command: AmendRecord, send: Callable[[Command], CommandResult], message: str
) -> tuple[CorrectionOutcome, str]:
    try:
        send(command)
    except Conflict:
        return CorrectionOutcome.CONFLICTING, CHANGED.format(row=command.row)
    except RuleBroken as refusal:
        return CorrectionOutcome.CONFLICTING, str(refusal)
    return CorrectionOutcome.AMENDED, message
