"""Every list is read from an index in its order: asked of both databases (ADR 25)."""

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event

from benchmarks.lists import fill
from projections.database import Database, open_database
from projections.projection_tables import ProjectionTables, prepare
from projections.row_security import turn_on
from projections.uploads.uploads import (
    uploads_named,
)
from service import READ_MODELS
from tests.projections.plans.every_query import (
    CENTRE,
    LISTS,
    LOOK_UPS,
    OF_NO_ROWS,
    RARE,
    Ask,
)

DECIDING = (
    "paging",
    "claims.claimable_learners",
    "claims.result_search",
    "learners.learner_search",
    "learners.names_sought",
    "orders.order_search",
)
"""The modules that ask whether few rows are found, or many."""
SMALL = {"registration_counts"}
"""Tables that do not grow with learners, or are read by the start of their key."""
FEW = "ORDER BY anon_1"
"""Sorts what a subquery found, which is limited to a thousand rows."""
BOUNDED = (
    # A count reads a thousand rows at most, or ten thousand: it has a limit.
    "count(*)",
    # The learners who share a birth with a hundred: looked up by their births.
    "learners.date_of_birth IN",
    # The groups of a name, and the words of a name: looked up, and never sorted.
    "FROM learner_groups",
    # Who is on the orders of one page, and entered for what: looked up by the orders.
    "GROUP BY order_learners.stream",
    "GROUP BY order_entries.stream",
)
SCAN = re.compile(r"^SCAN (?!anon_|CONSTANT)(\w+)(?! USING)\b.*$")


def asked_of(connection: Connection, ask: Ask) -> list[tuple[str, Any]]:
    """Note each statement that a list sends, with its values."""
    sent: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            sent.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    try:
        ask(connection)
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return sent


def faults(connection: Connection, statement: str, values: Any) -> Iterator[str]:
    """Say where a statement scans a table, or sorts rows that nothing bounds."""
    is_bounded = FEW in statement or any(part in statement for part in BOUNDED)
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        for line in (row[3] for row in rows):
            scanned = SCAN.match(line)
            if scanned and "USING" not in line and scanned[1] not in SMALL:
                yield line
            if "AUTOMATIC" in line or (
                line == "USE TEMP B-TREE FOR ORDER BY" and not is_bounded
            ):
                yield line
        return
    for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", values):
        scanned = re.search(r"Seq Scan on (\w+)", line)
        if scanned and scanned[1] not in SMALL:
            yield line
        if re.search(r"^\s*(->)?\s*Sort  \(", line) and not is_bounded:
            yield line


def require_rare(connection: Connection, *more: tuple[Ask, str]) -> None:
    """Require that what few rows have is asked of an index of its own."""
    is_sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    for ask, index in (*RARE, *more):
        plans = [
            str(row[3] if is_sqlite else row[0])
            for statement, values in asked_of(connection, ask)
            for row in connection.exec_driver_sql(f"{explain} {statement}", values)
        ]
        assert any(index in line for line in plans), "\n".join([str(ask), *plans])


def require_look_ups(connection: Connection, *more: tuple[Ask, str]) -> None:
    """Require that each look-up goes by its index."""
    is_sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    for ask, index in (*LOOK_UPS, *more):
        for statement, values in asked_of(connection, ask):
            plan = connection.exec_driver_sql(f"{explain} {statement}", values)
            lines = [str(row[3] if is_sqlite else row[0]) for row in plan]
            assert any(index in line for line in lines), "\n".join([str(ask), *lines])


@pytest.fixture(scope="module")
def sqlite_rows(tmp_path_factory: pytest.TempPathFactory) -> Generator[Database]:
    with closing(
        open_database(f"sqlite:///{tmp_path_factory.mktemp('rows')}")
    ) as database:
        prepare(database, [ProjectionTables(model, database) for model in READ_MODELS])
        yield database


@pytest.mark.parametrize("most", [1_000, -1], ids=["few", "many"])
def test_every_list_is_read_by_an_index_on_sqlite(
    sqlite_rows: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Both where few rows are found, which are sorted, and where many are."""
    for module in DECIDING:
        monkeypatch.setattr(f"projections.{module}.MOST_SORTED", most)
    with sqlite_rows.reading() as connection:
        found = {
            name: wrong
            for name, ask in LISTS.items()
            for statement, values in asked_of(connection, ask)
            if (wrong := [*faults(connection, statement, values)])
        }
    assert "\n".join(f"{name}: {wrong}" for name, wrong in found.items()) == ""


def test_every_look_up_goes_by_its_index_on_sqlite(sqlite_rows: Database) -> None:
    named = partial(uploads_named, centre=CENTRE, name="Autumn")
    with sqlite_rows.reading() as connection:
        require_look_ups(connection, (named, "uploads_named"))
        require_rare(connection, *OF_NO_ROWS)


@pytest.mark.postgres
def test_every_look_up_goes_by_its_index_on_postgresql(postgres_url: str) -> None:
    with closing(open_database(postgres_url)) as database:
        fill(database, 2_000)
        with database.reading() as connection:
            require_look_ups(connection)
            require_rare(connection)


@pytest.mark.postgres
@pytest.mark.parametrize("most", [1_000, -1], ids=["few", "many"])
def test_every_list_is_read_by_an_index_on_postgresql(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Asked under row-level security, as a centre's people and as those who see all."""
    for module in DECIDING:
        monkeypatch.setattr(f"projections.{module}.MOST_SORTED", most)
    turn_on(postgres_url)
    with closing(open_database(postgres_url)) as database:
        fill(database, 2_000)
        found = {}
        for name, ask in LISTS.items():
            centre = CENTRE if f"of {CENTRE}" in name else None
            with database.reading(centre=centre) as connection:
                for statement, values in asked_of(connection, ask):
                    if wrong := [*faults(connection, statement, values)]:
                        found[name] = wrong
    assert "\n".join(f"{name}: {wrong}" for name, wrong in found.items()) == ""
