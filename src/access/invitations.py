"""Links by which somebody chooses a password of their own, once.

Who gives a link sets a password that nobody is told, which is recorded as theirs. The
link is good for the user as they are then: whatever happens to the user next (the
password chosen, another link given, the user disabled) makes it useless.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from access.accounts import SignedInUser
from access.passwords import HASHER
from commands.command import CommandContext
from repositories.aggregate_types import USER
from store import EventStore

GOOD_FOR = timedelta(days=3)
"""How long a link is good (d)."""

LINK_TEXT = re.compile(r"([0-9a-f]{32})\.([0-9]{1,9})\.([0-9]{1,12})\.([0-9a-f]{64})")


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
    stream = context.store.open(USER.stream_id(name))
    expires_at = (at + GOOD_FOR).replace(microsecond=0)
    said = f"{stream.id.hex}.{stream.version}.{int(expires_at.timestamp())}"
    return Invitation(text=f"{said}.{_mac(context.store, said)}", expires_at=expires_at)


def read_invitation(context: CommandContext, text: str, at: datetime) -> Invited | None:
    """Find whom a link is for; None if it is none, used, replaced or too old."""
    written = LINK_TEXT.fullmatch(text)
    if written is None:
        return None
    stream_id, version, expires, mac = written.groups()
    said, _, _ = text.rpartition(".")
    if not hmac.compare_digest(mac, _mac(context.store, said)):
        return None
    stream = context.store.open(UUID(stream_id))
    is_old = at >= datetime.fromtimestamp(int(expires), UTC)
    if is_old or stream.version != int(version) or not USER.begins(stream):
        return None
    user = USER.replay(stream)
    if user.is_disabled:
        return None
    return Invited(user=SignedInUser.of(user), version=stream.version)


def _mac(store: EventStore, said: str) -> str:
    return store.make_key(f"invitation {said}")
