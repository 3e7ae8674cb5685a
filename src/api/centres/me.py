"""The signed-in user over HTTP: signing in, tokens, password."""

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from access import accounts
from access.stream_tickets import issue_stream_ticket
from api.http.dependencies import (
    CHANNEL,
    Address,
    CurrentUser,
    Now,
    PagingSince,
    Reads,
    ServiceOf,
)
from api.http.references import (
    CentreName,
    with_centre_name,
)
from api.http.request_context import RequestContextOf
from api.http.responses import ListResponse, list_response, set_event_position
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from commands.centres.user import RevokeToken, SetPassword
from events.centres.user import Role
from projections.centres import users

router = Router(tags=["me"])

MOST_DAYS = 366


SecondFactorCode = Annotated[
    str | None,
    Field(
        max_length=30,
        examples=["492039"],
        description="What the authenticator app shows, or a recovery code; needed "
        "where the user has a second factor. Each is good once.",
    ),
]


class SignIn(RequestBody, title="SignIn"):
    """A user name and password, and a code where the user has a second factor.

    The token is good for twelve hours.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"user": "admin.riverside", "password": "a long pass phrase"}]
        }
    )

    user: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=1000)
    code: SecondFactorCode = None
    label: str = Field(default="signed in", max_length=100)


class NewToken(RequestBody, title="NewToken"):
    """A token for a program of yours; without ``days`` it never expires."""

    label: str = Field(min_length=1, max_length=100, examples=["nightly export"])
    days: int | None = Field(default=None, ge=1, le=MOST_DAYS, examples=[90])


class NewPassword(RequestBody, title="PasswordChange"):
    current: str = Field(min_length=1, max_length=1000, examples=["a long pass phrase"])
    new: str = Field(min_length=1, max_length=1000, examples=["a longer pass phrase"])
    code: SecondFactorCode = None


class IssuedToken(ResponseBody, title="IssuedToken"):
    """A new token. Its text is shown only this once."""

    id: str = Field(examples=["0f3c2d1b5a69788796a5"])
    token: str = Field(examples=["lm_…"])
    expires_at: AwareDatetime | None


class StreamTicketIssued(ResponseBody, title="StreamTicket"):
    """A ticket that opens streams for a minute, as ``?ticket=``."""

    ticket: str = Field(examples=["admin.riverside.1795770000.5f1c…"])
    expires_at: AwareDatetime


class TokenResponse(ResponseBody, title="Token"):
    """A token of yours, without its text."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    label: str
    issued_at: AwareDatetime
    expires_at: AwareDatetime | None
    is_revoked: bool
    updated_at: AwareDatetime


class Me(ResponseBody, title="Me"):
    """Who one is signed in as."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["admin.riverside"])
    full_name: str = Field(examples=["Amira Riverside"])
    role: Role
    centre: str | None = Field(examples=["48213"])
    centre_name: CentreName = None


@router.post("/tokens", operation_id="signIn", status_code=HTTPStatus.CREATED)
def sign_in(
    body: SignIn,
    request: Request,
    response: Response,
    service: ServiceOf,
    now: Now,
    address: Address,
) -> IssuedToken:
    """Sign in: give a user name and password for a token.

    A user with a second factor gives its code as well; ``second-factor-needed`` says so.
    """
    user = accounts.sign_in(
        service.context,
        name=body.user,
        password=body.password,
        code=body.code or "",
        address=address,
        at=now,
    )
    issued = accounts.issue_token(
        service.context,
        user.actor(CHANNEL, request=request.state.request_id),
        label=body.label,
        at=now,
        lasts=accounts.SIGN_IN_LASTS,
    )
    set_event_position(response, issued.done)
    return shown_once(issued)


@router.get("/me", operation_id="getMe")
def me(user: CurrentUser, service: ServiceOf) -> Me:
    """Show who you are signed in as."""
    return with_centre_name(service.context, Me.model_validate(user))


@router.put(
    "/me/password", operation_id="changeMyPassword", status_code=HTTPStatus.NO_CONTENT
)
def set_password(
    body: NewPassword, context: RequestContextOf, address: Address
) -> None:
    """Replace one's password."""
    kept = accounts.hash_new_password(
        context.command_context, body.new, user=context.by.user, path=("new",)
    )
    accounts.require_password(
        context.command_context,
        name=context.by.user,
        password=body.current,
        code=body.code or "",
        address=address,
        at=context.at,
        path=("current",),
    )
    context.send(
        SetPassword(
            **context.command_metadata, name=context.by.user, password_hash=kept
        )
    )


@router.get("/me/tokens", operation_id="listMyTokens")
def tokens(
    request: Request,
    response: Response,
    user: CurrentUser,
    reads: Reads,
    page: PagingSince,
) -> ListResponse[TokenResponse]:
    """List your tokens, newest first."""
    found = users.tokens_of(
        reads,
        user=user.name,
        updated_since=page.updated_since,
        limit=page.limit,
        cursor=page.cursor,
    )
    return list_response(request, response, found, TokenResponse.model_validate)


@router.post("/me/tokens", operation_id="createMyToken", status_code=HTTPStatus.CREATED)
def issue(body: NewToken, context: RequestContextOf) -> IssuedToken:
    """Issue another token to yourself."""
    lasts = timedelta(days=body.days) if body.days is not None else None
    issued = accounts.issue_token(
        context.command_context,
        context.by,
        label=body.label,
        at=context.at,
        lasts=lasts,
    )
    context.set_event_position(issued.done)
    return shown_once(issued)


@router.post(
    "/me/stream-tickets",
    operation_id="createStreamTicket",
    status_code=HTTPStatus.CREATED,
)
def issue_ticket(user: CurrentUser, service: ServiceOf, now: Now) -> StreamTicketIssued:
    """Get a ticket for streams, which a browser's EventSource cannot send a token with.

    It opens streams and nothing else, as ``?ticket=``, for a minute; a stream once open
    goes on. After an error that closes the EventSource, get another and open it anew.
    """
    ticket = issue_stream_ticket(service.context, user.name, now)
    return StreamTicketIssued(ticket=ticket.text, expires_at=ticket.expires_at)


@router.delete(
    "/me/tokens/{token}",
    operation_id="revokeMyToken",
    status_code=HTTPStatus.NO_CONTENT,
)
def revoke_token(
    token: Annotated[str, Path(max_length=100)],
    context: RequestContextOf,
) -> None:
    """Revoke a token: it is no longer valid."""
    context.send(RevokeToken(**context.command_metadata, token=token))


def shown_once(issued: accounts.Issued) -> IssuedToken:
    return IssuedToken(id=issued.id, token=issued.text, expires_at=issued.expires_at)
