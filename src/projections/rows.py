"""Rows of read models: changed in memory, written to the database a batch at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from itertools import islice
from typing import Any, TypeAlias

from sqlalchemy import Connection, Executable, Table, bindparam, select, tuple_

from store import Recorded

Values: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[Any, ...]

CHUNK = 500
"""How many rows are asked for, or sent, at once."""

UPDATED_AT = "updated_at"
"""The column of a table that says when a row was last changed, and so by which event."""


class Rows:
    """The changes that a batch of events makes to the rows of some tables.

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
        """Prefetch many rows in one query; only for speed."""
        self._of(table).load([k if isinstance(k, tuple) else (k,) for k in keys])

    def put(self, table: Table, values: Values) -> None:
        """Write a whole row, new or not; what is not named is None."""
        self._of(table).put(self._stamp(table) | values)

    def change(self, table: Table, *key: Any, **values: Any) -> None:
        """Write some values of a row; nothing happens if there is no such row."""
        if values:
            self._of(table).change(key, self._stamp(table) | values)

    def touch(self, table: Table, *key: Any) -> None:
        """Set ``updated_at`` of a row, if there is such a row."""
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


class _Statements:
    """The SQL statements of one table, compiled once a process.

    ``keys`` and ``value`` are parameters of theirs, and so is each column of the key by
    the name ``its …``.
    """

    def __init__(self, table: Table, dialect: str) -> None:
        self.table = table
        columns = [*table.primary_key]
        this = [column == bindparam(f"its {column.name}") for column in columns]
        those = columns[0] if len(columns) == 1 else tuple_(*columns)
        self.by_key = select(table).where(those.in_(bindparam("keys", expanding=True)))
        self.where = {
            column.name: select(table).where(column == bindparam("value"))
            for column in table.columns
        }
        self.delete = table.delete().where(*this)
        self.update = table.update().where(*this)
        self.upsert = _upsert(table, dialect)


def _statements(table: Table, dialect: str) -> _Statements:
    made: _Statements | None = table.info.get(dialect)
    if made is None or made.table is not table:  # a copy of a table has copied these
        made = table.info[dialect] = _Statements(table, dialect)
    return made


def _upsert(table: Table, dialect: str) -> Executable:
    """Make the database's own INSERT; that of the other database is slow to import."""
    module = import_module(f"sqlalchemy.dialects.{dialect}")
    insert: Any = module.insert(table)
    key = [column.name for column in table.primary_key]
    rest = {c.name: insert.excluded[c.name] for c in table.c if not c.primary_key}
    upsert: Executable = (
        insert.on_conflict_do_update(index_elements=key, set_=rest)
        if rest
        else insert.on_conflict_do_nothing()
    )
    return upsert


class _Kept:
    """The rows of one table that a batch reads or changes."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self.connection = connection
        self.table = table
        self.statements = _statements(table, connection.dialect.name)
        self.key = tuple(column.name for column in table.primary_key)
        self.blank = dict.fromkeys(column.name for column in table.columns)
        self.rows: dict[Key, Values | None] = {}
        self.written: set[Key] = set()
        self.unread: dict[Key, Values] = {}
        """Changes to rows that nobody had to read."""

    def load(self, keys: Sequence[Key]) -> Mapping[Key, Values | None]:
        """Make sure that these rows are known, and give every row that is."""
        missing = iter([key for key in dict.fromkeys(keys) if key not in self.rows])
        while chunk := list(islice(missing, CHUNK)):
            self.rows.update(dict.fromkeys(chunk))
            keys = [key[0] for key in chunk] if len(self.key) == 1 else chunk
            self._load(self.statements.by_key, keys=keys)
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
        self._load(self.statements.where[name], value=value)
        known = sorted(self.rows.items(), key=lambda item: item[0])
        return [(key, row) for key, row in known if row and row[name] == value]

    def flush(self) -> None:
        gone = [key for key in self.written if self.rows[key] is None]
        kept = [row for key in self.written if (row := self.rows[key]) is not None]
        self._send(self.statements.delete, map(self._key_parameters, gone))
        alike: dict[frozenset[str], list[Values]] = {}
        for key, values in self.unread.items():
            changed = alike.setdefault(frozenset(values), [])
            changed.append(values | self._key_parameters(key))
        for changes in alike.values():
            self._send(self.statements.update, changes)
        self._send(self.statements.upsert, kept)

    def _check(self, values: Values) -> None:
        if unknown := values.keys() - self.blank.keys():
            raise KeyError(f"{self.table.name} has no {', '.join(sorted(unknown))}.")

    def _key_parameters(self, key: Key) -> Values:
        pairs = zip(self.key, key, strict=True)
        return {f"its {name}": value for name, value in pairs}

    def _load(self, query: Executable, **values: Any) -> None:
        """Read rows, except those already in memory, which are newer."""
        for found in self.connection.execute(query, values):
            row = dict(found._mapping)  # noqa: SLF001 - public, the name notwithstanding
            key = tuple(row[name] for name in self.key)
            if self.rows.get(key) is not None or key in self.written:
                continue
            if key in self.unread:
                row.update(self.unread.pop(key))
                self.written.add(key)
            self.rows[key] = row

    def _send(self, statement: Executable, values: Iterable[Values]) -> None:
        waiting = iter(values)
        while chunk := list(islice(waiting, CHUNK)):
            self.connection.execute(statement, chunk)
