"""Pages of a list: each says where the next begins, by what the list is sorted by."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Generic, TypedDict, TypeVar

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    func,
    literal,
    select,
    tuple_,
)

from aggregates.errors import Malformed

R = TypeVar("R")

LARGEST = 200
LARGEST_INTEGER = 2**63


class BadCursor(Malformed):
    code = "bad-cursor"
    message = "The cursor is not one that this list gave. Start again without a cursor."


class BadLimit(Malformed):
    code = "bad-limit"
    message = (
        "A page holds 1 to {largest} rows, and {limit} were asked for. Ask for fewer."
    )


@dataclass(frozen=True, kw_only=True)
class Page(Generic[R]):
    """Some rows of a list, in order, and the cursor that the next ones are had with.

    ``next_cursor`` is None on the last page; ``total`` is how many rows all pages have,
    where that was asked for.
    """

    rows: tuple[R, ...]
    next_cursor: str | None = None
    total: int | None = None


@dataclass(frozen=True, kw_only=True)
class Since:
    """The option of lists for incremental copies: rows changed since a moment, in that order."""

    column: ColumnElement[Any]
    moment: datetime


def page(
    connection: Connection,
    query: Select[Any],
    *,
    by: Sequence[ColumnElement[Any]],
    make: Callable[[Row[Any]], R],
    limit: int,
    cursor: str | None = None,
    descending: bool = False,
    since: Since | None = None,
    total: bool = False,
) -> Page[R]:
    """Give one page of the query, sorted ``by`` columns that together are never equal.

    None of the columns may be NULL. ``make`` turns a row of the query into what is
    shown. ``since`` leaves the others out, and sorts by when rows were changed. With
    ``total`` the rows of all pages are counted. Raises BadLimit unless 1 ≤ limit ≤ 200,
    BadCursor for a cursor of another making.
    """
    if not 1 <= limit <= LARGEST:
        raise BadLimit(path=("limit",), largest=LARGEST, limit=limit)
    if since is not None:
        query = query.where(since.column >= since.moment)
        by, descending = (since.column, *by), False
    counted = connection.scalar(_count(query)) if total else None
    if cursor is not None:
        here, place = tuple_(*by), tuple_(*_values(cursor, by))
        query = query.where(here < place if descending else here > place)
    ordered = query.order_by(*(c.desc() if descending else c.asc() for c in by))
    marked = ordered.add_columns(*(c.label(f"by {n}") for n, c in enumerate(by)))
    found = connection.execute(marked.limit(limit + 1)).all()
    rows = found[:limit]
    is_last = len(found) <= limit
    return Page(
        rows=tuple(make(row) for row in rows),
        next_cursor=None if is_last else _cursor(rows[-1][-len(by) :]),
        total=counted,
    )


def since(column: ColumnElement[Any], moment: datetime | None) -> Since | None:
    """Say that a list is of what was changed since a moment, if one is given."""
    return None if moment is None else Since(column=column, moment=moment)


class Sorting(TypedDict):
    """What ``page`` is told of the order of a list."""

    by: Sequence[ColumnElement[Any]]
    descending: bool


def sorting(sorts: Mapping[str, Sequence[ColumnElement[Any]]], sort: str) -> Sorting:
    """Find what a list is sorted by: ``family_name``, or ``-family_name`` backwards."""
    name = sort.removeprefix("-")
    return Sorting(by=sorts[name], descending=name != sort)


def _count(query: Select[Any]) -> Select[Any]:
    return select(func.count()).select_from(query.subquery())


def every(part: Callable[[str | None], Page[R]]) -> Iterator[R]:
    """Give every row of a list, from its pages; ``part`` gives that of a cursor."""
    cursor = None
    while True:
        found = part(cursor)
        yield from found.rows
        cursor = found.next_cursor
        if cursor is None:
            return


def _cursor(values: Sequence[Any]) -> str:
    texts = [v.isoformat() if isinstance(v, date) else str(v) for v in values]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def _values(cursor: str, by: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        texts = json.loads(base64.b64decode(padded, altchars="-_", validate=True))
        pairs = list(zip(by, texts, strict=True))
        return [literal(_value(c.type.python_type, t), c.type) for c, t in pairs]
    except (ValueError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise BadCursor(path=("cursor",)) from None


def _value(kind: type[Any], text: str) -> date | Decimal | int | str:
    """Read a value back. Raises ValueError for what the databases would refuse."""
    if kind is datetime:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise ValueError(text)
        return moment.astimezone(UTC)
    if kind is date:
        return date.fromisoformat(text)
    if kind is int or kind is Decimal:
        number = Decimal(text)
        if not abs(number) < LARGEST_INTEGER / 100:
            raise ValueError(text)
        return int(number) if kind is int else number
    if kind is not str:
        # A column that nobody sorts by yet: a slip of ours, no request can cause it.
        raise LookupError(f"A list cannot be sorted by {kind}.")
    if b"\0" in text.encode():
        raise ValueError(text)
    return text
