"""An order of 200 learners confirmed and a claim of 200 submitted, over HTTP."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.over_http import API, LEARNERS, people
from benchmarks.pairs import Client, Served, busy_seconds, details_of, ours
from tests.api.seeded_centre import DATES, MANDATORY, OPTIONAL, PRODUCT, award
from tests.postgres import DURABLE, database, server

GROUP = 200
ROUNDS = int(os.environ.get("ROUNDS", "5"))
UNITS = (*MANDATORY, *OPTIONAL)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """Milliseconds until a command was answered, until lists show it, and of processor."""

    answered: float
    shown: float
    busy: float


def run() -> None:
    with TemporaryDirectory() as folder:
        here = Path(folder)
        Path(folder, "data").mkdir()
        measure("SQLite", f"sqlite:///{here / 'data'}", here / "1")
        with server(DURABLE) as address, database(address) as url:
            measure("PostgreSQL", url, here / "2")


def measure(name: str, url: str, keys: Path) -> None:
    with ours(url, keys, details_of(people(LEARNERS))) as served:
        rounds = list(groups_of(served, ROUNDS))
    for work in ("confirm", "submit"):
        taken = [each[work] for each in rounds]
        print(
            f"{name}: {work} {GROUP}: answered after"
            f" {median(t.answered for t in taken):.0f} ms, in lists"
            f" {median(t.shown for t in taken):.0f} ms later,"
            f" busy {median(t.busy for t in taken):.0f} ms",
            flush=True,
        )


def groups_of(served: Served, rounds: int) -> Iterator[dict[str, Answered]]:
    with closing(Client(served)) as client:
        fresh = listed(client)
        for _ in range(rounds):
            learners = [next(fresh) for _ in range(GROUP)]
            begun = client.post(f"{API}/orders", order_of(learners))
            path = f"{API}/orders/{begun['order']}/confirm"
            confirmed = timed(
                client,
                served,
                path,
                {"total": begun["total"]},
                f"{API}/registrations?limit=1",
            )
            claim = client.post(f"{API}/claims", claim_of(learners))["claim"]
            path = f"{API}/claims/{claim}/submit"
            submitted = timed(client, served, path, {}, f"{API}/results?limit=1")
            yield {"confirm": confirmed, "submit": submitted}


def order_of(learners: list[str]) -> dict[str, object]:
    return {
        "products": [PRODUCT],
        "learners": [{"learners": [{"learner": each} for each in learners]}],
        "dates": [DATES],
    }


def claim_of(learners: list[str]) -> dict[str, object]:
    return {
        "qualification": PRODUCT,
        "units": list(UNITS),
        "learners": learners,
        "awards": [award(each, UNITS) for each in learners],
    }


def timed(
    client: Client, served: Served, path: str, body: object, listing: str
) -> Answered:
    """Ask, then wait until lists show it: processor time is of both."""
    busy, began = busy_seconds(served.process), time.perf_counter()
    client.post(path, body, headers={"Idempotency-Key": path})
    answered = time.perf_counter()
    seen = {"Min-Position": client.position, "Prefer": "wait=9"}
    client.ask("GET", listing, headers=seen)
    shown = time.perf_counter()
    return Answered(
        answered=1000 * (answered - began),
        shown=1000 * (shown - answered),
        busy=1000 * (busy_seconds(served.process) - busy),
    )


def listed(client: Client) -> Iterator[str]:
    """Give the learners of the list, from the newest on."""
    path = f"{API}/learners?limit=200"
    while True:
        page = client.get(path)
        yield from (each["learner"] for each in page["items"])
        path = f"{API}/learners?limit=200&cursor={page['next']}"
