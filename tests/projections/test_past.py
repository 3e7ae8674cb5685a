"""What is kept of past moments stays no longer than the process that asked for it."""

import os
from pathlib import Path

import pytest

from projections import past
from projections.database import FileTurn
from projections.past import FOLDER, IN_USE, SETTLED_SECONDS, Past
from store import EventStore
from tests.projections.shown_centres import SHOWN_CENTRES, open_centres, shown


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let temporary folders be made in one that nobody else has."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def left(temporary: Path, name: str, age: float) -> Path:
    folder = temporary / f"{FOLDER}{name}"
    folder.mkdir()
    (folder / "read_models.db").write_text("Uma Bell")
    then = folder.stat().st_mtime - age
    os.utime(folder, (then, then))
    return folder


def test_what_a_killed_process_left_of_the_past_is_removed(temporary: Path) -> None:
    """H6: but not what a process reads, and not what one is just making."""
    dead = left(temporary, "dead", SETTLED_SECONDS + 1)
    young = left(temporary, "young", SETTLED_SECONDS - 10)
    busy = left(temporary, "busy", 0)
    turn = FileTurn(busy / IN_USE)
    assert turn.take()
    then = busy.stat().st_mtime - SETTLED_SECONDS - 1
    os.utime(busy, (then, then))
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (temporary / f"{FOLDER}link").symlink_to(elsewhere)
    Past(()).close()
    assert not dead.exists()
    assert young.exists()
    assert busy.exists()
    assert elsewhere.exists()
    turn.give_back()
    past.sweep()
    assert not busy.exists()


def test_what_is_kept_of_the_past_goes_with_it(
    store: EventStore, temporary: Path
) -> None:
    """H3: while it is read, no other process takes it away."""
    open_centres(store, "100")
    kept = Past([SHOWN_CENTRES])
    with kept.reading(store) as connection:
        (folder,) = temporary.glob(f"{FOLDER}*")
        os.utime(folder, (0, 0))
        past.sweep()
        assert shown(connection) == {"100": 0}
        assert folder.exists()
    kept.close()
    assert not folder.exists()
