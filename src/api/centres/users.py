"""Users over HTTP: who may sign in, and in which role."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import AwareDatetime, ConfigDict, Field

from access.accounts import hash_new_password
from api.http.dependencies import CurrentUser, PagingSince, Reads, scope
from api.http.references import CentreName, with_centre_name
from api.http.request_context import (
    ConditionalContextOf,
    RequestContext,
    RequestContextOf,
)
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from commands.centres.user import (
    AddUser,
    ChangeUserRole,
    DisableUser,
    SetPassword,
    open_user,
)
from events.centres.user import Role
from projections.centres import users

router = Router(prefix="/users", tags=["users"])

Name = Annotated[str, Path(max_length=100, examples=["admin.riverside"])]
Reason = Annotated[
    str | None, Field(max_length=1000, examples=["Asked for by the centre by letter."])
]


class NewUser(RequestBody, title="NewUser"):
    """A new user; without a password, or with an empty one, they can only use tokens."""

    name: str = Field(max_length=100, examples=["sam.riverside"])
    full_name: str = Field(max_length=200, examples=["Sam Okoro"])
    role: Role
    centre: str | None = Field(default=None, max_length=20, examples=["48213"])
    password: str | None = Field(
        default=None, max_length=1000, examples=["a long pass phrase"]
    )
    reason: Reason = None


class UserChange(RequestBody, title="UserChange"):
    """A new role with its centre, or ``is_disabled``.

    A role of a centre needs ``centre``, even if that stays the same. ``centre`` without
    ``role`` changes nothing. With ``is_disabled``, ``role`` and ``centre`` are ignored.
    """

    role: Role | None = None
    centre: str | None = Field(default=None, max_length=20, examples=["48213"])
    is_disabled: bool = False
    reason: Reason = None


class PasswordRequest(RequestBody, title="PasswordReset"):
    """A new password for a user who has lost theirs."""

    password: str = Field(
        min_length=1, max_length=1000, examples=["a long pass phrase"]
    )
    reason: Reason = None


class UserResponse(ResponseBody, title="User"):
    """A user of one's own centre, or of any for the awarding organisation."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["sam.riverside"])
    full_name: str = Field(examples=["Sam Okoro"])
    role: Role
    centre: str | None = Field(examples=["48213"])
    centre_name: CentreName = None
    is_disabled: bool
    updated_at: AwareDatetime


@router.get("", operation_id="listUsers")
def list_users(
    request: Request,
    response: Response,
    user: CurrentUser,
    reads: Reads,
    page: PagingSince,
    name: Annotated[str, Query(max_length=100, description="Its beginning.")] = "",
) -> ListResponse[UserResponse]:
    """List users by name."""
    found = users.search_users(
        reads,
        centre=scope(user),
        name=name,
        updated_since=page.updated_since,
        limit=page.limit,
        cursor=page.cursor,
    )
    return list_response(request, response, found, UserResponse.model_validate)


@router.post("", operation_id="createUser", status_code=HTTPStatus.CREATED)
def add_user(body: NewUser, context: RequestContextOf) -> UserResponse:
    """Add a user."""
    kept = (
        hash_new_password(
            context.command_context,
            body.password,
            user=body.name,
            full_name=body.full_name,
            centre=context.by.centre or body.centre,
        )
        if body.password
        else None
    )
    return context.answer_created(
        AddUser(
            **context.command_metadata,
            name=body.name,
            full_name=body.full_name,
            role=body.role,
            centre=body.centre,
            password_hash=kept,
            reason=body.reason,
        ),
        respond_with_user,
        "/users",
    )


@router.get("/{name}", operation_id="getUser")
def get_user(name: Name, context: RequestContextOf) -> UserResponse:
    """Show a user as they are now."""
    return respond_with_user(context, name)


@router.patch("/{name}", operation_id="updateUser")
def change_user(
    name: Name, body: UserChange, context: ConditionalContextOf
) -> UserResponse:
    """Give a user another role, or disable them."""
    if body.is_disabled:
        context.send(
            DisableUser(**context.command_metadata, name=name, reason=body.reason)
        )
    elif body.role is not None:
        context.send(
            ChangeUserRole(
                **context.command_metadata,
                name=name,
                role=body.role,
                centre=body.centre,
                reason=body.reason,
            )
        )
    return respond_with_user(context, name)


@router.put("/{name}/password", operation_id="resetUserPassword")
def set_password(
    name: Name, body: PasswordRequest, context: ConditionalContextOf
) -> UserResponse:
    """Set a user's password."""
    open_user(context.command_context, name, context.by)  # its words are not others'
    kept = hash_new_password(context.command_context, body.password, user=name)
    return context.answer(
        SetPassword(
            **context.command_metadata,
            name=name,
            password_hash=kept,
            reason=body.reason,
        ),
        respond_with_user,
        name,
    )


def respond_with_user(context: RequestContext, name: str) -> UserResponse:
    stream, user = open_user(context.command_context, name, context.by)
    context.set_etag(stream)
    shown = UserResponse(**vars(user), updated_at=stream.history[-1].recorded_at)
    return with_centre_name(context.command_context, shown)
