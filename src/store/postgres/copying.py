"""Copying a SQLite store to PostgreSQL: all that lasts, in one transaction, compared."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from store.errors import DatabaseUnusable, Unavailable
from store.postgres.recorder import IN_UTC, patiently
from store.postgres.revision import require_revision
from store.postgres.tables import LOCK
from store.sqlite.recorder import SQLiteRecorder
from store.sqlite.tables import read_text
from store.unusable import no_answer

Convert: TypeAlias = Callable[[Any], Any]
SPAN = 2**256


def _moment(written: str) -> datetime:
    """Read a moment, which the tables of the ledger write without a time zone."""
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class CopiedTable:
    """A table in both databases: its file, its names, and the columns of both in order.

    ``converts`` are the columns, by their names in PostgreSQL, whose values are written
    otherwise in SQLite.
    """

    file: str
    table: str
    columns: Mapping[str, str]
    schema: str = "public"
    converts: Mapping[str, Convert]

    @property
    def selects(self) -> str:
        return f"SELECT {', '.join(self.columns.values())} FROM {self.table}"  # noqa: S608 - names of ours


def _table(
    name: str, columns: str, *, file: str = "events", **converts: Convert
) -> CopiedTable:
    """Describe a table; a column is ``name`` or, where they differ, ``sqlite=postgres``."""
    pairs = [column.partition("=") for column in columns.split()]
    return CopiedTable(
        file=f"{file}.db",
        table=name,
        columns={there or here: here for here, _, there in pairs},
        schema="public" if file == "events" else file,
        converts=converts,
    )


TABLES = (
    _table(
        "stored_events",
        "position=notification_id originator_id originator_version topic recorded_at state",
        originator_id=UUID,
        recorded_at=_moment,
    ),
    _table("reservations", "scope key stream digest position", stream=UUID),
    _table("person_keys", "person_id wrapped", person_id=UUID),
    _table("files", "name key_of content", key_of=UUID),
    _table("bookmarks", "name position"),
    _table("about", "name value", value=str),
    _table("leaves", "number position hash", file="audit"),
    _table("nodes", "level number hash", file="audit"),
    _table(
        "heads",
        "size position root signed_at signature peaks",
        file="audit",
        signed_at=_moment,
    ),
    _table("published", "relay position topics", file="downstream"),
)


class NotCopied(DatabaseUnusable):
    """The store was not copied, and nothing was written."""


def copy_store(folder: Path, url: str) -> Mapping[str, int]:
    """Copy the store in a folder to a server that has the tables and nothing in them.

    All or nothing: in one transaction, in which every row is read again and compared. No
    one can append to the store meanwhile. Gives the number of rows by table.
    Raises NotCopied, NotBegun, NotMigrated, DatabaseUnusable, Unavailable.
    """
    # This migrates it, or says what is wrong with it.
    SQLiteRecorder(folder, begin=False).close()
    try:
        with (
            ExitStack() as opened,
            psycopg.connect(patiently(url), options=IN_UTC) as connection,
        ):
            with connection.cursor() as cursor:
                require_revision(cursor)
            connection.execute(LOCK)
            _require_empty(connection)
            files = {
                file: opened.enter_context(closing(_open_locked(folder / file)))
                for file in dict.fromkeys(each.file for each in TABLES)
                if (folder / file).exists()
            }
            there = [each for each in TABLES if each.file in files]
            return {
                each.table: _copy(files[each.file], connection, each) for each in there
            }
    except sqlite3.OperationalError as error:
        raise NotCopied(
            f"The store in {folder} cannot be held still: {error}. Stop every process that"
            " uses it, then try again. Nothing was written."
        ) from error
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unavailable(no_answer(error)) from error


def _open_locked(file: Path) -> sqlite3.Connection:
    """Open a file of the store, and keep everybody else from writing to it."""
    connection = sqlite3.connect(file, timeout=1, isolation_level=None)
    connection.text_factory = read_text
    connection.execute("BEGIN IMMEDIATE")
    return connection


def _require_empty(connection: psycopg.Connection[Any]) -> None:
    """Raise NotCopied unless there is nothing but what migrations put there."""
    connection.execute("DELETE FROM about WHERE name = 'erasures' AND value = '0'")
    for table in TABLES:
        if connection.execute(
            SQL("SELECT 1 FROM {} LIMIT 1").format(_name(table))
        ).fetchone():
            raise NotCopied(
                f"The database is not empty: there are rows in {table.schema}."
                f"{table.table}. Name one in which nothing was recorded. Nothing was"
                " written."
            )


def _name(table: CopiedTable) -> Identifier:
    return Identifier(table.schema, table.table)


def _copy(
    source: sqlite3.Connection, target: psycopg.Connection[Any], table: CopiedTable
) -> int:
    """Copy a table, read it again, and compare; gives the number of its rows."""
    columns = SQL(", ").join(map(Identifier, table.columns))
    sent = _Digest()
    with (
        target.cursor() as cursor,
        cursor.copy(
            SQL("COPY {} ({}) FROM STDIN").format(_name(table), columns)
        ) as copy,
    ):
        for row in _rows(source, table):
            copy.write_row(row)
            sent.add(row)
    kept = _Digest()
    with target.cursor("kept") as reading:
        reading.execute(SQL("SELECT {} FROM {}").format(columns, _name(table)))
        for row in reading:
            kept.add(row)
    if sent != kept:
        raise NotCopied(
            f"The copy of {table.table} is not what was copied: rows sent"
            f" {sent.count}, rows there {kept.count}, or one differs. Nothing was kept."
        )
    if table.table == "stored_events":
        target.execute(
            "SELECT setval('stored_events_notification_id_seq',"
            " greatest(1, (SELECT max(notification_id) FROM stored_events)),"
            " EXISTS (SELECT FROM stored_events))"
        )
    return sent.count


def _rows(source: sqlite3.Connection, table: CopiedTable) -> Iterator[Sequence[Any]]:
    """Read a table's rows as PostgreSQL holds them. Raises NotCopied."""
    converts = [table.converts.get(name) for name in table.columns]
    for row in source.execute(table.selects):
        try:
            yield [
                value if convert is None or value is None else convert(value)
                for value, convert in zip(row, converts, strict=True)
            ]
        except (AttributeError, TypeError, ValueError) as error:
            raise NotCopied(
                f"A row of {table.table} was not written by this service: {error}. Run:"
                " learner-management audit verify. Nothing was written."
            ) from error


class _Digest:
    """What rows there are, in whatever order: their number, and the sum of their hashes."""

    def __init__(self) -> None:
        self.count = self.total = 0

    def add(self, row: Iterable[Any]) -> None:
        plain = repr([_plain(value) for value in row])
        self.count += 1
        self.total = (
            self.total + int.from_bytes(sha256(plain.encode()).digest())
        ) % SPAN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Digest) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment] # it changes


def _plain(value: Any) -> Any:
    """Give a value as it is the same from both databases."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case dict():
            return json.dumps(value, sort_keys=True)
        case str() if value.startswith("{"):
            return json.dumps(json.loads(value), sort_keys=True)
        case _:
            return value
