"""Requests from pages of other origins (CORS)."""

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

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
"""The response headers that pages may read, besides those always allowed."""


class CrossOrigin(CORSMiddleware):
    """Allows requests from pages of the configured origins, by token: there are no cookies."""

    def __init__(self, app: ASGIApp, *, origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=SENT,
            expose_headers=READ,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a browser's preflight request; with a problem document if it is refused."""
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
