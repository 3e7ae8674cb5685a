"""The headers of every API response, and the response to an internal error."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.types import ASGIApp

from api.http.problems import problem

SAFE: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def failure_response(path: str, request_id: str) -> ASGIApp:
    """Say that the service failed, and by which id to ask about it."""
    return problem(
        path,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "failed",
        "Something went wrong here, not with what you sent. "
        f"Tell the people who run this service the request id {request_id}.",
    )
