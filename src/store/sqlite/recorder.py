"""Events in one SQLite file: the embedded default."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event as Flag
from time import monotonic, sleep
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from store.codec import StoredRow, encode
from store.envelope import Held, Position
from store.errors import DatabaseUnusable, NotBegun, Unavailable
from store.recorder import (
    Append,
    AppendRefusal,
    RefusedError,
    ReservationRequest,
    asked_once,
    retry_connection,
)
from store.sqlite.file import BUSY_SECONDS, SqliteDatastore
from store.sqlite.tables import (
    DOUBLED,
    ERASURES,
    FILE,
    HELD,
    HISTORIES,
    KEY,
    KEYS,
    LATEST,
    LOG,
    RESERVATION,
    TABLES,
    VERSION,
    read_rows,
)

POLL_SECONDS = 0.05


def require_begun(file: Path) -> None:
    """Raise NotBegun unless the file is there; DatabaseUnusable if it alone is gone."""
    if file.exists():
        return
    missing = f"there is no file {file.absolute()}"
    if beside := min(file.parent.glob("*.db"), default=None):
        raise DatabaseUnusable(
            f"Events are missing: {missing}, but {beside.name} is beside it. Put it back"
            " from a backup, or name another folder to begin anew."
        )
    raise NotBegun(missing)


class SQLiteRecorder(SQLiteApplicationRecorder):
    """The event sourcing library's recorder, extended to write everything in one transaction."""

    def __init__(self, folder: Path, *, begin: bool) -> None:
        file = folder / "events.db"
        if begin:
            folder.mkdir(parents=True, exist_ok=True)
        else:
            require_begun(file)
        super().__init__(SqliteDatastore(file))
        try:
            self._use_wal()
            self.create_table()
        except BaseException:
            self.close()
            raise

    def construct_create_table_statements(self) -> list[str]:
        return list(TABLES)

    def _use_wal(self) -> None:
        """Turn the write-ahead log on; other processes may do so at the same time."""
        until = monotonic() + BUSY_SECONDS
        with self.datastore.get_connection(commit=True) as connection:
            while True:
                try:
                    connection.cursor().execute("PRAGMA journal_mode = WAL")
                except sqlite3.OperationalError:
                    if monotonic() > until:
                        raise
                    sleep(POLL_SECONDS)
                else:
                    return

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[Position]:
        """Append all of it, or raise RefusedError and write nothing."""
        with self.datastore.transaction(commit=True) as c:
            return self._insert_events(c, stored_events, **kwargs)

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int]:
        asked: Append = kwargs["asked"]
        _require_versions(c, asked.expected)
        _put_keys(c, asked)
        c.execute(LATEST)
        head, latest = c.fetchone() or (0, "")
        now = (asked.at or datetime.now(UTC)).astimezone(UTC)
        at = max(now.isoformat(timespec="microseconds"), latest)
        positions = range(head + 1, head + 1 + len(stored_events))
        c.executemany(
            "INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    position,
                    _hex(s.originator_id),
                    s.originator_version,
                    s.topic,
                    at,
                    s.state,
                )
                for position, s in zip(positions, stored_events, strict=True)
            ],
        )
        _release(c, asked.release)
        _reserve(c, asked, positions[-1])
        return positions

    @retry_connection
    def histories(self, streams: Mapping[UUID, int]) -> tuple[Sequence[StoredRow], int]:
        """Read each stream from after a version; the rows of a stream are in order."""
        known = encode({stream.hex: version for stream, version in streams.items()})
        with self.datastore.transaction(commit=False) as c:
            c.execute(HISTORIES, (known.decode(),))
            return read_rows(c.fetchall())

    @retry_connection
    def log(self, after: Position, limit: int) -> tuple[Sequence[StoredRow], int]:
        with self.datastore.transaction(commit=False) as c:
            c.execute(LOG, (after + 1, limit))
            return read_rows(c.fetchall())

    @retry_connection
    def find_duplicate_version(self) -> Position | None:
        with self.datastore.transaction(commit=False) as c:
            c.execute(DOUBLED)
            (position,) = c.fetchone() or (None,)
        return position

    @retry_connection
    def head(self) -> Position:
        return self.max_notification_id() or 0

    @retry_connection
    def erasures(self) -> int:
        with self.datastore.transaction(commit=False) as c:
            c.execute(ERASURES)
            return int(c.fetchone()[0])

    @retry_connection
    def find_reservations(self, scope: str, keys: Sequence[str]) -> Sequence[Held]:
        with self.datastore.transaction(commit=False) as c:
            c.execute(HELD, (scope, encode(keys).decode()))
            return [_reservation_holder(row) for row in c.fetchall()]

    @retry_connection
    def replace_reservations(self, held: Iterable[Held], *, at: Position) -> bool:
        """Put these in place of all there are, if the log still ends there."""
        with self.datastore.transaction(commit=True) as c:
            if (self._max_notification_id(c) or 0) != at:
                return False
            c.execute("DELETE FROM reservations")
            c.executemany(
                "INSERT INTO reservations VALUES (?, ?, ?, ?, ?)",
                [(h.scope, h.key, h.stream.hex, h.digest, h.position) for h in held],
            )
        return True

    @retry_connection
    def person_keys(self, persons: Iterable[UUID]) -> Mapping[UUID, bytes | None]:
        with self.datastore.transaction(commit=False) as c:
            c.execute(KEYS, (_encode_ids(persons),))
            return {UUID(person): wrapped for person, wrapped in c.fetchall()}

    @retry_connection
    def forget(self, person_id: UUID) -> None:
        """Delete the person's key, from the write-ahead log too, and the files sealed under it."""
        with self.datastore.transaction(commit=True) as c:
            c.execute(
                "INSERT INTO person_keys VALUES (?, NULL)"
                " ON CONFLICT (person_id) DO UPDATE SET wrapped = NULL",
                (person_id.hex,),
            )
            c.execute("DELETE FROM files WHERE key_of = ?", (person_id.hex,))
            c.execute("UPDATE about SET value = value + 1 WHERE name = 'erasures'")
        with self.datastore.get_connection(commit=True) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @asked_once
    def put_file(
        self, name: str, content: bytes, key_of: UUID, new_key: bytes | None
    ) -> bool:
        """Store a sealed file, and its key if it is new. False if the person's key has changed."""
        with self.datastore.transaction(commit=True) as c:
            c.execute(KEY, (key_of.hex,))
            found = c.fetchone()
            if (found is None) != (new_key is not None) or found == (None,):
                return False
            if new_key is not None:
                c.execute(
                    "INSERT INTO person_keys VALUES (?, ?)", (key_of.hex, new_key)
                )
            c.execute("INSERT INTO files VALUES (?, ?, ?)", (name, key_of.hex, content))
        return True

    @retry_connection
    def file(self, name: str) -> tuple[UUID, bytes, int] | None:
        with self.datastore.transaction(commit=False) as c:
            c.execute(FILE, (name,))
            found = c.fetchone()
        return None if found is None else (UUID(found[0]), found[1], found[2])

    @retry_connection
    def drop_file(self, name: str) -> None:
        with self.datastore.transaction(commit=True) as c:
            c.execute("DELETE FROM files WHERE name = ?", (name,))

    @retry_connection
    def checkpoints(self) -> Mapping[str, Position]:
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT name, position FROM bookmarks")
            return dict(c.fetchall())

    @retry_connection
    def set_checkpoints(self, positions: Mapping[str, Position]) -> None:
        with self.datastore.transaction(commit=True) as c:
            c.executemany(
                "INSERT OR REPLACE INTO bookmarks VALUES (?, ?)", positions.items()
            )

    @retry_connection
    def mark(self, new_mark: str | None) -> str | None:
        """Read the mark of the master key, or make it if there is none yet."""
        with self.datastore.transaction(commit=new_mark is not None) as c:
            if new_mark is not None:
                c.execute("INSERT OR IGNORE INTO about VALUES ('key', ?)", (new_mark,))
            c.execute("SELECT value FROM about WHERE name = 'key'")
            (mark,) = c.fetchone() or (None,)
        return mark

    def listen(self, heard: Callable[[Position], None], stop: Flag) -> None:
        """Call ``heard`` with each new head of the log, whichever process writes, until stopped."""
        while not stop.wait(POLL_SECONDS):
            with suppress(Unavailable):  # whoever reads next says so
                heard(self.head())

    def close(self) -> None:
        self.datastore.close()


def _require_versions(c: SQLiteCursor, expected: Iterable[tuple[UUID, int]]) -> None:
    for stream, version in expected:
        c.execute(VERSION, (stream.hex,))
        if (c.fetchone()[0] or 0) != version:
            raise RefusedError(AppendRefusal.MOVED, stream=stream)


def _put_keys(c: SQLiteCursor, asked: Append) -> None:
    for person in asked.living:
        c.execute(KEY, (person.hex,))
        if c.fetchone() in {None, (None,)}:
            raise RefusedError(AppendRefusal.KEYS)
    try:
        c.executemany(
            "INSERT INTO person_keys VALUES (?, ?)",
            [(person.hex, wrapped) for person, wrapped in asked.new_keys.items()],
        )
    except sqlite3.IntegrityError:
        raise RefusedError(AppendRefusal.KEYS) from None


def _release(c: SQLiteCursor, release: Iterable[ReservationRequest]) -> None:
    for claim in release:
        c.execute(
            "DELETE FROM reservations WHERE scope = ? AND key = ? AND stream = ?"
            " RETURNING 1",
            (claim.scope, claim.key, claim.stream.hex),
        )
        if c.fetchone() is None:
            raise RefusedError(AppendRefusal.NOT_HELD, claim=claim)


def _reserve(c: SQLiteCursor, asked: Append, position: Position) -> None:
    if asked.once is not None:
        c.execute(RESERVATION, (asked.once.scope, asked.once.key))
        if found := c.fetchone():
            raise RefusedError(AppendRefusal.DONE, held=_reservation_holder(found))
    for claim in asked.reserve:
        c.execute(RESERVATION, (claim.scope, claim.key))
        if (found := c.fetchone()) and found[2] != claim.stream.hex:
            raise RefusedError(AppendRefusal.RESERVED, held=_reservation_holder(found))
    claims = asked.reserve if asked.once is None else (*asked.reserve, asked.once)
    c.executemany(
        "INSERT OR IGNORE INTO reservations VALUES (?, ?, ?, ?, ?)",
        [(r.scope, r.key, r.stream.hex, r.digest, position) for r in claims],
    )


def _reservation_holder(row: tuple[str, str, str, str | None, int]) -> Held:
    scope, key, stream, digest, position = row
    return Held(
        scope=scope, key=key, stream=UUID(stream), digest=digest, position=position
    )


def _encode_ids(ids: Iterable[UUID]) -> str:
    return encode([i.hex for i in ids]).decode()


def _hex(stream: UUID | str) -> str:
    return stream.hex if isinstance(stream, UUID) else stream
