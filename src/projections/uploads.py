"""Uploads: every group of learners, how far it is, and how its records stand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    and_,
    func,
    or_,
    select,
)

from aggregates.names import words
from aggregates.record import RecordState, is_like, state_of
from aggregates.upload import Upload, UploadStatus, progress_of
from aggregates.verification import (
    VerificationStatus,
    Why,
    pause_after,
    status_after,
)
from events.event import Event
from events.identifier import Kind, stream_of
from events.upload import (
    LearnersAdded,
    RecordAmended,
    RecordBecameLearner,
    RecordChecked,
    RecordConfirmed,
    RecordLinked,
    RecordRead,
    RecordRemoved,
    RecordsRead,
    RecordsVerified,
    UploadChecked,
    UploadCompleted,
    UploadEncodingChosen,
    UploadMapped,
    UploadReceived,
    UploadSubmitted,
)
from events.verification import UlnVerificationPostponed, UlnVerified
from projections.identifiers import is_called
from projections.paging import Page, page
from projections.read_model import METADATA, Moment, ReadModel
from projections.rows import Rows, Values
from store import Recorded

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("group_called", String, nullable=False, index=True),
    Column("centre", String, nullable=False),
    Column("user_name", String, nullable=False),
    Column("name", String, nullable=False),
    Column("name_words", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("status", String, nullable=False),
    Column("records", Integer, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("steps_taken", Integer, nullable=False),
    Column("unanswered_because", String),
    Column("last_row", Integer, nullable=False),
    Column("through_row", Integer, nullable=False),
    Column("learners", Integer, nullable=False),
    Column("received_at", Moment, nullable=False),
    Index("uploads_newest", "centre", "received_at", "group_called"),
)
RECORDS = Table(
    "upload_records",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("group_called", String, nullable=False),
    Column("row_number", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("has_problems", Boolean, nullable=False),
    Column("is_like", Boolean, nullable=False),
    Column("verification", String, nullable=False),
    Column("is_linked", Boolean, nullable=False),
    Column("learner", String, index=True),
    Column("due_at", Moment),
    Index("upload_records_by_state", "group_called", "state", "row_number"),
    Index("upload_records_by_row", "group_called", "row_number"),
    Index("upload_records_due", "state", "due_at"),
)

STATUS_AFTER: Mapping[type[Event], UploadStatus] = {
    UploadMapped: UploadStatus.CHECKING,
    UploadChecked: UploadStatus.CHECKED,
    UploadCompleted: UploadStatus.DONE,
}


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        topic = recorded.event.topic
        if topic.startswith("upload."):
            _fold_upload(rows, recorded)
        elif topic.startswith(("record.", "uln.")):
            _fold_record(rows, recorded)


def _fold_upload(rows: Rows, recorded: Recorded) -> None:
    stream = str(recorded.stream)
    match recorded.event:
        case UploadReceived() as event:
            rows.put(
                UPLOADS,
                {
                    "stream": stream,
                    "group_called": event.group,
                    "centre": event.centre,
                    "user_name": event.user,
                    "name": event.name,
                    "name_words": "".join(f" {word}" for word in words(event.name)),
                    "file_name": event.file_name,
                    "status": Upload.begin(event).status,
                    "records": event.rows,
                    "steps": event.rows,
                    "steps_taken": 0,
                    "unanswered_because": None,
                    "last_row": 0,
                    "through_row": 0,
                    "learners": 0,
                    "received_at": recorded.recorded_at,
                },
            )
        case UploadMapped() | UploadChecked() | UploadCompleted() as event:
            rows.change(UPLOADS, stream, status=STATUS_AFTER[type(event)])
        case UploadEncodingChosen():
            if known := rows.get(UPLOADS, stream):
                again = {"steps": known["records"], "steps_taken": 0, "last_row": 0}
                rows.change(UPLOADS, stream, status=UploadStatus.CHECKING, **again)
        case RecordsRead() | RecordsVerified() as event:
            _step(rows, stream, event)
        case UploadSubmitted():
            rows.change(UPLOADS, stream, status=UploadStatus.ADDING, through_row=0)
        case LearnersAdded(learners=learners, through=through):
            if known := rows.get(UPLOADS, stream):
                added = known["learners"] + len(learners)
                rows.change(UPLOADS, stream, learners=added, through_row=through)
        case _:
            pass


def _step(rows: Rows, stream: str, event: RecordsRead | RecordsVerified) -> None:
    """Count the steps of the check, which are more as ULNs are to be verified."""
    if not (known := rows.get(UPLOADS, stream)):
        return
    taken, steps = known["steps_taken"], known["steps"]
    if isinstance(event, RecordsVerified):
        rows.change(UPLOADS, stream, steps_taken=taken + event.asked)
        return
    rows.change(
        UPLOADS,
        stream,
        steps=steps + (event.to_verify or 0),
        steps_taken=taken + event.valid + event.invalid,
        last_row=event.through,
    )


def _fold_record(rows: Rows, recorded: Recorded) -> None:
    stream, at = str(recorded.stream), recorded.recorded_at
    match recorded.event:
        case RecordRead() as event:
            values = {
                "stream": stream,
                "group_called": event.group,
                "row_number": event.row,
                "is_linked": False,
                "due_at": at,
            }
            found = _found(event) | _told(to_verify=event.to_verify)
            rows.put(RECORDS, values | found | {"state": _state(found)})
        case RecordAmended() as event:
            found = _found(event) | _told(to_verify=event.to_verify)
            _settle(rows, stream, is_linked=False, learner=None, due_at=at, **found)
        case RecordChecked() as event:
            _settle(rows, stream, due_at=at, **_found(event))
        case RecordConfirmed():
            _settle(rows, stream, is_like=False)
        case RecordLinked(learner=learner):
            _settle(rows, stream, is_linked=True, learner=learner)
        case RecordRemoved():
            rows.change(RECORDS, stream, state=RecordState.REMOVED)
        case RecordBecameLearner(learner=learner):
            rows.change(RECORDS, stream, state=RecordState.LEARNER, learner=learner)
        case UlnVerified() as event:
            _settle(rows, stream, verification=status_after(event))
            _answered(rows, stream, because=None)
        case UlnVerificationPostponed(why=why, tries=tries):
            rows.change(RECORDS, stream, due_at=at + pause_after(tries))
            _answered(rows, stream, because=why)
        case _:
            pass


def _found(event: RecordRead | RecordAmended | RecordChecked) -> Values:
    return {
        "has_problems": bool(event.problems),
        "is_like": is_like(event.warnings),
    }


def _told(*, to_verify: bool | None) -> Values:
    """Say how a record stands with LRS; nothing if that has not changed."""
    if to_verify is None:
        return {}
    waiting, none = VerificationStatus.WAITING, VerificationStatus.NOT_ASKED
    return {"verification": waiting if to_verify else none}


def _settle(rows: Rows, stream: str, **changed: Any) -> None:
    """Change a row, and its state with it."""
    if known := rows.get(RECORDS, stream):
        rows.change(RECORDS, stream, **changed, state=_state(known | changed))


def _state(row: Values) -> RecordState:
    if row.get("is_linked"):
        return RecordState.VALID
    return state_of(
        has_problems=row["has_problems"],
        is_like=row["is_like"],
        verification=VerificationStatus(row["verification"]),
    )


def _answered(rows: Rows, stream: str, *, because: str | None) -> None:
    """Keep on the group of a record why LRS does not answer, or that it does."""
    if known := rows.get(RECORDS, stream):
        upload = str(stream_of(known["group_called"]))
        rows.change(UPLOADS, upload, unanswered_because=because)


READ_MODEL = ReadModel(name="uploads", version=3, tables=(UPLOADS, RECORDS), fold=fold)


@dataclass(frozen=True, kw_only=True)
class ShownUpload:
    """One row of the list of uploads."""

    group: str
    centre: str
    user: str
    name: str
    file_name: str
    status: UploadStatus
    progress: int
    records: int
    learners: int
    received_at: datetime


def search(
    connection: Connection,
    *,
    centre: str | None,
    name: str | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[ShownUpload]:
    """List groups, newest first, by the start of any words of their name (U10).

    A group's number finds it as well, or its last three digits or more. ``centre``
    None is every centre.
    """
    query = select(UPLOADS)
    if centre is not None:
        query = query.where(UPLOADS.c.centre == centre)
    if name is not None:
        said = [
            UPLOADS.c.name_words.contains(f" {word}", autoescape=True)
            for word in words(name)
        ]
        called = is_called(UPLOADS.c.group_called, Kind.GROUP, name)
        query = query.where(or_(called, *([and_(*said)] if said else [])))
    return page(
        connection,
        query,
        by=(UPLOADS.c.received_at, UPLOADS.c.group_called),
        make=_shown,
        limit=limit,
        cursor=cursor,
        descending=True,
    )


def _shown(row: Row[Any]) -> ShownUpload:
    status = UploadStatus(row.status)
    return ShownUpload(
        group=row.group_called,
        centre=row.centre,
        user=row.user_name,
        name=row.name,
        file_name=row.file_name,
        status=status,
        progress=progress_of(
            status,
            read=(row.steps_taken, row.steps),
            added=(row.through_row, row.last_row),
        ),
        records=row.records,
        learners=row.learners,
        received_at=row.received_at,
    )


def counts(connection: Connection, group: str) -> Mapping[RecordState, int]:
    """Count the records of a group by how they stand; nothing stands for none."""
    query = (
        select(RECORDS.c.state, func.count())
        .where(RECORDS.c.group_called == group)
        .group_by(RECORDS.c.state)
    )
    return {RecordState(state): count for state, count in connection.execute(query)}


def rows_of(
    connection: Connection,
    group: str,
    *,
    states: Collection[RecordState],
    limit: int,
    cursor: str | None = None,
) -> Page[int]:
    """List the rows of a group whose records stand so, in the file's order (U6)."""
    query = select(RECORDS.c.row_number).where(
        RECORDS.c.group_called == group, RECORDS.c.state.in_(states)
    )
    return page(
        connection,
        query,
        by=(RECORDS.c.row_number,),
        make=lambda row: int(row.row_number),
        limit=limit,
        cursor=cursor,
    )


def unanswered_because(connection: Connection, group: str) -> Why | None:
    """Say why LRS did not answer about the group's records when it was last asked."""
    query = select(UPLOADS.c.unanswered_because).where(UPLOADS.c.group_called == group)
    why = connection.scalar(query)
    return Why(why) if why else None


def due(connection: Connection, *, now: datetime, limit: int) -> list[tuple[str, int]]:
    """Find the group and row of records that LRS is to be asked about again (U7).

    Those of uploads that are being checked are left to the check.
    """
    is_checked = UPLOADS.c.status != UploadStatus.CHECKING
    query = (
        select(RECORDS.c.group_called, RECORDS.c.row_number)
        .join(UPLOADS, UPLOADS.c.group_called == RECORDS.c.group_called)
        .where(RECORDS.c.state == RecordState.NOT_VERIFIED, RECORDS.c.due_at <= now)
        .where(is_checked)
        .order_by(RECORDS.c.due_at, RECORDS.c.group_called, RECORDS.c.row_number)
        .limit(limit)
    )
    return [(row.group_called, row.row_number) for row in connection.execute(query)]
