"""Where read models are kept, apart from the facts: many who read, one who writes."""

import fcntl
import hashlib
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import IO, Any, Protocol

import psycopg
import structlog
from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as AllTaken

from store import DatabaseUnusable, Unavailable
from store.postgres import CONNECT_SECONDS, patiently
from store.unusable import REBUILD, RESTORE, refused_by_server, unusable_file

READ_MODELS = "read_models"
BUSY_SECONDS = 30
OPTIONS = {"pool_size": 5, "max_overflow": 4, "hide_parameters": True}
"""Errors are shown and logged, and rows say things of people."""
PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON")
LOST = (Unavailable, InterfaceError, OperationalError, AllTaken)
"""What is raised when either database, of facts or of read models, does not answer."""

logger = structlog.get_logger()


class Turn(Protocol):
    """The right to do what only one process may do at a time."""

    def take(self) -> bool:
        """Take the turn if it is free; tell whether it is ours (now, or still)."""
        ...

    def give_back(self) -> None: ...


class Database(Protocol):
    """The tables of read models, on either database."""

    def reading(
        self, *, one_moment: bool = False
    ) -> AbstractContextManager[Connection]:
        """Give a connection that changes nothing.

        All that it reads is of ``one_moment`` if that is asked for (SQLite: always).
        """
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """Give a connection in a transaction of its own, committed at the end."""
        ...

    def making(self) -> AbstractContextManager[Connection]:
        """Give the same to make tables, which two processes may not do at once."""
        ...

    def turn(self, name: str) -> Turn: ...

    def wipe(self) -> None:
        """Let nothing that was overwritten stay where the database alone can see to it.

        A server's own files are its administrators' business.
        """
        ...

    def close(self) -> None: ...


def open_database(url: str, name: str = READ_MODELS) -> Database:
    """Open ``sqlite:///folder`` or ``postgresql://…``.

    The tables are in a file or a schema of that name.
    """
    if url.startswith("sqlite:"):
        return SQLite(Path(make_url(url).database or "."), name)
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
        _set_up(self._writer, "BEGIN IMMEDIATE", PRAGMAS)
        _set_up(self._reader, "BEGIN", (*PRAGMAS, "query_only=ON"))
        for engine in (self._writer, self._reader):
            _tell(engine, lambda error: unusable_file(file, error, mend=mend))

    @contextmanager
    def reading(
        self,
        *,
        one_moment: bool = False,  # noqa: ARG002 - as it is
    ) -> Generator[Connection]:
        with self._reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        with self._lock, self._writer.begin() as connection:
            yield connection

    making = writing

    def wipe(self) -> None:
        with self._lock, closing(self._writer.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            ((is_busy, *_),) = cursor.fetchall()
        if is_busy:
            logger.warning("not wiped: somebody reads", until="the next restart")

    def turn(self, name: str) -> Turn:
        return FileTurn(self._folder / f"{name}.lock")

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _set_up(engine: Engine, begin: str, pragmas: Sequence[str]) -> None:
    """Let the driver begin nothing by itself, and every transaction as is said."""

    def connected(connection: Any, _: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", lambda c: c.exec_driver_sql(begin))


def _tell(
    engine: Engine, why: Callable[[BaseException], DatabaseUnusable | None]
) -> None:
    """Say in a sentence what makes the database unusable, if that is what failed."""

    def failed(context: ExceptionContext) -> None:
        if unusable := why(context.original_exception):
            raise unusable from context.original_exception

    event.listen(engine, "handle_error", failed)


class PostgreSQL:
    """Read models in a schema of their own beside the facts."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        driver = make_url(url).set(drivername="postgresql+psycopg")
        patience = {"connect_timeout": CONNECT_SECONDS, **driver.query}
        self._writer = create_engine(
            driver,
            **OPTIONS,
            # Tables begin empty, and a plan made then scans them whole ever after.
            connect_args={
                **patience,
                "options": f"-csearch_path={name} -cenable_seqscan=off",
            },
        )
        self._reader = create_engine(
            driver,
            **OPTIONS,
            pool_pre_ping=True,
            # Else a page that is slow holds up the swap of what was made anew.
            isolation_level="AUTOCOMMIT",
            connect_args={
                **patience,
                "options": f"-csearch_path={name} -cdefault_transaction_read_only=on",
            },
        )
        for engine in (self._writer, self._reader):
            _tell(engine, refused_by_server)
        try:
            with self.making() as connection:
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {name}"))
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self, *, one_moment: bool = False) -> Generator[Connection]:
        with self._reader.connect() as connection:
            if one_moment:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        with self._writer.begin() as connection:
            yield connection

    @contextmanager
    def making(self) -> Generator[Connection]:
        with self.writing() as connection:
            key = {"key": _number("making")}
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
            yield connection

    def wipe(self) -> None:
        """Leave it to the server, whose vacuum is no matter of a moment."""

    def turn(self, name: str) -> Turn:
        return _AdvisoryTurn(self._url, _number(name))

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


class FileTurn:
    """A lock on a file, which ends with the process whatever ends that."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self._lock = Lock()

    def take(self) -> bool:
        with self._lock:
            if self._file is None:
                file = self._path.open("w")
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    file.close()
                    return False
                self._file = file
            return True

    def give_back(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None


class _AdvisoryTurn:
    """An advisory lock on a connection of its own, which ends with the connection."""

    def __init__(self, url: str, key: int) -> None:
        self._url = url
        self._key = key
        self._connection: psycopg.Connection[tuple[bool]] | None = None
        self._is_ours = False
        self._sure_until = 0.0
        self._lock = Lock()

    def take(self) -> bool:
        with self._lock:
            if self._is_ours and monotonic() < self._sure_until:
                return True
            try:
                self._is_ours = self._ask()
            except psycopg.Error:
                self._end()
                raise
            self._sure_until = monotonic() + 1
            return self._is_ours

    def give_back(self) -> None:
        with self._lock:
            if self._connection is not None and self._is_ours:
                # The server would notice the end of the connection a moment later.
                with suppress(psycopg.Error):
                    self._connection.execute("SELECT pg_advisory_unlock_all()")
            self._end()

    def _ask(self) -> bool:
        if self._connection is None:
            self._connection = psycopg.connect(patiently(self._url), autocommit=True)
        if self._is_ours:
            self._connection.execute("SELECT true")
            return True
        taken = self._connection.execute(
            "SELECT pg_try_advisory_lock(%s)", [self._key]
        ).fetchone()
        return taken is not None and taken[0]

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._is_ours = None, False


def _number(name: str) -> int:
    """Make the number that an advisory lock of that name is known by."""
    digest = hashlib.sha256(f"{READ_MODELS} {name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
