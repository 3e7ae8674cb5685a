"""The database of read models, separate from that of events: many readers, one writer."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as AllTaken

from projections.ddl import create
from store import DatabaseUnusable, Unavailable
from store.unusable import REBUILD, RESTORE, unusable_file
from subscriptions.leader_lock import FileLock, LeaderLock
from subscriptions.logger import logger

READ_MODELS = "read_models"
BUSY_SECONDS = 30
OPTIONS = {"pool_size": 5, "max_overflow": 4, "hide_parameters": True}
"""Hides parameters in errors, which are shown and logged: rows hold personal data."""
SYNCHRONOUS = "NORMAL"
"""A power cut may lose the last commits; their events are then folded or sealed again."""
LOST = (Unavailable, InterfaceError, OperationalError, AllTaken)
"""The exceptions of either database, of events or of read models, if it does not answer."""


class Database(Protocol):
    """The tables of read models, on either database."""

    def reading(
        self, *, centre: str | None = None, one_moment: bool = False
    ) -> AbstractContextManager[Connection]:
        """Return a read-only connection.

        With ``one_moment``, all reads see the same moment (always so on SQLite). With
        ``centre``, row-level security, where it is on, shows only that centre's rows.
        """
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """Return a connection in a transaction, which commits at the end."""
        ...

    def making(self) -> AbstractContextManager[Connection]:
        """Return a transaction for making tables, under a lock of one process."""
        ...

    def be_owner(self, connection: Connection) -> None:
        """Let a transaction that writes rows rename and drop tables, to its end."""
        ...

    def protect(self, connection: Connection, tables: Mapping[str, Table]) -> None:
        """Set who sees which rows of a read model's new tables, by their live names."""
        ...

    def make_lasting(self, tables: Iterable[Table]) -> None:
        """Make those of these tables that are missing; they are never rebuilt.

        On a server this does nothing: migrations make them.
        """
        ...

    def leader_lock(self, name: str) -> LeaderLock: ...

    def wipe(self) -> None:
        """Remove overwritten rows from the database's own files, as far as it can.

        A server's own files are its administrators' business.
        """
        ...

    def close(self) -> None: ...


def open_database(url: str, name: str = READ_MODELS) -> Database:
    """Open ``sqlite:///folder`` or ``postgresql://…``.

    The tables are in a file or a schema with this name.
    """
    if url.startswith("sqlite:"):
        return SQLite(Path(make_url(url).database or "."), name)
    from projections.postgres import PostgreSQL  # noqa: PLC0415 - slow to import

    return PostgreSQL(url, name)


class SQLite:
    """Read models in a file of their own, because a file has one writer at a time."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._lock = Lock()
        file = folder / f"{name}.db"
        mend = REBUILD if name == READ_MODELS else RESTORE
        url = f"sqlite:///{file}"
        busy = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        self._writer = create_engine(url, connect_args=busy, **OPTIONS)
        self._reader = create_engine(url, connect_args=busy, **OPTIONS)
        pragmas = (f"synchronous={SYNCHRONOUS}", "journal_mode=WAL", "secure_delete=ON")
        _set_up(self._writer, pragmas, _begin_writing)
        _set_up(self._reader, (*pragmas, "query_only=ON"), _begin_reading)
        for engine in (self._writer, self._reader):
            tell(engine, lambda error: unusable_file(file, error, mend=mend))

    @contextmanager
    def reading(
        self,
        *,
        centre: str | None = None,  # noqa: ARG002 - SQLite has no such security
        one_moment: bool = False,  # noqa: ARG002 - as it is
    ) -> Generator[Connection]:
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        with self._lock, self._writer.begin() as connection:
            yield connection

    making = writing

    def be_owner(self, connection: Connection) -> None:
        """Do nothing: whoever writes may."""

    def protect(self, connection: Connection, tables: Mapping[str, Table]) -> None:
        """Do nothing: SQLite has no roles."""

    def make_lasting(self, tables: Iterable[Table]) -> None:
        with self.making() as connection:
            create(connection, tables, only_missing=True)

    def wipe(self) -> None:
        with self._lock, closing(self._writer.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            ((is_busy, *_),) = cursor.fetchall()
        if is_busy:
            logger().warning("not wiped: somebody reads", until="the next restart")

    def leader_lock(self, name: str) -> LeaderLock:
        return FileLock(self._folder / f"{name}.lock")

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    """Begin a transaction without the engine's own events, since it cannot fail."""
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")


def _set_up(
    engine: Engine, pragmas: Sequence[str], begin: Callable[[Connection], None]
) -> None:
    """Stop the driver from beginning transactions; use ``begin`` instead."""

    def set_pragmas(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", set_pragmas)
    event.listen(engine, "begin", begin)


def tell(
    engine: Engine, why: Callable[[BaseException], DatabaseUnusable | None]
) -> None:
    """Raise a sentence about what makes the database unusable, if that is the cause."""

    def raise_unusable(context: ExceptionContext) -> None:
        if unusable := why(context.original_exception):
            raise unusable from context.original_exception

    event.listen(engine, "handle_error", raise_unusable)
