"""Signing in: by password (and code) for a token, by token for everything else."""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from access import second_factor, throttle
from access.errors import (
    CurrentCodeWrong,
    CurrentPasswordWrong,
    SecondFactorMissing,
    SecondFactorNeeded,
    SecondFactorWrong,
    TokenNotGood,
    WrongPassword,
)
from access.passwords import hash_password, is_right
from access.policy import send
from aggregates.centres.user import User as UserState
from aggregates.errors import FieldPath
from commands.centres.user import IssueToken
from commands.command import CommandContext, CommandResult
from events.centres.user import Role
from repositories.aggregate_types import CENTRE, TOKEN, USER
from repositories.repository import find
from store import Actor

SIGN_IN_LASTS = timedelta(hours=12)
"""How long a token got by password is good (d)."""

CHANNEL = "sign-in"
"""The channel of what signing in records."""

TOKEN_TEXT = re.compile(r"lm_([0-9a-f]{32})_([0-9a-f]{20})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, kw_only=True)
class SignedInUser:
    """Somebody who is signed in."""

    name: str
    role: Role
    centre: str | None
    full_name: str

    @classmethod
    def of(cls, state: UserState) -> "SignedInUser":
        return cls(
            name=state.name,
            role=state.role,
            centre=state.centre,
            full_name=state.full_name,
        )

    def actor(self, channel: str, *, request: str | None = None) -> Actor:
        """Make the actor that is stored with what the user does."""
        return Actor(
            user=self.name,
            role=self.role,
            centre=self.centre,
            channel=channel,
            request=request,
        )


def find_user(context: CommandContext, name: str) -> UserState | None:
    """Find a user by name; None if there is none or they are disabled."""
    _, user = find(USER, name, store=context.store)
    return None if user is None or user.is_disabled else user


def hash_new_password(
    context: CommandContext,
    password: str,
    *,
    user: str,
    full_name: str = "",
    centre: str | None = None,
    path: FieldPath = ("password",),
) -> str:
    """Hash the new password of a user, who is there already or is to be.

    Raises what passwords.hash_password does: it is not to be guessed from the names of
    the user and of their centre either.
    """
    if found := find_user(context, user):
        full_name, centre = found.full_name, found.centre
    of_centre = find(CENTRE, centre, store=context.store)[1] if centre else None
    return hash_password(
        password,
        user=user,
        words=[full_name, *([of_centre.name] if of_centre else [])],
        breached=context.breached,
        path=path,
    )


def check_password(
    context: CommandContext, *, name: str, password: str, address: str, at: datetime
) -> SignedInUser:
    """Find whose password it is; wrong tries are counted, and slowed down.

    Raises WrongPassword, whatever was wrong, or throttle.TooManyTries.
    """
    throttle.require_few_tries(context, name=name, address=address, at=at)
    user = find_user(context, name)
    if not is_right(password, user.password_hash if user else None) or user is None:
        throttle.count_try(context, name=name, address=address, at=at)
        raise WrongPassword
    return SignedInUser.of(user)


def check_code(
    context: CommandContext,
    *,
    user: SignedInUser,
    code: str,
    address: str,
    at: datetime,
) -> None:
    """Take the code of a user's second factor, if it is on; wrong tries are counted.

    Raises SecondFactorNeeded, SecondFactorWrong or throttle.TooManyTries.
    """
    throttle.require_few_tries(context, name=user.name, address=address, at=at)
    try:
        second_factor.use_code(context, code, by=user.actor(CHANNEL), at=at)
    except SecondFactorWrong:
        throttle.count_try(context, name=user.name, address=address, at=at)
        raise


def lacks_second_factor(context: CommandContext, name: str) -> bool:
    """Tell whether a user has to set up a second factor before they are let in."""
    needed = context.needs_second_factor
    return needed and second_factor.find_second_factor(context, name) is None


def sign_in(
    context: CommandContext,
    *,
    name: str,
    password: str,
    code: str = "",
    address: str,
    at: datetime,
) -> SignedInUser:
    """Let a user in by password, and by a code if their second factor is on.

    Raises what check_password and check_code do, or SecondFactorMissing.
    """
    user = check_password(context, name=name, password=password, address=address, at=at)
    if lacks_second_factor(context, user.name):
        raise SecondFactorMissing
    check_code(context, user=user, code=code, address=address, at=at)
    return user


def require_password(
    context: CommandContext,
    *,
    name: str,
    password: str,
    code: str,
    address: str,
    at: datetime,
    path: FieldPath,
) -> None:
    """Raise CurrentPasswordWrong or CurrentCodeWrong unless both are the user's own.

    Wrong ones are counted. The code is asked for where the second factor is on.
    """
    try:
        user = check_password(
            context, name=name, password=password, address=address, at=at
        )
        check_code(context, user=user, code=code, address=address, at=at)
    except WrongPassword:
        raise CurrentPasswordWrong(path=path) from None
    except (SecondFactorNeeded, SecondFactorWrong) as refused:
        raise CurrentCodeWrong(path=("code",), why=str(refused)) from None


def bearer(context: CommandContext, token: str, at: datetime) -> SignedInUser:
    """Find whose token it is. Raises TokenNotGood."""
    written = TOKEN_TEXT.fullmatch(token)
    if written is None:
        raise TokenNotGood
    user_stream, token_stream = UUID(written[1]), TOKEN.stream_id(written[2])
    streams = context.store.open_many([user_stream, token_stream])
    of_user, of_token = streams[user_stream], streams[token_stream]
    if not (USER.begins(of_user) and TOKEN.begins(of_token)):
        raise TokenNotGood
    user, kept = USER.replay(of_user), TOKEN.replay(of_token)
    is_right_secret = hmac.compare_digest(kept.digest, digest(written[3]))
    is_good = is_right_secret and kept.user == user.name and kept.is_good(at)
    if user.is_disabled or not is_good:
        raise TokenNotGood
    return SignedInUser.of(user)


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A new token: its text is told once and kept nowhere."""

    id: str
    text: str
    expires_at: datetime | None
    done: CommandResult


def issue_token(
    context: CommandContext,
    by: Actor,
    *,
    label: str,
    at: datetime,
    lasts: timedelta | None,
) -> Issued:
    """Issue a token to the user; it does not expire if ``lasts`` is None."""
    token, secret = secrets.token_hex(10), secrets.token_urlsafe(32)
    expires_at = at + lasts if lasts is not None else None
    command = IssueToken(
        by=by,
        at=at,
        token=token,
        digest=digest(secret),
        label=label,
        expires_at=expires_at,
    )
    text = f"lm_{USER.stream_id(by.user).hex}_{token}_{secret}"
    done = send(command, context)
    return Issued(id=token, text=text, expires_at=expires_at, done=done)


def digest(secret: str) -> str:
    """Digest a token's secret for storage; it is random, so it needs no salt."""
    return sha256(secret.encode()).hexdigest()
