"""Databases that cannot be used: each command says which, why, and what to do."""

import random
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import make_url

from projections import database as tables
from store import open_store
from store.postgres import recorder as postgres
from tests.cli.conftest import Run, over, running
from tests.cli.installation.test_operations import PREFIX, doctor
from tests.postgres import database

COMMANDS = (
    ("followers",),
    ("rebuild",),
    ("rebuild", "--check"),
    ("audit", "verify"),
    ("audit", "head"),
    ("audit", "bundle", "bundle.zip"),
    ("replay", "L-0000000017T"),
    ("export", "learners"),
    ("export", "events", "--as-at", "2026-10-01T09:00"),
    ("eligibility", "L-0000000017T", "Q-0005001227"),
    ("demo",),
    ("user", "list"),
    ("user", "add", "ann", "--role", "Auditor"),
    ("user", "role", "ann", "Auditor", "--as", "ann"),
    ("user", "token", "ann"),
    ("upload", "pyproject.toml", "--as", "ann"),
)
RESTORED = "Stop the service, and put it back from a backup.\n"
MOVED = "Stop the service, move it away, then run: learner-management rebuild\n"
MENDED = {"events.db": RESTORED, "read_models.db": MOVED, "audit.db": RESTORED}
NEXT = "\nNext: learner-management doctor\n"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    done = running(over(folder))("user", "add", "ann", "--role", "Auditor")
    assert done.exit_code == 0, done.stderr
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """Give a copy of an installation, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "copy"))


def garbled(file: Path) -> None:
    file.write_bytes(random.Random(1).randbytes(8192))  # noqa: S311 - not a secret


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def cut_to_nothing_much(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1000])


def beyond_its_first_page(file: Path) -> None:
    first = file.read_bytes()[:4096]
    file.write_bytes(first + b"\7" * (file.stat().st_size - len(first)))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_says_that_the_events_are_damaged(
    folder: Path, words: tuple[str, ...]
) -> None:
    garbled(file := folder / "data" / "events.db")
    refused = running(over(folder))(*words)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"The file {file} is damaged: file is not a database. {RESTORED}"
    )


@pytest.mark.parametrize("name", MENDED)
@pytest.mark.parametrize(
    "damage", [garbled, cut_short, cut_to_nothing_much, beyond_its_first_page]
)
def test_whichever_file_is_damaged_and_however_it_is_said_what_to_do(
    folder: Path, name: str, damage: Callable[[Path], None]
) -> None:
    damage(file := folder / "data" / name)
    run = running(over(folder))
    refused = run("followers")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"The file {file} is damaged: ")
    assert refused.stderr.endswith(MENDED[name])
    assert refused.stderr.count("\n") == 1
    code, rows, _ = doctor(run)
    assert (code, f"{rows['DATABASE']['wrong']}\n") == (3, refused.stderr)


@pytest.mark.parametrize("name", MENDED)
def test_a_file_that_cannot_be_opened_is_told_with_the_reason(
    folder: Path, name: str
) -> None:
    (file := folder / "data" / name).unlink()
    file.mkdir()
    run = running(over(folder))
    refused = run("followers")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"The file {file} cannot be opened: Is a directory. See that it is a file"
        " which this user may read and write, in such a folder.\n"
    )
    code, rows, _ = doctor(run)
    assert (code, f"{rows['DATABASE']['wrong']}\n") == (3, refused.stderr)


def test_the_service_does_not_begin_on_a_damaged_file(folder: Path) -> None:
    garbled(folder / "data" / "audit.db")
    served = subprocess.run(
        [sys.executable, "-m", "cli.main", "serve"],
        env={"PYTHONPATH": "src", "LEARNER_MANAGEMENT_LRS": "off", **over(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (served.returncode, served.stdout) == (1, "")
    assert served.stderr.endswith(f"file is not a database. {RESTORED}")
    assert served.stderr.count("\n") == 1


def test_read_models_that_were_moved_away_are_made_anew(folder: Path) -> None:
    garbled(file := folder / "data" / "read_models.db")
    file.rename(folder / "elsewhere")
    run = running(over(folder))
    assert run("rebuild").exit_code == 0
    assert "ann" in run("user", "list").stdout


def test_read_models_of_more_than_was_recorded_are_said_to_differ(
    folder: Path,
) -> None:
    """As they are when older events are put back and they are not taken away."""
    run = running(over(folder))
    assert "ann" in run("user", "list").stdout
    assert doctor(run)[0] == 0
    (events := folder / "data" / "events.db").unlink()
    gone = run("followers")
    assert (gone.exit_code, gone.stdout) == (1, "")
    assert gone.stderr == (
        f"Events are missing: there is no file {events}, but audit.db is beside it. Put"
        " it back from a backup, or name another folder to begin anew.\n"
    )
    assert (doctor(run)[0], events.exists()) == (3, False)
    keys = folder / "keys" / "master.key"
    open_store(f"sqlite:///{folder / 'data'}", keys=keys).close()
    code, rows, _ = doctor(run)
    assert code == 3
    assert re.match(
        r"Events are missing: [a-z-]+ has read up to \d+, and they end at 0\. Put",
        rows["DATABASE"]["wrong"],
    )
    wrong = run("rebuild", "users", "--check")
    assert (wrong.exit_code, wrong.stdout) == (3, "")
    assert wrong.stderr == "users: 1 row differs.\nNext: learner-management rebuild\n"


def test_read_models_that_somebody_holds_for_too_long_are_unavailable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "BUSY_SECONDS", 0.1)
    run = running(over(folder))
    holding = sqlite3.connect(folder / "data" / "read_models.db")
    holding.execute("BEGIN EXCLUSIVE")
    refused, found = run("user", "list"), doctor(run)
    holding.close()
    said = "The database does not answer: database is locked"
    assert (refused.exit_code, refused.stdout) == (5, "")
    assert refused.stderr == f"{said}.{NEXT}"
    assert (found[0], found[1]["DATABASE"]["wrong"]) == (3, said)


def at(address: str, folder: Path) -> Run:
    return running({**over(folder), f"{PREFIX}DATABASE": address})


@contextmanager
def server_that_says(message: str) -> Generator[int]:
    """Run what answers whoever comes as PostgreSQL would, and lets nobody in."""
    said = f"SFATAL\0VFATAL\0C28P01\0M{message}\0\0".encode()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            while True:
                try:
                    caller, _ = listener.accept()
                except OSError:
                    return
                with caller:
                    caller.recv(1000)
                    caller.sendall(b"E" + (len(said) + 4).to_bytes(4, "big") + said)

        thread = Thread(target=answer, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def test_a_wrong_password_is_told_as_the_server_said_it_and_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "WAIT_SECONDS", 0.1)
    with server_that_says('password authentication failed for user "u"') as port:
        plain = "?sslmode=disable&gssencmode=disable"
        run = at(f"postgresql://u:hunter2@127.0.0.1:{port}/x{plain}", tmp_path)
        refused = run("followers")
        code, rows, talk = doctor(run)
    assert (refused.exit_code, refused.stdout) == (5, "")
    said = (
        f'The database does not let us in: connection to server at "127.0.0.1", port'
        f' {port} failed: password authentication failed for user "u"'
    )
    assert refused.stderr == f"{said}.{NEXT}"
    assert (code, rows["DATABASE"]["wrong"]) == (3, said)
    assert "hunter2" not in refused.stderr + talk


def test_no_server_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "WAIT_SECONDS", 0.1)
    refused = at("postgresql://u@127.0.0.1:9/x", tmp_path)("followers")
    assert (refused.exit_code, refused.stdout) == (5, "")
    assert refused.stderr == (
        'The database does not answer: connection to server at "127.0.0.1", port 9'
        f" failed: Connection refused.{NEXT}"
    )


def test_an_address_that_cannot_be_read_is_told_and_not_shown(tmp_path: Path) -> None:
    run = at("postgresql://u:hunter2@[x/x", tmp_path)
    refused = run("followers")
    code, rows, _ = doctor(run)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("The address of the database cannot be read: end")
    assert refused.stderr.endswith(
        "Write it as postgresql://user:password@host/database.\n"
    )
    assert (code, f"{rows['DATABASE']['wrong']}\n") == (3, refused.stderr)
    assert "hunter2" not in refused.stderr


@pytest.mark.postgres
def test_a_database_that_does_not_exist_is_told(
    postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "WAIT_SECONDS", 0.1)
    address = make_url(postgres_server).set(database="nowhere")
    run = at(address.render_as_string(hide_password=False), tmp_path)
    refused = run("followers")
    assert (refused.exit_code, refused.stdout) == (5, "")
    assert refused.stderr.startswith("The database does not let us in: connection to")
    assert refused.stderr.endswith(f'failed: database "nowhere" does not exist.{NEXT}')


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("command", "granted", "denied"),
    [
        ("migrate", "USAGE ON SCHEMA public", "schema public"),
        ("migrate", "ALL ON SCHEMA public", "database test_"),
        ("followers", "ALL ON SCHEMA public", "table alembic_version"),
    ],
)
def test_a_user_who_may_not_what_is_needed_is_told(
    postgres_server: str, tmp_path: Path, command: str, granted: str, denied: str
) -> None:
    """To make tables, schemas of read models and the ledger; to read what others made."""
    user = f"u{uuid4().hex}"
    with (
        psycopg.connect(postgres_server, autocommit=True) as server,
        database(postgres_server, has_tables=command != "migrate") as address,
    ):
        server.execute(f"CREATE ROLE {user} LOGIN")
        try:
            with psycopg.connect(address) as inside:
                inside.execute(f"GRANT {granted} TO {user}")
            url = make_url(address).set(username=user)
            run = at(url.render_as_string(hide_password=False), tmp_path)
            refused = run(command)
            code, rows, _ = doctor(run)
            with psycopg.connect(address) as inside:
                inside.execute(f"DROP OWNED BY {user}")
        finally:
            server.execute(f"DROP ROLE {user}")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith(
        f"The database does not let us do what is needed: permission denied for {denied}"
    )
    assert refused.stderr.count("\n") == 1
    said = refused.stderr if command != "migrate" else "There are no tables in the data"
    assert (code, f"{rows['DATABASE']['wrong']}\n".startswith(said)) == (3, True)
