"""Read models in PostgreSQL."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from functools import partial
from select import POLLIN, poll
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event, make_url, text
from sqlalchemy.exc import DisconnectionError

from projections import row_security
from projections.database import OPTIONS, READ_MODELS, tell
from store.postgres.recorder import CONNECT_SECONDS
from store.postgres.server_faults import refused_by_server
from subscriptions.advisory_lock import AdvisoryLock, key_of
from subscriptions.leader_lock import LeaderLock

ASYNCHRONOUS = "-csynchronous_commit=off"
"""A crash may lose the last commits; their events are then folded or sealed again."""


class PostgreSQL:
    """Read models in a schema of their own, beside the events."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self.has_row_security = self._has_centres = False
        driver = make_url(url).set(drivername="postgresql+psycopg")
        patience = {"connect_timeout": CONNECT_SECONDS, **driver.query}
        self._writer = create_engine(
            driver,
            **OPTIONS,
            # Tables begin empty, and a plan made then would always scan them whole.
            connect_args={
                **patience,
                "options": f"-csearch_path={name} -cenable_seqscan=off {ASYNCHRONOUS}",
            },
        )
        self._reader = create_engine(
            driver,
            **OPTIONS,
            # Otherwise a slow page would hold up the swap of rebuilt tables.
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
        try:
            self.has_row_security = self._begin(name)
        except BaseException:
            self.close()
            raise
        if self.has_row_security:
            self._take_roles(name)

    def _begin(self, name: str) -> bool:
        """Tell whether there is row-level security.

        Makes the schema of read models where somebody dropped it: they are disposable.
        """
        with self.making() as connection:
            is_on = bool(connection.scalar(text(row_security.IS_ON.as_string())))
            asked = text(f"SELECT to_regnamespace('{READ_MODELS}')")
            if name == READ_MODELS and not connection.scalar(asked):
                connection.execute(text(f"CREATE SCHEMA {READ_MODELS}"))
                if is_on:
                    connection.execute(text(row_security.USING_SCHEMA))
            return is_on

    def _take_roles(self, name: str) -> None:
        """Have each connection from now on be of a role that owns nothing."""
        self._writer.dispose()
        writer = row_security.LASTING.get(name, row_security.FOLLOWERS)
        reader = row_security.LASTING.get(name, row_security.CENTRE)
        for engine, role in ((self._writer, writer), (self._reader, reader)):
            event.listen(engine, "connect", partial(_take_role, role))
        self._has_centres = name == READ_MODELS

    @contextmanager
    def reading(
        self, *, centre: str | None = None, one_moment: bool = False
    ) -> Generator[Connection]:
        with self._reader.connect() as connection:
            if self._has_centres:
                _see(connection, centre)
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
            self.be_owner(connection)
            key = {"key": key_of("making")}
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), key)
            yield connection

    def be_owner(self, connection: Connection) -> None:
        if self.has_row_security:
            connection.exec_driver_sql("SET LOCAL ROLE NONE")

    def protect(self, connection: Connection, tables: Mapping[str, Table]) -> None:
        if self.has_row_security:
            row_security.protect(connection, tables)

    def make_lasting(self, tables: Iterable[Table]) -> None:
        """Do nothing: migrations make these tables."""

    def wipe(self) -> None:
        """Do nothing: the server's own vacuum removes overwritten rows."""

    def leader_lock(self, name: str) -> LeaderLock:
        return AdvisoryLock(self._url, name)

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()


def _require_silence(connection: Any, *_: object) -> None:
    """Have the pool reconnect if the server sent something unasked, such as its shutdown.

    The check asks the server nothing, which would take as long as reading a row.
    """
    if not connection.closed:
        waiting = poll()
        waiting.register(connection.fileno(), POLLIN)
        if not waiting.poll(0):
            return
    raise DisconnectionError


def _take_role(role: str, connection: Any, _: object) -> None:
    is_autocommit, connection.autocommit = connection.autocommit, True
    connection.execute(f"SET ROLE {role}")
    connection.autocommit = is_autocommit


def _see(connection: Connection, centre: str | None) -> None:
    """Let a connection see one centre's rows, or all if that is None.

    Said once, and again only to see another's: nobody else changes it.
    """
    seen = row_security.EVERYWHERE if centre is None else row_security.CENTRE, centre
    if connection.info.get("seen") != seen:
        connection.info.pop("seen", None)
        connection.exec_driver_sql(
            "SELECT set_config('role', %s, false), set_config(%s, %s, false)",
            (seen[0], row_security.SETTING, centre or ""),
        )
        connection.commit()  # of what the library takes for a transaction
        connection.info["seen"] = seen
