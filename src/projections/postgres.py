"""Read models in PostgreSQL."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from select import POLLIN, poll
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError

from projections.database import OPTIONS, READ_MODELS, tell
from store.postgres.recorder import CONNECT_SECONDS
from store.postgres.server_faults import refused_by_server
from subscriptions.advisory_lock import AdvisoryLock, key_of
from subscriptions.leader_lock import LeaderLock

ASYNCHRONOUS = "-csynchronous_commit=off"
"""A crash may lose the last commits; those events are then folded or sealed again."""


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
                "options": f"-csearch_path={name} -cenable_seqscan=off {ASYNCHRONOUS}",
            },
        )
        self._reader = create_engine(
            driver,
            **OPTIONS,
            # Else a page that is slow holds up the swap of what was made anew.
            isolation_level="AUTOCOMMIT",
            # Lists are read in the order of an index, whatever is believed of the rows,
            # by one process: to begin another takes longer than a page does.
            connect_args={
                **patience,
                "options": f"-csearch_path={name} -cdefault_transaction_read_only=on"
                " -cenable_seqscan=off -cenable_sort=off"
                " -cmax_parallel_workers_per_gather=0",
            },
        )
        event.listen(self._reader, "checkout", _require_silence)
        for engine in (self._writer, self._reader):
            tell(engine, refused_by_server)
        if name == READ_MODELS:
            self._make_schema()

    def _make_schema(self) -> None:
        """Make the schema of read models again where somebody dropped it: they are disposable."""
        try:
            with self.making() as connection:
                if not connection.scalar(
                    text(f"SELECT to_regnamespace('{READ_MODELS}')")
                ):
                    connection.execute(text(f"CREATE SCHEMA {READ_MODELS}"))
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
            key = {"key": key_of("making")}
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
            yield connection

    def make_lasting(self, tables: Iterable[Table]) -> None:
        """Leave it to migrations."""

    def wipe(self) -> None:
        """Leave it to the server, whose vacuum is no matter of a moment."""

    def leader_lock(self, name: str) -> LeaderLock:
        return AdvisoryLock(self._url, name)

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _require_silence(connection: Any, *_: object) -> None:
    """Have the pool connect anew where the server said something unasked: that it ends.

    It is seen without asking the server, which would take as long as to read a row.
    """
    if not connection.closed:
        waiting = poll()
        waiting.register(connection.fileno(), POLLIN)
        if not waiting.poll(0):
            return
    raise DisconnectionError
