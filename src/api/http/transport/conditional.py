"""What RFC 9110 asks of every GET: HEAD beside it, and 304 for what was seen already."""

import re
from collections.abc import Collection, Iterable
from hashlib import blake2b
from http import HTTPStatus
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TAG = r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"'
VERSION = re.compile(r"([0-9]{1,18})(-[0-9a-f]+)?")
"""An ETag of ours: the version of the thing, and what was shown of it."""

OF_A_BODY = ("content-length", "content-type", "content-disposition")


class EntityTag(NamedTuple):
    """A tag as it is written in If-Match and If-None-Match."""

    is_weak: bool
    text: str

    @property
    def version(self) -> int | None:
        """The version that it is of; None if it is none of ours, or weak."""
        written = VERSION.fullmatch(self.text)
        return None if self.is_weak or written is None else int(written[1])


def entity_tags(header: str) -> list[EntityTag] | None:
    """Read a list of entity tags; None if it is malformed (RFC 9110, 8.8.3)."""
    if re.sub(TAG, "", header).strip(", \t"):
        return None
    return [EntityTag(bool(weak), text) for weak, text in re.findall(TAG, header)]


def in_one_line(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Join the lines of a list of tags that came in several (RFC 9110, 5.3)."""
    every = list(headers)
    for field in (b"if-match", b"if-none-match"):
        lines = [value for name, value in every if name == field]
        if len(lines) > 1:
            every = [each for each in every if each[0] != field]
            every.append((field, b", ".join(lines)))
    return every


class Conditional:
    """Answers HEAD as GET is, without the body, and 304 where If-None-Match has its tag.

    The tag of a GET has a digest of the body: much that is shown of a thing is not in
    its own version (names of learners, eligibility as things stand).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = in_one_line(scope["headers"])
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        method = scope["method"]
        seen = Headers(scope=scope).get("if-none-match", "")
        answer = ConditionalResponse(send, is_head=method == "HEAD", seen=seen)
        scope["method"] = "GET"
        try:
            await self.app(scope, receive, answer.send)
        except HeadIsSent:
            pass
        finally:
            scope["method"] = method


class HeadIsSent(Exception):
    """All of the answer that was asked for is sent: what streams is to stop."""


class ConditionalResponse:
    """The answer to a GET or HEAD on its way out; its start waits for its body."""

    def __init__(self, send: Send, *, is_head: bool, seen: str) -> None:
        self._send, self._is_head, self._seen = send, is_head, seen
        self._start: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            if start["status"] == HTTPStatus.OK and not message.get("more_body"):
                self._tag(start, message)
            await self._send(start)
        if self._is_head:
            await self._send({"type": "http.response.body", "body": b""})
            if message.get("more_body"):
                raise HeadIsSent
        else:
            await self._send(message)

    def _tag(self, start: Message, message: Message) -> None:
        """Give the answer its tag; make it 304 without a body if that was seen."""
        headers = MutableHeaders(raw=start["headers"])
        digest = blake2b(message.get("body", b""), digest_size=8).hexdigest()
        version = headers.get("etag", "").strip('"')
        tag = f"{version}-{digest}" if version else digest
        headers["ETag"] = f'"{tag}"' if version else f'W/"{tag}"'
        if self._seen.strip() == "*" or tag in texts(self._seen):
            for name in OF_A_BODY:
                del headers[name]
            start["status"] = HTTPStatus.NOT_MODIFIED
            message["body"] = b""


def texts(header: str) -> Collection[str]:
    """List what is in the tags of a header, weak or not."""
    return [tag.text for tag in entity_tags(header) or ()]
