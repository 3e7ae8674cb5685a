"""Events in one SQLite file: the embedded default."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import accumulate, chain
from operator import itemgetter
from pathlib import Path
from threading import Event as Flag
from time import monotonic, sleep
from uuid import UUID

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
    KEY_IN_USE,
    KEYS,
    LATEST,
    LIVING,
    LOG,
    LOST_KEYS,
    MIGRATIONS,
    MOVED,
    ONE_ERASURE_MORE,
    RESERVATION,
    RESERVED,
    REWRAP,
    WRAPPED,
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
            with self.datastore.transaction(commit=True) as c:
                _migrate(c, file)
        except BaseException:
            self.close()
            raise

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

    def append_all(self, appends: Sequence[Append]) -> Sequence[Position]:
        """Do all of these in one transaction, or raise RefusedError and write nothing."""
        with self.datastore.transaction(commit=True) as c:
            events = [event for a in appends for event in a.events]
            new = {event.stream for event in events if event.version == 1}
            # That those are new is what the table's own constraint says.
            expected = [each for a in appends for each in a.expected]
            _require_versions(c, [each for each in expected if each[0] not in new])
            _put_keys(c, appends)
            c.execute(LATEST)
            head, latest = c.fetchone() or (0, "")
            now = max((a.at for a in appends if a.at), default=None) or datetime.now(
                UTC
            )
            at = max(now.astimezone(UTC).isoformat(timespec="microseconds"), latest)
            rows = [
                (position, e.stream.hex, e.version, e.topic, at, e.state)
                for position, e in enumerate(events, head + 1)
            ]
            try:
                c.executemany(
                    "INSERT INTO stored_events VALUES (?, ?, ?, ?, ?, ?)", rows
                )
            except sqlite3.IntegrityError:
                c.execute("DELETE FROM stored_events WHERE position > ?", (head,))
                _require_versions(c, expected)
                raise
            lasts = [*accumulate((len(a.events) for a in appends), initial=head)][1:]
            _release(c, [claim for a in appends for claim in a.release])
            _reserve(c, list(zip(appends, lasts, strict=True)))
        return lasts

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
    def wrapped_keys(
        self, after: UUID | None, limit: int
    ) -> Sequence[tuple[UUID, bytes]]:
        with self.datastore.transaction(commit=False) as c:
            c.execute(WRAPPED, (after.hex if after else "", limit))
            return [(UUID(person), wrapped) for person, wrapped in c.fetchall()]

    @retry_connection
    def lost_keys(self) -> Sequence[UUID]:
        with self.datastore.transaction(commit=False) as c:
            c.execute(LOST_KEYS)
            return [UUID(person) for (person,) in c.fetchall()]

    @retry_connection
    def rewrap(self, keys: Sequence[tuple[UUID, bytes, bytes]]) -> None:
        with self.datastore.transaction(commit=True) as c:
            c.executemany(REWRAP, [(new, person.hex, was) for person, was, new in keys])

    @retry_connection
    def key_in_use(self) -> str | None:
        with self.datastore.transaction(commit=False) as c:
            c.execute(KEY_IN_USE)
            (mark,) = c.fetchone() or (None,)
        return mark

    @retry_connection
    def use_key(self, mark: str) -> None:
        with self.datastore.transaction(commit=True) as c:
            c.execute("INSERT OR REPLACE INTO about VALUES ('key in use', ?)", (mark,))
            c.execute(ONE_ERASURE_MORE)
        self._wipe_log()

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
            c.execute(ONE_ERASURE_MORE)
        self._wipe_log()

    def _wipe_log(self) -> None:
        """Empty the write-ahead log, which has what was overwritten."""
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


def _require_versions(c: SQLiteCursor, expected: Sequence[tuple[UUID, int]]) -> None:
    c.execute(
        MOVED, (_encode([(stream.hex, version) for stream, version in expected]),)
    )
    if moved := c.fetchone():
        raise RefusedError(AppendRefusal.MOVED, stream=UUID(moved[0]))


def _put_keys(c: SQLiteCursor, appends: Sequence[Append]) -> None:
    if living := {person for a in appends for person in a.living}:
        c.execute(LIVING, (_encode([person.hex for person in living]),))
        if c.fetchone() != (len(living),):
            raise RefusedError(AppendRefusal.KEYS)
    new = sorted((p.hex, wrapped) for a in appends for p, wrapped in a.new_keys.items())
    try:
        c.executemany("INSERT INTO person_keys VALUES (?, ?)", new)
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


def _reserve(c: SQLiteCursor, appends: Sequence[tuple[Append, Position]]) -> None:
    """Reserve what each append asks for, at its last position."""
    rows: list[tuple[str, str, str, str | None, Position]] = []
    for append, last in appends:
        if once := append.once:
            c.execute(RESERVATION, (once.scope, once.key))
            if found := c.fetchone():
                raise RefusedError(AppendRefusal.DONE, held=_reservation_holder(found))
            rows.append((*once[:2], once.stream.hex, once.digest, last))
    claims = [
        (r.scope, r.key, r.stream.hex, r.digest, last)
        for append, last in appends
        for r in append.reserve
    ]
    if rows := sorted([*claims, *rows], key=itemgetter(0, 1)):
        try:
            c.executemany("INSERT INTO reservations VALUES (?, ?, ?, ?, ?)", rows)
        except sqlite3.IntegrityError:
            c.execute(RESERVED, (_encode(claims),))
            if found := c.fetchone():
                raise RefusedError(
                    AppendRefusal.RESERVED, held=_reservation_holder(found)
                ) from None
            c.executemany(
                "INSERT OR IGNORE INTO reservations VALUES (?, ?, ?, ?, ?)", rows
            )


def _reservation_holder(row: tuple[str, str, str, str | None, int]) -> Held:
    scope, key, stream, digest, position = row
    return Held(
        scope=scope, key=key, stream=UUID(stream), digest=digest, position=position
    )


def _encode_ids(ids: Iterable[UUID]) -> str:
    return _encode([i.hex for i in ids])


def _encode(values: object) -> str:
    return encode(values).decode()


def _migrate(c: SQLiteCursor, file: Path) -> None:
    """Bring a file's tables to the newest version. DatabaseUnusable if they are newer."""
    c.execute("PRAGMA user_version")
    (version,) = c.fetchone() or (0,)
    if version > len(MIGRATIONS):
        raise DatabaseUnusable(
            f"The file {file} was migrated by a newer version of this program to version"
            f" {version}, and this one knows {len(MIGRATIONS)} only: run the newest."
        )
    for statement in chain.from_iterable(MIGRATIONS[version:]):
        c.execute(statement)
    if version < len(MIGRATIONS):
        c.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
