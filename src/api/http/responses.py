"""What responses have in common: ETag, Event-Position, lists with a next page."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar, cast

from fastapi import Request, Response

from api.http.dependencies import PageRequest, cursor_of, opened_service
from api.http.references import OfCentre, name_centres
from api.http.schemas import ResponseBody
from commands.command import CommandResult
from projections.paging import Page
from store import Stream

MOST_COUNTED = 10_000
"""The items of all pages are counted up to this number (d)."""

Row = TypeVar("Row")
Item = TypeVar("Item")


class ListResponse(ResponseBody, Generic[Item]):
    """A page of a list; ``next`` is the cursor of the next page, None on the last.

    ``total`` is the number of items on all pages, None unless it was asked for. They are
    counted up to 10,000; ``total_is_at_least`` tells that there are more.
    """

    items: list[Item]
    next: str | None = None
    total: int | None = None
    total_is_at_least: bool = False

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Name the schema of a list: ClaimList for items of ClaimSummary."""
        title = str(params[0].model_config["title"])
        return f"{title.removesuffix('Summary')}List"


def set_event_position(response: Response, done: CommandResult) -> None:
    """Set Event-Position to the position of the last event, if any was recorded."""
    if done.position is not None:
        response.headers["Event-Position"] = str(done.position)


def set_etag(response: Response, stream: Stream) -> None:
    """Set ETag to the version of the stream."""
    response.headers["ETag"] = f'"{stream.version}"'


def list_response(
    request: Request,
    response: Response,
    page: Page[Row],
    shown: Callable[[Row], Item],
) -> ListResponse[Item]:
    """Make the response of a page, with a Link to the next page (RFC 8288).

    ``shown`` makes an item from a row. An item whose ``centre_name`` is None gets its
    centre's name.
    """
    following = None
    if page.next_cursor is not None:
        following = cursor_of(request, page.next_cursor)
        url = request.url.include_query_params(cursor=following)
        path = f"{url.path}?{url.query}"
        response.headers["Link"] = f'<{path}>; rel="next"'
    items = [shown(row) for row in page.rows]
    if bare := [each for each in items if getattr(each, "centre_name", "") is None]:
        context = opened_service(request).context
        name_centres(context, cast("list[OfCentre]", bare))
    return ListResponse(
        items=items,
        next=following,
        total=page.total,
        total_is_at_least=page.is_at_least,
    )


def page_of(rows: Sequence[Row], part: PageRequest) -> Page[Row]:
    """Return a page of a list in memory; its cursor is the number of rows before it."""
    start = int(part.cursor or 0)
    end = start + part.limit
    is_last = end >= len(rows)
    return Page(rows=tuple(rows[start:end]), next_cursor=None if is_last else str(end))
