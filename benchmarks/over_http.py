"""Ours against the service without history, over HTTP, asked in turns.

Sizes to fill both with: ``LEARNERS=100000 python -m benchmarks over_http``.
"""

import os
import random
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

from benchmarks.pairs import Client, Served, details_of, in_turns, ours, plain
from benchmarks.upload import WEIGHTS
from tests.learner_examples import cells
from tests.postgres import database, server

LEARNERS = int(os.environ.get("LEARNERS", "10000"))
GIVEN = (
    "Amira",
    "Ben",
    "Chloë",
    "Dev",
    "Esme",
    "Finn",
    "Grace",
    "Hana",
    "Idris",
    "Jo",
    "Mo",
)
FAMILY = ("D'Arcy", "Haddad", "Ivanova", "Jones", "Khan", "Mensah", "Nair", "O'Neill")
SOUGHT = "Khan"
PAGE = 50


def run() -> None:
    with TemporaryDirectory() as folder:
        here = Path(folder)
        Path(folder, "data").mkdir()
        plain_file = f"sqlite:///{here / 'plain.db'}"
        measure("SQLite", f"sqlite:///{here / 'data'}", plain_file, here / "key-1")
        with server() as address, database(address) as one, database(address) as two:
            measure("PostgreSQL", one, two, here / "key-2")


def measure(name: str, our_url: str, plain_url: str, keys: Path) -> None:
    with (
        ours(our_url, keys, details_of(people(LEARNERS))) as one,
        plain(plain_url, details_of(people(LEARNERS))) as two,
    ):
        fresh = people(1_000_000, after=LEARNERS)
        drawing = Lock()
        made: dict[int, str] = {}

        def create(client: Client, served: Served) -> None:
            with drawing:
                body = next(fresh)
            made[served.port] = client.post("/api/v1/learners", body)["learner"]

        def read(client: Client, served: Served) -> None:
            client.get(f"/api/v1/learners/{made[served.port]}")

        def list_learners(client: Client, _: Served) -> None:
            found = client.get(f"/api/v1/learners?limit={PAGE}")["items"]
            assert len(found) == PAGE

        def search(client: Client, _: Served) -> None:
            name = f"{SOUGHT}{letters(next(numbers) % 50)}"
            client.get(f"/api/v1/learners?name={name}&limit={PAGE}")

        numbers = count()
        for what, ask, times in (
            ("create a learner", create, 200),
            ("read a learner", read, 400),
            ("list 50", list_learners, 200),
            ("search by name", search, 200),
        ):
            for clients in (1, 8):
                our, its = in_turns([one, two], ask, count=times, clients=clients)
                print(
                    f"{name}, {LEARNERS:,} learners: {what}, {clients} at once:"
                    f" {1000 * our.seconds:.2f} ms,"
                    f" {its.seconds / our.seconds:.2f} of the plain service's speed"
                    f" ({1 / its.seconds:,.0f}/s); {1000 * our.busy:.2f} ms of processor"
                    f" time, where the plain one takes {1000 * its.busy:.2f}",
                    flush=True,
                )


def people(number: int, *, after: int = 0) -> Iterator[Mapping[str, str]]:
    """Make learners of usual names, each with a ULN of their own."""
    chosen = random.Random(after)  # noqa: S311 - names
    uln = 100_000_000 + 8 * after
    for row in range(after, after + number):
        while True:
            uln += 1
            digits = zip(WEIGHTS, str(uln), strict=True)
            if rest := sum(weight * int(digit) for weight, digit in digits) % 11:
                break
        yield cells(
            given_name=f"{chosen.choice(GIVEN)} {letters(row)}",
            family_name=f"{chosen.choice(FAMILY)}{letters(row % 50)}",
            uln=f"{uln}{10 - rest}",
        )


def letters(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "abcdefghij"))
