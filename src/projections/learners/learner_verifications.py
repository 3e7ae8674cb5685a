"""Learners who wait for LRS, and when LRS is to be asked again (U7, L1)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Connection, Index, String, Table, select

from aggregates.learners.verification import pause_after
from events.learners.learner import (
    LearnerCreated,
    LearnerDetailsAmended,
    LearnerErased,
    LearnerIdentityAmended,
    LearnerWithdrawn,
)
from events.learners.verification import UlnVerificationPostponed, UlnVerified
from projections.read_model import METADATA, Moment, ReadModel
from projections.rows import Rows
from store import Recorded

WAITING = Table(
    "learner_verifications",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Index("learner_verifications_due", "due_at", "stream"),
)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        stream, at = str(recorded.stream), recorded.recorded_at
        match recorded.event:
            case (
                LearnerCreated(to_verify=True)
                | LearnerIdentityAmended(to_verify=True)
                | LearnerDetailsAmended(to_verify=True)
            ):
                rows.put(WAITING, {"stream": stream, "due_at": at})
            case UlnVerificationPostponed(tries=tries):
                # A record has no row here: the change does nothing.
                rows.change(WAITING, stream, due_at=at + pause_after(tries))
            case (
                UlnVerified()
                | LearnerErased()
                | LearnerWithdrawn()
                | LearnerIdentityAmended(to_verify=False)
                | LearnerDetailsAmended(to_verify=False)
            ):
                rows.remove(WAITING, stream)
            case _:
                pass


READ_MODEL = ReadModel(
    name="learner-verifications",
    version=1,
    tables=(WAITING,),
    handles=frozenset(
        {
            LearnerCreated,
            LearnerIdentityAmended,
            LearnerDetailsAmended,
            LearnerErased,
            LearnerWithdrawn,
            UlnVerified,
            UlnVerificationPostponed,
        }
    ),
    fold=fold,
)


def list_learners_to_verify(
    connection: Connection, *, now: datetime, limit: int
) -> list[UUID]:
    """Return the streams of learners about whom LRS should be asked again by now."""
    query = select(WAITING.c.stream).where(WAITING.c.due_at <= now)
    first = query.order_by(WAITING.c.due_at, WAITING.c.stream).limit(limit)
    return [UUID(stream) for stream in connection.scalars(first)]
