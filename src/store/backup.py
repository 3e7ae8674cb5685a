"""Backing a store up and restoring it: all that lasts, by the databases' own tools."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from store.errors import DatabaseUnusable
from store.opening import POSTGRES, sqlite_folder

FILES = ("audit.db", "events.db", "downstream.db")
"""In this order: a ledger of more events than there are looks like a theft."""

DUMP = "store.dump"
BUSY_SECONDS = 30


class BackupFailed(DatabaseUnusable):
    """A backup was not made, or not restored; the sentence says why, and what is left."""


def back_up(url: str, folder: Path) -> None:
    """Write a backup into a new folder, while the service runs; read models are left out.

    Raises BackupFailed.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise BackupFailed(
            f"{folder} cannot be made: {error.strerror}. Name a folder that is not there yet."
        ) from error
    if url.startswith(POSTGRES):
        wanted = "--format=custom", "--exclude-schema=read_models", "--no-owner"
        _run("pg_dump", url, *wanted, f"--file={folder / DUMP}")
        return
    source = sqlite_folder(url)
    if not (source / "events.db").exists():
        raise BackupFailed(f"There is no file {source / 'events.db'} to back up.")
    for name in FILES:
        if (source / name).exists():
            _copy_file(source / name, folder / name)


def restore(url: str, folder: Path) -> None:
    """Put a backup where nothing is yet. Raises BackupFailed, and leaves nothing behind."""
    if url.startswith(POSTGRES):
        if not (folder / DUMP).exists():
            raise BackupFailed(
                f"There is no backup of a server in {folder}: no {DUMP}."
            )
        how = "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"
        _run("pg_restore", url, *how, str(folder / DUMP))
        return
    target = sqlite_folder(url)
    if not (folder / "events.db").exists():
        raise BackupFailed(f"There is no backup of files in {folder}: no events.db.")
    if there := next(target.glob("*.db*"), None):
        raise BackupFailed(
            f"{there} is there. Stop every process, and move what is in {target} away."
        )
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = [name for name in reversed(FILES) if (folder / name).exists()]
    try:
        for name in kept:
            _copy_file(folder / name, target / name)
    except BackupFailed:
        for name in kept:
            (target / name).unlink(missing_ok=True)
        raise


def _copy_file(source: Path, target: Path) -> None:
    """Copy a database file whole, while others write to it."""
    try:
        with (
            closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as read,
            closing(sqlite3.connect(target)) as written,
        ):
            read.backup(written)
            found = written.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise BackupFailed(f"{source} cannot be copied: {error}.") from error
    if found != ("ok",):
        raise BackupFailed(f"The copy of {source} is damaged: {found[0]}.")


def _run(program: str, url: str, *options: str) -> None:
    """Run a tool of PostgreSQL, with the password where no list of processes shows it."""
    address = make_url(url)
    plain = address.set(drivername="postgresql", password=None)
    named = f"--dbname={plain.render_as_string(hide_password=False)}"
    environment = dict(os.environ)
    if address.password:
        environment["PGPASSWORD"] = str(address.password)
    tool = shutil.which(program)
    if tool is None:
        raise BackupFailed(
            f"There is no {program} here. Install the client tools of PostgreSQL, of the"
            " server's version or newer."
        )
    done = subprocess.run(  # noqa: S603 - the tool that was found, with options of ours
        [tool, "--no-password", *options, named],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " ".join(done.stderr.split())
        raise BackupFailed(f"{said or program}. What was written of it is of no use.")
