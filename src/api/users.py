"""Users over HTTP: who may sign in, and as what."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from access import passwords
from api.answers import Listed, answer, listed, show
from api.dependencies import (
    By,
    CurrentUser,
    IfMatch,
    Now,
    Paging,
    Reads,
    ServiceOf,
    scope,
)
from commands.command import Done
from commands.user import (
    AddUser,
    ChangeUserRole,
    DisableUser,
    SetPassword,
    open_user,
)
from events.user import Role
from projections import users
from service import Service
from store import Actor

router = APIRouter(prefix="/users", tags=["users"])

Name = Annotated[str, Path(max_length=100, examples=["admin.riverside"])]
Reason = Annotated[
    str | None, Field(max_length=1000, examples=["Asked for by the centre by letter."])
]


class NewUser(BaseModel):
    """Somebody who is to sign in; without a password they can only use tokens."""

    name: str = Field(max_length=100, examples=["sam.riverside"])
    full_name: str = Field(max_length=200, examples=["Sam Okoro"])
    role: Role
    centre: str | None = Field(default=None, max_length=20, examples=["48213"])
    password: str | None = Field(
        default=None, max_length=1000, examples=["a long pass phrase"]
    )
    reason: Reason = None


class UserChange(BaseModel):
    """What is to be another; what is left out stays."""

    role: Role | None = None
    centre: str | None = Field(default=None, max_length=20, examples=["48213"])
    is_disabled: bool = False
    reason: Reason = None


class PasswordGiven(BaseModel):
    """A new password for somebody who has lost theirs."""

    password: str = Field(
        min_length=1, max_length=1000, examples=["a long pass phrase"]
    )
    reason: Reason = None


class UserShown(BaseModel):
    """A user of one's own centre, or of any for the awarding organisation."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["sam.riverside"])
    full_name: str = Field(examples=["Sam Okoro"])
    role: Role
    centre: str | None = Field(examples=["48213"])
    is_disabled: bool


@router.get("")
def search(
    request: Request,
    response: Response,
    user: CurrentUser,
    reads: Reads,
    page: Paging,
    name: Annotated[str, Query(max_length=100, description="Its beginning.")] = "",
) -> Listed[UserShown]:
    """List users by name."""
    found = users.search(
        reads,
        centre=scope(user),
        name=name,
        limit=page.limit,
        cursor=page.cursor,
    )
    return listed(request, response, found, UserShown.model_validate)


@router.post("", status_code=HTTPStatus.CREATED)
def add(
    body: NewUser, response: Response, service: ServiceOf, by: By, now: Now
) -> UserShown:
    """Let somebody sign in."""
    kept = passwords.hashed(body.password, user=body.name) if body.password else None
    done = service.send(
        AddUser(
            by=by,
            at=now,
            name=body.name,
            full_name=body.full_name,
            role=body.role,
            centre=body.centre,
            password_hash=kept,
            reason=body.reason,
        )
    )
    response.headers["Location"] = f"/api/v1/users/{done.made}"
    return shown(response, service, done.made, by, done)


@router.get("/{name}")
def one(name: Name, response: Response, service: ServiceOf, by: By) -> UserShown:
    """Show a user as they are now."""
    return shown(response, service, name, by)


@router.patch("/{name}")
def change(
    name: Name,
    body: UserChange,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
) -> UserShown:
    """Give a user another role, or disable them."""
    done = Done(position=None)
    if body.is_disabled:
        done = service.send(
            DisableUser(by=by, at=now, expect=expect, name=name, reason=body.reason)
        )
    elif body.role is not None:
        done = service.send(
            ChangeUserRole(
                by=by,
                at=now,
                expect=expect,
                name=name,
                role=body.role,
                centre=body.centre,
                reason=body.reason,
            )
        )
    return shown(response, service, name, by, done)


@router.put("/{name}/password")
def set_password(
    name: Name,
    body: PasswordGiven,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
) -> UserShown:
    """Give a user another password."""
    kept = passwords.hashed(body.password, user=name)
    done = service.send(
        SetPassword(
            by=by,
            at=now,
            expect=expect,
            name=name,
            password_hash=kept,
            reason=body.reason,
        )
    )
    return shown(response, service, name, by, done)


def shown(
    response: Response, service: Service, name: str, by: Actor, done: Done | None = None
) -> UserShown:
    stream, user = open_user(service.desk, name, by)
    show(response, stream)
    if done is not None:
        answer(response, done)
    return UserShown.model_validate(user)
