"""What people typed into the rows of a file: kept, or named before it is lost (U4, U11)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from aggregates.loss import rows_called, several
from aggregates.uploads.file_row import FIRST_ROW
from aggregates.uploads.record import Record
from aggregates.uploads.upload import Upload
from commands.command import CommandContext
from commands.uploads.group_uses import group_of
from commands.uploads.upload import batches, read_records
from events.event import Event
from events.identifier import stream_of
from events.learners.learner import (
    LearnerDetailsAmended,
    LearnerIdentityAmended,
    LearnerImageSubmitted,
)
from events.uploads.upload import RecordAmended, RecordRead
from store import Recorded, Stream

MACHINE = "machine"
"""The channel of the service's own actions, such as reading a file again."""

OF_LEARNERS = (LearnerIdentityAmended, LearnerDetailsAmended, LearnerImageSubmitted)


def typed_columns(stream: Stream) -> frozenset[str]:
    """Return the columns of a row in which a person typed another value."""
    typed: set[str] = set()
    cells: dict[str, str] = {}
    for recorded in stream.history:
        event = recorded.event
        if isinstance(event, RecordAmended) and is_by_person(recorded):
            typed |= {c for c, v in event.cells.items() if v != cells.get(c, "")}
        if isinstance(event, RecordRead | RecordAmended):
            cells = event.cells
    return frozenset(typed)


def is_by_person(recorded: Recorded) -> bool:
    """Whether a person caused the event, and not the service by itself."""
    return recorded.channel != MACHINE


@dataclass(frozen=True, kw_only=True)
class TypedRow:
    """A person's decisions about a row of a file."""

    row: int
    is_corrected: bool
    linked_to: str | None
    is_told_apart: bool
    is_removed: bool

    @classmethod
    def of(cls, stream: Stream, record: Record) -> Self:
        return cls(
            row=record.row,
            is_corrected=bool(typed_columns(stream)),
            linked_to=record.linked_to,
            is_told_apart=bool(record.different_from or record.different_rows),
            is_removed=record.is_removed,
        )


def lost_with_group(context: CommandContext, upload: Upload) -> list[str]:
    """Name what people typed that would be lost if the upload were undone (U11)."""
    group = upload.received.group
    rows = [
        TypedRow.of(stream, record)
        for part in batches(range(FIRST_ROW, upload.last_row + 1))
        for stream, record in read_records(context.store, group, part)
        if stream.version > 1
    ]
    return [*_lost_of_rows(rows), *_lost_of_learners(context, upload)]


def _lost_of_rows(rows: Sequence[TypedRow]) -> Iterator[str]:
    if corrected := [each.row for each in rows if each.is_corrected]:
        yield f"what was corrected in {rows_called(corrected)}"
    if linked := [each for each in rows if each.linked_to]:
        links = "the link" if len(linked) == 1 else "the links"
        whom = several([str(each.linked_to) for each in linked])
        yield f"{links} of {rows_called([each.row for each in linked])} to {whom}"
    if apart := [each.row for each in rows if each.is_told_apart]:
        is_one = "is" if len(apart) == 1 else "are"
        yield f"the answer that {rows_called(apart)} {is_one} somebody else"
    if removed := [each.row for each in rows if each.is_removed]:
        yield f"the removal of {rows_called(removed)}"


def _lost_of_learners(context: CommandContext, upload: Upload) -> Iterator[str]:
    """Name the learners who came with the group and were amended since."""
    amended = [
        learner
        for part in batches(upload.learners)
        for learner, stream in _open_learners(context, part)
        if group_of(stream) == upload.received.group and _is_amended(stream.events)
    ]
    if amended:
        yield f"what was put right since of {several(amended)}"


def _open_learners(
    context: CommandContext, learners: Sequence[str]
) -> Iterator[tuple[str, Stream]]:
    streams = context.store.open_many(map(stream_of, learners))
    return ((who, streams[stream_of(who)]) for who in learners)


def _is_amended(events: Iterable[Event]) -> bool:
    return any(isinstance(event, OF_LEARNERS) for event in events)
