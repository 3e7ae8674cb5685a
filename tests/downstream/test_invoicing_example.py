"""The sample consumer: its table equals the feed, and the service hears of it once."""

import ast
import csv
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from subprocess import Popen
from threading import Event, Thread
from types import FrameType
from typing import Any
from uuid import uuid4

import jsonschema_rs
import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from catalogue import load
from commands.command import CommandContext
from downstream.broker import Broker
from downstream.inbox import Inbox
from downstream.messages.message import LINES
from downstream.publisher import Publisher
from downstream.translation import Translation, source_of
from events.registrations.invoice import InvoiceStatusReported
from examples.invoicing import __main__ as command
from examples.invoicing import messages
from examples.invoicing.consumer import consume
from examples.invoicing.messages import (
    CHARGED,
    CORRECTED,
    CREDITED,
    REPORTED,
    Message,
    Report,
)
from examples.invoicing.table import KEEP, OtherFeed, Table
from store import EventStore
from tests.clock import PATIENCE, until
from tests.conftest import CATALOGUE
from tests.downstream.examples import cancel, read_all, register
from tests.processes import run

EXAMPLE = Path(messages.__file__).parent
DOCUMENT = json.loads(
    (Path(__file__).parents[2] / "docs" / "asyncapi.json").read_text()
)
CHUNK = 12
"""How many charges are published between two kills."""


class Feed:
    """What the relay publishes of a store, to topics of the test's own."""

    def __init__(self, store: EventStore, address: str) -> None:
        self.prefix = f"{uuid4().hex}."
        self.address = address
        self.store = store
        self._translation = Translation(store)
        self._publisher = Publisher(Broker(servers=address), self.prefix)
        with closing(KafkaAdminClient(bootstrap_servers=address)) as admin:
            admin.create_topics([NewTopic(self.prefix + LINES, 3, 1)])

    def close(self) -> None:
        self._publisher.close()

    def publish(self, after: int) -> None:
        """Publish what was recorded after a position, as often as one likes."""
        batch = self.store.log(after=after, limit=5000)
        told = self._translation.messages(batch)
        self._publisher.publish(
            replace(each, topic=self.prefix + LINES)
            for each in told
            if each.topic == LINES
        )

    def lines(self) -> dict[str, dict[str, Any]]:
        """Read charges and credits, by their names."""
        read = read_all(self.address, source_of(self.store), self.prefix + LINES)
        kinds = {CHARGED, CREDITED}
        return {e.data["line"]: e.data for e in read if e.headers["ce_type"] in kinds}


@pytest.fixture
def feed(store: EventStore, kafka_address: str) -> Iterator[Feed]:
    with closing(Feed(store, kafka_address)) as feed:
        yield feed


@contextmanager
def inbox_of(feed: Feed) -> Iterator[Inbox]:
    """Take what is reported, by topics of the test's own."""
    context = CommandContext(store=feed.store, catalogue=load(CATALOGUE))
    broker = Broker(servers=feed.address)
    inbox = Inbox(context, broker, lambda: datetime.now(UTC), prefix=feed.prefix)
    inbox.dead_letters()  # makes the topics
    yield inbox
    inbox.stop()


def consume_in(path: Path, feed: Feed, stopping: Event) -> None:
    with closing(Table(path)) as table:
        consume(table, {"bootstrap_servers": feed.address}, stopping, feed.prefix)


def drain(path: Path, feed: Feed) -> dict[str, dict[str, Any]]:
    """Consume until all is in the table and reported; the table, by line."""
    stopping, count = Event(), len(feed.lines())
    thread = Thread(target=consume_in, args=(path, feed, stopping))
    with closing(Table(path)) as table:
        thread.start()
        try:
            until(lambda: len(table.lines()) >= count and not table.unsent(1))
        finally:
            stopping.set()
            thread.join()
        return {each["line"]: each for each in table.lines()}


def consume_and_die(
    path: str, address: str, prefix: str, seed: int, calls: int
) -> None:
    """Consume, and die at one of the next so many calls that the sample makes."""
    left = Random(seed).randrange(1, calls)  # noqa: S311 - when it dies is no secret

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal left
        if frame.f_code.co_filename.startswith(str(EXAMPLE)):
            left -= event.endswith("call")
            if left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    with closing(Table(Path(path))) as table:
        sys.setprofile(count)
        consume(table, {"bootstrap_servers": address}, Event(), prefix)


def require_equal(table: dict[str, dict[str, Any]], feed: Feed) -> None:
    """Hold that it has what the feed has, and nothing else, each on one document."""
    told = feed.lines()
    assert told
    assert table.keys() == told.keys()
    for name, line in told.items():
        row = table[name]
        kept = {field: row[field] for field in line if field in row}
        assert kept == {field: line[field] for field in kept}
        assert len(kept) >= 8
    taken_back = {e["credit_of"] for e in told.values() if "credit_of" in e}
    for name, row in table.items():
        kind = "CN-" if row["credit_of"] else "INV-"
        assert (row["document"] or "").startswith(kind) or name in taken_back


def reported(store: EventStore) -> dict[str, str | None]:
    """List what was recorded of lines; each once."""
    told = [
        (each.event.line, each.event.invoice)
        for each in store.log(after=0, limit=50_000)
        if isinstance(each.event, InvoiceStatusReported)
    ]
    assert len(told) == len(dict(told))
    return dict(told)


def kill_consumers(feed: Feed, path: Path, kills: int) -> None:
    """Kill it at random, with new lines and repeated ones coming in all the time."""
    random = Random(kills)  # noqa: S311 - what is repeated is no secret
    with inbox_of(feed) as inbox:
        count = 0
        for seed in range(kills):
            before = feed.store.head()
            register(feed.store, count + 1, CHUNK)
            cancel(feed.store, count + 1)
            count += CHUNK
            feed.publish(before)
            feed.publish(random.randrange(before + 1))
            arguments = (str(path), feed.address, feed.prefix, seed, 600)
            assert run(consume_and_die, *arguments) == -signal.SIGKILL
        table = drain(path, feed)
        require_equal(table, feed)
        assert len(table) == kills * (CHUNK + 1)
        assert sum(Decimal(e["amount"]) for e in table.values()) == 98 * kills * 11
        inbox.start()
        documented = {n: e["document"] for n, e in table.items() if e["document"]}
        lost = {e["credit_of"] for e in table.values()} & documented.keys()
        expected = {n: d for n, d in documented.items() if n not in lost}
        until(lambda: len(reported(feed.store)) >= len(expected))
        until(lambda: len(inbox.dead_letters()) == len(lost))
        assert reported(feed.store) == expected


def test_the_table_equals_the_feed_whenever_the_sample_is_killed(
    feed: Feed, tmp_path: Path
) -> None:
    kill_consumers(feed, tmp_path / "invoices.db", 3)


@pytest.mark.prove
def test_the_table_equals_the_feed_after_many_kills(feed: Feed, tmp_path: Path) -> None:
    kill_consumers(feed, tmp_path / "invoices.db", 20)


def test_a_restart_changes_nothing_and_payments_are_reported(
    feed: Feed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "invoices.db"
    register(feed.store, 1, 3)
    feed.publish(0)
    with inbox_of(feed) as inbox:
        inbox.start()
        first = drain(path, feed)
        feed.publish(0)
        assert drain(path, feed) == first
        invoice = first["R-0000000001"]["document"]
        asked = ["invoicing", "--database", str(path), "paid", invoice]
        monkeypatch.setattr(sys, "argv", asked)
        assert command.main() == 0
        assert command.main() == 1
        assert drain(path, feed)["R-0000000001"]["is_paid"]

        def is_paid() -> bool:
            return any(
                isinstance(each.event, InvoiceStatusReported)
                and (each.event.status, each.event.invoice) == ("Paid", invoice)
                for each in feed.store.log(after=0)
            )

        until(is_paid)
        assert inbox.dead_letters() == []


def test_it_runs_until_it_is_stopped(feed: Feed, tmp_path: Path) -> None:
    """As its README says: from any folder that it was copied to."""
    shutil.copytree(EXAMPLE, tmp_path / "invoicing")
    words = ("-W", "ignore", "-m", "invoicing", "run", "--kafka", feed.address)
    with Popen([sys.executable, *words], cwd=tmp_path) as own:  # noqa: S603 - our own
        until((tmp_path / "invoices.db").exists)
        own.terminate()
        assert own.wait(PATIENCE) == 0


def message(position: int, kind: str, source: str = "urn:one", **data: Any) -> Message:
    return Message(partition=0, source=source, position=position, type=kind, data=data)


def charge(name: str, **more: str) -> dict[str, Any]:
    """Give data of the published shape."""
    texts = ("centre", "learner", "product", "order", "currency", "cause")
    return {
        **dict.fromkeys(texts, "some"),
        "line": name,
        "amount": "98.00",
        "unit": None,
        "purchase_order_number": None,
        **more,
    }


def test_a_charge_that_was_taken_back_is_on_no_invoice(tmp_path: Path) -> None:
    """Whichever of them is read first: after a transfer they are in two partitions."""
    credit = message(7, CREDITED, **charge("R-1-CREDIT", credit_of="R-1"))
    with closing(Table(tmp_path / "invoices.db")) as table:
        table.take([replace(credit, partition=1)])
        table.take([message(3, CHARGED, **charge("R-1"))])
        assert [e["document"] for e in table.lines()] == [None, "CN-000001"]
        assert [(e.line, e.status) for e in table.unsent(9)] == [
            ("R-1-CREDIT", "Credited")
        ]


def test_a_number_that_was_corrected_is_shown_beside_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "invoices.db"
    number: dict[str, Any] = {"line": "R-1", "is_credit_note": False, "replaces": None}
    with closing(Table(path)) as table:
        table.take(
            [
                message(1, CHARGED, **charge("R-1")),
                message(2, CORRECTED, **number, number="INV-8"),
                message(3, CORRECTED, **number, number="INV-9"),
                message(3, CORRECTED, **number, number="INV-10"),
                message(4, "learner-management.invoice-line.charged.v2"),
            ]
        )
    monkeypatch.setattr(sys, "argv", ["invoicing", "--database", str(path), "show"])
    assert command.main() == 0
    (row,) = csv.DictReader(capsys.readouterr().out.splitlines())
    assert (row["document"], row["corrected"]) == ("INV-000001", "INV-9")


def test_another_feed_is_not_mixed_in(tmp_path: Path) -> None:
    with closing(Table(tmp_path / "invoices.db")) as table:
        table.take([message(1, CHARGED, **charge("R-1"))])
        with pytest.raises(OtherFeed, match="urn:two"):
            table.take([message(2, CHARGED, "urn:two", **charge("R-2"))])
        assert len(table.lines()) == 1


def test_it_reads_and_writes_what_the_published_schemas_say() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    needed = set(re.findall(r":(\w+)", KEEP)) - {"credit_of"}
    assert needed <= set(schemas["LineChargedMessage"]["required"])
    assert needed | {"credit_of"} <= set(schemas["LineCreditedMessage"]["required"])
    assert {"line", "number", "is_credit_note"} <= set(
        schemas["LineCorrectedMessage"]["required"]
    )
    published = DOCUMENT["components"]["messages"]
    assert {CHARGED, CREDITED, CORRECTED, REPORTED} <= published.keys()
    addresses = {each["address"] for each in DOCUMENT["channels"].values()}
    assert {messages.LINES, messages.STATUSES} <= addresses
    shape = {"$ref": "#/components/schemas/InvoiceStatusMessage", **DOCUMENT}
    for status in ("Invoiced", "Credited", "Paid"):
        report = Report(id=1, line="R-1", status=status, invoice="INV-1")
        jsonschema_rs.validator_for(shape).validate(json.loads(report.value()))
        needed = set(published[REPORTED]["headers"]["required"])
        assert needed <= dict(report.headers("urn:one")).keys()


def test_it_imports_nothing_of_ours() -> None:
    for module in EXAMPLE.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            else:
                continue
            tops = {name.partition(".")[0] for name in names}
            assert tops <= {*sys.stdlib_module_names, "kafka"}, module.name
