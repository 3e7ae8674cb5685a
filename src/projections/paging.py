"""Pages of a list; a cursor is the sort key of the next page's first row."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product, takewhile
from typing import Any, Generic, TypeAlias, TypedDict, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)

from aggregates.errors import Malformed

R = TypeVar("R")

LARGEST = 200
MOST_SORTED = 1_000
"""The most rows that a page finds by another index than its order's, and sorts (d)."""
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
    """Some rows of a list, in order, and the cursor of the next page.

    ``next_cursor`` is None on the last page. ``total`` is the number of rows on all pages,
    if it was asked for; ``is_at_least`` means that there are more than that.
    """

    rows: tuple[R, ...]
    next_cursor: str | None = None
    total: int | None = None
    is_at_least: bool = False


Conditions: TypeAlias = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """The conditions of a list, by the index that can look each up.

    ``within`` begins every index, such as the centre. ``sought`` has an index of its own,
    such as a number or a rare name. ``kinds`` has one behind the centre, such as a status.
    ``checks`` has none, and is checked in each row. ``apart`` holds alternatives that find
    different rows; a row must match one of them. ``is_few`` says whether ``sought`` or
    ``kinds`` find at most a thousand rows, if that is known.
    """

    within: Conditions = ()
    sought: Conditions = ()
    kinds: Conditions = ()
    checks: Conditions = ()
    apart: Sequence[Sequence["Narrowed"]] = ()
    is_few: bool | None = None

    def also(self, *others: "Narrowed") -> "Narrowed":
        """Combine these conditions with others; a row must match all."""
        every_one = (self, *others)
        kinds = [each.name for each in fields(Narrowed) if each.name != "is_few"]
        asked: dict[str, Any] = {
            kind: [c for one in every_one for c in getattr(one, kind)] for kind in kinds
        }
        return Narrowed(**asked)

    def alternatives(self) -> "Sequence[Narrowed]":
        """Return the alternatives, to be read one by one; itself if there are none."""
        if not self.apart:
            return [self]
        whole = replace(self, apart=())
        branches = [whole.also(*some) for some in product(*self.apart)]
        known = self.is_few or None
        return [replace(w, is_few=known if w.sought else self.is_few) for w in branches]

    def found_first(self) -> Conditions:
        """Look rows up by ``sought``, else by ``kinds``; check the rest."""
        firsts = self.sought or (*self.within, *self.kinds)
        rest = (*self.within, *self.kinds) if self.sought else ()
        return (*firsts, *map(as_check, rest))

    def all_checks(self) -> Conditions:
        """Check all other conditions in each row."""
        return [*map(as_check, self.checks)]

    def in_order(self) -> Conditions:
        """Read rows in the order of the list, and check each."""
        rest = (*self.sought, *self.kinds, *self.checks)
        return (*self.within, *map(as_check, rest))


def has_row(query: Select[Any]) -> ColumnElement[bool]:
    """Whether a subquery finds any row; it is looked up for each row of the list."""
    return query.limit(1).scalar_subquery().is_not(None)


def as_check(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Keep a database from looking up this condition by an index."""
    return case((condition, 1), else_=0) == 1


EVERYTHING = Narrowed()


@dataclass(frozen=True, kw_only=True)
class Since:
    """The option to list only rows changed since a moment, in that order."""

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
    count_to: int = 0,
    narrowed: Narrowed = EVERYTHING,
) -> Page[R]:
    """Return one page of the query, sorted ``by`` columns that are unique together.

    No column may be NULL. ``make`` converts a row. ``since`` keeps only changed rows, and
    sorts by when they changed. The rows of all pages are counted up to ``count_to``; 0
    counts none. Raises BadLimit unless 1 ≤ limit ≤ 200, BadCursor for another list's
    cursor.

    A list is read by the index of its order. Only if ``narrowed`` matches few rows, they
    are found by the index of the conditions, and sorted.
    """
    require_limit(limit)
    if since is not None:
        query = query.where(since.column >= since.moment)
        by, descending = (since.column, *by), False
    place = None if cursor is None else _values(cursor, by)
    branches = narrowed.alternatives()
    counted = None
    if count_to:
        asked = [query.where(*w.found_first(), *w.all_checks()) for w in branches]
        counted = sum(counts_of(connection, asked, count_to))
    marked = with_place(query, by)

    def in_list_order(
        some: Select[Any], by: Sequence[ColumnElement[Any]]
    ) -> Select[Any]:
        if place is not None:
            some = some.where(*_beyond(by, place, descending=descending))
        keys = (c.desc() if descending else c.asc() for c in by)
        return some.order_by(*keys).limit(limit + 1)

    def sorted_anew(some: FromClause) -> Select[Any]:
        return in_list_order(select(some), [some.c[f"by {n}"] for n in range(len(by))])

    parts = []
    for branch in branches:
        if _is_few(connection, query, branch):
            these = marked.where(*branch.found_first(), *branch.all_checks())
            parts.append(sorted_anew(few(these).subquery()))
        else:
            parts.append(in_list_order(marked.where(*branch.in_order()), by))
    part, *others = parts
    if others:
        every_part = union_all(*(select(each.subquery()) for each in parts))
        part = sorted_anew(every_part.subquery())
    found = page_of(connection.execute(part).all(), by=by, make=make, limit=limit)
    if counted is None:
        return found
    is_at_least = counted > count_to
    return replace(found, total=min(counted, count_to), is_at_least=is_at_least)


def with_place(query: Select[Any], by: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Add each row's place in a list sorted ``by`` these columns, as its last columns."""
    return query.add_columns(*(c.label(f"by {n}") for n, c in enumerate(by)))


def page_of(
    found: Sequence[Row[Any]],
    *,
    by: Sequence[ColumnElement[Any]],
    make: Callable[[Row[Any]], R],
    limit: int,
) -> Page[R]:
    """Make a page of rows that end with their place; one row over the limit gives the cursor."""
    rows = found[:limit]
    is_last = len(found) <= limit
    return Page(
        rows=tuple(make(row) for row in rows),
        next_cursor=None if is_last else _cursor(rows[-1][-len(by) :]),
    )


def require_limit(limit: int) -> None:
    """Raise BadLimit unless a page may have so many rows."""
    if not 1 <= limit <= LARGEST:
        raise BadLimit(path=("limit",), largest=LARGEST, limit=limit)


def since(column: ColumnElement[Any], moment: datetime | None) -> Since | None:
    """Make the option for rows changed since a moment; None without one."""
    return None if moment is None else Since(column=column, moment=moment)


class Sorting(TypedDict):
    """The arguments of ``page`` for the order of a list."""

    by: Sequence[Column[Any]]
    descending: bool


def sorting(sorts: Mapping[str, Sequence[Column[Any]]], sort: str) -> Sorting:
    """Return the order of a list: ``family_name``, or ``-family_name`` for descending."""
    name = sort.removeprefix("-")
    return Sorting(by=sorts[name], descending=name != sort)


def _is_few(connection: Connection, query: Select[Any], way: Narrowed) -> bool:
    """Whether an index of the conditions finds few enough rows to sort."""
    if not way.sought and not way.kinds:
        return False
    if way.is_few is not None:
        return way.is_few
    firsts = query.where(*way.found_first())
    return count(connection, firsts, MOST_SORTED) <= MOST_SORTED


def few(query: Select[Any]) -> Select[Any]:
    """Look up at most a thousand rows first, whatever the database estimates."""
    return query.limit(MOST_SORTED + 1)


def count(connection: Connection, query: Select[Any], most: int) -> int:
    """Count the rows of a query, up to ``most`` + 1, which stands for more."""
    return counts_of(connection, [query], most)[0]


def counts_of(
    connection: Connection, queries: Sequence[Select[Any]], most: int
) -> Sequence[int]:
    """Count the rows of several queries in one statement, each as ``count`` does."""
    return tuple(connection.execute(counting(queries, most)).one())


def counting(queries: Sequence[Select[Any]], most: int) -> Select[Any]:
    """Select the row counts of several queries, each limited as in ``count``."""
    counted = []
    for query in queries:
        some = query.with_only_columns(literal(1), maintain_column_froms=True)
        rows = some.limit(most + 1).subquery()
        counted.append(select(func.count()).select_from(rows).scalar_subquery())
    return select(*counted)


def _beyond(
    by: Sequence[ColumnElement[Any]],
    place: Sequence[ColumnElement[Any]],
    *,
    descending: bool,
) -> Iterator[ColumnElement[bool]]:
    """Continue after a place; of two tables' columns, the first table's are looked up too."""
    here, there = tuple_(*by), tuple_(*place)
    yield here < there if descending else here > there
    table = getattr(by[0], "table", None)
    firsts = [*takewhile(lambda c: getattr(c, "table", None) is table, by)]
    if len(firsts) < len(by):
        here, there = tuple_(*firsts), tuple_(*place[: len(firsts)])
        yield here <= there if descending else here >= there


def every(part: Callable[[str | None], Page[R]]) -> Iterator[R]:
    """Yield every row of a list, page by page; ``part`` returns the page of a cursor."""
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
    """Read a value back. Raises ValueError for one that the databases would refuse."""
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
        # No list sorts by such a column: this is a programming error, no request causes it.
        raise LookupError(f"A list cannot be sorted by {kind}.")
    if b"\0" in text.encode():
        raise ValueError(text)
    return text
