"""Links by which somebody chooses a password of their own, once.

Who gives a link sets a password that nobody is told, which is recorded as theirs. The
link is good for the user as they are then: whatever happens to the user next (the
password chosen, another link given, the user disabled) makes it useless.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from access.accounts import SignedInUser
from access.passwords import HASHER
from access.proofs import read_proof, write_proof
from commands.command import CommandContext

GOOD_FOR = timedelta(days=3)
"""How long a link is good (d)."""


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """What a link holds, and until when it is good."""

    text: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Whom a link is for, and the version of the user that it is good for."""

    user: SignedInUser
    version: int


def hash_unknown_password() -> str:
    """Hash a password that nobody is told, so that only a link lets its user in."""
    return HASHER.hash(secrets.token_urlsafe(32))


def make_invitation(context: CommandContext, name: str, at: datetime) -> Invitation:
    """Write the link of a user as they are now."""
    expires_at = (at + GOOD_FOR).replace(microsecond=0)
    text = write_proof(context, name, purpose="invitation", expires_at=expires_at)
    return Invitation(text=text, expires_at=expires_at)


def read_invitation(context: CommandContext, text: str, at: datetime) -> Invited | None:
    """Find whom a link is for; None if it is none, used, replaced or too old."""
    if (proved := read_proof(context, text, purpose="invitation", at=at)) is None:
        return None
    user, version = proved
    return Invited(user=user, version=version)
