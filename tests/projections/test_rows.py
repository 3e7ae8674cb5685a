"""Rows of read models are written a batch at a time, as if one by one."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    select,
)

from projections.rows import CHUNK, Rows, Values

METADATA = MetaData()
SHELF = Table(
    "shelf",
    METADATA,
    Column("room", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("colour", String),
    Column("books", Integer),
)
NAMES = Table("names", METADATA, Column("name", String, primary_key=True))


class Plain:
    """The same, with nothing put off."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, int], Values] = {}

    def get(self, _: Table, *key: Any) -> Values | None:
        return self.rows.get(key)

    def fetch(self, _: Table, keys: Iterable[Any]) -> None: ...

    def put(self, _: Table, values: Values) -> None:
        row: Values = {"colour": None, "books": None} | values
        self.rows[row["room"], row["number"]] = row

    def change(self, _: Table, *key: Any, **values: Any) -> None:
        if key in self.rows:
            self.rows[key].update(values)

    def remove(self, _: Table, *key: Any) -> None:
        self.rows.pop(key, None)

    def where(self, _: Table, **column: Any) -> list[Values]:
        ((name, value),) = column.items()
        return [row for _, row in sorted(self.rows.items()) if row[name] == value]

    def remove_where(self, table: Table, **column: Any) -> None:
        for row in self.where(table, **column):
            del self.rows[row["room"], row["number"]]

    def flush(self) -> None: ...


Asked: TypeAlias = tuple[str, tuple[Any, ...], dict[str, Any]]

keys = st.tuples(st.sampled_from(["hall", "study"]), st.integers(1, 3))
colours = st.sampled_from(["red", "green"])
values = st.fixed_dictionaries({}, optional={"colour": colours, "books": st.just(7)})


def asked(name: str, *args: Any, **kwargs: Any) -> Asked:
    return name, args, kwargs


anything = st.one_of(
    st.builds(
        lambda key, v: asked("put", {"room": key[0], "number": key[1]} | v),
        keys,
        values,
    ),
    st.builds(lambda key, v: asked("change", *key, **v), keys, values),
    st.builds(lambda key: asked("get", *key), keys),
    st.builds(lambda key: asked("remove", *key), keys),
    st.builds(lambda colour: asked("where", colour=colour), colours),
    st.builds(lambda room: asked("where", room=room), st.just("hall")),
    st.builds(lambda colour: asked("remove_where", colour=colour), colours),
    st.builds(lambda several: asked("fetch", several), st.lists(keys)),
)


@given(st.lists(st.lists(anything, max_size=12), max_size=4))
def test_changes_in_memory_come_to_what_changes_one_by_one_would(
    batches: list[list[Asked]],
) -> None:
    plain = Plain()
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        METADATA.create_all(connection)
        for batch in batches:
            rows = Rows(connection)
            for name, args, kwargs in batch:
                answer = getattr(rows, name)(SHELF, *args, **kwargs)
                assert answer == getattr(plain, name)(SHELF, *args, **kwargs)
            rows.flush()
        kept = connection.execute(select(SHELF).order_by(*SHELF.primary_key))
        assert [dict(row) for row in kept.mappings()] == [
            row for _, row in sorted(plain.rows.items())
        ]
    engine.dispose()


def test_a_table_of_nothing_but_its_key_is_kept() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        METADATA.create_all(connection)
        for _ in range(2):
            rows = Rows(connection)
            rows.fetch(NAMES, ["Ann"])
            rows.put(NAMES, {"name": "Ann"})
            rows.flush()
        assert Rows(connection).get(NAMES, "Ann") == {"name": "Ann"}
    engine.dispose()


def test_a_column_that_is_not_there_is_a_slip_that_shows() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        rows = Rows(connection)
        with pytest.raises(KeyError, match="shelf has no color"):
            rows.put(SHELF, {"room": "hall", "number": 1, "color": "red"})
        with pytest.raises(KeyError, match="shelf has no color"):
            rows.change(SHELF, "hall", 1, color="red")
    engine.dispose()


def test_what_is_got_may_be_changed_without_changing_the_row() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        METADATA.create_all(connection)
        rows = Rows(connection)
        rows.put(SHELF, {"room": "hall", "number": 1, "colour": "red"})
        got = rows.get(SHELF, "hall", 1)
        assert got is not None
        got["colour"] = "green"
        rows.where(SHELF, room="hall")[0]["colour"] = "green"
        assert rows.where(SHELF, colour="green") == []
    engine.dispose()


def test_a_change_shows_in_a_row_that_is_read_after_it() -> None:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        METADATA.create_all(connection)
        rows = Rows(connection)
        for number in (1, 2):
            rows.put(SHELF, {"room": "hall", "number": number, "colour": "red"})
        rows.flush()
        rows.change(SHELF, "hall", 1, colour="green")
        rows.change(SHELF, "hall", 2, colour="green")
        rows.change(SHELF, "hall", 3, colour="green")
        first = rows.get(SHELF, "hall", 1)
        assert first is not None
        assert first["colour"] == "green"
        assert rows.get(SHELF, "hall", 3) is None
        assert [row["number"] for row in rows.where(SHELF, colour="green")] == [1, 2]
        assert rows.where(SHELF, colour="red") == []
        rows.flush()
        assert len(rows.where(SHELF, colour="green")) == 2
    engine.dispose()


def test_a_batch_takes_a_few_statements_however_many_rows_it_changes() -> None:
    engine = create_engine("sqlite://")
    sent: list[str] = []
    event.listen(
        engine, "before_cursor_execute", lambda *args: sent.append(str(args[2]))
    )
    with engine.connect() as connection:
        METADATA.create_all(connection)
        sent.clear()
        rows = Rows(connection)
        rows.fetch(SHELF, [("hall", number) for number in range(CHUNK)])
        for number in range(CHUNK):
            assert rows.get(SHELF, "hall", number) is None
            rows.put(SHELF, {"room": "hall", "number": number, "books": 0})
            rows.change(SHELF, "hall", number, books=1)
        rows.flush()
        for number in range(CHUNK):
            rows.change(SHELF, "hall", number, books=2)
            rows.change(SHELF, "study", number, books=2)
            rows.remove(SHELF, "attic", number)
        rows.flush()
        assert len(sent) == 1 + 1 + 2 + 1
        counted = select(SHELF.c.room, SHELF.c.books).distinct()
        assert connection.execute(counted).all() == [("hall", 2)]
    engine.dispose()
