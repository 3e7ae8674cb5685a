"""Histories over HTTP: of one thing for those who may see it, of everything for an auditor."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Annotated, Any, NamedTuple, TypeVar

from fastapi import Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from access.refusals import history_with_refusals
from aggregates.errors import Malformed
from api.history.audit import auditor
from api.http.dependencies import (
    By,
    PageRequest,
    Paging,
    Present,
    Reads,
    ServiceOf,
    centre_of,
)
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from api.http.validation.unknown_names import suggest_name
from api.learners.learners import Called
from events.event import Event
from projections.centres import users
from projections.history.history import HistoryEntry, entry
from projections.history.timeline import timeline
from projections.paging import Page
from projections.periods import require_in_order
from queries.history.event_log import MOST_READ, LogFilter
from repositories.aggregate_types import (
    BOOKING,
    CERTIFICATE,
    CLAIM,
    ENTRY_ORDER,
    GROUP,
    LEARNER,
    ORDER,
    REGISTRATION,
    USER,
    AggregateType,
)
from repositories.repository import load
from service import Service

E = TypeVar("E", bound=HistoryEntry)

router = Router(tags=["history"])


class HistoryRoute(NamedTuple):
    """The route of one type's history: the name in its path, and an example."""

    kind: AggregateType[Any]
    path: str
    parameter: str
    example: str
    operation_id: str


ROUTES = (
    HistoryRoute(LEARNER, "learners", "learner", "L-0000000017T", "listLearnerEvents"),
    HistoryRoute(
        GROUP, "learner-groups", "group", "G-0000000042", "listLearnerGroupEvents"
    ),
    HistoryRoute(ORDER, "orders", "order", "O-0000000042", "listOrderEvents"),
    HistoryRoute(
        ENTRY_ORDER,
        "entry-orders",
        "entry_order",
        "O-0000000042",
        "listEntryOrderEvents",
    ),
    HistoryRoute(
        REGISTRATION,
        "registrations",
        "registration",
        "R-0000000042",
        "listRegistrationEvents",
    ),
    HistoryRoute(BOOKING, "bookings", "booking", "B-0000000042", "listBookingEvents"),
    HistoryRoute(CLAIM, "claims", "claim", "AC-0000000042", "listClaimEvents"),
    HistoryRoute(
        CERTIFICATE, "certificates", "number", "C-0000000017T", "listCertificateEvents"
    ),
)
Text = Annotated[str | None, Query(max_length=100)]
POLICY = "policy:"
"""The beginnings of the names of policies, which act on events."""
MACHINES = ("service", "test player", "nobody")
"""Further names in events that are not users."""


class NoSuchEvent(Malformed):
    code = "no-such-event"
    message = "No event is called {event}, nor begins so. {meant}"


class NoSuchUser(Malformed):
    code = "no-such-user"
    message = "There is no user {user}. {meant}"


class ChangeResponse(ResponseBody, title="FieldChange"):
    """A value that changed; null where there was, or is, none."""

    model_config = ConfigDict(from_attributes=True)

    field: str = Field(examples=["details.family_name"])
    before: Any
    after: Any


class EventResponse(ResponseBody, title="RecordedEvent"):
    """An event and its author; refused attempts have no ``version``."""

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
    changes: list[ChangeResponse]


class TimelineResponse(EventResponse, title="TimelineEvent"):
    """An event of a learner's timeline, and the thing that it is about."""

    kind: str = Field(examples=["registration"])
    identifier: str = Field(examples=["R-0000000042"])


def event_response(found: HistoryEntry) -> EventResponse:
    return EventResponse.model_validate(found)


def portion(entries: Iterable[E], part: PageRequest) -> Page[E]:
    """Return a part of a history; its cursor is the position at its end."""
    after = int(part.cursor or 0)
    later = (each for each in entries if each.position > after)
    rows = tuple(islice(later, part.limit))
    is_more = next(later, None) is not None
    return Page(rows=rows, next_cursor=str(rows[-1].position) if is_more else None)


def of_one(route: HistoryRoute) -> Callable[..., ListResponse[EventResponse]]:
    """Make the route function of one type's history."""
    kind, _, parameter, example, _ = route

    def events(
        name: Annotated[str, Path(alias=parameter, max_length=40, examples=[example])],
        request: Request,
        response: Response,
        service: ServiceOf,
        by: By,
        part: Paging,
    ) -> ListResponse[EventResponse]:
        entries = history_with_refusals(kind, name, store=service.store, reader=by)
        return list_response(request, response, portion(entries, part), event_response)

    return events


for route in ROUTES:
    router.add_api_route(
        f"/{route.path}/{{{route.parameter}}}/events",
        of_one(route),
        methods=["GET"],
        operation_id=route.operation_id,
        summary=f"Tell the history of one {route.kind.noun}: who did what, with before "
        "and after (H1, H2).",
    )


@router.get("/learners/{learner}/timeline", operation_id="getLearnerTimeline")
def timeline_of(
    learner: Called,
    request: Request,
    response: Response,
    service: ServiceOf,
    by: By,
    part: Paging,
    reads: Reads,
) -> ListResponse[TimelineResponse]:
    """Tell all that ever happened to a learner, wherever it was recorded (H1, H2).

    Oldest first: the rows they came from, their orders, registrations, tests, claims,
    certificates and invoices, and what was refused. What an order, a claim or a group
    says of other learners is left out, and so is what another centre paid (L6).
    """
    load(LEARNER, learner, store=service.store, reader=by)
    entries = timeline(service.store, reads, learner, centre=centre_of(by))
    page = portion(entries, part)
    return list_response(request, response, page, TimelineResponse.model_validate)


@router.get("/events", operation_id="listEvents", dependencies=[Depends(auditor)])
def log(
    request: Request,
    response: Response,
    service: ServiceOf,
    present: Present,
    part: Paging,
    user: Text = None,
    centre: Text = None,
    event: Text = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> ListResponse[EventResponse]:
    """List all that was recorded, oldest first, by all that is asked.

    ``event`` is the beginning of what it is called, ``centre`` the one it belongs to,
    ``user`` whoever it was recorded for: one that never was is refused.
    A part may have fewer items than the limit, or none, and go on all the same.
    """
    require_known(user, event, present)
    require_in_order(since, until, path=("since",))

    filters = LogFilter(user=user, centre=centre, event=event, since=since, until=until)
    place, read = int(part.cursor or 0), 0
    found: list[HistoryEntry] = []
    is_more = True
    while is_more and len(found) < part.limit and read < MOST_READ:
        batch = service.store.stored_by_then(after=place)
        is_more = bool(batch)
        asked = [row.position for row in batch if filters.is_met(row)]
        asked = asked[: part.limit - len(found)]
        found += [
            entry(recorded, version=recorded.version)
            for recorded in service.store.at(asked)
        ]
        is_full = len(found) == part.limit
        place = asked[-1] if is_full else batch[-1].position if batch else place
        read += len(batch)
    page = Page(rows=tuple(found), next_cursor=str(place) if is_more else None)
    return list_response(request, response, page, event_response)


def require_known(user: str | None, event: str | None, service: Service) -> None:
    """Raise NoSuchUser or NoSuchEvent, with the nearest name, if there is no such one."""
    topics = list(Event.known)
    if event is not None and not any(topic.startswith(event) for topic in topics):
        near = suggest_name(event, topics)
        raise NoSuchEvent(event=event, meant=near, path=("event",))
    if user is None or user in MACHINES or user.startswith(POLICY):
        return
    if not service.store.open(USER.stream_id(user)).history:
        with service.read_models.connection() as connection:
            names = [*users.names(connection), *MACHINES]
        raise NoSuchUser(user=user, meant=suggest_name(user, names), path=("user",))
