"""The tables of events in SQLite, what is asked of them, and how rows are read."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from store.codec import StoredRow

TABLES = (
    """CREATE TABLE IF NOT EXISTS stored_events (
        position INTEGER PRIMARY KEY,
        originator_id TEXT NOT NULL,
        originator_version INTEGER NOT NULL,
        topic TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        state BLOB NOT NULL,
        UNIQUE (originator_id, originator_version))""",
    """CREATE TABLE IF NOT EXISTS reservations (
        scope TEXT, key TEXT, stream TEXT NOT NULL, digest TEXT,
        position INTEGER NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS person_keys (
        person_id TEXT PRIMARY KEY, wrapped BLOB) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS files (
        name TEXT PRIMARY KEY, key_of TEXT NOT NULL, content BLOB NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS bookmarks (
        name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS about (
        name TEXT PRIMARY KEY, value ANY) WITHOUT ROWID""",
    "INSERT OR IGNORE INTO about VALUES ('erasures', 0)",
)
MIGRATIONS = (TABLES,)
"""What brings a file from each version to the next; they are frozen once released."""
ERASURES = "SELECT value FROM about WHERE name = 'erasures'"
HISTORIES = """
    SELECT position, originator_id, originator_version, topic, recorded_at, state, value
    FROM about LEFT JOIN (
        SELECT stored_events.* FROM json_each(?) AS known CROSS JOIN stored_events
        ON originator_id = known.key AND originator_version > known.value)
    WHERE name = 'erasures' ORDER BY originator_id, originator_version"""
"""Always a row, for the number of erasures: its position is NULL if there is no event."""
LOG = """
    SELECT position, originator_id, originator_version, topic, recorded_at, state,
        (SELECT value FROM about WHERE name = 'erasures')
    FROM stored_events WHERE position >= ? ORDER BY position LIMIT ?"""
DOUBLED = """
    SELECT min(position) FROM (SELECT position, row_number() OVER (
        PARTITION BY originator_id, originator_version ORDER BY position) AS nth
    FROM stored_events) WHERE nth > 1"""
WRAPPED = """SELECT person_id, wrapped FROM person_keys
    WHERE person_id > ? AND wrapped IS NOT NULL ORDER BY person_id LIMIT ?"""
LOST_KEYS = "SELECT person_id FROM person_keys WHERE wrapped IS NULL ORDER BY person_id"
REWRAP = "UPDATE person_keys SET wrapped = ? WHERE person_id = ? AND wrapped = ?"
KEY_IN_USE = "SELECT value FROM about WHERE name = 'key in use'"
ONE_ERASURE_MORE = "UPDATE about SET value = value + 1 WHERE name = 'erasures'"
LATEST = (
    "SELECT position, recorded_at FROM stored_events ORDER BY position DESC LIMIT 1"
)
MOVED = """
    SELECT json_extract(value, '$[0]') AS stream FROM json_each(?)
    WHERE json_extract(value, '$[1]') <> coalesce((SELECT max(originator_version)
        FROM stored_events WHERE originator_id = stream), 0) LIMIT 1"""
HELD = """SELECT * FROM reservations
    WHERE scope = ? AND key IN (SELECT value FROM json_each(?))"""
RESERVATION = "SELECT * FROM reservations WHERE scope = ? AND key = ?"
RESERVED = """
    SELECT reservations.* FROM json_each(?) AS claim CROSS JOIN reservations
        ON reservations.scope = json_extract(claim.value, '$[0]')
        AND reservations.key = json_extract(claim.value, '$[1]')
    WHERE reservations.stream <> json_extract(claim.value, '$[2]') LIMIT 1"""
KEYS = "SELECT * FROM person_keys WHERE person_id IN (SELECT value FROM json_each(?))"
LIVING = """SELECT count(*) FROM person_keys WHERE wrapped NOTNULL
    AND person_id IN (SELECT value FROM json_each(?))"""
KEY = "SELECT wrapped FROM person_keys WHERE person_id = ?"
FILE = """SELECT key_of, content, (SELECT value FROM about WHERE name = 'erasures')
    FROM files WHERE name = ?"""

NEVER = datetime.min.replace(tzinfo=UTC)


def read_rows(found: Iterable[tuple[Any, ...]]) -> tuple[list[StoredRow], int]:
    """Read rows as they were found, and how many erasures there have been.

    A row that is not written as this service writes it is read as one without a state,
    for which nothing vouches (H5): SQLite keeps anything in any column.
    """
    rows = []
    erasures = 0
    when: dict[str, datetime] = {}
    for position, stream, version, topic, at, state, counted in found:
        erasures = counted
        if position is None:
            continue
        try:
            if at not in when:
                when[at] = _moment(at)
            row = StoredRow(position, UUID(stream), version, topic, when[at], state)
        except (AttributeError, OverflowError, TypeError, ValueError):
            row = None
        if row is None or not (
            row.stream.hex == stream
            and type(version) is int
            and type(topic) is str
            and type(state) is bytes
        ):
            row = StoredRow(position, UUID(int=0), 0, str(topic), NEVER, b"")
        rows.append(row)
    return rows, erasures


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    if moment.astimezone(UTC).isoformat(timespec="microseconds") != written:
        raise ValueError(written)
    return moment


def read_text(stored: bytes) -> str:
    """Read text, and text that is no UTF-8 any more."""
    return stored.decode(errors="replace")
