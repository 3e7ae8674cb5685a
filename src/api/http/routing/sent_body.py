"""The body of a request, received before its route runs."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import PydanticUndefined
from starlette.datastructures import FormData


class SentBody:
    """The bytes of a body; or a form, with its fields' values and errors.

    ``has_repeated``: an object of the JSON read has a member twice.
    """

    def __init__(
        self,
        content: bytes = b"",
        *,
        form: FormData | None = None,
        fields: Mapping[str, Any] | None = None,
        errors: Sequence[Any] = (),
    ) -> None:
        self.content, self.form = content, form
        self.fields, self.errors = fields or {}, errors
        self.has_repeated = False

    @cached_property
    def json(self) -> Any:
        """The JSON of the body, read once; undefined without a body.

        Raises RequestValidationError if it is not JSON, HTTPException (400) if it cannot be
        read.
        """
        if not self.content:
            return PydanticUndefined
        try:
            return json.loads(self.content, object_pairs_hook=self._object_of)
        except json.JSONDecodeError as error:
            at = ("body", error.pos)
            raise RequestValidationError(
                [{"type": "json_invalid", "loc": at}]
            ) from error
        except (ValueError, RecursionError) as error:
            raise unreadable() from error

    def _object_of(self, members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        read = dict(members)
        self.has_repeated |= len(read) < len(members)
        return read


def sent_body(request: Request) -> SentBody:
    """Return the received body of a request."""
    found: SentBody = request.scope["received"]
    return found


def unreadable() -> HTTPException:
    """Make the refusal of an unreadable body."""
    return HTTPException(400, "There was an error parsing the body")
