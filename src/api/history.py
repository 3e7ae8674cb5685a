"""Histories over HTTP: of one thing for whoever may see it, of all for an auditor."""

from collections.abc import Callable
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from access.refusals import refusals_of
from api.answers import Listed, listed
from api.audit import auditor
from api.dependencies import POSITION_LIMIT, By, Paging, ServiceOf
from commands.command import require_own
from events.identifier import Kind, stream_of
from projections.history import KEPT, Entry, Kept, entry, history
from projections.paging import BadCursor, Page
from store import Recorded

router = APIRouter(tags=["history"])

PARAMETERS = {
    Kind.LEARNER: ("learner", "L-0000000017T"),
    Kind.GROUP: ("group", "G-0000000042"),
    Kind.ORDER: ("order", "O-0000000042"),
    Kind.REGISTRATION: ("registration", "R-0000000042"),
    Kind.BOOKING: ("booking", "B-0000000042"),
    Kind.CLAIM: ("claim", "AC-0000000042"),
    Kind.CERTIFICATE: ("number", "C-0000000017T"),
}
LONGEST = len(str(POSITION_LIMIT))
MOST_READ = 10_000
"""How many events one request for the log looks at before it answers (d)."""

Text = Annotated[str | None, Query(max_length=100)]


class ChangeShown(BaseModel):
    """A value that became another; null where there was, or is, none."""

    model_config = ConfigDict(from_attributes=True)

    field: str = Field(examples=["details.family_name"])
    before: Any
    after: Any


class EventShown(BaseModel):
    """Something that happened, and who did it; refused attempts have no ``version``."""

    model_config = ConfigDict(from_attributes=True)

    version: int | None
    position: int
    event: str = Field(examples=["learner.identity-amended"])
    sentence: str
    recorded_at: AwareDatetime
    user: str
    role: str
    centre: str | None
    channel: str
    request: str | None
    correlation: str | None
    cause: int | None = Field(description="The position of the event it is due to.")
    reason: str | None
    is_erased: bool = Field(description="Personal values in it can be read no more.")
    data: dict[str, Any]
    changes: list[ChangeShown]


def shown(found: Entry) -> EventShown:
    return EventShown.model_validate(found)


def position_in(cursor: str | None) -> int:
    """Read a cursor of these lists. Raises BadCursor."""
    if cursor is None:
        return 0
    is_number = cursor.isascii() and cursor.isdigit()
    if not is_number or len(cursor) > LONGEST or int(cursor) >= POSITION_LIMIT:
        raise BadCursor(pointer="?cursor")
    return int(cursor)


def of_one(kept: Kept) -> Callable[..., Listed[EventShown]]:
    """Make the route that tells the history of things of a kind."""
    parameter, example = PARAMETERS[kept.kind]

    def events(
        name: Annotated[str, Path(alias=parameter, max_length=40, examples=[example])],
        request: Request,
        response: Response,
        service: ServiceOf,
        by: By,
        part: Paging,
    ) -> Listed[EventShown]:
        stream = service.store.open(stream_of(name))
        require_own(stream, name, begun_by=kept.begun_by, what=kept.what, by=by)
        refusals = service.store.open(stream_of(refusals_of(name)))
        after = position_in(part.cursor)
        entries = (e for e in history(kept, stream, refusals) if e.position > after)
        rows = tuple(islice(entries, part.limit))
        is_more = next(entries, None) is not None
        page = Page(rows=rows, next_cursor=str(rows[-1].position) if is_more else None)
        return listed(request, response, page, shown)

    return events


for kept in KEPT:
    router.add_api_route(
        f"/{kept.path}/{{{PARAMETERS[kept.kind][0]}}}/events",
        of_one(kept),
        methods=["GET"],
        name=f"{kept.what}_events",
        summary=f"Tell the history of one {kept.what}: who did what, with before and "
        "after (H1, H2).",
    )


@router.get("/events", dependencies=[Depends(auditor)])
def log(
    request: Request,
    response: Response,
    service: ServiceOf,
    part: Paging,
    user: Text = None,
    centre: Text = None,
    event: Text = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> Listed[EventShown]:
    """List all that was recorded, oldest first, by all that is asked.

    ``event`` is the beginning of what it is called, ``centre`` the one it belongs to.
    A part may have fewer items than the limit, or none, and go on all the same.
    """

    def is_asked(recorded: Recorded) -> bool:
        return (
            (user is None or recorded.user == user)
            and (centre is None or centre in (recorded.centre, recorded.owner))
            and (event is None or recorded.event.topic.startswith(event))
            and (since is None or recorded.recorded_at >= since)
            and (until is None or recorded.recorded_at <= until)
        )

    place, read = position_in(part.cursor), 0
    found: list[Entry] = []
    is_more = True
    while is_more and len(found) < part.limit and read < MOST_READ:
        batch = service.store.log(after=place)
        is_more = bool(batch)
        for recorded in batch:
            place, read = recorded.position, read + 1
            if is_asked(recorded):
                found.append(entry(recorded, version=recorded.version))
                if len(found) == part.limit:
                    break
    page = Page(rows=tuple(found), next_cursor=str(place) if is_more else None)
    return listed(request, response, page, shown)
