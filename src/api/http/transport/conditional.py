"""HEAD for every GET, and 304 for what the client has already (RFC 9110)."""

import re
from collections.abc import Collection, Iterable
from hashlib import blake2b
from http import HTTPStatus
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

TAG = r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"'
VERSION = re.compile(r"([0-9]{1,18})(-[0-9a-f]+)?")
"""The form of our ETags: the version of the stream, and a digest of the body."""

BODY_HEADERS = ("content-length", "content-type", "content-disposition")


class EntityTag(NamedTuple):
    """A tag as it is written in If-Match and If-None-Match."""

    is_weak: bool
    text: str

    @property
    def version(self) -> int | None:
        """The version of the stream; None if the tag is weak, or not one of ours."""
        written = VERSION.fullmatch(self.text)
        return None if self.is_weak or written is None else int(written[1])


def entity_tags(header: str) -> list[EntityTag] | None:
    """Read a list of entity tags; None if it is malformed (RFC 9110, 8.8.3)."""
    if re.sub(TAG, "", header).strip(", \t"):
        return None
    return [EntityTag(bool(weak), text) for weak, text in re.findall(TAG, header)]


def join_tag_headers(
    headers: Iterable[tuple[bytes, bytes]],
) -> list[tuple[bytes, bytes]]:
    """Join several If-Match headers into one, and several If-None-Match (RFC 9110, 5.3)."""
    every = list(headers)
    for field in (b"if-match", b"if-none-match"):
        lines = [value for name, value in every if name == field]
        if len(lines) > 1:
            every = [each for each in every if each[0] != field]
            every.append((field, b", ".join(lines)))
    return every


class Conditional:
    """Answers HEAD as GET without the body, and 304 if If-None-Match has the ETag.

    A GET's ETag includes a digest of the body, because much of it can change without a new
    version of the stream (learners' names, eligibility on the day).
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = join_tag_headers(scope["headers"])
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
    """Raised to stop a route that would stream the body, once HEAD is answered."""


class ConditionalResponse:
    """Sends the response to a GET or HEAD; its start waits for the body's digest."""

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
        """Set the response's ETag; make it a 304 without a body if the client has it."""
        headers = MutableHeaders(raw=start["headers"])
        digest = blake2b(message.get("body", b""), digest_size=8).hexdigest()
        version = headers.get("etag", "").strip('"')
        tag = f"{version}-{digest}" if version else digest
        headers["ETag"] = f'"{tag}"' if version else f'W/"{tag}"'
        if self._seen.strip() == "*" or tag in tag_texts(self._seen):
            for name in BODY_HEADERS:
                del headers[name]
            start["status"] = HTTPStatus.NOT_MODIFIED
            message["body"] = b""


def tag_texts(header: str) -> Collection[str]:
    """List the texts of a header's entity tags, weak or not; none if it is malformed."""
    return [tag.text for tag in entity_tags(header) or ()]
