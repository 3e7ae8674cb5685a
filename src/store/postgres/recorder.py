"""Events in PostgreSQL, where one round trip appends them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from threading import Event as Flag
from time import monotonic
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
from eventsourcing.persistence import ProgrammingError
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection, Cursor
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row, tuple_row
from psycopg.sql import SQL, Composed

from store.codec import StoredRow
from store.envelope import Held, Position
from store.postgres.revision import require_revision
from store.postgres.server_faults import refused_by_server
from store.postgres.tables import (
    APPEND,
    BOOKMARKS,
    DOUBLED,
    ERASURES,
    FILE,
    HEAD,
    HELD,
    HISTORIES,
    KEY_IN_USE,
    KEYS,
    LISTEN,
    LOCK,
    LOG,
    LOST_KEYS,
    ONE_ERASURE_MORE,
    REWRAP,
    WRAPPED,
)
from store.recorder import (
    Append,
    AppendRefusal,
    RefusedError,
    ReservationRequest,
    asked_once,
    retry_connection,
)

Query: TypeAlias = SQL | Composed

CONNECTIONS = 9
WAIT_SECONDS = 5.0
"""How long one may wait for a connection, each time one asks."""

CONNECT_SECONDS = 5
"""How long a server may take to answer at all, unless its address says otherwise."""

POLL_SECONDS = 1.0
SLICE_SECONDS = 0.1
IN_UTC = "-c timezone=UTC"
OPTIONS = f"{IN_UTC} -c enable_seqscan=off -c jit=off"
"""Every query here has its index: a plan made while a table was empty must use it."""


def patiently(url: str) -> str:
    """Add a connection time-out to the address, unless it has one."""
    said = conninfo_to_dict(url)
    return make_conninfo(
        url, connect_timeout=said.get("connect_timeout", CONNECT_SECONDS)
    )


def why_closed(url: str) -> psycopg.Error | None:
    """Connect once without the pool to learn why connecting fails; the pool does not say."""
    try:
        psycopg.connect(patiently(url)).close()
    except psycopg.Error as error:
        return error
    return None


class PooledDatastore(PostgresDatastore):
    """A server: a few connections, opened as they are needed."""

    def __init__(self, url: str) -> None:
        said = conninfo_to_dict(url)
        super().__init__(
            dbname=str(said.get("dbname", "")),
            host=str(said.get("host", "")),
            port=str(said.get("port", "")),
            user=str(said.get("user", "")),
            password=str(said.get("password", "")),
            connect_timeout=WAIT_SECONDS,
            pool_size=1,
            max_overflow=CONNECTIONS - 1,
        )
        options = f"{said.get('options') or ''} {OPTIONS}"
        self._conninfo = make_conninfo(patiently(url), options=options)
        self.pool.conninfo = self._conninfo
        # Else it waits twice as long each time, and the longer the outage the longer.
        self.pool.reconnect_timeout = WAIT_SECONDS
        self.pool.kwargs = {"row_factory": dict_row}

    @contextmanager
    def get_connection(self) -> Iterator[Connection[Any]]:
        try:
            with super().get_connection() as connection:
                yield connection
        except ProgrammingError as error:
            if unusable := refused_by_server(error.__cause__):
                raise unusable from error
            raise

    def connect(self) -> Connection[Any]:
        """Open a connection that is not one of the pool's."""
        return psycopg.connect(self._conninfo, autocommit=True)

    def register_type_adapters(self) -> None:
        """Do nothing: the library registers types that are not used here."""


class PostgresRecorder(PostgresApplicationRecorder):
    """The event sourcing library's recorder, with a server-side function that appends."""

    datastore: PooledDatastore

    def __init__(self, url: str) -> None:
        """Raise NotMigrated, which says what to run, unless the tables are as they must be."""
        super().__init__(PooledDatastore(url))
        self.sql_create_statements = []
        try:
            with self._cursor() as c:
                require_revision(c)
        except BaseException:
            self.close()
            raise

    def append_all(self, appends: Sequence[Append]) -> Sequence[Position]:
        """Do all of these in one round trip, or raise RefusedError and write nothing."""
        events = [event for a in appends for event in a.events]
        ends = [*accumulate(len(a.events) for a in appends)]
        ended = list(zip(appends, ends, strict=True))
        keys = {p: wrapped for a in appends for p, wrapped in a.new_keys.items()}
        with self._cursor() as c:
            c.execute(
                APPEND,
                (
                    *_columns(events, 4),
                    *_columns([each for a in appends for each in a.expected], 2),
                    *_columns(
                        [(*r[:3], end) for a, end in ended for r in a.reserve], 4
                    ),
                    *_columns([each for a in appends for each in a.release], 3),
                    *_columns([(*a.once, end) for a, end in ended if a.once], 5),
                    list(keys),
                    list(keys.values()),
                    [person for a in appends for person in a.living],
                    max((a.at for a in appends if a.at), default=None),
                ),
                prepare=True,
            )
            why, position, stream, scope, key, digest = c.fetchall()[0]
        if why is not None:
            raise _refused_error(
                AppendRefusal(why), position, (scope, key, stream, digest)
            )
        return [position - len(events) + end for end in ends]

    @retry_connection
    def histories(self, streams: Mapping[UUID, int]) -> tuple[Sequence[StoredRow], int]:
        """Read each stream from after a version; the rows of a stream are in order."""
        return _stored_rows(self._all(HISTORIES, [list(streams), [*streams.values()]]))

    @retry_connection
    def log(self, after: Position, limit: int) -> tuple[Sequence[StoredRow], int]:
        return _stored_rows(self._all(LOG, [after + 1, limit]))

    @retry_connection
    def find_duplicate_version(self) -> Position | None:
        found: Position | None = self._all(DOUBLED)[0][0]
        return found

    @retry_connection
    def head(self) -> Position:
        return int(self._all(HEAD)[0][0])

    @retry_connection
    def erasures(self) -> int:
        return int(self._all(ERASURES)[0][0])

    @retry_connection
    def find_reservations(self, scope: str, keys: Sequence[str]) -> Sequence[Held]:
        return [
            _reservation_holder(row) for row in self._all(HELD, [scope, list(keys)])
        ]

    @retry_connection
    def replace_reservations(self, held: Iterable[Held], *, at: Position) -> bool:
        """Put these in place of all there are, if the log still ends there."""
        rows = [(h.scope, h.key, h.stream, h.digest, h.position) for h in held]
        with self._writing() as c:
            if c.execute(HEAD).fetchone() != (at,):
                return False
            c.execute("DELETE FROM reservations")
            c.executemany("INSERT INTO reservations VALUES (%s, %s, %s, %s, %s)", rows)
        return True

    @retry_connection
    def person_keys(self, persons: Iterable[UUID]) -> Mapping[UUID, bytes | None]:
        return dict(self._all(KEYS, [list(persons)]))

    @retry_connection
    def wrapped_keys(
        self, after: UUID | None, limit: int
    ) -> Sequence[tuple[UUID, bytes]]:
        return self._all(WRAPPED, [after or UUID(int=0), limit])

    @retry_connection
    def lost_keys(self) -> Sequence[UUID]:
        return [row[0] for row in self._all(LOST_KEYS)]

    @retry_connection
    def rewrap(self, keys: Sequence[tuple[UUID, bytes, bytes]]) -> None:
        with self._cursor() as c, c.connection.transaction():
            c.execute(REWRAP, _columns(keys, 3))

    @retry_connection
    def key_in_use(self) -> str | None:
        found = self._all(KEY_IN_USE)
        return str(found[0][0]) if found else None

    @retry_connection
    def use_key(self, mark: str) -> None:
        with self._writing() as c:
            c.execute(
                "INSERT INTO about VALUES ('key in use', %s)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                [mark],
            )
            c.execute(ONE_ERASURE_MORE)

    @retry_connection
    def forget(self, person_id: UUID) -> None:
        """Delete the person's key, and the files sealed under it."""
        with self._writing() as c:
            c.execute(
                "INSERT INTO person_keys VALUES (%s, NULL)"
                " ON CONFLICT (person_id) DO UPDATE SET wrapped = NULL",
                [person_id],
            )
            c.execute("DELETE FROM files WHERE key_of = %s", [person_id])
            c.execute(ONE_ERASURE_MORE)

    @asked_once
    def put_file(
        self, name: str, content: bytes, key_of: UUID, new_key: bytes | None
    ) -> bool:
        """Store a sealed file, and its key if it is new. False if the person's key has changed."""
        with self._writing() as c:
            found = c.execute(
                "SELECT wrapped FROM person_keys WHERE person_id = %s", [key_of]
            ).fetchone()
            if (found is None) != (new_key is not None) or found == (None,):
                return False
            if new_key is not None:
                c.execute("INSERT INTO person_keys VALUES (%s, %s)", [key_of, new_key])
            c.execute("INSERT INTO files VALUES (%s, %s, %b)", [name, key_of, content])
        return True

    @retry_connection
    def file(self, name: str) -> tuple[UUID, bytes, int] | None:
        found = self._all(FILE, [name])
        return found[0] if found else None

    @retry_connection
    def drop_file(self, name: str) -> None:
        with self._writing() as c:
            c.execute("DELETE FROM files WHERE name = %s", [name])

    @retry_connection
    def checkpoints(self) -> Mapping[str, Position]:
        return dict(self._all(BOOKMARKS))

    @retry_connection
    def set_checkpoints(self, positions: Mapping[str, Position]) -> None:
        with self._cursor() as c:
            c.execute(
                "INSERT INTO bookmarks SELECT * FROM unnest(%s::text[], %s::bigint[])"
                " ON CONFLICT (name) DO UPDATE SET position = excluded.position",
                [list(positions), list(positions.values())],
            )

    @retry_connection
    def mark(self, new_mark: str | None) -> str | None:
        """Read the mark of the master key, or make it if there is none yet."""
        with self._writing() as c:
            if new_mark is not None:
                c.execute(
                    "INSERT INTO about VALUES ('key', %s) ON CONFLICT DO NOTHING",
                    [new_mark],
                )
            found = c.execute("SELECT value FROM about WHERE name = 'key'").fetchone()
        return None if found is None else str(found[0])

    def listen(self, heard: Callable[[Position], None], stop: Flag) -> None:
        """Call ``heard`` with each new head of the log, whichever process writes, until stopped.

        It listens and asks each second as well: a connection can go deaf unnoticed.
        """
        while not stop.is_set():
            try:
                with self.datastore.connect() as connection:
                    connection.execute(LISTEN)
                    while not stop.is_set():
                        (position,) = connection.execute(HEAD).fetchone() or (0,)
                        heard(int(position))
                        _hear(connection, heard, stop)
            except psycopg.Error:
                stop.wait(POLL_SECONDS)

    def close(self) -> None:
        self.datastore.close()

    @contextmanager
    def _cursor(self) -> Iterator[Cursor[Any]]:
        with (
            self.datastore.get_connection() as connection,
            connection.cursor(binary=True, row_factory=tuple_row) as cursor,
        ):
            yield cursor

    @contextmanager
    def _writing(self) -> Iterator[Cursor[Any]]:
        """Give a transaction that holds the writer's lock."""
        with self._cursor() as c, c.connection.transaction():
            c.execute(LOCK)
            yield c

    def _all(self, query: Query, asked: Sequence[object] = ()) -> list[Any]:
        with self._cursor() as c:
            return c.execute(query, asked, prepare=True).fetchall()


def _hear(
    connection: Connection[Any], heard: Callable[[Position], None], stop: Flag
) -> None:
    """Pass on what is notified for a second, or until told to stop."""
    until = monotonic() + POLL_SECONDS
    while monotonic() < until and not stop.is_set():
        for told in connection.notifies(timeout=SLICE_SECONDS, stop_after=1):
            heard(int(told.payload))


def _columns(rows: Sequence[tuple[Any, ...]], count: int) -> list[list[Any]]:
    return [[row[column] for row in rows] for column in range(count)]


def _refused_error(
    why: AppendRefusal,
    position: Position | None,
    said: tuple[str, str, UUID, str | None],
) -> RefusedError:
    match why:
        case AppendRefusal.MOVED:
            return RefusedError(why, stream=said[2])
        case AppendRefusal.KEYS:
            return RefusedError(why)
        case AppendRefusal.NOT_HELD:
            return RefusedError(why, claim=ReservationRequest(*said))
        case _:
            scope, key, stream, digest = said
            return RefusedError(
                why, held=_reservation_holder((scope, key, stream, digest, position))
            )


def _reservation_holder(row: tuple[Any, ...]) -> Held:
    scope, key, stream, digest, position = row
    return Held(scope=scope, key=key, stream=stream, digest=digest, position=position)


def _stored_rows(rows: Sequence[tuple[Any, ...]]) -> tuple[list[StoredRow], int]:
    found = [StoredRow(*row[:-1]) for row in rows if row[0] is not None]
    return found, rows[0][-1] if rows else 0
