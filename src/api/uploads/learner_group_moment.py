"""A group of learners and its records as they were at one moment (U5)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic, sleep

from sqlalchemy import Connection

from aggregates.learners.verification import PostponedReason
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload import Upload
from api.http.request_context import RequestContext
from projections.uploads import uploads
from repositories.aggregate_types import GROUP
from store import Position, Stream

WAITED = 0.3
"""The seconds for which an answer waits: while thousands are added, rows come later."""
PAUSE = 0.02


@dataclass(frozen=True, kw_only=True)
class GroupMoment:
    """The facts of a group up to a moment, and the counts of its records then."""

    stream: Stream
    upload: Upload
    counts: Mapping[RecordState, int]
    unanswered_because: PostponedReason | None


def group_at_one_moment(context: RequestContext, group: str) -> GroupMoment:
    """Show a group as far as its records are counted, waiting a while for the latest.

    Raises NotFound.
    """
    stream, upload = context.load(GROUP, group)
    service = context.service
    if service.store.moment is not None:
        with service.rows() as connection:
            return _moment(connection, stream, upload)
    until = monotonic() + WAITED
    service.read_models.wait_for(stream.history[-1].position, WAITED)
    while True:
        with service.read_models.at_one_moment(uploads.NAME) as (connection, position):
            if service.store.is_whole(position) or monotonic() > until:
                stream, _ = context.load(GROUP, group)
                stream = up_to(stream, position)
                return _moment(connection, stream, GROUP.replay(stream))
        sleep(PAUSE)


def up_to(stream: Stream, position: Position) -> Stream:
    """Give what had happened by then, its first fact at least."""
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
