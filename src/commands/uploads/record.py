"""Commands on one record of an upload: amend it, or remove it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, NamedTuple

from aggregates.uploads.file_row import FileRow
from aggregates.uploads.record import Later, Record
from aggregates.uploads.upload import Upload
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    conflict_if_reserved,
    handles,
)
from commands.learners.erased_learners import require_none_erased
from commands.learners.same_person import FindSimilarLearners
from commands.uploads.duplicate_rows import DuplicateRowsChange, rows_like
from commands.uploads.row_checks import RowChecker
from commands.uploads.upload import record_called
from commands.uploads.verification import becomes_ready, hear
from repositories.aggregate_types import GROUP, RECORD
from repositories.repository import load
from store import Stream


@dataclass(frozen=True, kw_only=True)
class AmendRecord(Command):
    """Amend a record, or say whether it is a learner the centre knows (U8).

    ``cells`` are those that change. ``is_different_person`` says that the similar learners
    are other people. ``link_to`` says that the row is that learner, who joins the group; no
    new learner is created. If the new cells may be another person's, an existing link is
    removed only with ``confirm_loss``.
    """

    title: ClassVar = "amend a record"

    group: str
    row: int
    alike: FindSimilarLearners
    cells: Mapping[str, str]
    is_different_person: bool = False
    link_to: str | None = None
    confirm_loss: bool = False


@dataclass(frozen=True, kw_only=True)
class RemoveRecord(Command):
    """Remove a record from the upload (U8)."""

    title: ClassVar = "remove a record"

    group: str
    row: int


@handles(AmendRecord)
def amend_record(command: AmendRecord, context: CommandContext) -> CommandResult:
    opened = _open_record(command, command.group, command.row, context)
    upload, record = opened.upload, opened.record
    events: list[Later] = []
    is_parted = command.is_different_person or command.confirm_loss
    is_kept = not (is_parted or command.link_to) and record.linked_to is not None
    if command.cells or (is_parted and record.linked_to and not command.link_to):
        record.require_open()
        cells = record.merge_cells(command.cells)
        if is_kept:
            record.require_link_kept(cells)
        around = RowChecker(
            store=context.store,
            centre=upload.received.centre,
            alike=command.alike,
            today=command.today,
        )
        row = FileRow(number=record.row, cells=cells)
        others = rows_like(row, context.store, upload)
        ((_, _, checked),) = around.check([row], lambda *_: others)
        amend = record.amend_linked if is_kept else record.amend
        events += amend(cells, checked, is_lrs_on=context.verify is not None)
    amended = reduce(Record.apply, events, record)
    if command.is_different_person:
        events += amended.confirm()
    elif command.link_to:
        require_none_erased(context, [command.link_to], path=("link_to",))
        events += amended.link(command.link_to)
    (heard,), _ = hear([reduce(Record.apply, events, record)], context)
    events += heard
    return _record(events, opened, command, context)


@handles(RemoveRecord)
def remove_record(command: RemoveRecord, context: CommandContext) -> CommandResult:
    opened = _open_record(command, command.group, command.row, context)
    return _record(opened.record.remove(), opened, command, context)


class _Opened(NamedTuple):
    upload_stream: Stream
    upload: Upload
    stream: Stream
    record: Record


def _open_record(
    command: Command, group: str, row: int, context: CommandContext
) -> _Opened:
    """Load a record of a group that has been checked."""
    upload_stream, upload = load(GROUP, group, store=context.store, reader=command.by)
    stream, record = context.load(RECORD, record_called(group, row), command)
    upload.require_checked()
    return _Opened(upload_stream, upload, stream, record)


def _record(
    events: list[Later],
    opened: _Opened,
    command: Command,
    context: CommandContext,
) -> CommandResult:
    """Append the events, and those for the rows that are duplicates of it.

    If a record becomes ready after the group was submitted, the group waits to be submitted
    again.
    """
    upload_stream, upload, stream, record = opened
    after = reduce(Record.apply, events, record)
    rows = DuplicateRowsChange(
        context=context, group=record.group, reading=upload.reading
    )
    rows.settle(record, after)
    changes = [
        stream.change(events, release=rows.release, reserve=rows.reserve),
        *rows.changes(),
    ]
    ready = [*rows.ready, *([after.row] if becomes_ready(record, after) else [])]
    late = upload.records_ready(sorted(ready))
    changes += [upload_stream.change(late)] if late else []
    seen = [upload_stream] if ready and not late else []
    with conflict_if_reserved():  # another row has taken the value just now
        return context.record(command, *changes, unchanged=seen)
