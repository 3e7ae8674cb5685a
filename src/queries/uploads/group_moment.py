"""A group of learners and its records as they were at one moment (U5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic, sleep

from sqlalchemy import Connection

from aggregates.learners.verification import PostponedReason, said_of_many
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload import Upload
from aggregates.uploads.upload_progress import UploadStatus
from projections.read_models import ReadModels
from projections.uploads import uploads
from repositories.aggregate_types import GROUP
from repositories.repository import load
from store import Actor, EventStore, Position, Stream

WAITED = 0.3
"""How long an answer waits for the rows, which lag while thousands are added; in seconds."""
PAUSE = 0.02
NOT_BEGUN = "The check begins when it is said what the columns of the file are."


@dataclass(frozen=True, kw_only=True)
class GroupMoment:
    """A group at one moment: its state, and the counts of its records then."""

    stream: Stream
    upload: Upload
    counts: Mapping[RecordState, int]
    unanswered_because: PostponedReason | None

    @property
    def verification(self) -> str:
        """Describe the status of the group's ULNs with LRS (U7)."""
        status = self.upload.status
        if status is UploadStatus.TO_MAP:
            return NOT_BEGUN
        if status is UploadStatus.CHECKING:
            return "The check is not over yet."
        return said_of_many(
            to_verify=self.upload.to_verify,
            waiting=self.counts.get(RecordState.NOT_VERIFIED, 0),
            why=self.unanswered_because,
        )


def group_at_one_moment(
    group: str, *, store: EventStore, read_models: ReadModels, reader: Actor
) -> GroupMoment:
    """Return a group as far as its records are counted; wait briefly for the latest.

    Raises NotFound.
    """
    stream, upload = load(GROUP, group, store=store, reader=reader)
    if store.moment is not None:
        with read_models.as_at(store) as connection:
            return _moment(connection, stream, upload)
    until = monotonic() + WAITED
    read_models.wait_for(stream.history[-1].position, WAITED)
    while True:
        with read_models.at_one_moment(uploads.NAME) as (connection, position):
            if store.is_whole(position) or monotonic() > until:
                stream, _ = load(GROUP, group, store=store, reader=reader)
                stream = up_to(stream, position)
                return _moment(connection, stream, GROUP.replay(stream))
        sleep(PAUSE)


def up_to(stream: Stream, position: Position) -> Stream:
    """Return the stream up to a position, with at least its first event."""
    first, *later = stream.history
    return replace(
        stream, history=(first, *(r for r in later if r.position <= position))
    )


def _moment(connection: Connection, stream: Stream, upload: Upload) -> GroupMoment:
    group = upload.received.group
    return GroupMoment(
        stream=stream,
        upload=upload,
        counts=uploads.counts(connection, group),
        unanswered_because=uploads.unanswered_because(connection, group),
    )
