"""Ours against the service without history, over HTTP, asked in turns.

Prints a table, and writes the same to ``build/over_http.json``. ``LEARNERS=100000``
says how many learners both have before, ``ROWS=10000`` how many an upload has.
"""

import json
import os
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from benchmarks.pairs import (
    ROOT,
    Client,
    Served,
    Taken,
    busy_seconds,
    details_of,
    in_turns,
    ours,
    plain,
)
from benchmarks.upload import letters, ulns
from tests.learner_examples import cells, csv_file
from tests.postgres import DURABLE, database, server

LEARNERS = int(os.environ.get("LEARNERS", "10000"))
ROWS = int(os.environ.get("ROWS", "10000"))
GIVEN = ("Amira", "Ben", "Chloë", "Dev", "Esme", "Finn", "Grace", "Hana", "Idris")
FAMILY = ("D'Arcy", "Haddad", "Ivanova", "Jones", "Khan", "Mensah", "Nair", "O'Neill")
SOUGHT = "Khan"
PAGE = 50
API = "/api/v1"
WRITTEN = ROOT / "build" / "over_http.json"
PATIENCE = 600.0


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What one request of each service takes, in milliseconds; ``speed`` is the ratio.

    ``busy`` is the processor time of the service's process.
    """

    database: str
    work: str
    clients: int
    ours: float
    plain: float
    ours_busy: float
    plain_busy: float

    @property
    def speed(self) -> float:
        return self.plain / self.ours

    def line(self) -> str:
        return (
            f"{self.database:10}  {self.work:32}  {self.clients:7}  {self.ours:10.2f}"
            f"  {self.plain:10.2f}  {self.speed:5.2f}  {self.ours_busy:10.2f}"
            f"  {self.plain_busy:10.2f}"
        )


HEADINGS = (
    f"{'database':10}  {'work':32}  {'clients':>7}  {'ours, ms':>10}  {'plain, ms':>10}"
    f"  {'speed':>5}  {'ours, busy':>10}  {'plain, busy':>10}"
)


def run() -> None:
    figures: list[Figure] = []
    print(f"{LEARNERS:,} learners before.\n{HEADINGS}", flush=True)
    with TemporaryDirectory() as folder:
        here = Path(folder)
        Path(folder, "data").mkdir()
        file = f"sqlite:///{here / 'data'}"
        figures += measure("SQLite", file, f"sqlite:///{here / 'plain.db'}", here / "1")
        with (
            server(DURABLE) as address,
            database(address) as one,
            database(address) as two,
        ):
            figures += measure("PostgreSQL", one, two, here / "2")
    WRITTEN.parent.mkdir(exist_ok=True)
    told = [asdict(each) | {"speed": each.speed} for each in figures]
    WRITTEN.write_text(json.dumps({"learners": LEARNERS, "figures": told}, indent=1))


def measure(name: str, our_url: str, plain_url: str, keys: Path) -> Iterator[Figure]:
    """Give each figure of a database, printed as it is known."""
    before = LEARNERS
    with (
        ours(our_url, keys, details_of(people(before))) as one,
        plain(plain_url, details_of(people(before))) as two,
    ):
        asking = Asking(people(10_000_000, after=before))
        for work, ask, times in (
            ("create a learner", asking.create, 200),
            ("read a learner", asking.read, 400),
            (f"list {PAGE}", asking.list_learners, 200),
            ("search by name", asking.search, 200),
        ):
            for clients in (1, 8):
                taken = in_turns([one, two], ask, count=times, clients=clients)
                yield figure(name, work, clients, *taken)
        asking.uploaded(two, two_stages=False)
        yield figure(
            name,
            f"upload {ROWS:,} until all are found",
            1,
            asking.uploaded(one, two_stages=True),
            asking.uploaded(two, two_stages=False),
        )


def figure(name: str, work: str, clients: int, our: Taken, its: Taken) -> Figure:
    told = Figure(
        database=name,
        work=work,
        clients=clients,
        ours=1000 * our.seconds,
        plain=1000 * its.seconds,
        ours_busy=1000 * our.busy,
        plain_busy=1000 * its.busy,
    )
    print(told.line(), flush=True)
    return told


class Asking:
    """What is asked of either service, each learner made known once."""

    def __init__(self, fresh: Iterator[Mapping[str, str]]) -> None:
        self._fresh = fresh
        self._drawing = Lock()
        self._made: dict[int, str] = {}
        self._numbers = count()

    def create(self, client: Client, served: Served) -> None:
        with self._drawing:
            body = next(self._fresh)
        self._made[served.port] = client.post(f"{API}/learners", body)["learner"]

    def read(self, client: Client, served: Served) -> None:
        client.get(f"{API}/learners/{self._made[served.port]}")

    def list_learners(self, client: Client, _: Served) -> None:
        found = client.get(f"{API}/learners?limit={PAGE}")["items"]
        assert len(found) == PAGE

    def search(self, client: Client, _: Served) -> None:
        name = f"{SOUGHT}{letters(next(self._numbers) % 50)}"
        assert client.get(f"{API}/learners?name={name}&limit={PAGE}")["items"]

    def uploaded(self, served: Served, *, two_stages: bool) -> Taken:
        """Upload a file of ``ROWS`` rows; wait until the last of them is found."""
        rows = list(islice(self._fresh, ROWS))
        content = csv_file(*rows)
        busy, began = busy_seconds(served.process), time.perf_counter()
        with closing(Client(served)) as client:
            if two_stages:
                self._upload_and_submit(client, content)
            else:
                client.ask("POST", f"{API}/learners/uploads", content, kind="text/csv")
            self._until(client, f"learners?uln={rows[-1]['uln']}", "items")
        return Taken(
            seconds=time.perf_counter() - began,
            busy=busy_seconds(served.process) - busy,
        )

    def _upload_and_submit(self, client: Client, content: bytes) -> None:
        group = client.ask(
            "POST",
            f"{API}/learner-groups",
            form(f"Group {next(self._numbers)}", content),
            kind=f"multipart/form-data; boundary={BOUNDARY}",
        )["group"]
        self._until(client, f"learner-groups/{group}", "status", "checked")
        client.ask("POST", f"{API}/learner-groups/{group}/submit", b"{}")
        self._until(client, f"learner-groups/{group}", "status", "done")

    def _until(self, client: Client, path: str, field: str, *wanted: str) -> None:
        until = time.perf_counter() + PATIENCE
        while time.perf_counter() < until:
            found = client.get(f"{API}/{path}")[field]
            if found in wanted if wanted else found:
                return
            time.sleep(0.02)
        raise TimeoutError(path)


BOUNDARY = "a-boundary"


def form(name: str, content: bytes) -> bytes:
    """Write a form with the name of a group and its file."""
    disposition = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    head = (
        f'{disposition}"name"\r\n\r\n{name}\r\n{disposition}"file"; filename="l.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def people(number: int, *, after: int = 0) -> Iterator[Mapping[str, str]]:
    """Make learners of usual names, each with a ULN of their own."""
    chosen = random.Random(after)  # noqa: S311 - names
    numbers = ulns(100_000_000 + 8 * after)
    for row, uln in zip(range(after, after + number), numbers, strict=False):
        yield cells(
            given_name=f"{chosen.choice(GIVEN)} {letters(row)}",
            family_name=f"{FAMILY[row // 50 % len(FAMILY)]}{letters(row % 50)}",
            uln=uln,
        )
