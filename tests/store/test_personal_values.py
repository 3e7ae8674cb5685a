"""What says something of a person is kept under that person's own key."""

import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from events.event import ERASED
from store import (
    EventStore,
    FileGone,
    Forgotten,
    KeyFileUnusable,
    Unreadable,
    keys,
    written_in,
)
from store import open_store as open_store_at
from tests.conftest import OpenStore
from tests.store.examples import AGAIN, ANN, OPENED, change, uln, zoe


def stored_bytes(url: str) -> bytes:
    """Read everything that the database holds, as it lies there."""
    if url.startswith("sqlite:///"):
        folder = Path(url.removeprefix("sqlite:///"))
        return b"".join(file.read_bytes() for file in sorted(folder.iterdir()))
    tables = ("stored_events", "person_keys", "reservations", "files")
    with psycopg.connect(url) as connection:
        return b"".join(
            bytes(value) if isinstance(value, bytes) else str(value).encode()
            for table in tables
            for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608 - ours
            for value in row
        )


def alter(url: str, statement: str, *values: object) -> None:
    """Change what is stored, as somebody would who has the database in hand."""
    if url.startswith("sqlite:///"):
        file = Path(url.removeprefix("sqlite:///")) / "events.db"
        connection = sqlite3.connect(file)
        connection.execute(statement, values)
        connection.commit()
        connection.close()
    else:
        with psycopg.connect(url) as server:
            server.execute(statement.replace("?", "%s").encode(), values)


def test_personal_values_are_stored_sealed_and_the_rest_as_plain_json(
    any_store: EventStore, database_url: str
) -> None:
    """H6."""
    any_store.append(change(zoe()), by=ANN)
    stored = stored_bytes(database_url)
    assert b'"learner":"L-0000000001F"' in stored
    for value in ("ngström", "2006-03-27", "1000102504", "given_name"):
        assert value.encode() not in stored


def test_nothing_is_sealed_by_the_same_nonce_as_anything_else(
    any_store: EventStore,
) -> None:
    person = uuid4()
    for _ in range(2):
        any_store.append(change(*[zoe(person)] * 3), change(zoe()), by=ANN)
    sealed = [written_in(row).sealed for row in any_store.read_stored(after=0)]
    assert len({box[: keys.NONCE_BYTES] for box in sealed if box}) == len(sealed) == 8


def test_what_is_reserved_can_stand_for_a_personal_value_without_saying_it(
    any_store: EventStore, open_any_store: OpenStore
) -> None:
    key = any_store.make_key("1000102504")
    assert len(key) == 64
    assert "1000102504" not in key
    assert key == open_any_store().make_key("1000102504")
    assert key != any_store.make_key("1026893096")


def test_a_person_who_is_forgotten_is_read_as_stand_ins_and_nothing_else_is_lost(
    any_store: EventStore,
) -> None:
    """H6."""
    forgotten, kept = zoe(), zoe()
    first, second = change(OPENED, forgotten), change(kept)
    any_store.append(first, second, by=ANN)
    any_store.forget(forgotten.person_id)
    opened, created = any_store.open(first.stream).history
    assert opened.event == OPENED
    assert not opened.is_erased
    assert created.is_erased
    nobody = replace(forgotten, given_name=ERASED, family_name=ERASED, uln=None)
    assert created.event == replace(nobody, date_of_birth=date.min)
    assert any_store.open(second.stream).events == (kept,)
    assert [r.is_erased for r in any_store.log(after=0)] == [False, True, False]


def test_every_process_notices_at_once_that_a_person_was_forgotten(
    any_store: EventStore, open_any_store: OpenStore
) -> None:
    """H6."""
    created = zoe()
    made = change(created)
    other = open_any_store()
    any_store.append(made, by=ANN)
    assert other.open(made.stream).events == (created,)
    any_store.forget(created.person_id)
    assert other.open(made.stream).history[0].is_erased
    assert other.log(after=0)[0].is_erased


def test_nothing_personal_is_kept_of_a_person_who_was_forgotten(
    any_store: EventStore, open_any_store: OpenStore
) -> None:
    """H6."""
    created = zoe()
    made = change(created)
    other = open_any_store()
    other.append(made, by=ANN)
    any_store.forget(created.person_id)
    for store in (any_store, other):
        with pytest.raises(Forgotten, match="erased"):
            store.append(store.open(made.stream).change([created]), by=ANN)
        with pytest.raises(Forgotten):
            store.append(change(created), by=ANN)
        with pytest.raises(Forgotten):
            store.put_file(b"photograph", key_of=created.person_id)
    any_store.append(any_store.open(made.stream).change([AGAIN]), by=ANN)


def test_a_person_can_be_forgotten_before_anything_is_known_of_them(
    any_store: EventStore,
) -> None:
    created = zoe()
    any_store.forget(created.person_id)
    with pytest.raises(Forgotten):
        any_store.append(change(created), by=ANN)
    assert any_store.head() == 0


def test_a_person_met_in_two_streams_and_two_processes_has_one_key(
    any_store: EventStore, open_any_store: OpenStore
) -> None:
    created = zoe()
    first, second, third = change(created), change(created), change(created)
    any_store.append(first, by=ANN)
    open_any_store().append(second, third, by=ANN)
    streams = [first.stream, second.stream, third.stream]
    opened = any_store.open_many(streams)
    assert all(opened[stream].events == (created,) for stream in streams)
    any_store.forget(created.person_id)
    assert all(recorded.is_erased for recorded in any_store.log(after=0))


def test_a_failed_append_leaves_no_key_behind(
    any_store: EventStore, database_url: str
) -> None:
    any_store.append(change(reserve=["1000102504"]), by=ANN)
    before = stored_bytes(database_url)
    taken = change(zoe(), reserve=["1000102504"])
    with pytest.raises(Exception, match="uln"):
        any_store.append(taken, by=ANN)
    if database_url.startswith("postgresql"):
        assert stored_bytes(database_url) == before
    assert any_store.open(taken.stream).version == 0


def test_a_sealed_part_opens_nowhere_but_in_its_own_place(
    any_store: EventStore, database_url: str
) -> None:
    created = zoe()
    made = change(created, created)
    any_store.append(made, by=ANN)
    alter(
        database_url,
        "UPDATE stored_events SET state = (SELECT state FROM stored_events"
        " WHERE originator_version = 2) WHERE originator_version = 1",
    )
    with pytest.raises(Unreadable, match="position 1 was altered"):
        any_store.open(made.stream)


def test_a_key_that_was_lost_behind_our_back_is_as_if_forgotten(
    any_store: EventStore, open_any_store: OpenStore, database_url: str
) -> None:
    made = change(zoe())
    any_store.append(made, by=ANN)
    alter(database_url, "DELETE FROM person_keys")
    assert open_any_store().open(made.stream).history[0].is_erased


def test_a_file_is_kept_sealed_until_it_is_dropped(
    any_store: EventStore, open_any_store: OpenStore, database_url: str
) -> None:
    key_of = uuid4()
    name = any_store.put_file(b"given name,family name", key_of=key_of)
    other = any_store.put_file(b"", key_of=key_of)
    assert open_any_store().file(name) == b"given name,family name"
    assert any_store.file(other) == b""
    assert b"family name" not in stored_bytes(database_url)
    any_store.drop_file(name)
    any_store.drop_file(name)
    with pytest.raises(FileGone, match=name):
        any_store.file(name)
    assert any_store.file(other) == b""


def test_a_file_is_lost_with_its_key(
    any_store: EventStore, open_any_store: OpenStore
) -> None:
    """H6."""
    key_of = uuid4()
    name = any_store.put_file(b"photograph", key_of=key_of)
    assert open_any_store().file(name) == b"photograph"
    any_store.forget(key_of)
    with pytest.raises(FileGone):
        any_store.file(name)


def test_a_file_whose_key_was_lost_behind_our_back_is_gone(
    any_store: EventStore, open_any_store: OpenStore, database_url: str
) -> None:
    name = any_store.put_file(b"photograph", key_of=uuid4())
    alter(database_url, "DELETE FROM person_keys")
    with pytest.raises(FileGone):
        open_any_store().file(name)


def test_a_file_put_by_one_who_thinks_the_person_lives_is_refused(
    any_store: EventStore, open_any_store: OpenStore
) -> None:
    other, key_of = open_any_store(), uuid4()
    other.file(other.put_file(b"photograph", key_of=key_of))
    any_store.forget(key_of)
    with pytest.raises(Forgotten):
        other.put_file(b"another", key_of=key_of)


def test_the_key_file_is_made_for_its_owner_alone(
    any_store: EventStore, keys: Path
) -> None:
    assert any_store.head() == 0
    assert keys.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in keys.parent.iterdir()] == [keys.name]


def test_a_missing_key_file_is_not_made_again_for_a_store_that_has_one(
    any_store: EventStore, open_any_store: OpenStore, keys: Path
) -> None:
    assert any_store.head() == 0
    keys.unlink()
    with pytest.raises(KeyFileUnusable, match="is missing"):
        open_any_store()


def test_another_stores_key_file_is_refused(
    any_store: EventStore, open_any_store: OpenStore, keys: Path, tmp_path: Path
) -> None:
    assert any_store.head() == 0
    other = tmp_path / "other.key"
    open_store_at(f"sqlite:///{tmp_path / 'other'}", keys=other).close()
    keys.write_bytes(other.read_bytes())
    with pytest.raises(KeyFileUnusable, match="not the one"):
        open_any_store()


@pytest.mark.parametrize("content", [b"", b"nonsense!", b"c2hvcnQ="])
def test_a_damaged_key_file_is_refused(
    open_any_store: OpenStore, keys: Path, content: bytes
) -> None:
    keys.parent.mkdir()
    keys.write_bytes(content)
    with pytest.raises(KeyFileUnusable, match="damaged"):
        open_any_store()


def test_a_key_file_that_cannot_be_read_is_said_to_be(
    open_any_store: OpenStore, keys: Path
) -> None:
    keys.mkdir(parents=True)
    with pytest.raises(KeyFileUnusable, match="cannot be read"):
        open_any_store()


def test_a_persons_key_of_another_store_is_refused(
    any_store: EventStore, open_any_store: OpenStore, database_url: str
) -> None:
    made = change(zoe(), reserve=[])
    any_store.append(made, by=ANN)
    alter(database_url, "UPDATE person_keys SET wrapped = ?", b"x" * 60)
    with pytest.raises(KeyFileUnusable, match="was not made under"):
        open_any_store().open(made.stream)


def test_reservations_outlive_the_person_until_they_are_released(
    any_store: EventStore,
) -> None:
    """H6."""
    created = zoe()
    made = change(created, reserve=["keyed"])
    any_store.append(made, by=ANN)
    any_store.forget(created.person_id)
    assert any_store.rebuild_reservations() == 1
    stream = any_store.open(made.stream)
    any_store.append(stream.change([AGAIN], release=[uln("keyed")]), by=ANN)
    assert any_store.find_reservations("uln", ["keyed"]) == {}


def test_keys_are_kept_within_bounds_by_who_only_writes_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """H6: an upload of 100,000 rows writes under as many new keys, one part after another."""
    monkeypatch.setattr(keys, "MOST_KEPT", 6)
    ring = keys.Keyring(keys.MasterKey(bytes(32)), lambda _: {}, lambda: None)
    for _ in range(9):
        ring.writers([uuid4(), uuid4()], fresh=()).keep()
    assert len(ring.writers([], fresh=()).cache) <= 6
