"""Read models in PostgreSQL, and turns that are taken there."""

import hashlib
from collections.abc import Generator
from contextlib import contextmanager, suppress
from threading import Lock
from time import monotonic

import psycopg
from sqlalchemy import Connection, create_engine, make_url, text

from projections.database import OPTIONS, READ_MODELS, Turn, tell
from store.postgres import CONNECT_SECONDS, patiently
from store.server_faults import refused_by_server


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
            tell(engine, refused_by_server)
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
