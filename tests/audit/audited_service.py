"""A store and its ledger, and somebody who has the databases in hand."""

import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from audit.finding import Finding, FindingKind
from audit.head import Head
from audit.ledger import NAME, Ledger
from audit.verification import AuditResult, verify
from projections.database import open_database
from store import EventStore, StoredRow
from tests.clock import Clock
from tests.store.examples import ANN, change, zoe

EVENTS = 9
SPAN = 3
TABLES = {
    "stored_events": "events",
    "leaves": NAME,
    "nodes": NAME,
    "heads": NAME,
}


class AuditedService:
    """Records and seals by the service's own means; alters and puts back by others."""

    def __init__(self, store: EventStore, url: str, clock: Clock) -> None:
        self.store, self.url, self.clock = store, url, clock
        self.ledger = Ledger(store, open_database(url, NAME), clock, span=SPAN)
        self._opened = ExitStack()
        self._hands: dict[str, Callable[..., list[tuple[Any, ...]]]] = {}

    def record(self, events: int) -> None:
        for _ in range(events):
            self.store.append(change(zoe()), by=ANN)

    def seal(self, events: int) -> Head:
        """Record so many in one batch, a minute after the last."""
        self.clock.advance(minutes=1)
        self.record(events)
        self.ledger.catch_up()
        head = self.ledger.head()
        assert head is not None
        return head

    def verify(self, *kept: Head) -> AuditResult:
        return verify(self.ledger, kept=kept)

    def finding(self, *kept: Head) -> Finding:
        found = self.verify(*kept).finding
        assert found is not None
        return found

    def found(self, *kept: Head) -> tuple[FindingKind, int] | None:
        finding = self.verify(*kept).finding
        return (finding.kind, finding.position) if finding else None

    def rows(self) -> Sequence[StoredRow]:
        return self.store.read_stored(after=0)

    @property
    def is_sqlite(self) -> bool:
        return self.url.startswith("sqlite")

    def alter(
        self, statement: str, *values: object, file: str = "events"
    ) -> list[tuple[Any, ...]]:
        """Do that behind the service's back; positions go by the name of SQLite."""
        if file == "events" and not self.is_sqlite:
            statement = statement.replace("position", "notification_id")
        if file not in self._hands:
            self._hands[file] = self._hand(file)
        return self._hands[file](statement, values)

    def _hand(self, file: str) -> Callable[..., list[tuple[Any, ...]]]:
        if self.is_sqlite:
            folder = Path(self.url.removeprefix("sqlite:///"))
            opened = sqlite3.connect(folder / f"{file}.db", isolation_level=None)
            self._opened.callback(opened.close)
            opened.execute("PRAGMA synchronous = OFF")
            return lambda statement, values: opened.execute(
                statement, values
            ).fetchall()
        server = self._opened.enter_context(psycopg.connect(self.url, autocommit=True))
        if file != "events":
            server.execute(f"SET search_path = {file}".encode())

        def run(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
            done = server.execute(statement.replace("?", "%s").encode(), values)
            return done.fetchall() if done.description else []

        return run

    @contextmanager
    def tampering(self) -> Generator[None]:
        """Put all back afterwards, so that something else can be done to it."""
        kept = {
            table: self.alter(f"SELECT * FROM {table}", file=file)  # noqa: S608 - a name of ours
            for table, file in TABLES.items()
        }
        try:
            yield
        finally:
            for table, rows in kept.items():
                file = TABLES[table]
                self.alter(f"DELETE FROM {table}", file=file)  # noqa: S608 - the same
                marks = ", ".join("?" * len(rows[0])) if rows else ""
                for row in rows:
                    put = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608 - the same
                    self.alter(put, *row, file=file)

    def put_back(self, size: int) -> None:
        """Let events and ledger be as an older backup of both has them."""
        self.alter("DELETE FROM stored_events WHERE position > ?", size)
        self.put_ledger_back(size)

    def put_ledger_back(self, size: int) -> None:
        self.alter("DELETE FROM leaves WHERE number >= ?", size, file=NAME)
        self.alter(
            "DELETE FROM nodes WHERE (number + 1) * (1 << level) > ?", size, file=NAME
        )
        self.alter("DELETE FROM heads WHERE size > ?", size, file=NAME)

    def close(self) -> None:
        self.ledger.stop()
        self._opened.close()
