"""The streams that mention each learner (H1)."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from sqlalchemy import Column, Connection, String, Table, select

from aggregates.registrations.invoice_line import CREDIT
from events.learners.learner import LearnerCreated
from events.refusal import CommandRefused
from events.registrations.invoice import InvoiceNumberRecorded, InvoiceStatusReported
from events.uploads.upload import RecordAmended, RecordChecked, RecordRead
from projections.history.redaction import learners_in, may_name_learners
from projections.read_model import METADATA, ReadModel, every_event
from projections.rows import Rows
from store import Position, Recorded
from subscriptions.checkpoints import read_checkpoints

MENTIONS = Table(
    "mentions",
    METADATA,
    Column("name", String, primary_key=True),
    Column("stream", String, primary_key=True),
    sqlite_with_rowid=False,
)

PASSED_OVER = (RecordRead, RecordAmended, RecordChecked, LearnerCreated)
"""Events that are skipped: records name similar learners, and a learner's own stream is known."""


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        for name in people_named(recorded):
            rows.put(MENTIONS, {"name": name, "stream": str(recorded.stream)})


def people_named(recorded: Recorded) -> Iterable[str]:
    """Return the identifiers that an event names; for refusals and invoicing, its subject."""
    match recorded.event:
        case CommandRefused(subject=subject):
            return (subject,)
        case InvoiceStatusReported(line=line) | InvoiceNumberRecorded(line=line):
            return (line.removesuffix(CREDIT),)
        case event if isinstance(event, PASSED_OVER):
            return ()
        case event:
            return learners_in(event)


READ_MODEL = ReadModel(
    name="mentions",
    version=2,
    tables=(MENTIONS,),
    handles=frozenset(
        kind
        for kind in every_event()
        if may_name_learners(kind) and kind not in PASSED_OVER
    ),
    fold=fold,
)


def place(connection: Connection) -> Position:
    """Return the checkpoint up to which each learner's streams are known."""
    name = READ_MODEL.name
    return int(read_checkpoints(connection, [name])[name].position)


def streams_naming(connection: Connection, names: Iterable[str]) -> set[UUID]:
    """Find every stream that names one of these identifiers."""
    query = select(MENTIONS.c.stream).where(MENTIONS.c.name.in_([*names]))
    return {UUID(stream) for stream in connection.execute(query).scalars()}


def finder(
    connect: Callable[[], AbstractContextManager[Connection]],
) -> Callable[[str], Sequence[UUID]]:
    """Make the function by which commands find the streams that mention a learner (H6)."""

    def find(learner: str) -> Sequence[UUID]:
        with connect() as connection:
            return [*streams_naming(connection, [learner])]

    return find
