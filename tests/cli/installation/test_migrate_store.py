"""A store on SQLite is copied to PostgreSQL: every row of what lasts, or nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copytree

import psycopg
import pytest

from tests.cli.conftest import Run, by, over, running
from tests.cli.installation.test_operations import PREFIX

pytestmark = pytest.mark.postgres


def on_server(folder: Path, address: str) -> Run:
    return running({**over(folder), f"{PREFIX}DATABASE": address})


def test_all_of_a_store_is_copied_and_proved_and_goes_on_there(
    begun: Path, postgres_url: str
) -> None:
    before, after = running(over(begun)), on_server(begun, postgres_url)
    asked = ("migrate-store", "--from", f"sqlite:///{begun / 'data'}")
    done = after(*asked)
    assert (done.exit_code, done.stdout) == (0, ""), done.stderr
    assert (
        "events are as the ledger has them. The folder stays as it was" in done.stderr
    )
    with closing(sqlite3.connect(begun / "data" / "events.db")) as file:
        for table in ("stored_events", "person_keys", "files", "reservations"):
            (count,) = file.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - of ours
            assert count > 0
            assert f"{table} {count}," in done.stderr
    assert after("export", "events").stdout == before("export", "events").stdout
    assert after("audit", "verify", "--head", begun / "head.json").exit_code == 0
    assert after("key", "check").exit_code == 0
    assert after("rebuild", "--check").exit_code == 0
    added = after("user", "add", *by("specialist"), "ann", "--role", "Auditor")
    assert added.exit_code == 0, added.stderr
    again = after(*asked)
    assert again.exit_code == 1
    assert "The database is not empty: there are rows in public.stored_" in again.stderr


def test_what_cannot_be_copied_whole_is_not_copied_at_all(
    begun: Path, postgres_url: str, tmp_path: Path
) -> None:
    copytree(begun / "data", tmp_path / "data")
    after = on_server(begun, postgres_url)
    asked = ("migrate-store", "--from", f"sqlite:///{tmp_path / 'data'}")
    with closing(sqlite3.connect(tmp_path / "data" / "audit.db")) as file:
        file.execute("UPDATE heads SET signed_at = 'one morning'")
        held = after(*asked)
        assert held.exit_code == 1
        assert "cannot be held still: database is locked. Stop" in held.stderr
        file.commit()
    refused = after(*asked)
    assert refused.exit_code == 1
    assert "A row of heads was not written by this service" in refused.stderr
    with psycopg.connect(postgres_url) as server:
        counted = (
            "SELECT (SELECT count(*) FROM stored_events), (SELECT value FROM about)"
        )
        assert server.execute(counted).fetchone() == (0, "0")
    assert after("migrate-store", "--from", postgres_url).exit_code == 2
