"""The tables of events in PostgreSQL, and the function that appends to them."""

from psycopg.sql import SQL

CHANNEL = "stored_events"
WRITING = 7_216_501
MIGRATING = 7_216_502

BEGUN = SQL("""SELECT to_regclass('stored_events') IS NOT NULL, current_database(),
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
    has_database_privilege(current_database(), 'CREATE')""")

STATEMENTS = (
    SQL("SELECT pg_advisory_xact_lock({})").format(MIGRATING),
    SQL("""CREATE TABLE IF NOT EXISTS stored_events (
        originator_id uuid NOT NULL,
        originator_version bigint NOT NULL,
        topic text NOT NULL,
        state bytea NOT NULL,
        notification_id bigserial UNIQUE,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (originator_id, originator_version))"""),
    SQL("""CREATE TABLE IF NOT EXISTS reservations (
        scope text, key text, stream uuid NOT NULL, digest text,
        position bigint NOT NULL, PRIMARY KEY (scope, key))"""),
    SQL("""CREATE TABLE IF NOT EXISTS person_keys (
        person_id uuid PRIMARY KEY, wrapped bytea)"""),
    SQL("""CREATE TABLE IF NOT EXISTS files (
        name text PRIMARY KEY, key_of uuid NOT NULL, content bytea NOT NULL)"""),
    SQL("CREATE INDEX IF NOT EXISTS files_key_of ON files (key_of)"),
    SQL("""CREATE TABLE IF NOT EXISTS bookmarks (
        name text PRIMARY KEY, position bigint NOT NULL)"""),
    SQL("""CREATE TABLE IF NOT EXISTS about (
        name text PRIMARY KEY, value text NOT NULL)"""),
    SQL("INSERT INTO about VALUES ('erasures', '0') ON CONFLICT DO NOTHING"),
    SQL("""
CREATE OR REPLACE FUNCTION append_all(
    ids uuid[], versions bigint[], topics text[], states bytea[],
    expected_ids uuid[], expected_versions bigint[],
    scopes text[], keys text[], streams uuid[], ends bigint[],
    freed_scopes text[], freed_keys text[], freed_streams uuid[],
    once_scopes text[], once_keys text[], once_streams uuid[],
    once_digests text[], once_ends bigint[],
    drawn_ids uuid[], drawn_keys bytea[], living uuid[], moment timestamptz)
RETURNS TABLE (
    why text, at_position bigint, at_stream uuid,
    at_scope text, at_key text, at_digest text)
LANGUAGE plpgsql SET lock_timeout = '10s' AS $$
DECLARE
    latest timestamptz;
    last bigint;
BEGIN
    PERFORM pg_advisory_xact_lock({lock});

    RETURN QUERY SELECT 'moved', NULL::bigint, e.id, NULL, NULL, NULL
        FROM unnest(expected_ids, expected_versions) e(id, version)
        WHERE e.version <> coalesce((SELECT max(s.originator_version)
            FROM stored_events s WHERE s.originator_id = e.id), 0) LIMIT 1;
    IF FOUND THEN RETURN; END IF;

    IF EXISTS (SELECT FROM person_keys WHERE person_id = ANY(drawn_ids))
        OR EXISTS (SELECT FROM unnest(living) l(id) WHERE NOT EXISTS (
            SELECT FROM person_keys
            WHERE person_id = l.id AND wrapped IS NOT NULL)) THEN
        why := 'keys';
        RETURN NEXT;
        RETURN;
    END IF;

    RETURN QUERY SELECT 'not held', NULL::bigint, f.stream, f.scope, f.key, NULL
        FROM unnest(freed_scopes, freed_keys, freed_streams) f(scope, key, stream)
        WHERE NOT EXISTS (SELECT FROM reservations r WHERE
            r.scope = f.scope AND r.key = f.key AND r.stream = f.stream) LIMIT 1;
    IF FOUND THEN RETURN; END IF;

    RETURN QUERY SELECT 'done', r.position, r.stream, r.scope, r.key, r.digest
        FROM unnest(once_scopes, once_keys) o(scope, key)
        JOIN reservations r ON r.scope = o.scope AND r.key = o.key LIMIT 1;
    IF FOUND THEN RETURN; END IF;

    RETURN QUERY SELECT 'reserved', r.position, r.stream, r.scope, r.key, r.digest
        FROM unnest(scopes, keys, streams) w(scope, key, stream)
        JOIN reservations r ON r.scope = w.scope AND r.key = w.key
        WHERE r.stream <> w.stream AND NOT EXISTS (
            SELECT FROM unnest(freed_scopes, freed_keys) f(scope, key)
            WHERE f.scope = r.scope AND f.key = r.key) LIMIT 1;
    IF FOUND THEN RETURN; END IF;

    SELECT s.recorded_at INTO latest FROM stored_events s
        ORDER BY s.notification_id DESC LIMIT 1;
    moment := greatest(coalesce(moment, clock_timestamp()), latest);
    WITH inserted AS (
        INSERT INTO stored_events
            (originator_id, originator_version, topic, state, recorded_at)
        SELECT u.*, moment FROM unnest(ids, versions, topics, states) u
        RETURNING notification_id)
    SELECT max(notification_id) INTO last FROM inserted;

    INSERT INTO person_keys SELECT * FROM unnest(drawn_ids, drawn_keys);
    DELETE FROM reservations r
        USING unnest(freed_scopes, freed_keys) f(scope, key)
        WHERE r.scope = f.scope AND r.key = f.key;
    INSERT INTO reservations
        SELECT w.scope, w.key, w.stream, NULL, last - cardinality(ids) + w.ends
        FROM unnest(scopes, keys, streams, ends) w(scope, key, stream, ends)
        ON CONFLICT DO NOTHING;
    INSERT INTO reservations
        SELECT o.scope, o.key, o.stream, o.digest, last - cardinality(ids) + o.ends
        FROM unnest(once_scopes, once_keys, once_streams, once_digests, once_ends)
        o(scope, key, stream, digest, ends);

    PERFORM pg_notify('{channel}', last::text);
    at_position := last;
    RETURN NEXT;
END $$""").format(lock=WRITING, channel=SQL(CHANNEL)),
)

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
