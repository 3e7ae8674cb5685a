"""Lists as files: CSV that no spreadsheet takes a formula from, and workbooks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import Any, TypeVar

from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from files.lists.csv_rows import BYTE_ORDER_MARK, csv_rows
from files.lists.list_workbook import write_list
from projections.paging import LARGEST, Page
from web.http.context import PageContext

R = TypeVar("R")

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY, PART = 2**20, 2**16
"""Bytes: how large a workbook is kept in memory, and how much of it is sent at once."""


def list_file(
    context: PageContext,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Mapping[str, Any]],
) -> Response:
    """Give a list as the kind of file that the page's address ends in: csv or xlsx."""
    if not context.request.url.path.endswith(".xlsx"):
        return csv_file(f"{name}.csv", columns, rows)
    content = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - closed when it is sent
    write_list(content, columns, rows)
    content.seek(0)
    return StreamingResponse(
        iter(partial(content.read, PART), b""),
        media_type=WORKBOOK,
        headers={"Content-Disposition": f'attachment; filename="{name}.xlsx"'},
        background=BackgroundTask(content.close),
    )


def csv_file(
    name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Response:
    """Give a CSV file, row by row, which Excel reads as UTF-8."""
    return StreamingResponse(
        chain([BYTE_ORDER_MARK], csv_rows(columns, rows)),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def every_row(search: Callable[[int, str | None], Page[R]]) -> Iterator[R]:
    """Give the rows of all pages; ``search`` takes how many at most, and the cursor."""
    cursor = None
    while True:
        found = search(LARGEST, cursor)
        yield from found.rows
        cursor = found.next_cursor
        if cursor is None:
            return
