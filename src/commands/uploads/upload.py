"""Commands on a group of learners: upload it, and submit it."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeVar

from aggregates.text import clean
from aggregates.uploads.file_refusals import FileRefused
from aggregates.uploads.record import Record, RecordState
from aggregates.uploads.upload import clean_group_name
from aggregates.uploads.upload_refusals import GroupNameTaken
from commands.command import Command, CommandContext, CommandResult, handles
from events.identifier import Kind
from events.uploads.upload import UploadReceived, UploadRefused
from files.learner_file import read_learner_file
from repositories.aggregate_types import GROUP, RECORD
from repositories.repository import load_many
from store import AlreadyReserved, EventStore, Reservation, Stream

BATCH = 500
"""How many records one append deals with; its last event triggers the next batch.

Progress shows after each batch, and other uploads get their turn in between.
"""

LONGEST_FILE_NAME = 255

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class UploadLearnerGroup(Command):
    """Upload a file of learners, and name the group that they will form (U1).

    ``encoding`` is the file's encoding, if the person knows it.
    """

    title: ClassVar = "upload a learner group"

    name: str
    file_name: str
    content: bytes
    encoding: str | None = None


@dataclass(frozen=True, kw_only=True)
class SubmitLearnerGroup(Command):
    """Create learners from the records that are ready (U9)."""

    title: ClassVar = "submit a learner group"

    group: str


def record_called(group: str, row: int) -> str:
    """Return the name of a record's stream."""
    return f"{group}/{row}"


def reserved_row(
    store: EventStore, group: str, name: str, value: str, *, reading: int
) -> Reservation:
    """Make the reservation by which the first row with a value is found (U6).

    ``reading`` counts the readings of the file, since each reserves values of its own.
    """
    again = f":{reading}" if reading > 1 else ""
    return Reservation(scope=f"upload-{name}:{group}{again}", key=store.make_key(value))


def reserved_name(store: EventStore, user: str, name: str) -> Reservation:
    """Make the reservation that keeps a group's name unique to its user (U1)."""
    return Reservation(scope=f"group-name:{user}", key=store.make_key(name.casefold()))


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Divide into batches."""
    return (items[at : at + BATCH] for at in range(0, len(items), BATCH))


def next_batch(items: Sequence[T]) -> Sequence[T]:
    """Return the first items, as many as one append deals with."""
    return items[:BATCH]


def read_records(
    store: EventStore, group: str, rows: Sequence[int]
) -> Iterator[tuple[Stream, Record]]:
    """Yield the records of these rows; blank rows have none."""
    names = [record_called(group, row) for row in rows]
    yield from load_many(RECORD, names, store=store, keep=False).values()


@handles(UploadLearnerGroup)
def upload_learner_group(
    command: UploadLearnerGroup, context: CommandContext
) -> CommandResult:
    store, centre = context.store, command.by.centre or ""
    name = clean_group_name(command.name)
    file_name = clean(command.file_name)[:LONGEST_FILE_NAME]
    owned = reserved_name(store, command.by.user, name)
    require_new_name(store, owned, name)
    group = context.new_identifier(Kind.GROUP)
    stream = GROUP.new(group)
    digest = hashlib.sha256(command.content).hexdigest()
    try:
        file = read_learner_file(command.content, encoding=command.encoding)
    except FileRefused as refused:
        refusal = UploadRefused(
            centre=centre,
            user=command.by.user,
            name=name,
            person_id=stream.id,
            file_name=file_name,
            size=len(command.content),
            sha256=digest,
            problems=refused.problems,
        )
        by = replace(command.by, once=None)  # a refused file may be sent again
        store.append(stream.change([refusal], owner=centre), by=by)
        raise
    sealed = store.put_file(command.content, key_of=stream.id)
    received = UploadReceived(
        group=group,
        centre=centre,
        user=command.by.user,
        name=name,
        file_name=file_name,
        size=len(command.content),
        sha256=digest,
        file=sealed,
        encoding=file.encoding,
        rows=len(file.rows),
        accented=file.rows_with_accents,
        columns=() if file.mapping is None else tuple(file.columns),
        proposed=None if file.mapping is None else dict(file.mapping),
        hidden_rows=file.hidden_rows,
        hidden_columns=tuple(file.hidden_columns),
        unread_sheets=tuple(file.unread_sheets),
    )
    change = stream.change([received], owner=centre, reserve=[owned])
    try:
        position = store.append(change, by=command.by)
    except AlreadyReserved:
        store.drop_file(sealed)
        require_new_name(store, owned, name)
        raise
    return CommandResult(position=position, created_id=group)


def require_new_name(store: EventStore, owned: Reservation, name: str) -> None:
    """Raise GroupNameTaken if the user has a group of that name (U1)."""
    for held in store.find_reservations(owned.scope, [owned.key]).values():
        taken = GROUP.replay(store.open(held.stream)).received
        raise GroupNameTaken(name=name, group=taken.group, path=("name",))


@handles(SubmitLearnerGroup)
def submit_learner_group(
    command: SubmitLearnerGroup, context: CommandContext
) -> CommandResult:
    stream, upload = context.load(GROUP, command.group, command)
    upload.require_checked()
    is_any_ready = any(
        record.state is RecordState.VALID
        for rows in batches(upload.rows_to_submit)
        for _, record in read_records(context.store, command.group, rows)
    )
    change = stream.change(upload.submit(is_any_ready=is_any_ready))
    return context.record(command, change, created_id=command.group)
