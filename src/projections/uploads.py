"""Uploads: every group of learners, how far it is, and how its records stand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
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

from aggregates.names import clean, words
from aggregates.record import RecordState, state_of
from aggregates.upload import UploadStatus, progress_of
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
    UploadChecked,
    UploadCompleted,
    UploadReceived,
    UploadSubmitted,
)
from projections.paging import Page, page
from projections.read_model import METADATA, Moment, ReadModel
from projections.rows import Rows
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
    Column("records_read", Integer, nullable=False),
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
    Column("has_problems", Integer, nullable=False),
    Index("upload_records_by_state", "group_called", "state", "row_number"),
    Index("upload_records_by_row", "group_called", "row_number"),
)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        topic = recorded.event.topic
        if topic.startswith("upload."):
            _fold_upload(rows, recorded)
        elif topic.startswith("record."):
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
                    "status": UploadStatus.CHECKING,
                    "records": event.rows,
                    "records_read": 0,
                    "last_row": 0,
                    "through_row": 0,
                    "learners": 0,
                    "received_at": recorded.recorded_at,
                },
            )
        case RecordsRead(valid=valid, invalid=invalid, through=through):
            if known := rows.get(UPLOADS, stream):
                read = known["records_read"] + valid + invalid
                rows.change(UPLOADS, stream, records_read=read, last_row=through)
        case UploadChecked():
            rows.change(UPLOADS, stream, status=UploadStatus.CHECKED)
        case UploadSubmitted():
            rows.change(UPLOADS, stream, status=UploadStatus.ADDING, through_row=0)
        case LearnersAdded(learners=learners, through=through):
            if known := rows.get(UPLOADS, stream):
                added = known["learners"] + len(learners)
                rows.change(UPLOADS, stream, learners=added, through_row=through)
        case UploadCompleted():
            rows.change(UPLOADS, stream, status=UploadStatus.DONE)
        case _:
            pass


def _fold_record(rows: Rows, recorded: Recorded) -> None:
    stream = str(recorded.stream)
    match recorded.event:
        case RecordRead() as event:
            rows.put(
                RECORDS,
                {
                    "stream": stream,
                    "group_called": event.group,
                    "row_number": event.row,
                    "state": state_of(event.problems, event.warnings),
                    "has_problems": int(bool(event.problems)),
                },
            )
        case RecordAmended() | RecordChecked() as event:
            state = state_of(event.problems, event.warnings)
            bad = int(bool(event.problems))
            rows.change(RECORDS, stream, state=state, has_problems=bad)
        case RecordConfirmed():
            if known := rows.get(RECORDS, stream):
                bad = known["has_problems"]
                state = RecordState.INVALID if bad else RecordState.VALID
                rows.change(RECORDS, stream, state=state)
        case RecordLinked():
            rows.change(RECORDS, stream, state=RecordState.VALID)
        case RecordRemoved():
            rows.change(RECORDS, stream, state=RecordState.REMOVED)
        case RecordBecameLearner():
            rows.change(RECORDS, stream, state=RecordState.LEARNER)
        case _:
            pass


READ_MODEL = ReadModel(name="uploads", version=1, tables=(UPLOADS, RECORDS), fold=fold)


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

    A group's number finds it as well. ``centre`` None is every centre.
    """
    query = select(UPLOADS)
    if centre is not None:
        query = query.where(UPLOADS.c.centre == centre)
    if name is not None:
        said = [
            UPLOADS.c.name_words.contains(f" {word}", autoescape=True)
            for word in words(name)
        ]
        number = "G-" + clean(name).upper().removeprefix("G-")
        called = UPLOADS.c.group_called == number
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
            read=(row.records_read, row.records),
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
