"""The progress of a group of learners over HTTP: once, or as a stream."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header, Request, Response, Security
from pydantic import Field

from aggregates.uploads.upload_progress import UploadStatus
from api.http.credentials import stream_ticket
from api.http.dependencies import POSITION_LIMIT, By, ServiceOf
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from api.http.streams import Glance, Streams
from api.uploads.learner_groups import Group
from repositories.aggregate_types import GROUP
from repositories.repository import load
from service import Service
from store import Actor

router = Router(prefix="/learner-groups", tags=["learner groups"])

STREAM = "text/event-stream"
DONE = 100
AS_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {STREAM: {"schema": {"type": "string"}}}},
    204: {"description": "All was seen, and there is no more to come."},
}


class Progress(ResponseBody, title="LearnerGroupProgress"):
    """The progress of a group: 50 % is checked, 100 % is submitted and done (U5)."""

    status: UploadStatus
    progress: int = Field(ge=0, le=DONE)


class ProgressCounts(ResponseBody, title="LearnerGroupProgressCounts"):
    """The rows found so far by the check, and the learners."""

    records: int
    valid: int
    invalid: int
    learners: int


class ProgressEvent(Progress, title="LearnerGroupProgressEvent"):
    """The data of one event of the stream."""

    counts: ProgressCounts


def glance(service: Service, group: str, by: Actor) -> Glance:
    """Return the group's present progress. Raises NotFound."""
    stream, upload = load(GROUP, group, store=service.store, reader=by)
    step = ProgressEvent(
        status=upload.status,
        progress=upload.progress,
        counts=ProgressCounts(
            records=upload.received.rows,
            valid=upload.valid,
            invalid=upload.invalid,
            learners=len(upload.learners),
        ),
    )
    return Glance(
        position=stream.history[-1].position,
        data=step.model_dump_json(),
        is_last=upload.progress == DONE,
    )


@router.get(
    "/{group}/progress",
    operation_id="getLearnerGroupProgress",
    response_model=Progress,
    dependencies=[Security(stream_ticket)],
    responses=AS_STREAM,
)
def progress(
    group: Group,
    request: Request,
    service: ServiceOf,
    by: By,
    accept: Annotated[str, Header(max_length=1000, include_in_schema=False)] = "",
    last_event_id: Annotated[
        int | None,
        Header(
            alias="Last-Event-ID",
            ge=0,
            lt=POSITION_LIMIT,
            description="The last event that was seen.",
        ),
    ] = None,
) -> Progress | Response:
    """Show the progress of a group (U5); or, as text/event-stream, each change of it.

    Each event is called "progress" and has status, progress and counts; its id is its
    position in the log. The stream goes on after Last-Event-ID. It ends at 100 %, and from
    time to time, so that you reconnect. A browser's EventSource opens it by ticket.
    """
    now = glance(service, group, by)
    if STREAM not in accept or service.store.moment is not None:
        return Progress.model_validate_json(now.data)
    seen = last_event_id or 0
    if seen == now.position and now.is_last:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    streams: Streams = request.app.state.streams
    return streams.open_stream(
        by.user,
        "progress",
        lambda: glance(service, group, by),
        seen=seen if seen <= now.position else 0,
    )
