"""What a user is handed to come back with: a text under a MAC, good once and not for long.

It names the user at their present version: whatever happens to the user next (a
password set, another role, the end of their access) makes it useless.
"""

import hmac
import re
from datetime import UTC, datetime
from uuid import UUID

from access.accounts import SignedInUser
from commands.command import CommandContext
from repositories.aggregate_types import USER
from store import EventStore

PROOF_TEXT = re.compile(r"([0-9a-f]{32})\.([0-9]{1,9})\.([0-9]{1,12})\.([0-9a-f]{64})")


def write_proof(
    context: CommandContext, name: str, *, purpose: str, expires_at: datetime
) -> str:
    """Write the proof of a user as they are now, for one purpose."""
    stream = context.store.open(USER.stream_id(name))
    said = f"{stream.id.hex}.{stream.version}.{int(expires_at.timestamp())}"
    return f"{said}.{_mac(context.store, purpose, said)}"


def read_proof(
    context: CommandContext, text: str, *, purpose: str, at: datetime
) -> tuple[SignedInUser, int] | None:
    """Find whose proof it is, and the version of the user that it is good for.

    None if it is none, for another purpose, too old, or if the user changed since.
    """
    written = PROOF_TEXT.fullmatch(text)
    if written is None:
        return None
    stream_id, version, expires, mac = written.groups()
    said, _, _ = text.rpartition(".")
    if not hmac.compare_digest(mac, _mac(context.store, purpose, said)):
        return None
    stream = context.store.open(UUID(stream_id))
    is_old = at >= datetime.fromtimestamp(int(expires), UTC)
    if is_old or stream.version != int(version) or not USER.begins(stream):
        return None
    user = USER.replay(stream)
    return None if user.is_disabled else (SignedInUser.of(user), stream.version)


def _mac(store: EventStore, purpose: str, said: str) -> str:
    return store.make_key(f"{purpose} {said}")
