"""Requests from pages of other origins (CORS), and compression."""

import re
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.problems import problem

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
SENT = (
    *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"),
    *("Last-Event-ID", "Min-Position", "Prefer", "X-Request-Id"),
)
READ = (
    *("Allow", "Content-Disposition", "ETag", "Event-Position", "Link", "Location"),
    *("RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate"),
    "X-Request-Id",
)
"""What pages may read of an answer, besides what they always may."""

COMPRESSED_FROM = 1000
LEVEL = 5
PACKED = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
UNWANTED = re.compile(r"gzip\s*;\s*q=0(\.0*)?\s*(,|$)")


class CrossOrigin(CORSMiddleware):
    """Lets pages of the origins that are set ask, by token: there are no cookies."""

    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=SENT,
            expose_headers=READ,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a browser that asks whether it may; a problem document if not."""
        answer = super().preflight_response(request_headers)
        if answer.status_code == HTTPStatus.OK:
            return answer
        refused = problem(
            "*",
            HTTPStatus.FORBIDDEN,
            "cross-origin",
            "Pages of this origin may not ask this. Whoever runs this service says "
            "which origins may, in LEARNER_MANAGEMENT_CORS_ORIGINS.",
        )
        refused.headers["Vary"] = answer.headers["Vary"]
        return refused


class Compression:
    """Compresses what is looked at, if the client takes gzip.

    Never an answer to a POST: those hold new secrets (tokens, launch links, tickets)
    beside what was sent, and the length of both compressed together would tell of them.
    Streams are not compressed, nor what is packed already.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.compressing = GZipMiddleware(
            app,
            minimum_size=COMPRESSED_FROM,
            compresslevel=LEVEL,
            exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, PACKED),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_read = scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}
        accepted = Headers(scope=scope).get("accept-encoding", "") if is_read else ""
        is_wanted = is_read and not UNWANTED.search(accepted)
        await (self.compressing if is_wanted else self.app)(scope, receive, send)
