"""The Content-Type of request bodies: JSON or a form; anything else is refused (415) unread."""

import re
from collections.abc import Sequence
from email.message import Message
from http import HTTPStatus

from api.http.problems import SEND_AS_FORM, Unacceptable

JSON, FORM = "application/json", "multipart/form-data"
WITHOUT_FILES = "application/x-www-form-urlencoded"


def is_json(given: str) -> bool:
    """Whether a Content-Type is JSON."""
    return given == JSON or bool(
        re.fullmatch(r"application/([\w.-]+\+)?json", media_type(given))
    )


def is_form(given: str) -> bool:
    """Whether a Content-Type is a form."""
    return media_type(given) in {FORM, WITHOUT_FILES}


def wrong_media_type(given: str, fields: Sequence[str]) -> Unacceptable:
    """Refuse (415) a body of that Content-Type; ``fields`` are the fields of the form expected."""
    needed, said = FORM if fields else JSON, media_type(given)
    how = f"Send a form of {', '.join(fields)}. {SEND_AS_FORM}"
    return Unacceptable(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "unsupported-media-type",
        f"The body must be {needed}, but it "
        + (f"says it is {said}. " if said else "does not say what it is. ")
        + (how if fields else f"Send it with the header Content-Type: {JSON}."),
        pointer="Content-Type:",
    )


def media_type(given: str) -> str:
    """Return a Content-Type without its parameters; empty if there is none."""
    message = Message()
    message["content-type"] = given
    return message.get_content_type() if given.strip() else ""
