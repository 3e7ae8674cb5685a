"""An order of 200 confirmed and a claim of 200 submitted, ours against the plain service.

Prints a table, and writes the same to ``build/whole_groups.json``: milliseconds until the
answer and, for ours, until the lists show it. ``ROUNDS=5`` says how often each is done.
"""

import json
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import quote

from benchmarks.over_http import API, people
from benchmarks.pairs import ROOT, Client, Served, busy_seconds, details_of, ours, plain
from tests.api.seeded_centre import DATES, MANDATORY, OPTIONAL, PRODUCT, award
from tests.postgres import DURABLE, database, server

GROUP = 200
CLIENTS = 8
ROUNDS = int(os.environ.get("ROUNDS", "5"))
LEARNERS = GROUP * (ROUNDS + 1) * (CLIENTS + 1)
UNITS = (*MANDATORY, *OPTIONAL)
LISTS = {"confirm": "registrations", "submit": "results"}
WRITTEN = ROOT / "build" / "whole_groups.json"
HEADINGS = (
    f"{'database':10}  {'work':12}  {'clients':>7}  {'ours, ms':>9}  {'in lists':>9}"
    f"  {'plain, ms':>9}  {'speed':>5}  {'ours, busy':>10}  {'plain, busy':>11}"
)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Milliseconds until the answer, from there until lists show it, and of processor."""

    answered: float
    shown: float
    busy: float


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What one work of 200 takes each service, in milliseconds."""

    database: str
    work: str
    clients: int
    ours: Answered
    plain: Answered

    def line(self) -> str:
        speed = self.plain.answered / self.ours.answered
        return (
            f"{self.database:10}  {self.work:12}  {self.clients:7}"
            f"  {self.ours.answered:9.0f}  {self.ours.shown:9.0f}"
            f"  {self.plain.answered:9.0f}  {speed:5.2f}"
            f"  {self.ours.busy:10.0f}  {self.plain.busy:11.0f}"
        )


def run() -> None:
    figures: list[Figure] = []
    print(HEADINGS, flush=True)
    with TemporaryDirectory() as folder:
        here = Path(folder)
        Path(folder, "data").mkdir()
        ours_at, plain_at = (
            f"sqlite:///{here / 'data'}",
            f"sqlite:///{here / 'plain.db'}",
        )
        figures += measure("SQLite", ours_at, plain_at, here / "1")
        with (
            server(DURABLE) as address,
            database(address) as one,
            database(address) as two,
        ):
            figures += measure("PostgreSQL", one, two, here / "2")
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps([asdict(each) for each in figures], indent=1))


def measure(name: str, our_url: str, plain_url: str, keys: Path) -> Iterator[Figure]:
    """Give each figure of a database, printed as it is known."""
    with (
        ours(our_url, keys, details_of(people(LEARNERS))) as one,
        plain(plain_url, details_of(people(LEARNERS))) as two,
    ):
        known = {each.port: everybody(each) for each in (one, two)}
        for clients in (1, CLIENTS):
            taken = {
                each.port: [
                    a_round(each, known[each.port], clients) for _ in range(ROUNDS + 1)
                ][1:]
                for each in (one, two)
            }
            for work in LISTS:
                figure = Figure(
                    database=name,
                    work=f"{work} {GROUP}",
                    clients=clients,
                    ours=middle([each[work] for each in taken[one.port]]),
                    plain=middle([each[work] for each in taken[two.port]]),
                )
                print(figure.line(), flush=True)
                yield figure


def everybody(served: Served) -> Iterator[str]:
    """Give the learners of the list, from the newest on."""
    found: list[str] = []
    path = f"{API}/learners?limit=200"
    with closing(Client(served)) as client:
        while len(found) < LEARNERS:
            page = client.get(path)
            found += (each["learner"] for each in page["items"])
            path = f"{API}/learners?limit=200&cursor={quote(str(page['next']))}"
    return iter(found)


def a_round(served: Served, known: Iterator[str], clients: int) -> dict[str, Answered]:
    """Confirm and submit by so many clients at once, each for 200 of its own."""
    groups = [[next(known) for _ in range(GROUP)] for _ in range(clients)]
    done = {}
    for work, prepare in (("confirm", order_path), ("submit", claim_path)):
        with ExitStack() as stack, ThreadPoolExecutor(clients) as pool:
            asking = [stack.enter_context(closing(Client(served))) for _ in groups]
            asked = list(pool.map(prepare, asking, groups))
            for client in asking:  # what was prepared is shown before anything is timed
                until_shown(client, work)
            busy = busy_seconds(served.process)
            taken = list(
                pool.map(timed, repeat(work), asking, *zip(*asked, strict=True))
            )
            spent = 1000 * (busy_seconds(served.process) - busy) / clients
        done[work] = Answered(
            answered=median(answered for answered, _ in taken),
            shown=median(shown for _, shown in taken),
            busy=spent,
        )
    return done


def order_path(client: Client, learners: list[str]) -> tuple[str, object]:
    """Put an order together; give the path and the body that confirm it."""
    begun = client.post(
        f"{API}/orders",
        {
            "products": [PRODUCT],
            "learners": [{"learners": [{"learner": each} for each in learners]}],
            "dates": [DATES],
        },
    )
    return f"{API}/orders/{begun['order']}/confirm", {"total": begun["total"]}


def claim_path(client: Client, learners: list[str]) -> tuple[str, object]:
    """Put a claim together; give the path and the body that submit it."""
    begun = client.post(
        f"{API}/claims",
        {
            "qualification": PRODUCT,
            "units": list(UNITS),
            "learners": learners,
            "awards": [award(each, UNITS) for each in learners],
        },
    )
    return f"{API}/claims/{begun['claim']}/submit", {}


def timed(work: str, client: Client, path: str, body: object) -> tuple[float, float]:
    """Ask; give the milliseconds until the answer, and from there until lists show it."""
    began = time.perf_counter()
    client.post(path, body, headers={"Idempotency-Key": path})
    answered = time.perf_counter()
    until_shown(client, work)
    shown = time.perf_counter()
    return 1000 * (answered - began), 1000 * (shown - answered)


def until_shown(client: Client, work: str) -> None:
    """Wait until the list of that work shows all that the client recorded, if it says so."""
    while client.position and not is_shown(client, f"{API}/{LISTS[work]}?limit=1"):
        pass


def is_shown(client: Client, path: str) -> bool:
    """Wait some seconds until a list shows all that the client recorded."""
    seen = {"Min-Position": client.position, "Prefer": "wait=9"}
    try:
        client.ask("GET", path, headers=seen)
    except RuntimeError as error:
        if "not-there-yet" in str(error):
            return False
        raise
    return True


def middle(taken: list[Answered]) -> Answered:
    return Answered(
        answered=median(each.answered for each in taken),
        shown=median(each.shown for each in taken),
        busy=median(each.busy for each in taken),
    )
