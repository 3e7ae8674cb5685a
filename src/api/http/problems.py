"""Problem documents for everything that goes wrong (RFC 9457)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from pydantic import ConfigDict, Field
from starlette.exceptions import HTTPException

from access.errors import SignInRefusal
from access.oidc.refusals import IssuerUnavailable
from access.throttle import TooManyTries
from aggregates.errors import (
    FieldPath,
    Malformed,
    NotAllowed,
    NotFound,
    Refusal,
    RuleBroken,
)
from api.http.schemas import ResponseBody
from api.http.validation.unknown_names import query_names, with_nearest
from api.http.validation.validation_messages import errors_of
from catalogue import Catalogue
from catalogue.json_pointer import json_pointer
from projections.database import LOST
from queries.conflicts import describe_changes
from repositories.repository import Stale
from store import AlreadyDone, AlreadyReserved, Conflict

AGAIN_SECONDS = 5
"""The seconds after which to retry if the database does not answer (Retry-After)."""

MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger("api")


class Fault(ResponseBody, title="Fault"):
    """One value at fault: where it is, and what is wrong with it."""

    pointer: str
    """A JSON pointer into the body; or a parameter as ``?name``, a header ``name:``."""
    message: str


class ProblemDocument(ResponseBody, title="Problem"):
    """Why a request was refused, in a sentence that a person understands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:learner-management:not-found",
                    "title": "Not Found",
                    "status": 404,
                    "detail": "There is no order O-0000000000 here. "
                    "Check the number and try again.",
                    "instance": "/api/v1/orders/O-0000000000",
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[Fault] = Field(default=[])


class Unacceptable(Exception):
    """A request that HTTP itself refuses: no If-Match, too many requests.

    ``kind`` is the last part of the problem's ``type``, ``pointer`` the value at fault.
    """

    def __init__(
        self,
        status: HTTPStatus,
        kind: str,
        detail: str,
        *,
        pointer: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail
        self.errors = [{"pointer": pointer, "message": detail}] if pointer else []
        self.headers = headers


def problem(
    instance: str,
    status: HTTPStatus,
    kind: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Make the response of a problem; ``kind`` is the last part of its ``type``."""
    content: dict[str, Any] = {
        "type": f"urn:learner-management:{kind}",
        "title": status.phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    if errors:
        content["errors"] = [dict(error) for error in errors]
    return JSONResponse(
        content, status_code=status, headers=headers, media_type=MEDIA_TYPE
    )


SEND_AS_FORM = (
    "Let your program make it, as curl does with -F: it writes the header by itself."
)
NOT_FOUND_THEN = (
    "There was no {what} {name} here at that moment. Check the number, and as_at."
)
STATUS: Mapping[type[Refusal], HTTPStatus] = {
    Malformed: HTTPStatus.UNPROCESSABLE_ENTITY,
    RuleBroken: HTTPStatus.CONFLICT,
    NotFound: HTTPStatus.NOT_FOUND,
    NotAllowed: HTTPStatus.FORBIDDEN,
    SignInRefusal: HTTPStatus.UNAUTHORIZED,
    TooManyTries: HTTPStatus.TOO_MANY_REQUESTS,
    IssuerUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


def refusal_response(request: Request, error: Refusal) -> Response:
    status = next(s for kind, s in STATUS.items() if isinstance(error, kind))
    if error.is_wrong_type:
        status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    faults = error.others or ((error,) if error.path is not None else ())
    headers = {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="learner-management"'
    if isinstance(error, TooManyTries):
        headers["Retry-After"] = str(error.seconds)
    if isinstance(error, IssuerUnavailable):
        headers["Retry-After"] = str(AGAIN_SECONDS)
    said = str(error)
    if type(error) is NotFound and "as_at" in request.query_params:
        said = NOT_FOUND_THEN.format(**error.values)
    catalogue = request.app.state.service.catalogue
    hints = {hint: None for f in (error, *faults) for hint in hints_of(f, catalogue)}
    return problem(
        request.url.path,
        status,
        error.code,
        " ".join([said, *hints]),
        errors=[
            {
                "pointer": pointer_in(request, f.path or ()),
                "message": " ".join([str(f), *hints_of(f, catalogue)]),
            }
            for f in faults
        ],
        headers=headers,
    )


def pointer_in(request: Request, path: FieldPath) -> str:
    """Point at a value of a request: ``?name`` of a parameter, else a JSON pointer."""
    route = request.scope.get("route")
    if path and isinstance(route, APIRoute) and path[0] in query_names(route):
        return f"?{path[0]}"
    return json_pointer(path)


def hints_of(refusal: Refusal, catalogue: Catalogue) -> list[str]:
    """For each qualification number in the refusal, say which reference to give."""
    called = [each for each in refusal.values.values() if isinstance(each, str)]
    return [hint for each in called if (hint := catalogue.reference_hint(each))]


def conflict(request: Request, error: Conflict) -> Response:
    has_looked = "if-match" in request.headers
    changes = describe_changes(error.between, datetime.now(UTC))
    if isinstance(error, Stale) and not error.between:
        changes = "What you sent as If-Match was never the ETag of this."
    return problem(
        request.url.path,
        HTTPStatus.PRECONDITION_FAILED if has_looked else HTTPStatus.CONFLICT,
        "conflict",
        f"{changes} Look again, then decide.",
    )


def already_reserved(request: Request, _: AlreadyReserved) -> Response:
    return problem(
        request.url.path,
        HTTPStatus.CONFLICT,
        "already-reserved",
        "Somebody else took this name or number just now. Choose another.",
    )


def already_done(request: Request, _: AlreadyDone) -> Response:
    return problem(
        request.url.path,
        HTTPStatus.CONFLICT,
        "already-done",
        "This has been done already. Look at it again.",
    )


def unacceptable(request: Request, error: Unacceptable) -> Response:
    return problem(
        request.url.path,
        error.status,
        error.kind,
        error.detail,
        errors=error.errors,
        headers=error.headers,
    )


def unavailable(request: Request, error: Exception) -> Response:
    log.error("database does not answer", path=request.url.path, exc_info=error)
    return problem(
        request.url.path,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unavailable",
        "The database does not answer just now. Ask again in a moment; if you were "
        "changing something, under the same Idempotency-Key if it had one, and else "
        "look first whether it was done.",
        headers={"Retry-After": str(AGAIN_SECONDS)},
    )


def invalid(request: Request, error: RequestValidationError) -> Response:
    return problem(
        request.url.path,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "malformed",
        "Some values of the request cannot be used. Each is named under errors, with what "
        "to do.",
        errors=errors_of(
            with_nearest(request.scope.get("route"), error.errors(), error.body)
        ),
    )


SENTENCES = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address. GET /api/v1/docs shows every address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "{method} cannot be used at this address. Use {allowed}.",
    HTTPStatus.BAD_REQUEST: "The body of the request cannot be read. Send JSON that is"
    " whole, in UTF-8 and not nested hundreds of levels deep; or a form that is whole.",
}


def http_error(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    known = SENTENCES.get(status)
    said = {"method": request.method, "allowed": headers.get("Allow")}
    sentence = known.format(**said) if known else f"{error.detail}."
    if "boundary" in str(error.detail):
        sentence = f"The form's Content-Type does not say its boundary. {SEND_AS_FORM}"
    return problem(
        request.url.path,
        status,
        status.phrase.lower().replace(" ", "-"),
        sentence,
        headers=headers,
    )


HANDLERS: Mapping[type[Exception], Callable[[Request, Any], Response]] = {
    Refusal: refusal_response,
    Conflict: conflict,
    AlreadyReserved: already_reserved,
    AlreadyDone: already_done,
    Unacceptable: unacceptable,
    RequestValidationError: invalid,
    HTTPException: http_error,
    **dict.fromkeys(LOST, unavailable),
}
"""How every refusal, and the framework's own errors, are answered."""


def problem_response(request: Request, error: Exception) -> Response:
    """Answer an error with its problem document; raise an unknown error."""
    for kind in type(error).__mro__:
        if kind in HANDLERS:
            return HANDLERS[kind](request, error)
    raise error
