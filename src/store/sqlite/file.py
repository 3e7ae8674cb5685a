"""The one file that events are kept in: its connections and its transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from types import TracebackType

from eventsourcing.persistence import OperationalError, PersistenceError
from eventsourcing.sqlite import (
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
    SQLiteTransaction,
)

from store.sqlite.tables import read_text
from store.unusable import unusable_file

BUSY_SECONDS = 30
SYNCHRONOUS = "FULL"


class Immediate(SQLiteTransaction):
    """A transaction that takes the write lock as it begins, if it is to write."""

    connection: "Connection"

    def __enter__(self) -> SQLiteCursor:
        cursor = self.connection.cursor()
        try:
            cursor.execute("BEGIN IMMEDIATE" if self.commit else "BEGIN")
        except sqlite3.OperationalError as error:
            raise OperationalError(error) from error
        return cursor

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        try:
            super().__exit__(exc_type, exc_val, exc_tb)
        finally:
            self.connection.close_if_unended()


class Connection(SQLiteConnection):
    """A connection that begins its transactions with the write lock where it will write."""

    def close_if_unended(self) -> None:
        """Close it, which rolls back, if neither a commit nor a rollback succeeded."""
        if self._sqlite_conn.in_transaction:
            self.close()

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[SQLiteCursor]:
        with Immediate(self, commit=commit) as cursor, cursor:
            yield cursor


class Pool(SQLiteConnectionPool):
    """Connections that wait for a lock, sync each commit, and wipe what they delete."""

    def _create_connection(self) -> SQLiteConnection:
        made = sqlite3.connect(
            self.db_name,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        made.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
        made.execute("PRAGMA secure_delete = ON")
        made.text_factory = read_text
        return Connection(sqlite_conn=made, max_age=self.max_age)


class SqliteDatastore(SQLiteDatastore):
    """One file; writers of this process queue here, and readers never wait for them."""

    def __init__(self, file: Path) -> None:
        super().__init__(str(file))
        self._file = file
        self.pool = Pool(db_name=str(file), pool_size=9, pool_timeout=BUSY_SECONDS)
        self._writing = RLock()

    @contextmanager
    def get_connection(self, *, commit: bool) -> Iterator[SQLiteConnection]:
        if commit:
            with self._writing, self._connection() as connection:
                yield connection
        else:
            with self._connection() as connection:
                yield connection

    @contextmanager
    def _connection(self) -> Iterator[SQLiteConnection]:
        try:
            connection = self.pool.get_connection()
            try:
                yield connection
            finally:
                self.pool.put_connection(connection)
        except (sqlite3.Error, PersistenceError) as error:
            raised = error if isinstance(error, sqlite3.Error) else error.__cause__
            if unusable := unusable_file(self._file, raised):
                raise unusable from error
            raise
