"""The dependencies of routes: service, moment, user, page and conditional headers.

They are plain functions, which run in the worker thread of the request.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Header, Query, Request, Security
from pydantic import AwareDatetime, BeforeValidator, JsonValue
from sqlalchemy import Connection

from access.accounts import SignedInUser, bearer
from access.errors import SignInRefusal
from access.stream_tickets import ticket_holder
from aggregates.errors import Malformed
from aggregates.uk_time import LONDON, end_of, in_london
from api.http.credentials import bearer_token, stream_ticket
from api.http.problems import Unacceptable
from api.http.transport.conditional import entity_tags
from api.http.validation.unknown_names import query_names
from events.centres.user import Role
from projections.paging import BadCursor
from repositories.repository import Versions
from service import Service
from store import Actor, Position
from transport.rates import RateCount, Rates

if TYPE_CHECKING:
    from access.oidc.access_tokens import AccessTokens

CHANNEL = "api"
MOST_WAITED = 10.0
"""The most seconds that a request may wait for Min-Position."""
WAITED = 2.0
"""The seconds that it waits by default."""
MOST_LISTED = 200
LISTED = 50
CURSOR_DIGEST = 16
"""The length of the digest that begins a cursor and ties it to its list."""
REQUIRED: dict[str, JsonValue] = {"x-required": True}
"""Marks a header as required in the OpenAPI document; our own code refuses its absence."""
POSITION_LIMIT = 2**63 - 1
"""The largest integer of the databases; every position is below it."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""No event is older; an earlier ``as_at`` is replaced by this moment."""


class PastUnchangeable(Malformed):
    code = "past-unchangeable"
    message = "The past is read-only: remove as_at."


class InFuture(Malformed):
    code = "in-future"
    message = "{moment} is in the future. Give a moment in the past, or remove as_at."


class CentreNeeded(Malformed):
    code = "centre-needed"
    message = "Say for which centre: add ?centre= and its number."


class TokenMissing(SignInRefusal):
    code = "token-missing"
    message = (
        "Say who you are: send a token as `Authorization: Bearer …`. "
        "POST /api/v1/tokens gives one for a user name and password."
    )


def opened_service(request: Request) -> Service:
    opened: Service = request.app.state.service
    return opened


def present(request: Request) -> Service:
    return opened_service(request)


Present = Annotated[Service, Depends(present)]


def end_of_a_day(given: object) -> object:
    """Turn a day, such as 2026-10-01, into its end in London (H3); keep other values."""
    try:
        return end_of(date.fromisoformat(str(given)))
    except ValueError:
        return given


def service(
    request: Request,
    present: Present,
    as_at: Annotated[
        AwareDatetime | None,
        BeforeValidator(end_of_a_day),
        Query(
            description="Show this as it was at a moment. A day alone, 2026-10-01, is the"
            " end of that day in the United Kingdom; today is now.",
            examples=["2026-10-01T09:00:00Z"],
        ),
    ] = None,
) -> Service:
    """Return the service, as it was at ``as_at`` if that is given (H3).

    Raises PastUnchangeable unless the request is a GET; InFuture.
    """
    if as_at is None:
        return present
    if request.method != "GET":
        raise PastUnchangeable(path=("as_at",))
    now = present.clock()
    if as_at == end_of(now.astimezone(LONDON).date()):
        return present.as_at(now)
    if as_at > now:
        raise InFuture(path=("as_at",), moment=in_london(as_at))
    return present.as_at(max(as_at, BEGINNING))


ServiceOf = Annotated[Service, Depends(service)]


def now(service: ServiceOf) -> datetime:
    return service.clock()


Now = Annotated[datetime, Depends(now)]


def today(now: Now) -> date:
    """Return the date in London, which is "today" in every rule."""
    return now.astimezone(LONDON).date()


Today = Annotated[date, Depends(today)]


def address(request: Request) -> str:
    """Return the client's IP address; ``nowhere`` if it is unknown."""
    return request.client.host if request.client else "nowhere"


Address = Annotated[str, Depends(address)]


def current_user(
    request: Request,
    token: Annotated[str | None, Security(bearer_token)],
    service: Present,
    address: Address,
) -> SignedInUser:
    """Return the user of the token or, on a route of event streams, of the ticket.

    The request counts towards the user's rate; a refused one counts towards the address's.

    Raises TokenMissing, TokenNotGood, AccessTokenRefused, TicketNotGood, IssuerUnavailable,
    or Unacceptable (429).
    """
    rates: Rates = request.app.state.rates
    ticket = request.query_params.get(stream_ticket.model.name)
    at = service.clock()
    try:
        if token is not None:
            user = holder_of(request, service, token, at)
        elif ticket is None or "ticket" not in query_names(request.scope["route"]):
            raise TokenMissing
        else:
            user = ticket_holder(service.context, ticket, at)
    except SignInRefusal:
        require_seldom(request, rates.hit("address", address))
        raise
    request.state.user = user.name
    require_seldom(request, rates.hit("user", user.name))
    return user


def require_seldom(request: Request, counted: RateCount) -> None:
    """Set the response's rate headers. Raises Unacceptable (429) if the rate is exceeded."""
    request.state.rate = counted.headers
    if not counted.is_in_time:
        raise Unacceptable(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too-many-requests",
            counted.sentence,
            headers={"Retry-After": str(counted.seconds)},
        )


def holder_of(
    request: Request, service: Service, token: str, at: datetime
) -> SignedInUser:
    """Return the token's user; the token is ours, or the issuer's if one is set."""
    tokens: AccessTokens | None = request.app.state.access_tokens
    if tokens is not None and tokens.is_one(token):
        return tokens.holder(service.context, token, at)
    return bearer(service.context, token, at)


CurrentUser = Annotated[SignedInUser, Depends(current_user)]


def scope(user: SignedInUser, asked: str | None = None) -> str | None:
    """Return the centre that a user sees: their own, or the one asked for; None is all."""
    return user.centre if user.role.is_of_a_centre else asked


def centre_of(by: Actor) -> str | None:
    """Return the centre that an actor sees; None is all."""
    return by.centre if Role(by.role).is_of_a_centre else None


def one_centre(user: SignedInUser, asked: str | None) -> str:
    """Return the one centre that a user sees. Raises CentreNeeded if it would be all."""
    centre = scope(user, asked)
    if not centre:
        raise CentreNeeded(path=("centre",))
    return centre


def by(request: Request, user: CurrentUser) -> Actor:
    return user.actor(CHANNEL, request=request.state.request_id)


By = Annotated[Actor, Depends(by)]


def if_match(
    given: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description='The ETag of what you looked at, as "3"; or several; or * for any.',
            examples=["*"],
            json_schema_extra=REQUIRED,
        ),
    ] = None,
) -> Versions:
    """Return the versions in If-Match; None for any (RFC 9110, 13.1.1).

    Raises Unacceptable: 428 without the header, 400 if it is malformed, 412 if no tag can
    match, such as weak ones.
    """
    if given is None:
        raise Unacceptable(
            HTTPStatus.PRECONDITION_REQUIRED,
            "if-match-missing",
            "Send the ETag of what you looked at as If-Match, or * for any.",
            pointer="If-Match:",
        )
    if given.strip() == "*":
        return None
    tags = entity_tags(given)
    if not tags:
        raise Unacceptable(
            HTTPStatus.BAD_REQUEST,
            "if-match-malformed",
            'If-Match must be an ETag as it was given, such as "3", or several, or *.',
            pointer="If-Match:",
        )
    versions = frozenset(tag.version for tag in tags if tag.version is not None)
    if not versions:
        raise Unacceptable(
            HTTPStatus.PRECONDITION_FAILED,
            "if-match-never",
            "None of these is the ETag of anything that can be changed. Send it as it was "
            'given, as "3": a weak one, as W/"3", never matches.',
            pointer="If-Match:",
        )
    return versions


IfMatch = Annotated[Versions, Depends(if_match)]


def wait_for_position(
    service: Present,
    min_position: Annotated[
        int | None,
        Header(
            alias="Min-Position",
            ge=0,
            lt=POSITION_LIMIT,
            description="Answer only when what was recorded up to here is seen.",
        ),
    ] = None,
    prefer: Annotated[
        str | None,
        Header(
            alias="Prefer",
            description="How many seconds to wait for Min-Position: wait=2.",
        ),
    ] = None,
) -> None:
    """Wait until the read models have reached Min-Position. Raises Unacceptable (503)."""
    if min_position is None:
        return
    asked = re.search(r"\bwait=([0-9]{1,4})\b", prefer or "")
    patience = min(float(asked[1]), MOST_WAITED) if asked else WAITED
    require_seen(service, min_position, patience)


def require_seen(service: Service, position: Position, patience: float) -> None:
    """Wait up to ``patience`` seconds until the read models have reached a position.

    Raises Unacceptable (503).
    """
    if not service.read_models.wait_for(position, patience):
        raise Unacceptable(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "not-there-yet",
            "What you recorded is not shown yet. Ask again in a moment.",
            headers={"Retry-After": "1"},
        )


Waited = Annotated[None, Depends(wait_for_position)]


def reads(service: ServiceOf, user: CurrentUser, _: Waited) -> Iterator[Connection]:
    """Return a connection to the read models once they have reached Min-Position."""
    with service.rows(scope(user)) as connection:
        yield connection


Reads = Annotated[Connection, Depends(reads)]


@dataclass(frozen=True, kw_only=True)
class PageRequest:
    """The requested part of a list; ``cursor`` is the place after which it begins."""

    limit: int
    cursor: str | None
    updated_since: datetime | None = None


def cursor_of(request: Request, place: str) -> str:
    """Make the cursor of a place in a list, valid for the same request only.

    Only ``limit``, ``total`` and ``as_at`` may differ in the next request.
    """
    asked = sorted(
        each
        for each in request.query_params.multi_items()
        if each[0] not in {"cursor", "limit", "total", "as_at"}
    )
    of = f"cursor {request.url.path} {asked} {place}"
    return f"{opened_service(request).store.make_key(of)[:CURSOR_DIGEST]}.{place}"


def paging(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, le=MOST_LISTED, description="How many to list at most.")
    ] = LISTED,
    cursor: Annotated[
        str | None,
        Query(max_length=1000, description="Where to go on, from the last answer."),
    ] = None,
) -> PageRequest:
    """Read ``limit`` and ``cursor``. Raises BadCursor if the cursor is another list's."""
    place = None
    if cursor is not None:
        place = cursor[CURSOR_DIGEST + 1 :]
        if not compare_digest(cursor_of(request, place).encode(), cursor.encode()):
            raise BadCursor(path=("cursor",))
    return PageRequest(limit=limit, cursor=place)


Paging = Annotated[PageRequest, Depends(paging)]


def paging_since(
    part: Paging,
    updated_since: Annotated[
        AwareDatetime | None,
        Query(
            description="Only what was changed then or later, in the order of change:"
            " for those who copy, with the last updated_at that they have.",
            examples=["2026-10-01T09:00:00Z"],
        ),
    ] = None,
) -> PageRequest:
    """Read ``updated_since`` beside ``limit`` and ``cursor``."""
    return replace(part, updated_since=updated_since)


PagingSince = Annotated[PageRequest, Depends(paging_since)]
Total = Annotated[bool, Query(description="Say how many there are in all.")]
Sort = Query(description="What to sort by; with a - before it backwards.")
"""The query parameter ``sort`` of lists that can be sorted."""
