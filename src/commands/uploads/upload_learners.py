"""The command that makes learners of a submitted group, one part after another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar
from uuid import UUID

from aggregates.uploads.duplicate_rows import RowKeys
from aggregates.uploads.record import Record, RecordState
from aggregates.uploads.row_context import LIKE, RowContext, check_in_context
from aggregates.uploads.upload import Later, Upload
from aggregates.uploads.upload_progress import UploadStatus
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    conflict_if_reserved,
    handles,
)
from commands.learners.learner import begin_learner, holders
from commands.learners.same_person import (
    FindSimilarLearners,
    known_alike,
    likeness_holders,
)
from commands.uploads.group_uses import learners_undone, uses_changed
from commands.uploads.upload import next_batch, read_records, reserved_row
from events.identifier import Kind
from repositories.aggregate_types import GROUP
from repositories.repository import load_stream
from store import Change, EventStore

STAYING = {RecordState.INVALID, RecordState.NOT_VERIFIED, RecordState.TO_CONFIRM}
"""The states of records that stay behind when a group is submitted (U9)."""


@dataclass(frozen=True, kw_only=True)
class AddGroupLearners(Command):
    """Create the next learners of a submitted group (U9).

    ``upload`` is the upload's stream; ``alike`` finds similar learners of the centre.
    """

    title: ClassVar = "add group learners"

    upload: UUID
    alike: FindSimilarLearners


@handles(AddGroupLearners)
def add_group_learners(
    command: AddGroupLearners, context: CommandContext
) -> CommandResult:
    stream, upload = load_stream(GROUP, command.upload, store=context.store)
    if upload.status is not UploadStatus.ADDING:
        return CommandResult(position=None)
    waiting = upload.rows_to_add
    rows = next_batch(waiting)
    events, changes = _add_learners(upload, rows, context, command.alike)
    if len(rows) == len(waiting):
        events += reduce(Upload.apply, events, upload).complete()
    change = Change(stream=stream.id, expected=stream.version, events=tuple(events))
    with conflict_if_reserved():
        position = context.store.append(*changes, change, by=command.by)
    return CommandResult(position=position, created_id=upload.received.group)


def _add_learners(
    upload: Upload,
    rows: Sequence[int],
    context: CommandContext,
    alike: FindSimilarLearners,
) -> tuple[list[Later], list[Change]]:
    """Make the events and changes that create learners from the ready rows.

    If a ULN was taken since the check, only its own row becomes invalid (U9). If a similar
    person has become known since, the row asks about them (U6).
    """
    store, group, centre = context.store, upload.received.group, upload.received.centre
    records = list(read_records(store, group, rows))
    linked = [record.linked_to for _, record in records if record.linked_to]
    gone = learners_undone(store, linked)
    checked = {
        record.row: record.check_cells()
        for _, record in records
        if record.state is RecordState.VALID and not record.linked_to
    }
    keys = {
        record.row: RowKeys.of_checked(record.cells, checked[record.row])
        for _, record in records
        if record.row in checked
    }
    people = list({person for _, person in keys.values() if person})
    reserved = likeness_holders(store, centre, people)
    known = known_alike(store, centre, people, alike, reserved)
    unanswered = _find_unanswered(
        [
            (record, known.get(keys[record.row].person or "", ()))
            for _, record in records
            if record.row in keys
        ],
        store,
    )
    held = holders(store, centre, [uln for uln, _ in keys.values() if uln])
    changes: list[Change] = []
    learners: list[str] = []
    left: list[int] = []
    for stream, record in records:
        if record.state in STAYING or record.linked_to in gone:
            left.append(record.row)
            continue
        if record.state is not RecordState.VALID:
            continue
        learner, release = record.linked_to, []
        if learner is None:
            uln, person = keys[record.row]
            row_context = RowContext(
                holder=held.get(uln or ""), alike=unanswered.get(record.row, ())
            )
            found = check_in_context(checked[record.row], row_context)
            asks = [warning for warning in found.warnings if warning.code == LIKE]
            if found.details is None or found.problems or asks:
                left.append(record.row)
                warnings = [*record.warnings, *asks]
                changes.append(stream.change(record.recheck(found.problems, warnings)))
                continue
            learner = context.new_identifier(Kind.LEARNER)
            begun = begin_learner(
                store,
                learner=learner,
                centre=centre,
                group=group,
                person_id=record.person_id,
                details=found.details,
                to_verify=record.verification.was_asked,
                outcome=record.verification.answer,
                is_first=person not in reserved,
            )
            changes.append(begun)
            reserved[person or ""] = begun.stream
            if uln:
                held[uln] = learner
                release = [
                    reserved_row(store, group, "uln", uln, reading=upload.reading)
                ]
        changes.append(stream.change(record.become(learner), release=release))
        learners.append(learner)
    joined = set(linked) & set(learners)
    changes += uses_changed(store, group, before=(), after=joined)
    return upload.add(learners=learners, left=left, through=rows[-1]), changes


def _find_unanswered(
    alike: Sequence[tuple[Record, Sequence[str]]], store: EventStore
) -> Mapping[int, Sequence[str]]:
    """Return, by row, the similar learners about whom nobody has answered yet.

    Learners created from rows that were said to be other people count as answered.
    """
    asked = {
        record.row: (record, others)
        for record, them in alike
        if (others := {*them} - record.different_from)
    }
    apart = {row for record, _ in asked.values() for row in record.different_rows}
    group = alike[0][0].group if alike else ""
    learners = {
        record.row: record.learner
        for _, record in read_records(store, group, sorted(apart))
    }
    return {
        row: sorted(still)
        for row, (record, others) in asked.items()
        if (still := others - {learners.get(each) for each in record.different_rows})
    }
