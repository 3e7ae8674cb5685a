"""What holds for SQLite alone."""

import sqlite3
from pathlib import Path

import pytest

from store import AlreadyReserved, EventStore, Unavailable, open_store
from store import recorder as trying
from store.keys import MasterKey
from store.sqlite import file as sqlite_file
from store.sqlite.recorder import SQLiteRecorder
from tests import processes
from tests.store.examples import ANN, change, write_much, zoe

SHIPPED = sqlite_file.SYNCHRONOUS
"""As the service has it, and other tests do not."""


def pragma(store: EventStore, name: str) -> object:
    recorder = store._recorder  # noqa: SLF001 - what it set on its connections
    assert isinstance(recorder, SQLiteRecorder)
    with recorder.datastore.transaction(commit=False) as c:
        c.execute(f"PRAGMA {name}")
        return c.fetchone()[0]


def test_every_commit_is_safe_on_disk_and_what_is_deleted_is_wiped(
    tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "SYNCHRONOUS", SHIPPED)
    store = open_store(f"sqlite:///{tmp_path / 'data'}", keys=keys)
    assert pragma(store, "journal_mode") == "wal"
    assert pragma(store, "synchronous") == 2
    assert pragma(store, "secure_delete") == 1
    store.close()


@pytest.mark.parametrize("ending", ["commit", "rollback"])
def test_a_transaction_that_cannot_be_ended_hinders_nobody_after_it(
    store: EventStore, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    def fail(_: object) -> None:
        monkeypatch.undo()
        raise sqlite3.OperationalError("disk I/O error")

    first = change(reserve=["1000102504"])
    store.append(first, by=ANN)
    monkeypatch.setattr(sqlite_file.Connection, ending, fail)
    if ending == "commit":
        assert store.append(change(), by=ANN) == 2
    else:
        with pytest.raises(AlreadyReserved):
            store.append(change(reserve=["1000102504"]), by=ANN)
    before = store.head()
    assert store.append(change(), by=ANN) == before + 1
    assert len(store.log(after=0)) == before + 1


def test_eight_processes_may_start_and_write_at_once(
    tmp_path: Path, keys: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'data'}"
    assert processes.run_at_once(8, write_much, url, str(keys)) == [0] * 8
    store = open_store(url, keys=keys)
    assert store.head() == 400
    store.close()


def test_the_key_of_a_person_who_was_forgotten_is_nowhere_in_the_folder(
    store: EventStore, tmp_path: Path
) -> None:
    """H6."""
    created = zoe()
    store.append(change(created), change(zoe()), by=ANN)
    connection = sqlite3.connect(tmp_path / "data" / "events.db")
    ((wrapped,),) = connection.execute(
        "SELECT wrapped FROM person_keys WHERE person_id = ?", (created.person_id.hex,)
    ).fetchall()
    connection.close()

    def is_anywhere() -> bool:
        files = (tmp_path / "data").iterdir()
        return any(wrapped in file.read_bytes() for file in files)

    assert is_anywhere()
    store.forget(created.person_id)
    assert not is_anywhere()


def test_who_finds_the_file_locked_for_too_long_is_told_to_try_again(
    tmp_path: Path, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    store = open_store(f"sqlite:///{tmp_path / 'data'}", keys=keys)
    connection = sqlite3.connect(tmp_path / "data" / "events.db")
    connection.execute("BEGIN EXCLUSIVE")
    with pytest.raises(Unavailable, match="locked"):
        store.append(change(), by=ANN)
    connection.rollback()
    connection.close()
    store.append(change(), by=ANN)
    store.close()


def test_an_address_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="names no store"):
        open_store("mysql://host/database", keys=tmp_path / "key")


def test_one_key_file_is_made_however_many_make_it(tmp_path: Path) -> None:
    file = tmp_path / "key"
    assert MasterKey.make(file).mark == MasterKey.make(file).mark
