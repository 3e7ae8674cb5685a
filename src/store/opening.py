"""Open the store at an address."""

from collections.abc import Callable
from datetime import datetime
from hmac import compare_digest
from pathlib import Path

from store.errors import KeyFileUnusable, NotBegun, Unavailable
from store.event_store import EventStore
from store.keys import MasterKey
from store.recorder import LOST, Recorder
from store.sqlite.recorder import SQLiteRecorder
from store.unusable import no_answer

SQLITE = "sqlite:///"
POSTGRES = ("postgresql://", "postgres://")


def open_store(
    url: str,
    *,
    keys: Path,
    clock: Callable[[], datetime] | None = None,
    begin: bool = True,
) -> EventStore:
    """Open ``sqlite:///folder`` or ``postgresql://…``, with the master key in a file.

    If nothing is recorded there yet, a new store and its key file are made; without
    ``begin``, NotBegun is raised instead. On a server only ``migrate`` makes tables:
    NotMigrated is raised if they do not fit. Raises KeyFileUnusable if the key file is
    missing, damaged or another store's; Unavailable if the database does not answer;
    DatabaseUnusable, which says what is wrong with it; ValueError for any other address.
    """
    recorder = open_recorder(url, begin=begin)
    try:
        master = _master_key(recorder, keys, begin=begin)
        return EventStore(recorder, master, clock=clock)
    except BaseException:
        recorder.close()
        raise


def open_recorder(url: str, *, begin: bool) -> Recorder:
    if url.startswith(SQLITE):
        try:
            return SQLiteRecorder(sqlite_folder(url), begin=begin)
        except LOST as error:
            raise Unavailable(no_answer(error)) from error
    if url.startswith(POSTGRES):
        from store.postgres.opening import open_server  # noqa: PLC0415 - a slow import

        return open_server(url)
    raise ValueError(
        f"{url!r} names no store: say sqlite:///folder or postgresql://host/database."
    )


def sqlite_folder(url: str) -> Path:
    """Give the folder that ``sqlite:///folder`` names."""
    return Path(url.removeprefix(SQLITE))


def _master_key(recorder: Recorder, file: Path, *, begin: bool) -> MasterKey:
    mark = recorder.mark(None)
    if mark is None and not begin:
        raise NotBegun("there is nothing in its tables")
    if mark is None and not file.exists():
        master = MasterKey.make(file)
    else:
        master = MasterKey.read_key_file(file)
    if not compare_digest(recorder.mark(master.mark) or "", master.mark):
        raise KeyFileUnusable(
            f"The key file {file} is not the one that this store was begun with. Put"
            " that one back: with another, what is stored of people cannot be read."
        )
    master.use(recorder.key_in_use() or master.mark)
    return master
