"""Backups of files that cannot be restored."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.backup import BackupFailed, restore


def test_a_backup_with_a_damaged_file_is_restored_in_no_part(tmp_path: Path) -> None:
    folder, target = tmp_path / "backup", tmp_path / "data"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "events.db")) as events:
        events.execute("CREATE TABLE stored_events (position)")
    (folder / "audit.db").write_bytes(b"This is no database. " * 100)
    with pytest.raises(BackupFailed, match=r"audit\.db cannot be copied"):
        restore(f"sqlite:///{target}", folder)
    assert [*target.iterdir()] == []
