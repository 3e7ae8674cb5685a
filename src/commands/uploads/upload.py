"""What may be asked of a group of learners: to upload it, and to submit it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from typing import ClassVar, TypeVar

from aggregates.text import clean
from aggregates.uploads.file_refusals import FileRefused
from aggregates.uploads.record import Record, RecordState
from aggregates.uploads.row_context import LIKE, RowContext, check_in_context
from aggregates.uploads.upload import Later, Upload, clean_group_name
from aggregates.uploads.upload_progress import UploadStatus
from aggregates.uploads.upload_refusals import GroupNameTaken
from commands.command import (
    Command,
    CommandContext,
    CommandResult,
    handles,
    retry_if_reserved,
)
from commands.learners.learner import begin_learner, holders
from commands.learners.same_person import (
    FindSimilarLearners,
    find_unreserved,
    known_alike,
)
from commands.uploads.group_uses import learners_undone, uses_changed
from events.identifier import Kind
from events.uploads.upload import UploadReceived, UploadRefused
from files.learner_file import read_learner_file
from repositories.aggregate_types import GROUP, RECORD
from repositories.repository import load, load_many
from store import (
    AlreadyReserved,
    Change,
    EventStore,
    Reservation,
    Stream,
)

BATCH = 500
"""How many records are seen to in one append; progress is shown after each."""

BATCHES = 10
"""How many appends are made in one go; the fact of the last asks for the next go."""

STAYING = {RecordState.INVALID, RecordState.NOT_VERIFIED, RecordState.TO_CONFIRM}
"""How the records stand that stay behind when a group is submitted (U9)."""

LONGEST_FILE_NAME = 255

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class UploadLearnerGroup(Command):
    """Give a file of learners, and name the group that they will be (U1).

    ``encoding`` is the one that it is in, if the person knows.
    """

    title: ClassVar = "upload a learner group"

    name: str
    file_name: str
    content: bytes
    encoding: str | None = None


@dataclass(frozen=True, kw_only=True)
class SubmitLearnerGroup(Command):
    """Have learners made of the records that are ready (U9)."""

    title: ClassVar = "submit a learner group"

    group: str


@dataclass(frozen=True, kw_only=True)
class AddGroupLearners(Command):
    """Make more learners of a submitted group, from where that has come to (U9)."""

    title: ClassVar = "add group learners"

    group: str
    alike: FindSimilarLearners


def record_called(group: str, row: int) -> str:
    """Say what the stream of a record is called."""
    return f"{group}/{row}"


def reserved_row(
    store: EventStore, group: str, name: str, value: str, *, reading: int
) -> Reservation:
    """Say what the first of the rows with a value holds, so that it can be found (U6).

    ``reading`` counts the readings of the file: each reserves values of its own.
    """
    again = f":{reading}" if reading > 1 else ""
    return Reservation(scope=f"upload-{name}:{group}{again}", key=store.make_key(value))


def reserved_name(store: EventStore, user: str, name: str) -> Reservation:
    """Say what makes a group's name one of a user's own (U1)."""
    return Reservation(scope=f"group-name:{user}", key=store.make_key(name.casefold()))


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Divide into batches."""
    return (items[at : at + BATCH] for at in range(0, len(items), BATCH))


def read_records(
    store: EventStore, group: str, rows: Sequence[int]
) -> Iterator[tuple[Stream, Record]]:
    """Show the records of those rows; blank rows have none."""
    names = [record_called(group, row) for row in rows]
    yield from load_many(RECORD, names, store=store).values()


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
        store.append(stream.change([refusal], owner=centre), by=command.by)
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


@handles(AddGroupLearners)
def add_group_learners(
    command: AddGroupLearners, context: CommandContext
) -> CommandResult:
    stream, upload = load(GROUP, command.group, store=context.store, reader=command.by)
    if upload.status is not UploadStatus.ADDING:
        return CommandResult(position=None)
    version, position, waiting = stream.version, None, upload.rows_to_add
    for rows in islice(batches(waiting), BATCHES):
        events, changes = _add_learners(upload, rows, context, command.alike)
        if rows[-1] == waiting[-1]:
            events += reduce(Upload.apply, events, upload).complete()
        change = Change(stream=stream.id, expected=version, events=tuple(events))
        with retry_if_reserved():
            position = context.store.append(*changes, change, by=command.by)
        version += len(events)
        upload = reduce(Upload.apply, events, upload)
    return CommandResult(position=position, created_id=command.group)


def _add_learners(
    upload: Upload,
    rows: Sequence[int],
    context: CommandContext,
    alike: FindSimilarLearners,
) -> tuple[list[Later], list[Change]]:
    """Say what is recorded to make learners of those rows that are ready.

    A ULN that was taken since the check makes its row invalid, and no other (U9); a
    person who has become known since has their row ask about them (U6).
    """
    group, centre = upload.received.group, upload.received.centre
    records = list(read_records(context.store, group, rows))
    ulns = {record.row: record.uln for _, record in records}
    changes: list[Change] = []
    learners: list[str] = []
    left: list[int] = []
    linked = [record.linked_to for _, record in records if record.linked_to]
    gone = learners_undone(context.store, linked)
    likenesses = {like for _, record in records if (like := record.likeness)}
    free = find_unreserved(context.store, centre, likenesses)
    known = _known_since(
        [record for _, record in records], upload, context.store, alike
    )
    held = holders(context.store, centre, [uln for uln in ulns.values() if uln])
    for stream, record in records:
        if record.state in STAYING or record.linked_to in gone:
            left.append(record.row)
            continue
        if record.state is not RecordState.VALID:
            continue
        uln, learner = ulns[record.row], record.linked_to
        if learner is None:
            learner = context.new_identifier(Kind.LEARNER)
            row_context = RowContext(
                holder=held.get(uln or ""), alike=known.get(record.row, ())
            )
            found = check_in_context(record.check_cells(), row_context)
            asks = [warning for warning in found.warnings if warning.code == LIKE]
            if found.details is None or found.problems or asks:
                left.append(record.row)
                warnings = [*record.warnings, *asks]
                changes.append(stream.change(record.recheck(found.problems, warnings)))
                continue
            changes.append(
                begin_learner(
                    context.store,
                    learner=learner,
                    centre=centre,
                    group=group,
                    person_id=record.person_id,
                    details=found.details,
                    to_verify=record.verification.was_asked,
                    outcome=record.verification.answer,
                    is_first=found.details.likeness in free,
                )
            )
            free.discard(found.details.likeness)
        release = (
            [reserved_row(context.store, group, "uln", uln, reading=upload.reading)]
            if uln
            else []
        )
        changes.append(stream.change(record.become(learner), release=release))
        learners.append(learner)
        held |= {uln: learner} if uln else {}
    joined = set(linked) & set(learners)
    changes += uses_changed(context.store, group, before=(), after=joined)
    return upload.add(learners=learners, left=left, through=rows[-1]), changes


def _known_since(
    records: Sequence[Record],
    upload: Upload,
    store: EventStore,
    alike: FindSimilarLearners,
) -> Mapping[int, Sequence[str]]:
    """Find, by row, the learners of the same person whom nobody has answered about.

    Those who came of rows of the group that were told apart are answered about.
    """
    group = upload.received.group
    likenesses = {
        record.row: likeness
        for record in records
        if record.state is RecordState.VALID and (likeness := record.likeness)
    }
    alone = [*set(likenesses.values())]
    learners = known_alike(store, upload.received.centre, alone, alike)
    found: dict[int, Sequence[str]] = {}
    for record in records:
        others = set(learners.get(likenesses.get(record.row, ""), ()))
        if others := others - record.different_from:
            apart = read_records(store, group, sorted(record.different_rows))
            others -= {each.learner for _, each in apart if each.learner}
        if others:
            found[record.row] = sorted(others)
    return found
