"""The Content-Type of request bodies: JSON or a form, else 415 before reading any of it."""

import re
from email.message import Message
from http import HTTPStatus

from fastapi import Request
from fastapi.routing import APIRoute

from api.http.problems import SEND_AS_FORM, Unacceptable
from api.http.validation.unknown_names import form_names

JSON, FORM = "application/json", "multipart/form-data"
WITHOUT_FILES = "application/x-www-form-urlencoded"


async def require_media_type(request: Request) -> None:
    """Raise Unacceptable (415) unless the Content-Type is one that the operation takes."""
    route: APIRoute = request.scope["route"]
    if route.body_field is None:
        return
    given = request.headers.get("content-type", "")
    needed = FORM if form_names(route) else JSON
    said = media_type(given)
    is_json = re.fullmatch(r"application/([\w.-]+\+)?json", said)
    is_taken = is_json if needed == JSON else said in {FORM, WITHOUT_FILES}
    if is_taken or not await request.body():
        return
    fields = ", ".join(form_names(route))
    how = f"Send a form of {fields}. {SEND_AS_FORM}"
    raise Unacceptable(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        f"The body must be {needed}, but it "
        + (f"says it is {said}. " if said else "does not say what it is. ")
        + (how if needed == FORM else f"Send it with the header Content-Type: {JSON}."),
        pointer="Content-Type:",
    )


def media_type(given: str) -> str:
    """Read a Content-Type without its parameters; nothing if there is none."""
    message = Message()
    message["content-type"] = given
    return message.get_content_type() if given.strip() else ""
