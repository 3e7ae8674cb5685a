"""Appends against plain INSERTs of the same rows, as durable, in turns.

A thousand events in one append against ``executemany`` into tables with the same
indexes; single events by 1, 8 and 32 threads against INSERT and COMMIT. Prints a table,
and writes the same to ``build/appends.json``.
"""

import json
import sqlite3
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import local
from time import perf_counter, process_time
from typing import Any, LiteralString, NamedTuple, TypeAlias
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier, Placeholder

from benchmarks.pairs import ROOT
from store import Change, EventStore, StoredRow, open_store, written_in
from store.sqlite import tables as sqlite
from tests.postgres import DURABLE, database, server
from tests.store.examples import ANN, change, zoe

EVENTS = 1_000
SINGLE = 320
THREADS = (1, 8, 32)
ROUNDS = 7
WRITTEN = ROOT / "build" / "appends.json"

WRAPPED = bytes(60)
COLUMNS: dict[str, LiteralString] = {
    "stored_events": "notification_id, originator_id, originator_version, topic,"
    " recorded_at, state",
    "person_keys": "person_id, wrapped",
    "reservations": "scope, key, stream, digest, position",
}


class Row(NamedTuple):
    """What is stored for an event."""

    event: StoredRow
    person: UUID | None
    reserved: Sequence[tuple[str, str]]


Insert: TypeAlias = Callable[[Sequence[Row]], None]
"""Inserts such rows in one transaction."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one event takes: seconds, and seconds of the processor in this process."""

    seconds: float
    busy: float


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What one event takes, in microseconds, and of our processor; ``speed`` is the ratio."""

    database: str
    work: str
    threads: int
    ours: float
    floor: float
    ours_busy: float
    floor_busy: float

    @property
    def speed(self) -> float:
        return self.floor / self.ours

    def line(self) -> str:
        return (
            f"{self.database:10}  {self.work:28}  {self.threads:7}  {self.ours:8.0f}"
            f"  {self.floor:9.0f}  {self.speed:5.2f}  {self.ours_busy:8.0f}"
            f"  {self.floor_busy:11.0f}"
        )


HEADINGS = (
    f"{'database':10}  {'work':28}  {'threads':>7}  {'ours, µs':>8}  {'floor, µs':>9}"
    f"  {'speed':>5}  {'busy, µs':>8}  {'floor, busy':>11}"
)


def run() -> None:
    figures: list[Figure] = []
    print(f"Of each event.\n{HEADINGS}", flush=True)
    with TemporaryDirectory() as folder:
        here = Path(folder)
        with (
            closing(open_store(f"sqlite:///{here / 'data'}", keys=here / "1")) as store,
            plain_sqlite(here / "plain.db") as insert,
        ):
            figures += measure("SQLite", store, insert)
        with (
            server(DURABLE) as address,
            database(address) as url,
            closing(open_store(url, keys=here / "2")) as store,
            plain_postgres(url) as insert,
        ):
            figures += measure("PostgreSQL", store, insert)
    WRITTEN.parent.mkdir(exist_ok=True)
    told = [asdict(each) | {"speed": each.speed} for each in figures]
    WRITTEN.write_text(json.dumps({"figures": told}, indent=1))


def measure(name: str, store: EventStore, insert: Insert) -> Iterator[Figure]:
    """Give each figure of a database, printed as it is known."""
    numbers = count()

    def learner() -> Change:
        return change(zoe(), reserve=[f"{next(numbers)}"])

    many = f"{EVENTS:,} %s in one append"
    yield figure(name, many % "events", 1, *bulk(store, insert, change))
    yield figure(name, many % "learners", 1, *bulk(store, insert, learner))
    for threads in THREADS:
        taken = single(store, insert, learner, threads)
        yield figure(name, "a learner", threads, *taken)


def figure(name: str, work: str, threads: int, ours: Taken, floor: Taken) -> Figure:
    told = Figure(
        database=name,
        work=work,
        threads=threads,
        ours=ours.seconds * 1e6,
        floor=floor.seconds * 1e6,
        ours_busy=ours.busy * 1e6,
        floor_busy=floor.busy * 1e6,
    )
    print(told.line(), flush=True)
    return told


def bulk(
    store: EventStore, insert: Insert, make: Callable[[], Change]
) -> tuple[Taken, Taken]:
    """Append a thousand at once; then insert the same rows by ``executemany``."""
    pairs: list[tuple[Taken, Taken]] = []
    for _ in range(ROUNDS + 1):
        changes = [make() for _ in range(EVENTS)]
        before = store.head()
        ours = timed(partial(store.append, *changes, by=ANN), EVENTS)
        pairs.append((ours, timed(partial(insert, rows_after(store, before)), EVENTS)))
    return medians(pairs)


def single(
    store: EventStore, insert: Insert, make: Callable[[], Change], threads: int
) -> tuple[Taken, Taken]:
    """Append one at a time by so many threads; then insert and commit the same rows."""
    pairs: list[tuple[Taken, Taken]] = []
    for _ in range(ROUNDS + 1):
        changes = [make() for _ in range(SINGLE)]
        before = store.head()
        with ThreadPoolExecutor(threads) as pool:
            append = partial(store.append, by=ANN)
            ours = timed(lambda: [*pool.map(append, changes)], SINGLE)  # noqa: B023 - of this turn
            rows = [[row] for row in rows_after(store, before)]
            floor = timed(lambda: [*pool.map(insert, rows)], SINGLE)  # noqa: B023 - the same
        pairs.append((ours, floor))
    return medians(pairs)


def timed(work: Callable[[], object], events: int) -> Taken:
    busy, began = process_time(), perf_counter()
    work()
    took = perf_counter() - began
    return Taken(seconds=took / events, busy=(process_time() - busy) / events)


def medians(pairs: Sequence[tuple[Taken, Taken]]) -> tuple[Taken, Taken]:
    """Give the medians of either; the first pair warmed up."""
    one, two = (
        Taken(
            seconds=median(each.seconds for each in taken[1:]),
            busy=median(each.busy for each in taken[1:]),
        )
        for taken in zip(*pairs, strict=True)
    )
    return one, two


def rows_after(store: EventStore, position: int) -> list[Row]:
    """Give what was stored for each event: its own row, and those of key and value."""
    return [
        Row(row, written.person, written.reserved)
        for row in store.read_stored(after=position, limit=2 * EVENTS)
        for written in [written_in(row)]
    ]


@contextmanager
def plain_sqlite(file: Path) -> Generator[Insert]:
    """Insert into tables of the same make in a file of its own, as durably."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for statement in sqlite.TABLES:
            connection.execute(statement)
        connection.commit()
    own = local()

    def insert(rows: Sequence[Row]) -> None:
        if not hasattr(own, "connection"):
            own.connection = sqlite3.connect(
                file, timeout=60, isolation_level=None, check_same_thread=False
            )
            own.connection.execute("PRAGMA synchronous = FULL")
        own.connection.execute("BEGIN IMMEDIATE")
        for table, values in by_table(rows, lambda stream: stream.hex).items():
            marks = ", ".join("?" * len(values[0]))
            own.connection.executemany(
                f"INSERT INTO {table} VALUES ({marks})",  # noqa: S608 - ours
                values,
            )
        own.connection.execute("COMMIT")

    yield insert


@contextmanager
def plain_postgres(url: str) -> Generator[Insert]:
    """Insert into tables of the same make in a schema of its own."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA plain")
        for table in COLUMNS:
            connection.execute(
                SQL("CREATE TABLE plain.{} (LIKE public.{} INCLUDING ALL)").format(
                    Identifier(table), Identifier(table)
                )
            )
    own = local()

    def insert(rows: Sequence[Row]) -> None:
        if not hasattr(own, "connection"):
            own.connection = psycopg.connect(url, options="-csearch_path=plain")
        with own.connection.transaction(), own.connection.cursor() as cursor:
            for table, values in by_table(rows, lambda stream: stream).items():
                statement = SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    Identifier(table),
                    SQL(COLUMNS[table]),
                    SQL(", ").join(Placeholder() * len(values[0])),
                )
                cursor.executemany(statement, values)

    yield insert


def by_table(
    rows: Sequence[Row], write: Callable[[UUID], object]
) -> dict[str, list[tuple[Any, ...]]]:
    """Give the rows of each table; ``write`` gives an id as the database keeps it."""
    tables: dict[str, list[tuple[Any, ...]]] = {}
    for (position, stream, version, topic, at, state), person, reserved in rows:
        its = write(stream)
        moment = at.isoformat() if isinstance(its, str) else at
        tables.setdefault("stored_events", []).append(
            (position, its, version, topic, moment, state)
        )
        if person is not None:
            tables.setdefault("person_keys", []).append((write(person), WRAPPED))
        for scope, key in reserved:
            tables.setdefault("reservations", []).append(
                (scope, key, its, None, position)
            )
    return tables
