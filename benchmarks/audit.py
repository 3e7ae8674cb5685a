"""Verifying every stored event against the ledger, as an auditor does (H5)."""

import hashlib
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from audit.ledger import NAME, Ledger
from audit.verification import read_stored_rows, verify
from events.centres.centre import CentreOpened
from projections.database import open_database
from store import Actor, Change, open_store
from tests.store.examples import change

EVENTS = 1_000_000
BATCH = 2_000
BY = Actor(user="ann", role="Account Specialist", centre=None, channel="api")


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/data"
        with closing(open_store(url, keys=Path(folder) / "key")) as store:
            ledger = Ledger(store, open_database(url, NAME), lambda: datetime.now(UTC))
            for _ in range(EVENTS // BATCH):
                store.append(*made(), by=BY)
            begun = perf_counter()
            ledger.catch_up()
            sealing = perf_counter() - begun
            begun = perf_counter()
            found = verify(ledger)
            verifying = perf_counter() - begun
            assert (found.finding, found.events) == (None, EVENTS)
            begun = perf_counter()
            for row in read_stored_rows(store):
                hashlib.sha256(row.state).digest()
            floor = perf_counter() - begun
            ledger.stop()
    print(f"sealing {EVENTS:,} events: {sealing:.1f} s ({sealing / floor:.2f} x floor)")
    print(
        f"verifying them: {verifying:.1f} s, {verifying / floor:.2f} times the floor"
        f" of reading and hashing each ({floor:.1f} s); wanted: under 60 s"
    )


def made() -> list[Change]:
    return [
        change(CentreOpened(number=f"{number:05}", name="Riverside Training"))
        for number in range(BATCH)
    ]
