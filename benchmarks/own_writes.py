"""How long one waits to see one's own write in a list, while eight others write.

They write without a pause, which takes all that one process can do, and then half as often.

Prints a table, and writes the same to ``build/own_writes.json``. One client creates a
learner and then asks for a list that shows it (``Min-Position``); in turns with that it
asks for the same list as it stands, which is the floor. ``LEARNERS=10000`` says how many
there are before, ``WRITES=400`` how often it is done.
"""

import json
import os
import time
from collections.abc import Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Event, Lock

from benchmarks.over_http import API, people
from benchmarks.pairs import ROOT, Client, Served, busy_seconds, details_of, ours
from tests.postgres import DURABLE, database, server

LEARNERS = int(os.environ.get("LEARNERS", "10000"))
WRITES = int(os.environ.get("WRITES", "400"))
WRITERS = 8
WARM_UP = 20
PATH = f"{API}/learners?limit=1"
WRITTEN = ROOT / "build" / "own_writes.json"
HEADINGS = (
    f"{'database':10}  {'writers':>7}  {'writes/s':>8}  {'seen, p50':>9}  {'p99, ms':>8}"
    f"  {'list as it stands, p50':>22}  {'p99, ms':>8}  {'busy, % of a core':>17}"
)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """Milliseconds from the answer to a write until a list that shows it is answered.

    ``rate`` is how many learners all clients together created in a second. ``floor`` are
    the milliseconds of the same list when nothing is waited for; ``busy`` is the part of
    one core that the service took meanwhile.
    """

    database: str
    writers: int
    rate: float
    p50: float
    p99: float
    floor_p50: float
    floor_p99: float
    busy: float

    def line(self) -> str:
        return (
            f"{self.database:10}  {self.writers:7}  {self.rate:8.0f}  {self.p50:9.1f}"
            f"  {self.p99:8.1f}  {self.floor_p50:22.1f}  {self.floor_p99:8.1f}"
            f"  {100 * self.busy:17.0f}"
        )


def run() -> None:
    figures: list[Figure] = []
    print(f"{LEARNERS:,} learners before.\n{HEADINGS}", flush=True)
    with TemporaryDirectory() as folder:
        here = Path(folder)
        Path(folder, "data").mkdir()
        figures += measure("SQLite", f"sqlite:///{here / 'data'}", here / "1")
        with server(DURABLE) as address, database(address) as url:
            figures += measure("PostgreSQL", url, here / "2")
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps([asdict(each) for each in figures], indent=1))


def measure(name: str, url: str, keys: Path) -> Iterator[Figure]:
    """Give the figure with nobody else and with eight writers, printed as it is known."""
    fresh = Fresh(people(10_000_000, after=LEARNERS))
    with ours(url, keys, details_of(people(LEARNERS))) as served:
        every = 0.0
        for writers in (0, WRITERS, WRITERS):
            with writing(served, fresh, writers, every):
                busy, before = busy_seconds(served.process), fresh.given
                began = time.perf_counter()
                seen, floor = waits(served, fresh)
                spent = busy_seconds(served.process) - busy
                took = time.perf_counter() - began
            figure = Figure(
                database=name,
                writers=writers,
                rate=(fresh.given - before) / took,
                p50=median(seen),
                p99=quantiles(seen, n=100)[-1],
                floor_p50=median(floor),
                floor_p99=quantiles(floor, n=100)[-1],
                busy=spent / took,
            )
            print(figure.line(), flush=True)
            yield figure
            every = 2 * writers / figure.rate


class Fresh:
    """Learners whom nobody knows yet, each given once."""

    def __init__(self, rows: Iterator[Mapping[str, str]]) -> None:
        self._rows = rows
        self._drawing = Lock()
        self.given = 0

    def create(self, client: Client) -> str:
        """Have one created; give the identifier."""
        with self._drawing:
            body = next(self._rows)
            self.given += 1
        learner: str = client.post(f"{API}/learners", body)["learner"]
        return learner


@contextmanager
def writing(
    served: Served, fresh: Fresh, writers: int, every: float
) -> Generator[None]:
    """Have so many clients create learners meanwhile, each one in so many seconds."""
    ended = Event()

    def write() -> None:
        with closing(Client(served)) as client:
            begins = time.perf_counter()
            while not ended.is_set():
                fresh.create(client)
                begins = max(begins + every, time.perf_counter())
                ended.wait(begins - time.perf_counter())

    with ThreadPoolExecutor(max(1, writers)) as pool:
        works = [pool.submit(write) for _ in range(writers)]
        try:
            yield
        finally:
            ended.set()
        for work in works:
            work.result()


def waits(served: Served, fresh: Fresh) -> tuple[list[float], list[float]]:
    """Give the milliseconds of each list that was waited for, and of each that was not."""
    seen, floor = [], []
    with closing(Client(served)) as client:
        for _ in range(WRITES + WARM_UP):
            learner = fresh.create(client)
            asked = {"Min-Position": client.position, "Prefer": "wait=9"}
            began = time.perf_counter()
            client.ask("GET", PATH, headers=asked)
            seen.append(1000 * (time.perf_counter() - began))
            begun = time.perf_counter()
            client.ask("GET", PATH)
            floor.append(1000 * (time.perf_counter() - begun))
            found = client.get(f"{API}/learners?learner={learner}")["items"]
            assert [each["learner"] for each in found] == [learner]
    return seen[WARM_UP:], floor[WARM_UP:]
