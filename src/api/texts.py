"""What no text holds: a NUL, which databases do not keep, wherever it is sent."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError

NUL = "\0"
WRITTEN = b"\\u0000"
"""How JSON writes it, and the only way it may."""


async def without_nul(request: Request) -> None:
    """Refuse a NUL in path, query or JSON. Raises RequestValidationError."""
    found = [
        *within(request.path_params, "path"),
        *(
            at
            for name, value in request.query_params.multi_items()
            for at in within({name: value}, "query")
        ),
    ]
    takes_json = getattr(request.scope["route"], "body_field", None) is not None
    kind = request.headers.get("content-type", "json")
    if takes_json and "json" in kind and WRITTEN in (body := await request.body()):
        with suppress(ValueError, RecursionError):  # said where it is read
            found += within(json.loads(body), "body")
    if found:
        raise RequestValidationError([{"type": "nul", "loc": at} for at in found])


def within(value: Any, *at: str | int) -> Iterator[tuple[str | int, ...]]:
    """Find each text that holds one."""
    match value:
        case str() if NUL in value:
            yield at
        case list():
            for number, each in enumerate(value):
                yield from within(each, *at, number)
        case dict():
            for name, each in value.items():
                yield from within(name, *at)
                yield from within(each, *at, name)
        case _:
            pass
