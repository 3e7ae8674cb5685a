"""What answers have in common: versions, positions, lists with a next part."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel

from api.dependencies import Part
from commands.command import Done
from projections.paging import BadCursor, Page
from store import Stream

Row = TypeVar("Row")
Shown = TypeVar("Shown")


class Listed(BaseModel, Generic[Shown]):
    """Part of a list; ``next`` is the cursor of the part after it, if there is one."""

    items: list[Shown]
    next: str | None = None


def answer(response: Response, done: Done) -> None:
    """Say how far to wait to see what was done; nothing if nothing was."""
    if done.position is not None:
        response.headers["Event-Position"] = str(done.position)


def show(response: Response, stream: Stream) -> None:
    """Say which version of a resource is shown: its ETag."""
    response.headers["ETag"] = f'"{stream.version}"'


def listed(
    request: Request,
    response: Response,
    page: Page[Row],
    shown: Callable[[Row], Shown],
) -> Listed[Shown]:
    """Show part of a list, with a Link to the next one (RFC 8288)."""
    if page.next_cursor is not None:
        url = request.url.include_query_params(cursor=page.next_cursor)
        path = f"{url.path}?{url.query}"
        response.headers["Link"] = f'<{path}>; rel="next"'
    return Listed(items=[shown(row) for row in page.rows], next=page.next_cursor)


def portion(rows: Sequence[Row], part: Part) -> Page[Row]:
    """Give a part of what is listed from memory; its cursor says how many came before.

    Raises BadCursor.
    """
    start = 0
    if part.cursor is not None:
        try:
            start = int(base64.urlsafe_b64decode(part.cursor))
        except (ValueError, binascii.Error):
            start = -1
    if start < 0:
        raise BadCursor(pointer="?cursor")
    end = start + part.limit
    is_last = end >= len(rows)
    return Page(
        rows=tuple(rows[start:end]),
        next_cursor=None if is_last else base64.urlsafe_b64encode(b"%d" % end).decode(),
    )
