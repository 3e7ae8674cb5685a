"""Bodies that are files: taken whole, and no more of them than may be kept."""

from http import HTTPStatus
from typing import Any

from fastapi import Depends, Request

from aggregates.errors import Refusal
from api.http.dependencies import CurrentUser
from api.http.problems import Unacceptable


def file_body(most: int, too_large: type[Refusal]) -> Any:
    """Make the dependency that takes a body of so many bytes at most.

    What is beyond is read and thrown away, so that who sends it hears the answer:
    Unacceptable (413).
    """

    async def read_file(request: Request, _: CurrentUser) -> bytes:
        kept = bytearray()
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size <= most:
                kept += chunk
        if size > most:
            raise Unacceptable(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                too_large().code,
                str(too_large()),
            )
        return bytes(kept)

    return Depends(read_file)
