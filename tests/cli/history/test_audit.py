"""An auditor at the command line: verify, keep heads elsewhere, take a bundle away (H5)."""

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from shutil import copytree, rmtree

import pytest

from audit import verify_bundle
from tests.cli.conftest import AS_ASSESSOR, Run, by


def alter(folder: Path, statement: str, *values: object, file: str = "events") -> None:
    with closing(sqlite3.connect(folder / "data" / f"{file}.db")) as opened, opened:
        opened.execute(statement, values)


@pytest.fixture
def heads(staffed: Run, tmp_path: Path) -> Path:
    """Keep heads as documented, each added to the same file: two of them."""
    file = tmp_path / "heads.json"
    for name in ("ben", "cat"):
        with file.open("a") as kept:
            kept.write(staffed("audit", "head").stdout)
        added = staffed("user", "add", name, *by("specialist"), *AS_ASSESSOR)
        assert added.exit_code == 0, added.stderr
    return file


def test_what_is_whole_is_said_to_be(staffed: Run, heads: Path) -> None:
    """H5."""
    done = staffed("audit", "verify", "--head", heads)
    assert (done.exit_code, json.loads(done.stdout)["finding"]) == (0, None)
    assert done.stderr == (
        "Every event is as it was recorded; the ledger has not come to the last 1"
        " yet.\n"
    )
    assert staffed("audit", "head").exit_code == 0
    done = staffed("audit", "verify", "--head", heads, "--head", heads)
    assert done.stderr == "Every event is as it was recorded.\n"


def test_the_first_event_that_is_wrong_is_named_even_if_nothing_else_works(
    staffed: Run, heads: Path, tmp_path: Path
) -> None:
    """H5: what was altered is an event that commands that record read as they begin."""
    alter(tmp_path, "UPDATE stored_events SET state = x'00' WHERE position = 1")
    done = staffed("audit", "verify", "--head", heads)
    assert (done.exit_code, json.loads(done.stdout)["finding"]["position"]) == (3, 1)
    assert done.stderr.startswith("The event at position 1 (centre.opened, version 1 ")
    refused = staffed("user", "role", "admin", "Assessor", *by("specialist"))
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("The event at position 1 is not as this service ")


def test_a_head_kept_elsewhere_tells_of_an_older_backup_in_place(
    staffed: Run, heads: Path, tmp_path: Path
) -> None:
    """H5."""
    copytree(tmp_path / "data", tmp_path / "backup")
    for name in ("dan", "eve"):
        added = staffed("user", "add", name, *by("specialist"), *AS_ASSESSOR)
        assert added.exit_code == 0, added.stderr
    with heads.open("a") as kept:
        kept.write(staffed("audit", "head").stdout)
    rmtree(tmp_path / "data")
    copytree(tmp_path / "backup", tmp_path / "data")
    assert staffed("audit", "verify").exit_code == 0
    done = staffed("audit", "verify", "--head", heads)
    assert done.exit_code == 3
    assert json.loads(done.stdout)["finding"]["kind"] == "removed"


def test_a_file_without_heads_is_told(staffed: Run, tmp_path: Path) -> None:
    file = tmp_path / "heads.json"
    for content in ("", "{}", "[", "nonsense", "[" * 100_000):
        file.write_text(content)
        done = staffed("audit", "verify", "--head", file)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(f"{file} holds no tree head: ")


def test_nothing_is_signed_where_somebody_was_at_the_events(
    staffed: Run, heads: Path, tmp_path: Path
) -> None:
    """H5."""
    assert heads.exists()
    alter(
        tmp_path,
        "UPDATE stored_events SET topic = 'x' WHERE position ="
        " (SELECT max(position) FROM stored_events)",
    )
    for words in (["head"], ["bundle", tmp_path / "bundle.zip"]):
        done = staffed("audit", *words)
        assert (done.exit_code, done.stdout) == (3, "")
        assert "was not recorded by this service" in done.stderr


def test_a_bundle_is_taken_away_with_what_it_is_verified_by(
    staffed: Run, heads: Path, tmp_path: Path
) -> None:
    """H5."""
    file = tmp_path / "bundle.zip"
    done = staffed("audit", "bundle", file)
    assert done.exit_code == 0
    *_, command, digest = done.stderr.splitlines()
    key = command.split()[-1]
    words = [str(file), "--key", key, "--head", str(heads)]
    assert verify_bundle.main(words) == 0
    script = Path(verify_bundle.__file__).read_bytes()
    assert digest.split()[-1] == sha256(script).hexdigest()
    again = staffed("audit", "bundle", file)
    assert (again.exit_code, "cannot be written: File exists" in again.stderr) == (
        1,
        True,
    )
