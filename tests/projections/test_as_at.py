"""What is kept of past moments stays no longer than the process that asked for it."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Column, String, Table, select

from events.centres.centre import CentreOpened
from projections import as_at
from projections.as_at import FOLDER, IN_USE, SETTLED_SECONDS, HistoricalReadModels
from projections.read_model import METADATA, ReadModel
from projections.rows import Rows
from store import EventStore, Recorded
from subscriptions.leader_lock import FileLock
from tests.clock import Clock
from tests.projections.shown_centres import (
    CENTRES,
    SHOWN_CENTRES,
    open_centres,
    shown,
)


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
    lock = FileLock(busy / IN_USE)
    assert lock.acquire()
    then = busy.stat().st_mtime - SETTLED_SECONDS - 1
    os.utime(busy, (then, then))
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (temporary / f"{FOLDER}link").symlink_to(elsewhere)
    HistoricalReadModels(()).close()
    assert not dead.exists()
    assert young.exists()
    assert busy.exists()
    assert elsewhere.exists()
    lock.release()
    as_at.sweep()
    assert not busy.exists()


def test_what_is_kept_of_the_past_goes_with_it(
    store: EventStore, temporary: Path
) -> None:
    """H3: while it is read, no other process takes it away."""
    open_centres(store, "100")
    kept = HistoricalReadModels([SHOWN_CENTRES])
    with kept.reading(store) as connection:
        (folder,) = temporary.glob(f"{FOLDER}*")
        os.utime(folder, (0, 0))
        as_at.sweep()
        assert shown(connection) == {"100": 0}
        assert folder.exists()
    kept.close()
    assert not folder.exists()


OTHERS = Table("shown_elsewhere", METADATA, Column("number", String, primary_key=True))


def test_of_a_moment_only_what_is_asked_for_is_folded(
    store: EventStore, temporary: Path
) -> None:
    """H3: also while another answer is being read, and once for all who ask."""
    del temporary
    folded: list[str] = []

    def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            folded.append(recorded.owner or "")
            rows.put(OTHERS, {"number": recorded.owner})

    open_centres(store, "100", "200")
    other = ReadModel(
        name="shown-elsewhere",
        version=1,
        tables=(OTHERS,),
        handles=frozenset({CentreOpened}),
        fold=fold,
    )
    kept = HistoricalReadModels([SHOWN_CENTRES, other])
    query = select(OTHERS.c.number).order_by(OTHERS.c.number)
    for _ in range(2):
        with kept.reading(store) as connection:
            assert shown(connection) == {"100": 0, "200": 0}
    assert folded == []
    for _ in range(2):
        with kept.reading(store) as connection:
            reading = connection.execute(select(CENTRES.c.number))
            assert reading.fetchone()
            assert [*connection.scalars(query)] == ["100", "200"]
            assert len(reading.fetchall()) == 1
    assert folded == ["100", "200"]
    kept.close()


def test_of_a_later_moment_and_an_earlier_one_each_has_its_own(
    store: EventStore, clock: Clock, temporary: Path
) -> None:
    """H3: what was decoded for one serves the other."""
    del temporary
    kept = HistoricalReadModels([SHOWN_CENTRES])
    moments = []
    for number in ("100", "200", "300"):
        open_centres(store, number)
        moments.append(clock.now)
        clock.advance(minutes=1)
    for count in (2, 1, 3, 2):
        with kept.reading(store.as_at(moments[count - 1])) as connection:
            assert len(shown(connection)) == count
    kept.close()
