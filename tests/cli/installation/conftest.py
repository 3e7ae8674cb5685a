"""What tests of an installation ask for: one with a little of everything in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import over, running


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with events, keys, files, reservations and accounts, all sealed.

    Copy it, and change nothing in it.
    """
    folder = tmp_path_factory.mktemp("begun")
    run = running(over(folder))
    for words in (("demo", "--learners", "4", "--seed", "7"), ("audit", "head")):
        done = run(*words)
        assert done.exit_code == 0, done.stderr
    (folder / "head.json").write_text(done.stdout)
    with closing(sqlite3.connect(folder / "data" / "events.db")) as file, file:
        file.execute(
            "INSERT INTO files SELECT 'one', person_id, x'00FF' FROM person_keys LIMIT 1"
        )
    return folder
