"""Commands on users and their tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from aggregates.centres.user import (
    Asker,
    User,
    UserNameTaken,
    add,
    fold_user_name,
    require_reason_of,
)
from aggregates.errors import NotAllowed, NotFound
from commands.command import Command, CommandContext, CommandResult, handles
from events.centres.token import TokenIssued
from events.centres.user import PasswordSet, Role
from events.event import Event
from repositories.aggregate_types import CENTRE, TOKEN, USER
from repositories.repository import find, require_expected
from store import Actor, Stream


@dataclass(frozen=True, kw_only=True)
class AddUser(Command):
    """Add a user; one without a password can only use tokens."""

    title: ClassVar = "add a user"

    name: str
    full_name: str
    role: Role
    centre: str | None = None
    password_hash: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class SetPassword(Command):
    """Replace a user's password."""

    title: ClassVar = "set a password"

    name: str
    password_hash: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeUserRole(Command):
    """Change a user's role, and the centre at which they hold it."""

    title: ClassVar = "change a user role"

    name: str
    role: Role
    centre: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class DisableUser(Command):
    """Disable a user, who can no longer sign in."""

    title: ClassVar = "disable a user"

    name: str
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class IssueToken(Command):
    """Issue a token to the sender."""

    title: ClassVar = "issue a token"

    token: str
    digest: str
    label: str
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class RevokeToken(Command):
    """Revoke a token of the sender."""

    title: ClassVar = "revoke a token"

    token: str


def asker(by: Actor) -> Asker:
    """Make the Asker of a command, for the rules on users."""
    return Asker(name=by.user, role=Role(by.role), centre=by.centre)


def open_user(context: CommandContext, name: str, by: Actor) -> tuple[Stream, User]:
    """Load a user. Raises NotFound if there is none, or none that the sender may see."""
    stream, user = find(USER, name, store=context.store)
    if user is not None and user.is_seen_by(asker(by)):
        return stream, user
    raise NotFound(what="user", name=name)


def require_may_manage(user: User, by: Actor, *, what: str, reason: str | None) -> None:
    """Raise NotAllowed or ReasonMissing unless the sender may do this to the user (section 2).

    Users may do it to themselves, without a reason.
    """
    if by.user == user.name:
        return
    if by.role not in {
        Role.CENTRE_ADMINISTRATOR,
        Role.ACCOUNT_SPECIALIST,
        Role.SERVICE,
    }:
        raise NotAllowed(
            role=by.role,
            what=f"{what} of another user",
            who="a Centre Administrator or an Account Specialist",
        )
    require_reason_of(Role(by.role), reason)


@handles(AddUser)
def add_user(command: AddUser, context: CommandContext) -> CommandResult:
    name = fold_user_name(command.name)
    key = uuid4()
    added = add(
        name=name,
        full_name=command.full_name,
        role=command.role,
        centre=command.centre,
        by=asker(command.by),
        key=key,
        reason=command.reason,
    )
    require_reason_of(Role(command.by.role), command.reason)
    _require_centre(context, command.centre)
    stream, taken = find(USER, name, store=context.store)
    if taken is not None:
        raise UserNameTaken(name=name, path=("name",))
    events: list[Event] = [added]
    if command.password_hash is not None:
        events.append(PasswordSet(person_id=key, password_hash=command.password_hash))
    change = stream.change(events, owner=command.centre)
    return context.record(command, change, created_id=name)


@handles(SetPassword)
def set_password(command: SetPassword, context: CommandContext) -> CommandResult:
    stream, user = _open_at(command, command.name, context)
    require_may_manage(user, command.by, what="set the password", reason=command.reason)
    change = stream.change(user.set_password(command.password_hash, command.reason))
    return context.record(command, change)


@handles(ChangeUserRole)
def change_user_role(command: ChangeUserRole, context: CommandContext) -> CommandResult:
    stream, user = _open_at(command, command.name, context)
    events = user.change_role(
        role=command.role,
        centre=command.centre,
        by=asker(command.by),
        reason=command.reason,
    )
    _require_centre(context, command.centre)
    return context.record(command, stream.change(events))


@handles(DisableUser)
def disable_user(command: DisableUser, context: CommandContext) -> CommandResult:
    stream, user = _open_at(command, command.name, context)
    events = user.disable(by=asker(command.by), reason=command.reason)
    return context.record(command, stream.change(events))


@handles(IssueToken)
def issue_token(command: IssueToken, context: CommandContext) -> CommandResult:
    issued = TokenIssued(
        token=command.token,
        user=command.by.user,
        digest=command.digest,
        label=command.label,
        expires_at=command.expires_at,
    )
    stream = TOKEN.new(command.token)
    change = stream.change([issued], owner=command.by.centre)
    return context.record(command, change, created_id=command.token)


@handles(RevokeToken)
def revoke_token(command: RevokeToken, context: CommandContext) -> CommandResult:
    stream, token = find(TOKEN, command.token, store=context.store)
    if token is None or token.user != command.by.user:
        raise NotFound(what="token", name=command.token)
    change = stream.change(token.revoke())
    return context.record(command, change)


def _open_at(
    command: Command, name: str, context: CommandContext
) -> tuple[Stream, User]:
    stream, user = open_user(context, name, command.by)
    require_expected(stream, command.expect)
    return stream, user


def _require_centre(context: CommandContext, number: str | None) -> None:
    if number is None:
        return
    if find(CENTRE, number, store=context.store)[1] is None:
        raise NotFound(what="centre", name=number, path=("centre",))
