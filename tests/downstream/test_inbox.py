"""Reports from a real Apache Kafka: each taken once, or kept with the reason."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import sleep
from typing import Any, TypeAlias
from uuid import uuid4

import msgspec
import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaError

from catalogue import load
from commands.command import CommandContext
from downstream.broker import Broker
from downstream.inbox import OFFSET, PARTITION, REASON, TOPIC, Inbox, told_of
from downstream.reports import OUTCOMES, STATUSES
from events.registrations.invoice import InvoiceStatusReported
from store import EventStore, Unavailable, open_store
from tests.clock import PATIENCE, until
from tests.conftest import CATALOGUE, OpenStore
from tests.downstream.examples import register
from tests.processes import run

OpenInbox: TypeAlias = Callable[[EventStore], Inbox]
pytestmark = pytest.mark.kafka

TYPE = "invoicing.status-reported.v1"
ONE, TWO = "R-0000000001", "R-0000000002"


class Invoicing:
    """The system that reports statuses, by topics of the test's own."""

    def __init__(self, address: str, prefix: str) -> None:
        self._producer: Any = KafkaProducer(bootstrap_servers=address, acks="all")
        self._topic = prefix + STATUSES

    def close(self) -> None:
        self._producer.close()

    def report(self, number: str, line: str, status: str, **more: str) -> None:
        data = {"line": line, "status": status, **more}
        self.send(number, msgspec.json.encode(data))

    def send(self, number: str, value: bytes, **headers: str) -> None:
        told = {
            "ce_specversion": "1.0",
            "ce_id": number,
            "ce_source": "urn:invoicing",
            "ce_type": TYPE,
            **headers,
        }
        written = [(name, text.encode()) for name, text in told.items() if text]
        self._producer.send(
            self._topic, key=b"48213", value=value, headers=written
        ).get(timeout=PATIENCE)


@pytest.fixture
def prefix() -> str:
    return f"{uuid4().hex}."


def inbox_over(store: EventStore, address: str, prefix: str) -> Inbox:
    context = CommandContext(store=store, catalogue=load(CATALOGUE))
    return Inbox(
        context, Broker(servers=address), lambda: datetime.now(UTC), prefix=prefix
    )


@pytest.fixture
def open_inbox(kafka_address: str, prefix: str) -> Iterator[OpenInbox]:
    with ExitStack() as opened:

        def open_inbox(store: EventStore) -> Inbox:
            inbox = inbox_over(store, kafka_address, prefix)
            opened.callback(inbox.stop)
            return inbox

        yield open_inbox


@pytest.fixture
def invoicing(
    kafka_address: str, prefix: str, store: EventStore, open_inbox: OpenInbox
) -> Iterator[Invoicing]:
    """Make the topics, then give the system that reports."""
    assert open_inbox(store).dead_letters() == []
    system = Invoicing(kafka_address, prefix)
    yield system
    system.close()


def statuses(store: EventStore) -> list[tuple[str, str]]:
    """List what was recorded of lines, in order."""
    return [
        (each.event.line, each.event.status)
        for each in store.log(after=0, limit=5000)
        if isinstance(each.event, InvoiceStatusReported)
    ]


def reasons(inbox: Inbox) -> list[str]:
    """List why messages were kept, in order.

    One is kept twice if the broker believes its reader dead, as on a busy machine.
    """
    told = map(told_of, inbox.dead_letters())
    return list({(t[TOPIC], t[PARTITION], t[OFFSET]): t[REASON] for t in told}.values())


def wait_until_kept(inbox: Inbox, count: int) -> None:
    """Wait until so many messages are kept; a busy broker may not answer at first."""

    def are_kept() -> bool:
        try:
            return len(reasons(inbox)) >= count
        except KafkaError:
            return False

    until(are_kept)


def test_a_report_is_taken_once_however_often_it_is_sent(
    store: EventStore, invoicing: Invoicing, open_inbox: OpenInbox
) -> None:
    """C4: whoever sends it again, with the same source and id, changes nothing."""
    register(store, 1, 2)
    for _ in range(3):
        invoicing.report("1", ONE, "Invoiced", invoice="INV-1")
        invoicing.report("2", ONE, "Paid", invoice="INV-1")
    invoicing.report("3", TWO, "Invoiced", invoice="INV-2")
    inbox = open_inbox(store)
    inbox.start()
    expected = [(ONE, "Invoiced"), (ONE, "Paid"), (TWO, "Invoiced")]
    until(lambda: len(statuses(store)) == 3)
    inbox.stop()
    assert statuses(store) == expected
    assert reasons(inbox) == []
    (first, *_) = [e for e in store.log(after=2) if e.user.startswith("consumer")]
    assert (first.user, first.role, first.channel) == (
        "consumer:invoicing.statuses",
        "Invoicing",
        "kafka",
    )


def test_what_cannot_be_taken_is_kept_with_the_reason_and_taken_later(
    store: EventStore, invoicing: Invoicing, open_inbox: OpenInbox
) -> None:
    invoicing.send("", b"{}")
    invoicing.send("1", b"{}", ce_type="other.v1")
    invoicing.send("2", b"no JSON")
    invoicing.send("3", b'{"line": "R-1", "status": "Lost"}')
    invoicing.report("4", ONE, "Invoiced")
    invoicing.send("x" * 201, b"{}")
    inbox = open_inbox(store)
    inbox.start()
    wait_until_kept(inbox, 6)
    inbox.stop()
    told = reasons(inbox)
    assert told[0] == "The message has no header ce_id."
    assert told[1].startswith("other.v1 is not taken on ")
    assert told[2].startswith("The data is not as described: ")
    assert "Invalid enum value 'Lost'" in told[3]
    assert told[4].startswith(f"There is no invoice line {ONE} here.")
    assert told[5] == "ce_id and ce_source have 200 characters at most."
    register(store, 1, 1)
    assert inbox.replay() == (1, 5)
    assert statuses(store) == [(ONE, "Invoiced")]
    assert reasons(inbox) == [*told[:4], told[5]]


def test_a_stale_status_is_ignored_and_a_reversed_one_is_kept(
    store: EventStore, invoicing: Invoicing, open_inbox: OpenInbox
) -> None:
    """Stale: the line had it before, and has gone on. Reversed: it never had it."""
    register(store, 1, 1)
    invoicing.report("1", ONE, "Invoiced", invoice="INV-1")
    invoicing.report("2", ONE, "Credited", invoice="CN-1")
    invoicing.report("3", ONE, "Invoiced", invoice="INV-1")
    invoicing.report("4", ONE, "Paid", invoice="INV-1")
    invoicing.report("2", ONE, "Invoiced", invoice="INV-9")
    inbox = open_inbox(store)
    inbox.start()
    wait_until_kept(inbox, 2)
    inbox.stop()
    assert statuses(store) == [(ONE, "Invoiced"), (ONE, "Credited")]
    reversed_one, reused = reasons(inbox)
    assert reversed_one.startswith(f"{ONE} is Credited, and Paid was reported")
    assert reused == "The id 2 was used for another message before."


def test_an_outcome_of_an_unknown_booking_is_kept(
    store: EventStore, kafka_address: str, prefix: str, open_inbox: OpenInbox
) -> None:
    inbox = open_inbox(store)
    inbox.start()
    producer: Any = KafkaProducer(bootstrap_servers=kafka_address, acks="all")
    until(lambda: bool(producer.partitions_for(prefix + OUTCOMES)))
    headers = {
        "ce_id": "1",
        "ce_source": "urn:assessment",
        "ce_type": "assessment.outcome-reported.v1",
    }
    producer.send(
        prefix + OUTCOMES,
        value=b'{"booking": "B-0000000001", "attendance": "Absent"}',
        headers=[(name, text.encode()) for name, text in headers.items()],
    ).get(timeout=PATIENCE)
    producer.close()
    wait_until_kept(inbox, 1)
    assert reasons(inbox)[0].startswith("There is no booking B-0000000001 here.")


def test_it_says_how_many_messages_wait_and_how_long(
    store: EventStore,
    invoicing: Invoicing,
    open_inbox: OpenInbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also while the database does not answer: what waits is not forgotten."""
    register(store, 1, 3)
    for number in range(3):
        invoicing.report(f"{number}", f"R-{number + 1:010d}", "Invoiced")
    monkeypatch.setattr("downstream.inbox.take", lost)
    inbox = open_inbox(store)
    inbox.start()
    until(lambda: inbox.behind()["behind"] == 3)
    until(lambda: inbox.behind()["error"] == "The database does not answer.")
    assert inbox.behind()["seconds"] > 0
    monkeypatch.undo()
    until(lambda: len(statuses(store)) == 3)
    until(lambda: inbox.behind()["error"] is None)
    assert inbox.behind() == {"behind": 0, "seconds": 0.0, "error": None}


def lost(*_: object) -> None:
    raise Unavailable("The database does not answer.")


def take_and_die(url: str, keys: str, address: str, prefix: str, most: int) -> None:
    """Take so many reports, and die before anything can note that the last was done."""
    store = open_store(url, keys=Path(keys))
    count, append = 0, store.append

    def dying(*changes: Any, **more: Any) -> Any:
        nonlocal count
        done = append(*changes, **more)
        count += 1
        if count == most:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    store.append = dying  # type: ignore[method-assign]
    inbox = inbox_over(store, address, prefix)
    inbox.start()
    sleep(2 * PATIENCE)


def kill_inboxes(
    open_any_store: OpenStore, url: str, keys: Path, address: str, kills: int
) -> None:
    prefix = f"{uuid4().hex}."
    store = open_any_store()
    lines = 3 * kills
    register(store, 1, lines)
    assert inbox_over(store, address, prefix).dead_letters() == []
    system = Invoicing(address, prefix)
    names = [f"R-{number:010d}" for number in range(1, lines + 1)]
    for number, name in enumerate(names):
        system.report(f"{number}", name, "Invoiced", invoice=f"INV-{number}")
    system.close()
    for kill in range(kills):
        assert run(take_and_die, url, str(keys), address, prefix, 1 + kill % 3) == -9
    inbox = inbox_over(store, address, prefix)
    inbox.start()
    try:
        until(lambda: len(statuses(store)) >= lines)
    finally:
        inbox.stop()
    assert statuses(store) == [(name, "Invoiced") for name in names]
    assert inbox.dead_letters() == []


def test_reports_are_taken_once_when_inboxes_are_killed(
    open_any_store: OpenStore, database_url: str, keys: Path, kafka_address: str
) -> None:
    kill_inboxes(open_any_store, database_url, keys, kafka_address, 1)


@pytest.mark.prove
def test_reports_are_taken_once_in_many_kills_of_inboxes(
    open_any_store: OpenStore, database_url: str, keys: Path, kafka_address: str
) -> None:
    kill_inboxes(open_any_store, database_url, keys, kafka_address, 20)
