"""Rebuild a read model in shadow tables; swap them with the live ones, or compare both."""

import hashlib
import json
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import sleep
from typing import TypeAlias

from sqlalchemy import Connection, Table, select, text
from sqlalchemy.exc import OperationalError

from projections.dispatcher import handle_alone, handle_in
from projections.projection_tables import ProjectionTables
from projections.rows import Key
from store import EventStore, Position

BATCH = 500
"""How many events are folded in one transaction, and how many rows read at once."""

LOOK_SECONDS = 0.1
"""The pause before the lock or the swap is tried again."""

TRIES = 50
"""How often the swap is tried, while others lock the live tables."""

Progress: TypeAlias = Callable[[Position, Position], None]
"""Called with the position reached so far, and the position to reach."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A row that differs between the live tables and the rebuilt ones, by its key."""

    table: str
    key: Key


def rebuild(
    lives: Sequence[ProjectionTables], store: EventStore, progress: Progress
) -> None:
    """Fold every event into shadow tables, then swap them with the live ones.

    Several read models are folded together, from one reading of the log. Waits while
    another process rebuilds one of them. Meanwhile the live tables are read and updated as
    usual. Raises OperationalError if every try to swap fails.
    """
    with ExitStack() as stack:
        in_turn = sorted(lives, key=lambda live: live.name)
        shadows = [stack.enter_context(_shadow(live)) for live in in_turn]
        _fold(shadows, store, store.head(), progress)
        for live, shadow in zip(in_turn, shadows, strict=True):
            _swap_patiently(live, shadow, store)


def _swap_patiently(
    live: ProjectionTables, shadow: ProjectionTables, store: EventStore
) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            _swap(live, shadow, store)
        except OperationalError:
            if attempt == TRIES:
                raise
            sleep(LOOK_SECONDS)
        else:
            return


def check(
    live: ProjectionTables, store: EventStore, progress: Progress
) -> tuple[Difference, ...]:
    """Fold every event into shadow tables, and list the rows that differ from the live ones.

    The live tables are read in one snapshot, and the events folded up to its checkpoint.
    """
    with (
        _shadow(live) as shadow,
        live.database.reading(one_moment=True) as connection,
    ):
        _fold([shadow], store, live.checkpoint_in(connection), progress)
        differences: list[Difference] = []
        for name, table in live.tables.items():
            shown = _digests(connection, table)
            with live.database.reading() as another:
                rebuilt = _digests(another, shadow.tables[name])
            differing = {key for key, _ in shown.items() ^ rebuilt.items()}
            differences += (
                Difference(table=name, key=key) for key in sorted(differing)
            )
        return tuple(differences)


@contextmanager
def _shadow(live: ProjectionTables) -> Generator[ProjectionTables]:
    """Create empty shadow tables, in one process at a time; drop them in the end."""
    lock = live.database.leader_lock(f"beside-{live.name}")
    while not lock.acquire():
        sleep(LOOK_SECONDS)
    try:
        shadow = ProjectionTables(live.model, live.database, shadow=True)
        shadow.make_anew()
        try:
            yield shadow
        finally:
            with live.database.making() as connection:
                shadow.drop(connection)
    finally:
        lock.release()


def _fold(
    shadows: Sequence[ProjectionTables],
    store: EventStore,
    end: Position,
    progress: Progress,
) -> None:
    place = 0
    while place < end and (batch := store.log(after=place, limit=BATCH)):
        until_end = [r for r in batch if r.position <= end]
        with shadows[0].database.writing() as connection:
            for outcome in handle_in(connection, shadows, place, until_end).values():
                if isinstance(outcome, Exception):
                    raise outcome
        place = until_end[-1].position
        progress(place, end)


def _swap(live: ProjectionTables, shadow: ProjectionTables, store: EventStore) -> None:
    """Bring the shadow tables to the live checkpoint, and swap, in one transaction."""
    with live.database.writing() as connection:
        if connection.dialect.name == "postgresql":
            # Shorter than the server's deadlock_timeout: the swap fails, and is tried
            # again, before the server ends a transaction that reads.
            connection.execute(text("SET LOCAL lock_timeout = '500ms'"))
        shown = live.lock(connection)
        place = shadow.checkpoint_in(connection)
        while place < shown and (batch := store.log(after=place, limit=BATCH)):
            place = handle_alone(connection, shadow, place, batch)
        live.take_over(connection, shadow)


def _digests(connection: Connection, table: Table) -> dict[Key, bytes]:
    key = [column.name for column in table.primary_key]
    digests: dict[Key, bytes] = {}
    for row in connection.execute(select(table)).yield_per(BATCH).mappings():
        said = json.dumps(dict(row), sort_keys=True, default=str)
        digest = hashlib.sha256(said.encode()).digest()
        digests[tuple(row[name] for name in key)] = digest
    return digests
