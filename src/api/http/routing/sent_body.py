"""What was received of a request before its route is run: its body, as it takes it."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from pydantic_core import PydanticUndefined
from starlette.datastructures import FormData


class SentBody:
    """The bytes of a body; or a form, with the values of its fields and their errors.

    ``has_repeated`` says whether an object of the JSON that was read has a member twice.
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

        Raises RequestValidationError if it is no JSON, HTTPException (400) if it cannot
        be read at all.
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
    """Give what was received of a request."""
    found: SentBody = request.scope["received"]
    return found


def unreadable() -> HTTPException:
    """Make the refusal of a body that cannot be read."""
    return HTTPException(400, "There was an error parsing the body")
