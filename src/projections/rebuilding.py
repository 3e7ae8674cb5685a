"""Making a read model anew beside the one that is shown: to replace it, to compare."""

import hashlib
import json
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from time import sleep
from typing import TypeAlias

from sqlalchemy import Connection, Table, select, text
from sqlalchemy.exc import OperationalError

from projections.projection_tables import ProjectionTables
from projections.rows import Key
from store import EventStore, Position

BATCH = 500
LOOK_SECONDS = 0.1
TRIES = 50

Progress: TypeAlias = Callable[[Position, Position], None]
"""Is told the position that has been reached, and that of the end."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A row that is shown and is not what the events make of it, or the other way."""

    table: str
    key: Key


def rebuild(view: ProjectionTables, store: EventStore, progress: Progress) -> None:
    """Fold every event anew beside what is shown, then show that in its place.

    Waits while another process does the same. What is shown goes on being kept and
    read meanwhile; its followers find the new place by themselves.
    """
    with _shadow(view) as shadow:
        _fold(shadow, store, store.head(), progress)
        for attempt in range(1, TRIES + 1):
            try:
                _swap(view, shadow, store)
            except OperationalError:
                if attempt == TRIES:
                    raise
                sleep(LOOK_SECONDS)
            else:
                return


def check(
    view: ProjectionTables, store: EventStore, progress: Progress
) -> tuple[Difference, ...]:
    """Fold every event anew and compare: nothing if what is shown is right.

    What is shown is compared as it is at one moment, up to the place it had then.
    """
    with (
        _shadow(view) as shadow,
        view.database.reading(one_moment=True) as connection,
    ):
        _fold(shadow, store, view.checkpoint_in(connection), progress)
        differences: list[Difference] = []
        for name, table in view.tables.items():
            shown = _digests(connection, table)
            with view.database.reading() as another:
                anew = _digests(another, shadow.tables[name])
            unlike = {key for key, _ in shown.items() ^ anew.items()}
            differences += (Difference(table=name, key=key) for key in sorted(unlike))
        return tuple(differences)


@contextmanager
def _shadow(view: ProjectionTables) -> Generator[ProjectionTables]:
    """Give empty tables beside those of the view, to one process at a time."""
    lock = view.database.leader_lock(f"beside-{view.name}")
    while not lock.acquire():
        sleep(LOOK_SECONDS)
    try:
        shadow = ProjectionTables(view.model, view.database, shadow=True)
        shadow.make_anew()
        try:
            yield shadow
        finally:
            with view.database.writing() as connection:
                shadow.drop(connection)
    finally:
        lock.release()


def _fold(
    view: ProjectionTables, store: EventStore, end: Position, progress: Progress
) -> None:
    place = 0
    while place < end and (batch := store.log(after=place, limit=BATCH)):
        place = view.handle(place, [r for r in batch if r.position <= end])
        progress(place, end)


def _swap(view: ProjectionTables, shadow: ProjectionTables, store: EventStore) -> None:
    """Put one in the other's place, once it has come as far."""
    with view.database.writing() as connection:
        if connection.dialect.name == "postgresql":
            # Before the server's own look-out for deadlocks: then nobody who reads is
            # cut off, and the swap is tried again.
            connection.execute(text("SET LOCAL lock_timeout = '500ms'"))
        shown = view.hold(connection)
        place = shadow.checkpoint_in(connection)
        while place < shown and (batch := store.log(after=place, limit=BATCH)):
            place = shadow.handle_in(connection, place, batch)
        view.take_over(connection, shadow)


def _digests(connection: Connection, table: Table) -> dict[Key, bytes]:
    key = [column.name for column in table.primary_key]
    digests: dict[Key, bytes] = {}
    for row in connection.execute(select(table)).yield_per(BATCH).mappings():
        said = json.dumps(dict(row), sort_keys=True, default=str)
        digest = hashlib.sha256(said.encode()).digest()
        digests[tuple(row[name] for name in key)] = digest
    return digests
