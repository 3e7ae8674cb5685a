-- A database as the service made it by itself, before there were migrations; with a little in it.
CREATE TABLE IF NOT EXISTS stored_events (
        originator_id uuid NOT NULL,
        originator_version bigint NOT NULL,
        topic text NOT NULL,
        state bytea NOT NULL,
        notification_id bigserial UNIQUE,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (originator_id, originator_version));
CREATE TABLE IF NOT EXISTS reservations (
        scope text, key text, stream uuid NOT NULL, digest text,
        position bigint NOT NULL, PRIMARY KEY (scope, key));
CREATE TABLE IF NOT EXISTS person_keys (
        person_id uuid PRIMARY KEY, wrapped bytea);
CREATE TABLE IF NOT EXISTS files (
        name text PRIMARY KEY, key_of uuid NOT NULL, content bytea NOT NULL);
CREATE TABLE IF NOT EXISTS bookmarks (
        name text PRIMARY KEY, position bigint NOT NULL);
CREATE TABLE IF NOT EXISTS about (
        name text PRIMARY KEY, value text NOT NULL);
CREATE INDEX IF NOT EXISTS files_key_of ON files (key_of);
INSERT INTO about VALUES ('erasures', '0') ON CONFLICT DO NOTHING;
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
    PERFORM pg_advisory_xact_lock(7216501);

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

    PERFORM pg_notify('stored_events', last::text);
    at_position := last;
    RETURN NEXT;
END $$;
CREATE SCHEMA read_models;
CREATE SCHEMA audit;
CREATE TABLE audit.heads (
	size BIGINT NOT NULL,
	position BIGINT NOT NULL,
	root BYTEA NOT NULL,
	signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
	signature BYTEA NOT NULL,
	peaks BYTEA NOT NULL,
	PRIMARY KEY (size)
);
CREATE TABLE audit.leaves (
	number BIGINT NOT NULL,
	position BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	PRIMARY KEY (number),
	UNIQUE (position)
);
CREATE TABLE audit.nodes (
	level INTEGER NOT NULL,
	number BIGINT NOT NULL,
	hash BYTEA NOT NULL,
	PRIMARY KEY (level, number)
);
INSERT INTO about VALUES ('key', 'the mark');
INSERT INTO stored_events VALUES
    ('00000000-0000-0000-0000-000000000001', 1, 'topic', 'state', 7, '2026-11-24 09:30+00');
INSERT INTO person_keys VALUES ('00000000-0000-0000-0000-000000000002', 'wrapped');
INSERT INTO audit.leaves VALUES (0, 7, 'hash');
