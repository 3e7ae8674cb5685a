"""Folding events into a read model, and waiting for one's own write."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Any

import psycopg
from sqlalchemy import Column, Integer, MetaData, String, Table

from cli.installation.serving import log_as_json
from events.centres.centre import CentreOpened
from events.identifier import stream_of
from projections.database import READ_MODELS, Database, open_database
from projections.dispatcher import handle_alone
from projections.projection_tables import ProjectionTables, prepare
from projections.read_model import Moment, ReadModel
from projections.read_models import ReadModels
from projections.rows import Rows
from store import Actor, EventStore, Recorded, open_store
from subscriptions.feed import BATCH, EventFeed
from tests.postgres import database, server

EVENTS = 20_000
WRITES = 200
RUNS = 3
BY = Actor(user="ann", role="Account Specialist", centre=None, channel="api")
TABLE = Table(
    "benchmarked_centres",
    MetaData(),
    Column("number", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("changes", Integer, nullable=False),
)
UPSERT = (
    f"INSERT INTO {TABLE.name} (number, name, opened_at, changes)"  # noqa: S608 - ours
    " VALUES (?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET name = excluded.name,"
    " opened_at = excluded.opened_at, changes = excluded.changes"
)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        if isinstance(recorded.event, CentreOpened):
            rows.put(TABLE, row(recorded, recorded.event))


def row(recorded: Recorded, event: CentreOpened) -> dict[str, Any]:
    return {
        "number": event.number,
        "name": event.name,
        "opened_at": recorded.recorded_at,
        "changes": recorded.version,
    }


MODEL = ReadModel(
    name="benchmarked",
    version=1,
    tables=(TABLE,),
    handles=frozenset({CentreOpened}),
    fold=fold,
)


def fail(_: Rows, __: Sequence[Recorded]) -> None:
    raise RuntimeError("It is broken.")


FAILING = replace(MODEL, name="failing", tables=(), fold=fail)


def run() -> None:
    log_as_json()
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{folder}/data", Path(folder) / "key")
        with server() as address, database(address) as url:
            measure("PostgreSQL", url, Path(folder) / "another-key")


def measure(name: str, url: str, keys: Path) -> None:
    with (
        closing(open_store(url, keys=keys)) as store,
        closing(open_database(url)) as opened,
    ):
        for start in range(0, EVENTS, BATCH):
            record(store, range(start, start + BATCH))
        events = read_all(store)
        tables = ProjectionTables(MODEL, opened)

        def fold_read() -> None:
            tables.make_anew()
            for after, batch in batches(events):
                handle(tables, after, batch)

        def follow() -> None:
            tables.make_anew()
            place = 0
            while batch := store.log(after=place, limit=BATCH):
                place = handle(tables, place, batch)

        prepare(tables.database, [tables])
        floor = of_runs(lambda: send(url, events))
        for what, work in (("fold", fold_read), ("read, decode and fold", follow)):
            took = of_runs(work)
            print(
                f"{name}: {what} {EVENTS / took:,.0f} events/s,"
                f" {floor / took:.2f} of executemany of the same rows"
                f" ({EVENTS / floor:,.0f}/s)"
            )
        for what, models in (
            ("", [MODEL]),
            (" beside one that fails", [MODEL, FAILING]),
        ):
            waited = sorted(waits(store, opened, models))
            print(
                f"{name}: own write folded{what} after {median(waited) * 1000:.1f} ms,"
                f" 99 % within {waited[int(len(waited) * 0.99)] * 1000:.1f} ms"
            )


def handle(tables: ProjectionTables, after: int, batch: Sequence[Recorded]) -> int:
    with tables.database.writing() as connection:
        return handle_alone(connection, tables, after, batch)


def record(store: EventStore, numbers: Sequence[int]) -> int:
    changes = [
        store.open(stream_of(f"centre:{number}")).change(
            [CentreOpened(number=f"{number:05}", name=f"Centre {number}")]
        )
        for number in numbers
    ]
    return store.append(*changes, by=BY) or 0


def read_all(store: EventStore) -> list[Recorded]:
    events: list[Recorded] = []
    while batch := store.log(after=events[-1].position if events else 0):
        events += batch
    return events


def batches(events: Sequence[Recorded]) -> Iterator[tuple[int, Sequence[Recorded]]]:
    after = 0
    for start in range(0, len(events), BATCH):
        batch = events[start : start + BATCH]
        yield after, batch
        after = batch[-1].position


def send(url: str, events: Sequence[Recorded]) -> None:
    """Send the same rows in the same portions by the database's own driver."""
    is_sqlite = url.startswith("sqlite")
    with closing(connected(url)) as connection:
        connection.execute(f"DELETE FROM {TABLE.name}")  # noqa: S608 - ours
        statement = UPSERT if is_sqlite else UPSERT.replace("?", "%s")
        for _, batch in batches(events):
            rows = [row(r, r.event) for r in batch if isinstance(r.event, CentreOpened)]
            values = [
                (r["number"], r["name"], str(r["opened_at"]), r["changes"])
                for r in rows
            ]
            connection.cursor().executemany(statement, values)
            connection.commit()


def connected(url: str) -> sqlite3.Connection | psycopg.Connection:
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///")) / f"{READ_MODELS}.db"
        connection = sqlite3.connect(file)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection
    return psycopg.connect(url, options=f"-csearch_path={READ_MODELS}")


def waits(
    store: EventStore, opened: Database, models: Sequence[ReadModel]
) -> Iterator[float]:
    """Record, and give how long it took until the first of the models has folded it."""
    read_models = ReadModels(opened, EventFeed(store), store, models)
    read_models.start()
    start = store.head()
    while read_models.behind()[MODEL.name][0] < start:
        sleep(0.01)
    for number in range(start, start + WRITES):
        position = record(store, [number])
        asked = perf_counter()
        while read_models.behind()[MODEL.name][0] < position:
            sleep(0.0002)
        yield perf_counter() - asked
    read_models.stop()


def of_runs(work: Callable[[], None]) -> float:
    """Give the median of how many seconds it takes."""
    return median(timed(work) for _ in range(RUNS))


def timed(work: Callable[[], None]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began
