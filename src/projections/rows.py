"""Rows of read models: changed in memory, written to the database a batch at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Table

from store import Recorded

Values: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]

CHUNK = 500
"""How many rows one statement reads or writes."""

UPDATED_AT = "updated_at"
"""The column with the time of the event that last changed a row."""


class Rows:
    """The changes that a batch of events makes to the rows of some tables.

    A fold reads and changes rows here, by primary key, as if each change were made at once.
    ``flush`` writes the last state of each row to the database. In tables with
    ``updated_at`` that becomes the time of the event that ``following`` yielded last.

    ``tables`` maps the fold's tables to others that are written instead.
    """

    def __init__(
        self, connection: Connection, tables: Mapping[str, Table] | None = None
    ) -> None:
        self._connection = connection
        self._tables = tables or {}
        self._kept: dict[str, _Kept] = {}
        self._at: datetime | None = None

    def following(self, batch: Sequence[Recorded]) -> Iterator[Recorded]:
        """Yield the events in turn; rows changed meanwhile get the event's time."""
        for recorded in batch:
            self._at = recorded.recorded_at
            yield recorded

    def get(self, table: Table, *key: Any) -> Values | None:
        """Return the row with that key, or None. Changing the returned row has no effect."""
        row = self._of(table).load([key])[key]
        return None if row is None else dict(row)

    def fetch(self, table: Table, keys: Iterable[Any]) -> None:
        """Prefetch many rows in one query; only for speed."""
        if wanted := [k if isinstance(k, tuple) else (k,) for k in keys]:
            self._of(table).load(wanted)

    def put(self, table: Table, values: Values) -> None:
        """Write a whole row, new or not; columns not given become None."""
        self._of(table).put(self._stamp(table) | values)

    def change(self, table: Table, *key: Any, **values: Any) -> None:
        """Write some columns of a row; do nothing if there is no such row."""
        if values:
            self._of(table).change(key, self._stamp(table) | values)

    def touch(self, table: Table, *key: Any) -> None:
        """Set ``updated_at`` of a row, if there is such a row."""
        self._of(table).change(key, self._stamp(table))

    def remove(self, table: Table, *key: Any) -> None:
        """Remove a row, if there is one."""
        self._of(table).remove(key)

    def where(self, table: Table, **column: Any) -> list[Values]:
        """Return the rows with this value in one column, in order of keys."""
        return [dict(row) for _, row in self._of(table).where(column)]

    def remove_where(self, table: Table, **column: Any) -> None:
        """Remove the rows with this value in one column."""
        kept = self._of(table)
        for key, _ in kept.where(column):
            kept.remove(key)

    def flush(self) -> None:
        """Write the changes to the database, and forget what was read."""
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


class _Statements:
    """The SQL of one table in one database, written once per process.

    It is sent to the driver as text, with values as the driver takes them.
    """

    def __init__(self, table: Table, dialect: Dialect) -> None:
        self.table = table
        self.columns = tuple(column.name for column in table.columns)
        self.key = tuple(column.name for column in table.primary_key)
        types = {c.name: c.type.dialect_impl(dialect) for c in table.columns}
        self.to_driver = {n: t.bind_processor(dialect) for n, t in types.items()}
        self._converted = [
            (index, to)
            for index, to in enumerate(self.to_driver.values())
            if to is not None
        ]
        self.from_driver = [
            (name, process)
            for name, kind in types.items()
            if (process := kind.result_processor(dialect, None)) is not None
        ]
        quote = dialect.identifier_preparer.quote
        self._sign = "?" if dialect.paramstyle == "qmark" else "%s"
        self._quoted = {name: quote(name) for name in self.columns}
        self._table = dialect.identifier_preparer.format_table(table)
        self._arrays = [f"%s::{c.type.compile(dialect)}[]" for c in table.primary_key]
        self._of_key = " AND ".join(map(self._equals, self.key))
        self._select = f"SELECT {self._list(self.columns)} FROM {self._table}"  # noqa: S608 - names of ours
        self._updates: dict[Key, str] = {}
        self.delete = f"DELETE FROM {self._table} WHERE {self._of_key}"  # noqa: S608
        self.upsert = self._upsert()

    def where(self, column: str) -> str:
        return f"{self._select} WHERE {self._equals(column)}"

    def update(self, columns: Key) -> str:
        """Write the update of these columns; the key's values come after theirs."""
        if columns not in self._updates:
            changes = ", ".join(map(self._equals, columns))
            self._updates[columns] = (
                f"UPDATE {self._table} SET {changes} WHERE {self._of_key}"  # noqa: S608
            )
        return self._updates[columns]

    def by_keys(self, keys: Sequence[Key]) -> tuple[str, Key]:
        """Return the statement that selects the rows of these keys, and its values."""
        if len(keys) == 1:
            return f"{self._select} WHERE {self._of_key}", self.values(
                self.key, keys[0]
            )
        these = [self.values(self.key, key) for key in keys]
        if self._sign == "%s":
            found = f"unnest({', '.join(self._arrays)}) AS k({self._list(self.key)})"
            joined = f"{self._select} JOIN {found} USING ({self._list(self.key)})"
            return joined, tuple(map(list, zip(*these, strict=True)))
        row = f"({', '.join(self._sign for _ in self.key)})"
        values = f"VALUES {', '.join(row for _ in these)}"
        query = f"{self._select} WHERE ({self._list(self.key)}) IN ({values})"
        return query, tuple(chain.from_iterable(these))

    def values(self, names: Iterable[str], values: Iterable[Any]) -> Key:
        """Convert the values of columns for the driver."""
        those = map(self.to_driver.__getitem__, names)
        return tuple(
            [v if to is None else to(v) for to, v in zip(those, values, strict=True)]
        )

    def row_values(self, row: Values) -> Key:
        """Convert the values of a whole row for the driver, in the order of the columns."""
        values = list(row.values())
        for index, to in self._converted:
            values[index] = to(values[index])
        return tuple(values)

    def _upsert(self) -> str:
        signs = ", ".join(self._sign for _ in self.columns)
        insert = (
            f"INSERT INTO {self._table} ({self._list(self.columns)}) VALUES ({signs})"  # noqa: S608
        )
        rest = (self._quoted[name] for name in self.columns if name not in self.key)
        changes = ", ".join(f"{name} = excluded.{name}" for name in rest)
        then = f"UPDATE SET {changes}" if changes else "NOTHING"
        return f"{insert} ON CONFLICT ({self._list(self.key)}) DO {then}"

    def _list(self, names: Iterable[str]) -> str:
        return ", ".join(self._quoted[name] for name in names)

    def _equals(self, name: str) -> str:
        return f"{self._quoted[name]} = {self._sign}"


def _statements(table: Table, dialect: Dialect) -> _Statements:
    made: _Statements | None = table.info.get(dialect.name)
    if (
        made is None or made.table is not table
    ):  # a copied table has copies of its columns
        made = table.info[dialect.name] = _Statements(table, dialect)
    return made


class _Kept:
    """The rows of one table that a batch reads or changes."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self.connection = connection
        self.table = table
        self.statements = _statements(table, connection.dialect)
        self.key = self.statements.key
        self.blank = dict.fromkeys(self.statements.columns)
        self.rows: dict[Key, Values | None] = {}
        self.written: set[Key] = set()
        self.unread: dict[Key, Values] = {}
        """Changes to rows that nobody had to read."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Values | None]:
        """Load these rows, and return every row known so far."""
        missing = iter([key for key in dict.fromkeys(keys) if key not in self.rows])
        while chunk := list(islice(missing, CHUNK)):
            self.rows.update(dict.fromkeys(chunk))
            self._load(*self.statements.by_keys(chunk))
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
        asked = self.statements.values([name], [value])
        self._load(self.statements.where(name), asked)
        known = sorted(self.rows.items(), key=lambda item: item[0])
        return [(key, row) for key, row in known if row and row[name] == value]

    def flush(self) -> None:
        its = self.statements
        gone = [key for key in self.written if self.rows[key] is None]
        kept = [row for key in self.written if (row := self.rows[key]) is not None]
        self._send(its.delete, [its.values(self.key, key) for key in gone])
        alike: dict[Key, list[Key]] = {}
        for key, values in self.unread.items():
            names = tuple(values)
            changed = its.values((*names, *self.key), (*values.values(), *key))
            alike.setdefault(names, []).append(changed)
        for names, changes in alike.items():
            self._send(its.update(names), changes)
        self._send(its.upsert, list(map(its.row_values, kept)))

    def _check(self, values: Values) -> None:
        if not values.keys() <= self.blank.keys():
            unknown = ", ".join(sorted(values.keys() - self.blank.keys()))
            raise KeyError(f"{self.table.name} has no {unknown}.")

    def _load(self, query: str, values: Key) -> None:
        """Read rows, except those already in memory, which are newer."""
        its = self.statements
        for found in self.connection.exec_driver_sql(query, values):
            row = dict(zip(its.columns, found, strict=True))
            for name, process in its.from_driver:
                row[name] = process(row[name])
            key = tuple(row[name] for name in self.key)
            if self.rows.get(key) is not None or key in self.written:
                continue
            if key in self.unread:
                row.update(self.unread.pop(key))
                self.written.add(key)
            self.rows[key] = row

    def _send(self, statement: str, values: Sequence[Key]) -> None:
        for start in range(0, len(values), CHUNK):
            self.connection.exec_driver_sql(statement, values[start : start + CHUNK])
