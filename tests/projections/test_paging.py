"""A list is read page by page, whatever happens to it meanwhile."""

import base64
import json
from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    insert,
    select,
)

from projections.paging import LARGEST, BadCursor, BadLimit, Page, page
from projections.read_model import Moment, Money

METADATA = MetaData()
SOLD = Table(
    "sold",
    METADATA,
    Column("name", String, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("on", Date, nullable=False),
    Column("price", Money, nullable=False),
    Column("pieces", Integer, nullable=False),
)
BEGINNING = datetime(2026, 11, 24, 9, tzinfo=UTC)


def sold(number: int) -> dict[str, Any]:
    return {
        "name": f"Ní {number:03}",
        "at": BEGINNING + timedelta(microseconds=number // 2),
        "on": date(2026, 1, 1) + timedelta(days=number // 3),
        "price": Decimal(number // 5) / 100,
        "pieces": number % 7,
    }


@pytest.fixture(scope="module")
def connection() -> Generator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        METADATA.create_all(connection)
        connection.execute(insert(SOLD), [sold(number) for number in range(60)])
        yield connection
    engine.dispose()


def names(
    connection: Connection,
    sorts: list[str],
    *,
    limit: int,
    cursor: str | None = None,
    descending: bool = False,
) -> Page[str]:
    return page(
        connection,
        select(SOLD.c.name, SOLD.c.pieces),
        by=[SOLD.c[sort] for sort in sorts] + [SOLD.c.name],
        make=lambda row: str(row.name),
        limit=limit,
        cursor=cursor,
        descending=descending,
    )


@given(
    sorts=st.lists(st.sampled_from(["at", "on", "price", "pieces"]), unique=True),
    limit=st.integers(1, 61),
    descending=st.booleans(),
)
def test_pages_one_after_another_hold_every_row_once_and_in_order(
    connection: Connection, sorts: list[str], limit: int, *, descending: bool
) -> None:
    found: list[str] = []
    cursor: str | None = None
    while True:
        one = names(
            connection, sorts, limit=limit, cursor=cursor, descending=descending
        )
        found += one.rows
        cursor = one.next_cursor
        if cursor is None:
            break
        assert len(one.rows) == limit
    rows = [sold(number) for number in range(60)]
    rows.sort(key=lambda r: [r[s] for s in sorts] + [r["name"]], reverse=descending)
    assert found == [row["name"] for row in rows]


def test_the_last_page_has_no_cursor_even_if_it_is_full(
    connection: Connection,
) -> None:
    assert names(connection, [], limit=59).next_cursor is not None
    assert names(connection, [], limit=60).next_cursor is None


@pytest.mark.parametrize("limit", [0, -1, LARGEST + 1])
def test_a_page_of_less_than_one_row_or_more_than_two_hundred_is_refused(
    connection: Connection, limit: int
) -> None:
    with pytest.raises(BadLimit):
        names(connection, [], limit=limit)


def test_a_page_of_two_hundred_rows_is_given(connection: Connection) -> None:
    assert len(names(connection, [], limit=LARGEST).rows) == 60


def written(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "£",
        "nonsense",
        "[" * 100_000,
        base64.urlsafe_b64encode(b"\xff").decode(),
        written(),
        written("2026-11-24T09:00:00+00:00"),
        written("2026-11-24T09:00:00+00:00", "0.00", "1", "Ann", "more"),
        written("2026-11-24T09:00:00", "0.00", "1", "no zone"),
        written("yesterday", "0.00", "1", "Ann"),
        written("2026-11-24T09:00:00+00:00", "dear", "1", "Ann"),
        written("2026-11-24T09:00:00+00:00", "NaN", "1", "Ann"),
        written("2026-11-24T09:00:00+00:00", "1E+30", "1", "Ann"),
        written("2026-11-24T09:00:00+00:00", "0.00", "99999999999999999999", "Ann"),
        written("2026-11-24T09:00:00+00:00", "0.00", "1", "A\0"),
        written("2026-11-24T09:00:00+00:00", "0.00", "1", "\ud800"),
        written("2026-11-24T09:00:00+00:00", "0.00", "1", 1),
        written("2026-11-24T09:00:00+00:00", "0.00", "1", None),
        written("0001-01-01T00:00:00+23:59", "0.00", "1", "before all time"),
    ],
)
def test_a_cursor_that_no_list_gave_is_refused(
    connection: Connection, cursor: str
) -> None:
    with pytest.raises(BadCursor):
        names(connection, ["at", "price", "pieces"], limit=10, cursor=cursor)


def test_a_list_is_not_sorted_by_what_it_cannot_read_back(
    connection: Connection,
) -> None:
    shown = select(SOLD.c.name)
    with pytest.raises(LookupError):  # a slip of ours, which no request causes
        page(
            connection,
            shown,
            by=[SOLD.c.pieces > 1],
            make=str,
            limit=1,
            cursor=written("1"),
        )


@given(cursor=st.text(max_size=40))
def test_no_cursor_whatever_its_letters_is_more_than_refused(
    connection: Connection, cursor: str
) -> None:
    try:
        names(connection, ["at", "pieces"], limit=10, cursor=cursor)
    except BadCursor as refused:
        assert refused.path == ("cursor",)  # noqa: PT017 - some are well made
