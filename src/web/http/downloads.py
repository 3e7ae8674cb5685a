"""Lists as files: CSV that no spreadsheet takes a formula from."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar

from starlette.responses import Response, StreamingResponse

from files.csv_rows import BYTE_ORDER_MARK, csv_rows
from projections.paging import LARGEST, Page

R = TypeVar("R")


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
