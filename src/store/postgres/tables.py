"""What is asked of the tables of events in PostgreSQL, which migrations make."""

from psycopg.sql import SQL

CHANNEL = "stored_events"
WRITING = 7_216_501
"""The advisory lock of whoever appends; the function ``append_all`` takes it too."""

APPEND = SQL(
    "SELECT * FROM append_all(%b::uuid[], %b::bigint[], %b::text[], %b::bytea[],"
    " %b::uuid[], %b::bigint[], %b::text[], %b::text[], %b::uuid[], %b::bigint[],"
    " %b::text[], %b::text[], %b::uuid[], %b::text[], %b::text[], %b::uuid[],"
    " %b::text[], %b::bigint[], %b::uuid[], %b::bytea[], %b::uuid[], %b::timestamptz)"
)
ERASURES = SQL("SELECT value::bigint FROM about WHERE name = 'erasures'")
COLUMNS = SQL(
    "notification_id, originator_id, originator_version, topic,"
    " greatest(least(recorded_at, '9999-12-30'), '0001-01-02') AS recorded_at, state,"
    " ({})"
).format(ERASURES)
"""What is read of an event; a moment that Python has none for is read as another."""
HISTORIES = SQL(
    "SELECT {} FROM (SELECT) AS always LEFT JOIN ("
    "SELECT stored_events.* FROM unnest(%b::uuid[], %b::bigint[]) AS known(id, version)"
    " JOIN stored_events"
    " ON originator_id = known.id AND originator_version > known.version"
    ") AS later ON true ORDER BY originator_id, originator_version"
).format(COLUMNS)
"""Always a row, for the number of erasures: its position is NULL if there is no event."""
LOG = SQL(
    "SELECT {} FROM stored_events WHERE notification_id >= %b"
    " ORDER BY notification_id LIMIT %b"
).format(COLUMNS)
DOUBLED = SQL(
    "SELECT min(notification_id) FROM (SELECT notification_id, row_number() OVER ("
    "PARTITION BY originator_id, originator_version ORDER BY notification_id) AS nth"
    " FROM stored_events) numbered WHERE nth > 1"
)
HEAD = SQL("SELECT coalesce(max(notification_id), 0) FROM stored_events")
FILE = SQL("SELECT key_of, content, ({}) FROM files WHERE name = %b").format(ERASURES)
LOCK = SQL("SELECT pg_advisory_xact_lock({})").format(WRITING)
LISTEN = SQL("LISTEN {}").format(SQL(CHANNEL))
HELD = SQL("SELECT * FROM reservations WHERE scope = %b AND key = ANY(%b::text[])")
KEYS = SQL("SELECT * FROM person_keys WHERE person_id = ANY(%b::uuid[])")
WRAPPED = SQL(
    "SELECT person_id, wrapped FROM person_keys WHERE person_id > %b"
    " AND wrapped IS NOT NULL ORDER BY person_id LIMIT %b"
)
LOST_KEYS = SQL(
    "SELECT person_id FROM person_keys WHERE wrapped IS NULL ORDER BY person_id"
)
REWRAP = SQL(
    "UPDATE person_keys SET wrapped = anew.wrapped"
    " FROM unnest(%b::uuid[], %b::bytea[], %b::bytea[]) AS anew(person_id, was, wrapped)"
    " WHERE person_keys.person_id = anew.person_id AND person_keys.wrapped = anew.was"
)
KEY_IN_USE = SQL("SELECT value FROM about WHERE name = 'key in use'")
ONE_ERASURE_MORE = SQL(
    "UPDATE about SET value = value::bigint + 1 WHERE name = 'erasures'"
)
BOOKMARKS = SQL("SELECT name, position FROM bookmarks")
