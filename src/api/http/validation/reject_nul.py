"""What no body may hold: a NUL, which databases do not keep; a member twice."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from api.http.validation.repeated_members import Path, parts, repeated_members

NUL = "\0"
NUL_IN_JSON = b"\\u0000"
"""How JSON writes it, and the only way it may."""


async def reject_nul(request: Request) -> None:
    """Refuse a NUL in path, query or JSON. Raises RequestValidationError."""
    found = [
        *nul_locations(request.path_params, "path"),
        *(
            at
            for name, value in request.query_params.multi_items()
            for at in nul_locations({name: value}, "query")
        ),
    ]
    if NUL_IN_JSON in (body := await json_body(request)):
        with suppress(ValueError, RecursionError):  # said where it is read
            found += nul_locations(json.loads(body), "body")
    if found:
        raise RequestValidationError([{"type": "nul", "loc": at} for at in found])


async def without_repeated_members(request: Request) -> None:
    """Refuse a member of JSON that is given twice. Raises RequestValidationError."""
    if found := repeated_members(await json_body(request)):
        raise RequestValidationError(
            [{"type": "given_twice", "loc": ("body", *at)} for at in found]
        )


async def json_body(request: Request) -> bytes:
    """Read the body of an operation that takes JSON; of any other, nothing."""
    takes_json = getattr(request.scope["route"], "body_field", None) is not None
    kind = request.headers.get("content-type", "json")
    return await request.body() if takes_json and "json" in kind else b""


def nul_locations(value: Any, *at: str | int) -> Iterator[Path]:
    """Find each text that holds one, and each object with such a name in it."""
    for here, each in parts(value, *at):
        texts = each if isinstance(each, dict) else [each]
        if any(isinstance(text, str) and NUL in text for text in texts):
            yield here
