"""The master key is changed for another: nothing is lost, and old copies open less."""

import os
import signal
from pathlib import Path
from shutil import copyfile
from uuid import UUID, uuid4

import pytest

from store import EventStore, KeyFileUnusable, open_rotation, open_store, rotation
from store.keys import MasterKey
from store.rotation import Rotation
from tests.cli.conftest import over, running
from tests.conftest import OpenStore
from tests.processes import run
from tests.store.examples import ANN, change, whole_log, zoe

LEARNERS = 7


def ignore(_: int) -> None:
    """Show no progress."""


def fill(store: EventStore, count: int = LEARNERS) -> list[UUID]:
    """Record so many learners; the persons."""
    persons = [uuid4() for _ in range(count)]
    for person in persons:
        store.append(change(zoe(person)), by=ANN)
    return persons


def counted(url: str, keys: Path) -> list[int]:
    """Count what each key of a file opens, in the order of the file; then the rest."""
    with open_rotation(url, keys) as opened:
        found = dict(opened.count(ignore))
    rest = found.pop("", 0)
    return [*found.values(), rest]


def test_what_was_stored_is_read_and_written_under_the_new_key(
    open_any_store: OpenStore, database_url: str, keys: Path
) -> None:
    """Also by services that run meanwhile: they learn of it with their next read."""
    running_one, other = open_any_store(), open_any_store()
    persons = fill(running_one)
    name = other.put_file(b"image", key_of=persons[0])
    before = whole_log(other)
    with open_rotation(database_url, keys) as opened:
        assert opened.rotate(ignore) == LEARNERS
    assert counted(database_url, keys) == [0, LEARNERS, 0]
    other.put_file(b"another", key_of=persons[1])
    for store in (running_one, other, open_any_store()):
        assert whole_log(store)[:LEARNERS] == before
        assert store.file(name) == b"image"
        fill(store, 1)
    assert counted(database_url, keys) == [0, LEARNERS + 3, 0]
    assert running_one.public_key == open_any_store().public_key


def test_who_was_erased_stays_so(
    open_any_store: OpenStore, database_url: str, keys: Path
) -> None:
    store = open_any_store()
    persons = fill(store)
    store.forget(persons[3])
    with open_rotation(database_url, keys) as opened:
        assert opened.rotate(ignore) == LEARNERS - 1
        assert opened.rotate(ignore) == LEARNERS - 1
    assert counted(database_url, keys) == [0, 0, LEARNERS - 1, 0]


def test_who_is_erased_meanwhile_stays_so(
    open_any_store: OpenStore,
    database_url: str,
    keys: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = open_any_store()
    persons = fill(store)
    wrap = MasterKey.wrap

    def erase(master: MasterKey, person: UUID, key: bytes, nonce: bytes) -> bytes:
        monkeypatch.undo()
        store.forget(persons[0])
        return wrap(master, person, key, nonce)

    with open_rotation(database_url, keys) as opened:
        monkeypatch.setattr(MasterKey, "wrap", erase)
        opened.rotate(ignore)
    assert counted(database_url, keys) == [0, LEARNERS - 1, 0]


def test_what_was_written_under_the_old_key_meanwhile_is_seen_to(
    open_any_store: OpenStore,
    database_url: str,
    keys: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An append that was put together before the key changed, and stored after."""
    store = open_any_store()
    fill(store)
    rewrap_all, late = Rotation._rewrap_all, [1]  # noqa: SLF001 - to come in between

    def append_late(opened: Rotation, follow: rotation.Follow) -> int:
        done = rewrap_all(opened, follow)
        if opened.in_use != opened._master.mark and late:  # noqa: SLF001 - as above
            monkeypatch.setattr(store._keys, "_in_use", lambda: None)  # noqa: SLF001
            fill(store, late.pop())
        return done

    monkeypatch.setattr(Rotation, "_rewrap_all", append_late)
    with open_rotation(database_url, keys) as opened:
        assert opened.rotate(ignore) == LEARNERS + 1
    assert counted(database_url, keys) == [0, LEARNERS + 1, 0]


def rotate_and_die(url: str, keys: str, at: int) -> None:
    """Die once so many keys were wrapped, in batches of two."""
    count, wrap = 0, MasterKey.wrap

    def dying(master: MasterKey, person: UUID, key: bytes, nonce: bytes) -> bytes:
        nonlocal count
        count += 1
        if count > at:
            os.kill(os.getpid(), signal.SIGKILL)
        return wrap(master, person, key, nonce)

    MasterKey.wrap = dying  # type: ignore[method-assign, assignment]
    rotation.BATCH = 2
    with open_rotation(url, Path(keys)) as opened:
        opened.rotate(ignore)


def test_it_goes_on_after_it_was_killed(
    open_any_store: OpenStore, database_url: str, keys: Path
) -> None:
    store = open_any_store()
    fill(store)
    before = whole_log(store)
    for at in (0, 3, 1):
        assert run(rotate_and_die, database_url, str(keys), at) == -signal.SIGKILL
        assert whole_log(open_any_store()) == before
    with open_rotation(database_url, keys) as opened:
        assert opened.rotate(ignore) == LEARNERS - 2
    assert counted(database_url, keys) == [0, LEARNERS, 0]
    assert whole_log(store) == before


def test_an_older_copy_opens_nothing_and_is_told_so(
    open_any_store: OpenStore, database_url: str, keys: Path, tmp_path: Path
) -> None:
    fill(open_any_store())
    copy = tmp_path / "copy.key"
    copyfile(keys, copy)
    with open_rotation(database_url, keys) as opened:
        opened.rotate(ignore)
    assert counted(database_url, copy) == [0, LEARNERS]
    with pytest.raises(KeyFileUnusable, match="is an older copy"):
        open_store(database_url, keys=copy)
    with (
        open_rotation(database_url, copy) as opened,
        pytest.raises(KeyFileUnusable, match="is an older copy"),
    ):
        opened.rotate(ignore)
    assert counted(database_url, copy) == [0, LEARNERS]


def test_a_machine_without_the_new_file_goes_on_once_it_has_it(
    open_any_store: OpenStore, database_url: str, keys: Path, tmp_path: Path
) -> None:
    """Prepared, the file is copied first, and nothing fails at any moment."""
    fill(open_any_store())
    before = whole_log(open_any_store())
    elsewhere = tmp_path / "elsewhere.key"
    copyfile(keys, elsewhere)
    other = open_store(database_url, keys=elsewhere)
    assert whole_log(other) == before
    with open_rotation(database_url, keys) as opened:
        opened.prepare()
        opened.prepare()
        assert counted(database_url, keys) == [LEARNERS, 0, 0]
        opened.rotate(ignore)
    with pytest.raises(KeyFileUnusable, match="is an older copy"):
        whole_log(other)
    copyfile(keys, elsewhere)
    assert whole_log(other) == before
    other.close()


def test_the_commands_say_what_was_done_and_what_a_copy_opens(tmp_path: Path) -> None:
    command = running(over(tmp_path))
    added = command("user", "add", "ann", "--role", "Account Specialist")
    assert added.exit_code == 0, added.stderr
    keys = Path(over(tmp_path)["LEARNER_MANAGEMENT_KEYS"])
    copy = tmp_path / "copy.key"
    copyfile(keys, copy)
    assert command("key", "check").exit_code == 0
    prepared = command("key", "rotate", "--prepare")
    assert "Copy it to every machine" in prepared.stderr
    assert "a key for the next" in command("key", "check").stderr
    done = command("key", "rotate")
    assert done.exit_code == 0
    assert "still opens backups" in done.stderr
    assert command("key", "check").exit_code == 0
    old = command("key", "check", "--file", str(copy))
    assert old.exit_code == 3
    assert "It is an older copy" in old.stderr
    assert keys.stat().st_mode & 0o777 == 0o600
