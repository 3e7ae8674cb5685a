"""Who is signed in: a token of theirs in a cookie, with when it was last used.

A session is a token like any other, recorded when it begins and when it ends. The
cookie says when it was last used, under a MAC; past the idle time it is good no more.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from access.accounts import SIGN_IN_LASTS, SignedInUser, bearer
from access.errors import TokenNotGood
from service import Service
from store import EventStore

IDLE = timedelta(hours=1)
"""After how long without a request one signs in again (d)."""

RENEWED = timedelta(minutes=1)
"""How old the moment in the cookie gets before it is written anew."""

COOKIE_TEXT = re.compile(
    r"(lm_([0-9a-f]{32})_([0-9a-f]{20})_[\w-]{43})\.([0-9]{1,12})\.([0-9a-f]{64})"
)


@dataclass(frozen=True, kw_only=True)
class SessionCookie:
    """What a cookie of ours says, whether or not its session still holds."""

    text: str
    token: str
    user_stream: str
    used: int


@dataclass(frozen=True, kw_only=True)
class WebSession:
    """A browser that somebody is signed in with; ``token`` is the id, ``text`` the secret."""

    user: SignedInUser
    token: str
    text: str
    used_at: datetime

    def is_to_renew(self, at: datetime) -> bool:
        """Tell whether the cookie is to be written anew, as it was used just now."""
        return at - self.used_at >= RENEWED


def find_session(service: Service, cookie: str, at: datetime) -> WebSession | None:
    """Find the session of a cookie; None if it is none, ended, idle too long or too old."""
    written = read_cookie(service.store, cookie)
    if written is None:
        return None
    used_at = datetime.fromtimestamp(written.used, UTC)
    if at - used_at > IDLE:
        return None
    try:
        user = bearer(service.context, written.text, at)
    except TokenNotGood:
        return None
    return WebSession(
        user=user, token=written.token, text=written.text, used_at=used_at
    )


def read_cookie(store: EventStore, cookie: str) -> SessionCookie | None:
    """Read a cookie that we wrote, even if its session has ended; None if it is none."""
    written = COOKIE_TEXT.fullmatch(cookie)
    if written is None:
        return None
    text, stream, token, used, mac = written.groups()
    if not hmac.compare_digest(mac, _mac(store, text, int(used))):
        return None
    return SessionCookie(text=text, token=token, user_stream=stream, used=int(used))


def cookie_of(store: EventStore, text: str, at: datetime) -> str:
    """Write the cookie of a session that is used at this moment."""
    used = int(at.timestamp())
    return f"{text}.{used}.{_mac(store, text, used)}"


def _mac(store: EventStore, text: str, used: int) -> str:
    return store.make_key(f"session {text} {used}")


def new_form_token(store: EventStore, secret: str) -> str:
    """Make what a form of the session carries, so that no other site can send one.

    It is another one each time: compressed pages would else tell it bit by bit.
    """
    salt = secrets.token_hex(8)
    return f"{salt}.{store.make_key(f'form {salt} {secret}')}"


def is_form_token(store: EventStore, secret: str, given: str) -> bool:
    """Tell whether a form was made for this session."""
    salt, _, digest = given.partition(".")
    right = store.make_key(f"form {salt} {secret}")
    return hmac.compare_digest(digest.encode(), right.encode())


LASTS = SIGN_IN_LASTS
"""After how long one signs in again, however busy."""
