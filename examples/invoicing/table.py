"""The table of invoice lines, with its documents and what is to be reported of them."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from .messages import CHARGED, CORRECTED, CREDITED, Message, Report

KEEP = """
INSERT INTO lines VALUES (
    :line, :centre, :learner, :product, :unit, :purchase_order_number,
    :amount, :currency, :credit_of, NULL
)
"""
"""Takes a charge or a credit as it is told; what else it holds is left out."""

TABLES = """
CREATE TABLE IF NOT EXISTS installation (source TEXT NOT NULL, feed TEXT);
CREATE TABLE IF NOT EXISTS read_to (
    partition INTEGER PRIMARY KEY, position INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT UNIQUE,
    centre TEXT NOT NULL,
    purchase_order_number TEXT,
    is_paid INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS lines (
    line TEXT PRIMARY KEY,
    centre TEXT NOT NULL,
    learner TEXT NOT NULL,
    product TEXT NOT NULL,
    unit TEXT,
    purchase_order_number TEXT,
    amount TEXT NOT NULL,
    currency TEXT NOT NULL,
    credit_of TEXT,
    document TEXT REFERENCES documents (number)
);
CREATE INDEX IF NOT EXISTS lines_by_document ON lines (document);
CREATE INDEX IF NOT EXISTS lines_by_credit ON lines (credit_of);
CREATE TABLE IF NOT EXISTS corrections (
    line TEXT NOT NULL,
    is_credit_note INTEGER NOT NULL,
    number TEXT NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (line, is_credit_note)
);
CREATE TABLE IF NOT EXISTS reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    line TEXT NOT NULL,
    status TEXT NOT NULL,
    invoice TEXT NOT NULL,
    is_sent INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS reports_to_send ON reports (id) WHERE NOT is_sent;
"""

LISTED = """
SELECT lines.*, documents.is_paid, (
    SELECT number FROM corrections
    WHERE corrections.line = lines.line
    AND is_credit_note = (credit_of IS NOT NULL)
) AS corrected
FROM lines LEFT JOIN documents ON number = document ORDER BY lines.line
"""


class OtherFeed(Exception):
    """A message of another installation: two must never share a topic or a table."""


class NoSuchInvoice(Exception):
    """An invoice that is not here, or is paid already."""


class Table:
    """An SQLite file. Whatever a batch does to it is one transaction, or nothing."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.executescript(TABLES)
        with self._writing():
            if not self._rows("SELECT source FROM installation"):
                source = f"urn:invoicing:{uuid4()}"
                self._run("INSERT INTO installation (source) VALUES (?)", source)
        (installation,) = self._rows("SELECT source FROM installation")
        self.source = str(installation["source"])
        """Our ``ce_source``; a table that is begun anew has another one."""

    def close(self) -> None:
        self._database.close()

    def take(self, messages: Sequence[Message]) -> None:
        """Keep what is new in these, make invoices and credit notes, queue reports.

        Raises OtherFeed, or KeyError if a message lacks what it has to have.
        """
        with self._writing():
            new = [each for each in messages if self._is_new(each)]
            for message in new:
                self._keep(message)
            charges = [m.data["line"] for m in new if m.type == CHARGED]
            credits_ = [m.data["line"] for m in new if m.type == CREDITED]
            invoiced = [line for line in charges if not self._is_taken_back(line)]
            self._document(invoiced, "INV", "Invoiced")
            self._document(credits_, "CN", "Credited")

    def pay(self, number: str) -> None:
        """Note that an invoice was paid, and queue the reports. Raises NoSuchInvoice."""
        with self._writing():
            done = self._rows(
                "UPDATE documents SET is_paid = 1 WHERE number = ? AND NOT is_paid"
                " AND number LIKE 'INV-%' RETURNING number",
                number,
            )
            if not done:
                raise NoSuchInvoice(f"There is no invoice {number} to be paid.")
            of_it = self._rows("SELECT line FROM lines WHERE document = ?", number)
            for row in of_it:
                self._queue(row["line"], "Paid", number)

    def lines(self) -> list[dict[str, Any]]:
        """List every line, by its name."""
        return [dict(row) for row in self._rows(LISTED)]

    def unsent(self, most: int) -> list[Report]:
        """List the first reports that were not acknowledged yet, in order."""
        rows = self._rows(
            "SELECT id, line, status, invoice FROM reports"
            " WHERE NOT is_sent ORDER BY id LIMIT ?",
            most,
        )
        return [Report(**dict(row)) for row in rows]

    def mark_sent(self, reports: Iterable[Report]) -> None:
        with self._writing():
            for report in reports:
                self._run("UPDATE reports SET is_sent = 1 WHERE id = ?", report.id)

    def _is_new(self, message: Message) -> bool:
        """Tell whether it was not here before, and note that it is now."""
        ((feed,),) = self._rows("SELECT feed FROM installation")
        if feed is None:
            self._run("UPDATE installation SET feed = ?", message.source)
        elif feed != message.source:
            raise OtherFeed(f"This table is of {feed}, and {message.source} came.")
        return bool(
            self._rows(
                "INSERT INTO read_to VALUES (?, ?) ON CONFLICT (partition) DO UPDATE"
                " SET position = excluded.position"
                " WHERE excluded.position > position RETURNING position",
                message.partition,
                message.position,
            )
        )

    def _keep(self, message: Message) -> None:
        """Keep a charge, a credit or a number; of other types we need to know nothing."""
        data = message.data
        if message.type in {CHARGED, CREDITED}:
            self._database.execute(KEEP, {"credit_of": None, **data})
        elif message.type == CORRECTED:
            self._run(
                "INSERT INTO corrections VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET number = excluded.number, position = excluded.position"
                " WHERE excluded.position > position",
                data["line"],
                data["is_credit_note"],
                data["number"],
                message.position,
            )

    def _is_taken_back(self, line: str) -> bool:
        """Tell whether a charge was credited before it was on an invoice."""
        return bool(self._rows("SELECT 1 FROM lines WHERE credit_of = ?", line))

    def _document(self, lines: Sequence[str], kind: str, status: str) -> None:
        """Put these lines on documents, one for a centre and purchase order."""
        numbers: dict[tuple[Any, ...], str] = {}
        for line in lines:
            (whose,) = self._rows(
                "SELECT centre, purchase_order_number FROM lines WHERE line = ?", line
            )
            if tuple(whose) not in numbers:
                numbers[tuple(whose)] = self._begin_document(kind, *whose)
            number = numbers[tuple(whose)]
            self._run("UPDATE lines SET document = ? WHERE line = ?", number, line)
            self._queue(line, status, number)

    def _begin_document(self, kind: str, centre: str, purchase_order: str) -> str:
        ((made,),) = self._rows(
            "INSERT INTO documents (centre, purchase_order_number) VALUES (?, ?)"
            " RETURNING id",
            centre,
            purchase_order,
        )
        number = f"{kind}-{made:06d}"
        self._run("UPDATE documents SET number = ? WHERE id = ?", number, made)
        return number

    def _queue(self, line: str, status: str, invoice: str) -> None:
        self._run(
            "INSERT INTO reports (line, status, invoice) VALUES (?, ?, ?)",
            line,
            status,
            invoice,
        )

    def _run(self, statement: str, *values: Any) -> None:
        self._database.execute(statement, values)

    def _rows(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        return self._database.execute(statement, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._run("ROLLBACK")
            raise
        self._run("COMMIT")
