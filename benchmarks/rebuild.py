"""Rebuilding all read models, against reading their final rows and writing them again.

Prints a table, and writes the same to ``build/rebuild.json``. ``LEARNERS=20000`` says how
many were created before.
"""

import json
import os
from collections.abc import Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import Connection, Table

from benchmarks.lists import facts
from benchmarks.pairs import ROOT
from events.identifier import stream_of
from projections.database import Database, open_database
from projections.projection_tables import ProjectionTables, prepare
from projections.rebuilding import rebuild
from service import READ_MODELS
from store import Actor, EventStore, open_store
from subscriptions.feed import BATCH
from tests.postgres import DURABLE, database, server

LEARNERS = int(os.environ.get("LEARNERS", "20000"))
RUNS = 3
WRITTEN = ROOT / "build" / "rebuild.json"
BY = Actor(user="ann", role="Account Specialist", centre=None, channel="api")


def run() -> None:
    figures: dict[str, dict[str, float]] = {}
    with (
        TemporaryDirectory() as folder,
        server(DURABLE) as address,
        database(address) as url,
    ):
        for name, where in (
            ("SQLite", f"sqlite:///{folder}/data"),
            ("PostgreSQL", url),
        ):
            with (
                closing(open_store(where, keys=Path(folder) / name)) as store,
                closing(open_database(where)) as kept,
            ):
                figures[name] = measured(store, kept)
    print(
        f"{LEARNERS:,} learners\n{'':12}{'rebuild, s':>12}{'rows alone, s':>16}{'ratio':>8}"
    )
    for name, taken in figures.items():
        ratio = taken["floor"] / taken["rebuild"]
        print(f"{name:12}{taken['rebuild']:12.2f}{taken['floor']:16.2f}{ratio:8.2f}")
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps({"learners": LEARNERS, "figures": figures}, indent=1))


def measured(store: EventStore, kept: Database) -> dict[str, float]:
    """Give the seconds of both, the medians of some runs taken in turns."""
    told = facts(LEARNERS)
    while some := [*islice(told, BATCH)]:
        by_stream: dict[str, list[object]] = {}
        for name, event in some:
            by_stream.setdefault(name, []).append(event)
        changes = [
            store.open(stream_of(name)).change(events)  # type: ignore[arg-type] # events
            for name, events in by_stream.items()
        ]
        store.append(*changes, by=BY)
    tables = [ProjectionTables(model, kept) for model in READ_MODELS]
    prepare(kept, tables)
    rebuild(tables, store, lambda _, __: None)
    taken: dict[str, list[float]] = {"rebuild": [], "floor": []}
    for _ in range(RUNS):
        start = perf_counter()
        rebuild(tables, store, lambda _, __: None)
        taken["rebuild"].append(perf_counter() - start)
        start = perf_counter()
        copy_rows(kept, tables)
        taken["floor"].append(perf_counter() - start)
    return {name: median(times) for name, times in taken.items()}


def copy_rows(kept: Database, tables: Sequence[ProjectionTables]) -> None:
    """Read every row, and write it to an empty table with the same indexes."""
    for each in tables:
        beside = ProjectionTables(each.model, kept, shadow=True)
        beside.make_anew()
        with kept.writing() as connection:
            for name, table in each.tables.items():
                copy(connection, table, beside.tables[name])
        with kept.writing() as connection:
            beside.drop(connection)


def copy(connection: Connection, live: Table, beside: Table) -> None:
    sign = "?" if connection.dialect.name == "sqlite" else "%s"
    columns = ", ".join(f'"{column.name}"' for column in live.columns)
    signs = ", ".join(sign for _ in live.columns)
    query = f"SELECT {columns} FROM {live.name}"  # noqa: S608 - names of ours
    insert = f"INSERT INTO {beside.name} ({columns}) VALUES ({signs})"  # noqa: S608
    found = connection.exec_driver_sql(query)
    while rows := found.fetchmany(BATCH):
        values = [tuple(map(written, row)) for row in rows]
        connection.exec_driver_sql(insert, values)


def written(value: object) -> object:
    return json.dumps(value) if isinstance(value, dict | list) else value


if __name__ == "__main__":
    run()
