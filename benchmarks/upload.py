"""An upload of 10,000 learners: from the file to the last row of Manage Learners."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psycopg
from psycopg.sql import SQL, Identifier

from aggregates.uploads.upload_progress import UploadStatus
from audit import ledger as audit
from catalogue import load
from commands.uploads.upload import SubmitLearnerGroup, UploadLearnerGroup
from projections.database import READ_MODELS, open_database
from repositories.aggregate_types import GROUP
from repositories.repository import load_known
from service import Service
from store import open_store
from tests.commands.upload_centre import ADMINISTRATOR
from tests.learner_examples import cells, csv_file
from tests.postgres import database, server

ROWS = 10_000
RUNS = 3
BATCH = 500
CATALOGUE = Path(__file__).parents[1] / "catalogue"
WEIGHTS = range(10, 1, -1)
LETTERS = str.maketrans("0123456789", "abcdefghij")


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        measure("SQLite", [f"sqlite:///{here / str(n)}" for n in range(RUNS)], here)
        with server() as address, database(address) as one, database(address) as two:
            measure("PostgreSQL", [one, two], here)


def measure(name: str, urls: list[str], here: Path) -> None:
    """Print how long an upload takes, and executemany of what it leaves behind."""
    content = csv_file(*rows())
    took: list[Sequence[Stage]] = []
    floors: list[float] = []
    for url in urls:
        if url.startswith("sqlite"):
            Path(url.removeprefix("sqlite:///")).mkdir()
        took.append(upload(url, content, here / "key"))
        floors.append(floor(url, here))
        (here / "key").unlink()
    for stages in zip(*took, strict=True):
        seconds = median(stage.seconds for stage in stages)
        busy = median(stage.busy for stage in stages)
        print(
            f"{name}: {stages[0].name:9} {seconds:6.2f} s, {ROWS / seconds:9,.0f} rows/s,"
            f" {busy:6.2f} s of the processor"
        )
    shown = median(sum(stage.seconds for stage in stages) for stages in took)
    least = median(floors)
    print(
        f"{name}: {shown:.1f} s in all, {shown / least:.1f} times executemany of the"
        f" same events and rows ({least:.2f} s)"
    )


class Stage(NamedTuple):
    """A stage of an upload: the seconds that it takes, and those of the processor.

    Those of a PostgreSQL server are not counted.
    """

    name: str
    seconds: float
    busy: float


class Stages:
    """The stages of an upload, each timed from the end of the one before."""

    def __init__(self) -> None:
        self.all: list[Stage] = []
        self._began = time.perf_counter(), time.process_time()

    def end(self, name: str) -> None:
        now = time.perf_counter(), time.process_time()
        then, self._began = self._began, now
        self.all.append(Stage(name, now[0] - then[0], now[1] - then[1]))


def rows(count: int = ROWS) -> Iterator[dict[str, str]]:
    """Make rows that are all right, each with a ULN of its own."""
    for row, uln in enumerate(islice(ulns(), count)):
        yield cells(given_name=f"Chloë {letters(row)}", uln=uln)


def ulns(number: int = 100_000_000) -> Iterator[str]:
    """Make ULNs of nine digits that rise from ``number``, each with its check digit."""
    while True:
        number += 1
        digits = zip(WEIGHTS, str(number), strict=True)
        if rest := sum(weight * int(digit) for weight, digit in digits) % 11:
            yield f"{number}{10 - rest}"


def letters(number: int) -> str:
    """Write a number in letters, for names."""
    return str(number).translate(LETTERS)


def upload(url: str, content: bytes, keys: Path) -> Sequence[Stage]:
    """Upload and submit, until every learner is found."""
    service = Service(
        store=open_store(url, keys=keys),
        database=open_database(url),
        ledger=open_database(url, audit.NAME),
        catalogue=load(CATALOGUE),
    )
    by, now = ADMINISTRATOR, datetime.now(UTC)
    with service:
        service.start()
        stages = Stages()
        command = UploadLearnerGroup(
            by=by, at=now, name="Autumn", file_name="learners.csv", content=content
        )
        group = service.send(command).created_id
        stages.end("received")
        wait(service, group, UploadStatus.CHECKED)
        stages.end("checked")
        service.send(SubmitLearnerGroup(by=by, at=now, group=group))
        wait(service, group, UploadStatus.DONE)
        stages.end("added")
        assert service.read_models.wait_for(service.store.head(), 120)
        stages.end("found")
    return stages.all


def wait(service: Service, group: str, status: UploadStatus) -> None:
    while load_known(GROUP, group, store=service.store)[1].status is not status:
        time.sleep(0.02)


def floor(url: str, here: Path) -> float:
    """Copy every row into empty tables of the same make; give the seconds it takes."""
    if not url.startswith("sqlite"):
        return floor_of_postgres(url)
    folder = Path(url.removeprefix("sqlite:///"))
    return sum(
        floor_of_file(folder / file, here / "floor.db")
        for file in ("events.db", f"{READ_MODELS}.db")
    )


def floor_of_file(source: Path, target: Path) -> float:
    target.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(source)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        new.execute("PRAGMA journal_mode = WAL")
        made = old.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE sql NOTNULL"
        )
        tables = []
        for kind, name, sql in made:
            if not name.startswith("sqlite_"):
                new.execute(sql)
                tables += [name] if kind == "table" else []
        seconds = 0.0
        for name in tables:
            found = old.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - ours
            if not found:
                continue
            marks = ", ".join("?" * len(found[0]))
            insert = f'INSERT OR REPLACE INTO "{name}" VALUES ({marks})'  # noqa: S608
            began = time.perf_counter()
            for start in range(0, len(found), BATCH):
                new.executemany(insert, found[start : start + BATCH])
                new.commit()
            seconds += time.perf_counter() - began
        return seconds


def floor_of_postgres(url: str) -> float:
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        tables = cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE'"
            " AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        cursor.execute("CREATE SCHEMA floor")
        seconds = 0.0
        for schema, name in tables:
            old, new = Identifier(schema, name), Identifier("floor", name)
            cursor.execute(
                SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(new, old)
            )
            columns = [
                Identifier(row[0])
                for row in cursor.execute(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_schema = %s AND table_name = %s"
                    " ORDER BY ordinal_position",
                    [schema, name],
                )
            ]
            texts = SQL(", ").join(SQL("{}::text").format(each) for each in columns)
            found = cursor.execute(
                SQL("SELECT {} FROM {}").format(texts, old)
            ).fetchall()
            marks = SQL(", ").join(SQL("%s") * len(columns))
            insert = SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE VALUES ({})")
            connection.commit()
            began = time.perf_counter()
            for start in range(0, len(found), BATCH):
                batch = found[start : start + BATCH]
                cursor.executemany(insert.format(new, marks), batch)
                connection.commit()
            seconds += time.perf_counter() - began
        return seconds
