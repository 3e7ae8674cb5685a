"""Bodies that are files, up to a size limit."""

from http import HTTPStatus
from typing import Any

from fastapi import Depends, Request

from aggregates.errors import Refusal
from api.http.dependencies import CurrentUser
from api.http.problems import Unacceptable


def file_body(most: int, too_large: type[Refusal]) -> Any:
    """Make the dependency that reads a body of at most ``most`` bytes.

    The rest of a larger body is read and dropped, so that the client gets the response:
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
