"""How soon the service answers, how much memory it takes, and how much disk a learner does.

Prints a table, and writes the same to ``build/at_rest.json``. ``LEARNERS=100000`` says
how many there are; the floor of a start is a bare start of Python that imports the API.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psycopg

from benchmarks.over_http import API, BOUNDARY, form, people
from benchmarks.pairs import (
    ROOT,
    USER,
    Client,
    Served,
    details_of,
    fill,
    free_port,
    our_environment,
    process,
    until_healthy,
)
from cli.demo.users import token_of
from service import open_service
from tests.api.running import begin
from tests.learner_examples import csv_file
from tests.postgres import DURABLE, database, server

LEARNERS = int(os.environ.get("LEARNERS", "100000"))
STARTS = 5
RESTING = 3.0
PATIENCE = 3600.0
WRITTEN = ROOT / "build" / "at_rest.json"


@dataclass(frozen=True, kw_only=True)
class AtRest:
    """What a store with so many learners takes: seconds, megabytes, bytes a learner."""

    database: str
    learners: int
    start: float
    import_alone: float
    resting: float
    after_upload: float
    disk: float

    def line(self) -> str:
        return (
            f"{self.database}: {self.learners:,} learners: healthy after"
            f" {self.start:.2f} s ({self.start / self.import_alone:.1f} times importing"
            f" it, {self.import_alone:.2f} s); {self.resting:.0f} MB at rest,"
            f" {self.after_upload:.0f} MB after an upload of as many; {self.disk:.0f}"
            " bytes of disk a learner"
        )


def run() -> None:
    figures: list[AtRest] = []
    with TemporaryDirectory() as folder:
        here = Path(folder)
        data = here / "data"
        data.mkdir()
        size = partial(bytes_in, data)
        figures.append(measure("SQLite", f"sqlite:///{data}", here / "1", size))
        with server(DURABLE) as address, database(address) as url:
            size = partial(bytes_of_database, url)
            figures.append(measure("PostgreSQL", url, here / "2", size))
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps([asdict(each) for each in figures], indent=1))


def measure(name: str, url: str, keys: Path, size: Callable[[], int]) -> AtRest:
    with open_service(url, ROOT / "catalogue", keys) as service:
        begin(service)
        service.ledger.start()
        before = size()
        fill(service, details_of(people(LEARNERS)))
        assert service.ledger.wait_for(service.store.head(), PATIENCE)
        token = token_of(service, USER)
    disk = (size() - before) / LEARNERS
    starts = [started(url, keys, token) for _ in range(STARTS)]
    imports = [imported() for _ in range(STARTS)]
    found = AtRest(
        database=name,
        learners=LEARNERS,
        start=median(seconds for seconds, _ in starts),
        import_alone=median(imports),
        resting=median(megabytes for _, megabytes in starts),
        after_upload=uploaded(url, keys, token),
        disk=disk,
    )
    print(found.line(), flush=True)
    return found


def started(url: str, keys: Path, token: str) -> tuple[float, float]:
    """Serve until it rests; give the seconds to the first answer, and megabytes at rest."""
    port = free_port()
    began = time.perf_counter()
    with process(serving(port), our_environment(url, keys)) as running:
        served = Served(port=port, token=token, process=running)
        until_healthy(served, "/healthz")
        took = time.perf_counter() - began
        time.sleep(RESTING)
        return took, megabytes(running)


def serving(port: int) -> list[str]:
    return [sys.executable, "-m", "cli.main", "serve", "--port", str(port)]


def imported() -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", "import api.app"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=True,
    )
    return time.perf_counter() - began


def uploaded(url: str, keys: Path, token: str) -> float:
    """Upload as many learners again; give the megabytes once all of it is done."""
    port = free_port()
    with process(serving(port), our_environment(url, keys)) as running:
        served = Served(port=port, token=token, process=running)
        until_healthy(served, "/healthz")
        with closing(Client(served)) as client:
            rows = islice(people(10_000_000, after=LEARNERS), LEARNERS)
            group = client.ask(
                "POST",
                f"{API}/learner-groups",
                form("All", csv_file(*rows)),
                kind=f"multipart/form-data; boundary={BOUNDARY}",
            )["group"]
            path = f"{API}/learner-groups/{group}"
            until(client, path, "checked")
            client.ask("POST", f"{path}/submit", b"{}")
            until(client, path, "done")
        time.sleep(RESTING)
        return megabytes(running)


def until(client: Client, path: str, status: str) -> None:
    end = time.perf_counter() + PATIENCE
    while client.get(path)["status"] != status:
        if time.perf_counter() > end:
            raise TimeoutError(path)
        time.sleep(0.2)


def megabytes(running: int) -> float:
    """Give the memory of a process that is in use (resident), in megabytes."""
    lines: Iterator[str] = iter(
        Path(f"/proc/{running}/status").read_text().splitlines()
    )
    resident = next(line for line in lines if line.startswith("VmRSS:"))
    return int(resident.split()[1]) / 1024


def bytes_in(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


def bytes_of_database(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT pg_database_size(current_database())"
        ).fetchone()
        assert row is not None
        return int(row[0])
