"""Rows of read models: changed in memory, written to the database a batch at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Connection, Executable, Table, bindparam, select, tuple_
from sqlalchemy.sql import ColumnElement

from store import Recorded

Values: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]

CHUNK = 500
"""How many rows are asked for, or sent, at once."""

UPDATED_AT = "updated_at"
"""The column of a table that says when a row was last changed, and so by which event."""


class Rows:
    """What a batch of events makes of the rows of some tables.

    A fold reads and changes rows here, by their primary keys, as if each change were
    made at once. The database gets the last state of each row, by ``flush``. Rows with
    an ``updated_at`` get the moment of the event that ``following`` gave last.

    ``tables`` names other tables to keep in place of those that the fold names.
    """

    def __init__(
        self, connection: Connection, tables: Mapping[str, Table] | None = None
    ) -> None:
        self._connection = connection
        self._tables = tables or {}
        self._kept: dict[str, _Kept] = {}
        self._at: datetime | None = None

    def following(self, batch: Sequence[Recorded]) -> Iterator[Recorded]:
        """Give the events in turn; what is changed meanwhile is changed at its moment."""
        for recorded in batch:
            self._at = recorded.recorded_at
            yield recorded

    def get(self, table: Table, *key: Any) -> Values | None:
        """Give the row of that key, or None. Changing the answer changes nothing."""
        row = self._of(table).load([key])[key]
        return None if row is None else dict(row)

    def fetch(self, table: Table, keys: Iterable[Any]) -> None:
        """Read many rows at once that are to be got one by one: it is only quicker."""
        self._of(table).load([k if isinstance(k, tuple) else (k,) for k in keys])

    def put(self, table: Table, values: Values) -> None:
        """Write a whole row, new or not; what is not named is None."""
        self._of(table).put(self._stamp(table) | values)

    def change(self, table: Table, *key: Any, **values: Any) -> None:
        """Write some values of a row; nothing happens if there is no such row."""
        if values:
            self._of(table).change(key, self._stamp(table) | values)

    def touch(self, table: Table, *key: Any) -> None:
        """Say that something happened to what a row is of, if there is such a row."""
        self._of(table).change(key, self._stamp(table))

    def remove(self, table: Table, *key: Any) -> None:
        """Take a row away, if it is there."""
        self._of(table).remove(key)

    def where(self, table: Table, **column: Any) -> list[Values]:
        """Give the rows that have that value in that one column, in order of keys."""
        return [dict(row) for _, row in self._of(table).where(column)]

    def remove_where(self, table: Table, **column: Any) -> None:
        """Take away the rows that have that value in that one column."""
        kept = self._of(table)
        for key, _ in kept.where(column):
            kept.remove(key)

    def flush(self) -> None:
        """Write to the database what has changed, and forget what was read."""
        for kept in self._kept.values():
            kept.flush()
        self._kept.clear()

    def _stamp(self, table: Table) -> Values:
        return {UPDATED_AT: self._at} if UPDATED_AT in table.c else {}

    def _of(self, table: Table) -> "_Kept":
        kept = self._kept.get(table.name)
        if kept is None:
            actual = self._tables.get(table.name, table)
            kept = self._kept[table.name] = _Kept(self._connection, actual)
        return kept


class _Kept:
    """The rows of one table, as far as a batch has to do with them."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self.connection = connection
        self.table = table
        self.key = tuple(column.name for column in table.primary_key)
        self.blank = dict.fromkeys(column.name for column in table.columns)
        self.rows: dict[Key, Values | None] = {}
        self.written: set[Key] = set()
        self.unread: dict[Key, Values] = {}
        """Changes to rows that nobody had to read."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Values | None]:
        """Make sure that these rows are known, and give every row that is."""
        missing = iter([key for key in dict.fromkeys(keys) if key not in self.rows])
        columns = [self.table.c[name] for name in self.key]
        while chunk := list(islice(missing, CHUNK)):
            self.rows.update(dict.fromkeys(chunk))
            self._read(
                columns[0].in_([key[0] for key in chunk])
                if len(columns) == 1
                else tuple_(*columns).in_(chunk)
            )
            for key in chunk:
                self.unread.pop(key, None)
        return self.rows

    def put(self, values: Values) -> None:
        self._check(values)
        key = tuple(values[name] for name in self.key)
        self.rows[key] = self.blank | values
        self.written.add(key)
        self.unread.pop(key, None)

    def change(self, key: Key, values: Values) -> None:
        self._check(values)
        if key not in self.rows:
            self.unread.setdefault(key, {}).update(values)
        elif (row := self.rows[key]) is not None:
            row.update(values)
            self.written.add(key)

    def remove(self, key: Key) -> None:
        self.rows[key] = None
        self.written.add(key)
        self.unread.pop(key, None)

    def where(self, column: Values) -> list[tuple[Key, Values]]:
        ((name, value),) = column.items()
        self.load([k for k, v in self.unread.items() if v.get(name) == value])
        self._read(self.table.c[name] == value)
        known = sorted(self.rows.items(), key=lambda item: item[0])
        return [(key, row) for key, row in known if row and row[name] == value]

    def flush(self) -> None:
        gone = [key for key in self.written if self.rows[key] is None]
        kept = [row for key in self.written if (row := self.rows[key]) is not None]
        this = [self.table.c[name] == bindparam(f"its {name}") for name in self.key]
        self._send(self.table.delete().where(*this), map(self._named, gone))
        alike: dict[frozenset[str], list[Values]] = {}
        for key, values in self.unread.items():
            changed = alike.setdefault(frozenset(values), [])
            changed.append(values | self._named(key))
        for changes in alike.values():
            self._send(self.table.update().where(*this), changes)
        self._send(self._upsert(), kept)

    def _check(self, values: Values) -> None:
        if unknown := values.keys() - self.blank.keys():
            raise KeyError(f"{self.table.name} has no {', '.join(sorted(unknown))}.")

    def _named(self, key: Key) -> Values:
        pairs = zip(self.key, key, strict=True)
        return {f"its {name}": value for name, value in pairs}

    def _read(self, which: ColumnElement[bool]) -> None:
        """Read rows; what is known of them already is later and stands."""
        for found in self.connection.execute(select(self.table).where(which)):
            row = dict(found._mapping)  # noqa: SLF001 - public, the name notwithstanding
            key = tuple(row[name] for name in self.key)
            if self.rows.get(key) is not None or key in self.written:
                continue
            if key in self.unread:
                row.update(self.unread.pop(key))
                self.written.add(key)
            self.rows[key] = row

    def _upsert(self) -> Executable:
        insert = _insert_into(self.table, self.connection.dialect.name)
        rest = {n: insert.excluded[n] for n in self.blank if n not in self.key}
        upsert: Executable = (
            insert.on_conflict_do_update(index_elements=self.key, set_=rest)
            if rest
            else insert.on_conflict_do_nothing()
        )
        return upsert

    def _send(self, statement: Executable, values: Iterable[Values]) -> None:
        waiting = iter(values)
        while chunk := list(islice(waiting, CHUNK)):
            self.connection.execute(statement, chunk)


def _insert_into(table: Table, dialect: str) -> Any:
    """Begin the database's own INSERT; that of the other database is slow to import."""
    return import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
