"""What was typed into a form whose session had ended: kept until its user is back.

It is kept in the page that asks for the password, sealed under a key of the service, so
that nothing of it lies anywhere else; only who filled the form in gets it back.
"""

import base64
import binascii
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from starlette.requests import Request

from repositories.aggregate_types import USER
from store import EventStore
from web.http.context import SentForm
from web.http.sessions import is_form_token, read_cookie

KEPT_FOR = timedelta(hours=12)
"""How long what was typed can be got back (d)."""

MOST_KEPT = 750_000
"""How many characters are kept, sealed, at most: a form may bring them back (d)."""

SECRETS = frozenset(
    {
        *("password", "current", "new", "again", "pin", "new_pin", "current_pin"),
        *("code", "secret", "sealed", "proof"),
    }
)
"""The fields that hold passwords, PINs and codes, which are not kept."""

NONCE_BYTES = 12


@dataclass(frozen=True, kw_only=True)
class KeptForm:
    """What was typed, by field, where it was sent, and the files that were not kept."""

    action: str
    values: Mapping[str, Sequence[str]]
    files: Sequence[str]


def keep_form(
    store: EventStore, request: Request, cookie: str, form: SentForm, at: datetime
) -> str:
    """Seal a form that a page of an ended session sent.

    Gives nothing if no page of that session made it, or if it is too large.
    """
    ended = read_cookie(store, cookie)
    token = form.text("_token")
    if ended is None or not is_form_token(store, ended.text, token):
        return ""
    url = request.url
    content = {
        "at": int(at.timestamp()),
        "action": f"{url.path}?{url.query}" if url.query else url.path,
        "values": {
            name: [*given]
            for name, given in form.values.items()
            if name not in SECRETS and not name.startswith("_")
        },
        "files": [file.name for file in form.files.values() if file.name],
    }
    nonce = os.urandom(NONCE_BYTES)
    plain = json.dumps(content).encode()
    sealed = nonce + _cipher(store).encrypt(nonce, plain, ended.user_stream.encode())
    text = base64.urlsafe_b64encode(sealed).decode()
    return text if len(text) <= MOST_KEPT else ""


def read_kept_form(
    store: EventStore, text: str, *, user: str, at: datetime
) -> KeptForm | None:
    """Open what was kept; None if it is none, another user's or too old."""
    try:
        sealed = base64.urlsafe_b64decode(text.encode())
        nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        stream = USER.stream_id(user).hex
        content = json.loads(_cipher(store).decrypt(nonce, box, stream.encode()))
    except (InvalidTag, ValueError, binascii.Error):
        return None
    if at - datetime.fromtimestamp(content["at"], UTC) > KEPT_FOR:
        return None
    action: str = content["action"]
    if urlsplit(action).netloc or not action.startswith("/"):
        return None
    return KeptForm(action=action, values=content["values"], files=content["files"])


def _cipher(store: EventStore) -> AESGCM:
    # No value that anybody typed holds a NUL, so no other digest is this key.
    return AESGCM(bytes.fromhex(store.make_key("the key of kept forms\0")))
