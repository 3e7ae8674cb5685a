"""The rows of uploads and of their records, as events change them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from aggregates.learners.verification import (
    VerificationStatus,
    pause_after,
    status_after,
)
from aggregates.text import words
from aggregates.uploads.record import RecordState, state_of
from aggregates.uploads.row_context import is_like
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus, undoing_status
from events.event import Event
from events.identifier import stream_of
from events.learners.verification import UlnVerificationPostponed, UlnVerified
from events.uploads.upload import (
    LearnersAdded,
    LearnersWithdrawn,
    RecordAmended,
    RecordBecameLearner,
    RecordChecked,
    RecordConfirmed,
    RecordLinked,
    RecordRead,
    RecordRemoved,
    RecordsRead,
    RecordsReady,
    RecordsVerified,
    UploadChecked,
    UploadCompleted,
    UploadEncodingChosen,
    UploadMapped,
    UploadReceived,
    UploadRenamed,
    UploadSubmitted,
    UploadUndone,
)
from projections.read_model import METADATA, Moment, events_of, in_order
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
    Column("updated_at", Moment, nullable=False),
    *in_order(
        "uploads",
        ("received_at", "group_called"),
        ("updated_at", "received_at", "group_called"),
        ("status", "received_at"),
    ),
    Index("uploads_named", "centre", "name_words"),
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
    Column("updated_at", Moment, nullable=False),
    Index("upload_records_by_state", "group_called", "state", "row_number"),
    Index("upload_records_by_row", "group_called", "row_number"),
    Index("upload_records_due", "state", "due_at"),
)

COUNTS = Table(
    "upload_record_counts",
    METADATA,
    Column("group_called", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("records", Integer, nullable=False),
)
"""The number of a group's records in each state: counting at each request would be slow."""

STATUS_AFTER: Mapping[type[Event], UploadStatus] = {
    UploadMapped: UploadStatus.CHECKING,
    UploadChecked: UploadStatus.CHECKED,
    UploadCompleted: UploadStatus.DONE,
}

OF_RECORDS = ("record.", "uln.")
HANDLES = events_of("record", "uln") | {
    UploadReceived,
    UploadMapped,
    UploadChecked,
    UploadCompleted,
    UploadEncodingChosen,
    UploadRenamed,
    UploadSubmitted,
    UploadUndone,
    RecordsReady,
    RecordsRead,
    RecordsVerified,
    LearnersAdded,
    LearnersWithdrawn,
}


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    of_records = (r for r in batch if r.event.topic.startswith(OF_RECORDS))
    rows.fetch(RECORDS, [str(recorded.stream) for recorded in of_records])
    for recorded in rows.following(batch):
        topic = recorded.event.topic
        if topic.startswith("upload."):
            _fold_upload(rows, recorded)
        elif topic.startswith(OF_RECORDS):
            stream = str(recorded.stream)
            before = _counted_as(rows, stream)
            _fold_record(rows, stream, recorded)
            _recount(rows, before, _counted_as(rows, stream))


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
                    "name_words": _words(event.name),
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
        case UploadEncodingChosen() | RecordsReady() | UploadRenamed() as event:
            _reopen(rows, stream, event)
        case RecordsRead() | RecordsVerified() as event:
            _step(rows, stream, event)
        case UploadSubmitted():
            rows.change(UPLOADS, stream, status=UploadStatus.ADDING, through_row=0)
        case LearnersAdded() | UploadUndone() | LearnersWithdrawn() as event:
            _count(rows, stream, event)
        case _:
            pass


def _reopen(
    rows: Rows, stream: str, event: UploadEncodingChosen | RecordsReady | UploadRenamed
) -> None:
    """Show that the file is read again, that the group must be submitted again, or its new name."""
    if not (known := rows.get(UPLOADS, stream)):
        return
    if isinstance(event, UploadRenamed):
        words_of = _words(event.name)
        rows.change(UPLOADS, stream, name=event.name, name_words=words_of)
    elif isinstance(event, UploadEncodingChosen):
        again = {"steps": known["records"], "steps_taken": 0, "last_row": 0}
        rows.change(UPLOADS, stream, status=UploadStatus.CHECKING, **again)
    elif known["status"] == UploadStatus.DONE:
        rows.change(UPLOADS, stream, status=UploadStatus.CHECKED)


def _words(name: str) -> str:
    return "".join(f" {word}" for word in words(name))


def _count(
    rows: Rows, stream: str, event: LearnersAdded | UploadUndone | LearnersWithdrawn
) -> None:
    """Count the learners who join the group, or are withdrawn."""
    if not (known := rows.get(UPLOADS, stream)):
        return
    if isinstance(event, LearnersAdded):
        added = known["learners"] + len(event.learners)
        rows.change(UPLOADS, stream, learners=added, through_row=event.through)
        return
    seen = event.through if isinstance(event, LearnersWithdrawn) else 0
    status = undoing_status(seen, of=known["learners"])
    rows.change(UPLOADS, stream, status=status)


def _step(rows: Rows, stream: str, event: RecordsRead | RecordsVerified) -> None:
    """Count the steps of the check; there are more if ULNs must be verified."""
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


def _counted_as(rows: Rows, stream: str) -> tuple[str, RecordState] | None:
    """Return a record's group and its state; None if there is no such record."""
    known = rows.get(RECORDS, stream)
    return (known["group_called"], known["state"]) if known else None


def _recount(rows: Rows, *moves: tuple[str, RecordState] | None) -> None:
    """Subtract a record from its former state's count, and add it to its present one."""
    before, after = moves
    if before == after:
        return
    for counted, by in ((before, -1), (after, 1)):
        if counted is not None:
            known = rows.get(COUNTS, *counted) or {"records": 0}
            group, state = counted
            row = {"group_called": group, "state": state}
            rows.put(COUNTS, row | {"records": known["records"] + by})


def _fold_record(rows: Rows, stream: str, recorded: Recorded) -> None:
    at = recorded.recorded_at
    match recorded.event:
        case RecordRead() as event:
            values = {
                "stream": stream,
                "group_called": event.group,
                "row_number": event.row,
                "is_linked": False,
                "due_at": at,
            }
            found = _problem_columns(event) | _verification_columns(
                to_verify=event.to_verify
            )
            rows.put(RECORDS, values | found | {"state": _state(found)})
        case RecordAmended() as event:
            found = _problem_columns(event) | _verification_columns(
                to_verify=event.to_verify
            )
            _settle(rows, stream, is_linked=False, learner=None, due_at=at, **found)
        case RecordChecked() as event:
            _settle(rows, stream, due_at=at, **_problem_columns(event))
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
            _set_unanswered(rows, stream, because=None)
        case UlnVerificationPostponed(why=why, tries=tries):
            rows.change(RECORDS, stream, due_at=at + pause_after(tries))
            _set_unanswered(rows, stream, because=why)
        case _:
            pass


def _problem_columns(event: RecordRead | RecordAmended | RecordChecked) -> Values:
    return {
        "has_problems": bool(event.problems),
        "is_like": is_like(event.warnings),
    }


def _verification_columns(*, to_verify: bool | None) -> Values:
    """Return a record's status with LRS; {} if it does not change."""
    if to_verify is None:
        return {}
    waiting, none = VerificationStatus.WAITING, VerificationStatus.NOT_ASKED
    return {"verification": waiting if to_verify else none}


def _settle(rows: Rows, stream: str, **changed: Any) -> None:
    """Change a row, and update its state."""
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


def _set_unanswered(rows: Rows, stream: str, *, because: str | None) -> None:
    """Store on the record's group why LRS did not answer, or that it did."""
    if known := rows.get(RECORDS, stream):
        upload = str(stream_of(known["group_called"]))
        rows.change(UPLOADS, upload, unanswered_because=because)
