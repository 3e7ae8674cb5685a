"""The middleware of every request: its id, its size limit and its log line."""

import re
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from uuid import uuid4

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from transport.metrics import Metrics

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def raw_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Encode headers as ASGI sends them."""
    return [(n.lower().encode(), value.encode()) for n, value in headers.items()]


log = structlog.get_logger("http")


class TooLarge(HTTPException):
    """The body is larger than the service accepts."""

    def __init__(self, most: int) -> None:
        mebibytes = most // 2**20
        super().__init__(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body is larger than {mebibytes} MiB. Divide what it holds among several"
            " requests",
        )


class RequestMiddleware:
    """Names each request, limits its size, and hides internal errors.

    ``headers`` are sent with every response. ``failed`` makes the response to an internal
    error, from the path and the request's id.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        most: int,
        headers: Mapping[str, str],
        failed: Callable[[str, str], ASGIApp],
    ) -> None:
        self.app, self.metrics, self.most = app, metrics, most
        self.headers, self.failed = raw_headers(headers), failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = dict(reversed(scope["headers"]))  # of several, the first is used
        given = sent.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if REQUEST_ID.fullmatch(given) else str(uuid4())
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        headers = ResponseHeaders(send, self.headers, request_id, state)
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, self.limit_body(sent, receive), headers.send)
            except Exception:
                log.exception("failed", method=scope["method"], path=scope["path"])
                if headers.status:
                    raise
                failed = self.failed(scope["path"], request_id)
                await failed(scope, receive, headers.send)
            took = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "none")
            self.metrics.count(scope["method"], route, headers.status, took)
            log.info(
                "answered",
                method=scope["method"],
                path=scope["path"],
                status=headers.status,
                user=state.get("user"),
                milliseconds=round(took * 1000, 1),
            )

    def limit_body(self, sent: Mapping[bytes, bytes], receive: Receive) -> Receive:
        """Make a receive function that raises TooLarge as soon as the body is too large.

        ``sent`` are the headers of the request.
        """
        told = sent.get(b"content-length", b"").decode("latin-1")
        taken = int(told) if told.isdecimal() else 0
        is_too_large = taken > self.most
        taken = 0

        async def receive_limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if is_too_large or taken > self.most:
                raise TooLarge(self.most)
            return message

        return receive_limited


class ResponseHeaders:
    """Adds the headers of every response, and notes its status."""

    def __init__(
        self,
        send: Send,
        always: list[tuple[bytes, bytes]],
        request_id: str,
        state: Mapping[str, object],
    ) -> None:
        self._send, self._always = send, always
        self._request_id, self._state = request_id, state
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"]
            present = {name for name, _ in headers}
            headers += (each for each in self._always if each[0] not in present)
            added = {"x-request-id": self._request_id}
            if isinstance(rate := self._state.get("rate"), dict):
                added |= rate
            headers += raw_headers(added)
        await self._send(message)
