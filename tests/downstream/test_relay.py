"""The relay to a real Apache Kafka: all of it, in order, whatever dies."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, TypeAlias

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from downstream.broker import Broker
from downstream.cloud_event import CloudEvent
from downstream.messages.message import EVENTS, LINES
from downstream.publisher import Publisher
from downstream.relay import DATABASE, Relay
from downstream.topics import TopicChanged
from downstream.translation import Translation, source_of
from projections.database import open_database
from store import EventStore, Position, Recorded, open_store
from subscriptions.feed import EventFeed
from tests.clock import PATIENCE
from tests.conftest import OpenStore
from tests.downstream.examples import (
    CENTRES,
    Read,
    cancel,
    once_each,
    read_all,
    register,
)
from tests.kafka.server import KafkaServer
from tests.processes import run

OpenRelay: TypeAlias = Callable[..., Relay]
FENCED = "ProducerFencedError"
"""What the error of a publisher that was shut out is, or names."""
pytestmark = pytest.mark.kafka


def relay_over(url: str, store: EventStore, address: str) -> Relay:
    return Relay(
        store,
        open_database(url, DATABASE),
        Broker(servers=address),
        EventFeed(store),
        lambda: datetime.now(UTC),
    )


@pytest.fixture
def open_relay(database_url: str) -> Iterator[OpenRelay]:
    """Open relays as processes would, and stop them at the end."""
    with ExitStack() as opened:

        def open_relay(store: EventStore, address: str) -> Relay:
            relay = relay_over(database_url, store, address)
            opened.callback(relay.stop)
            return relay

        yield open_relay


def require_told(read: list[Read], count: int, *, credited: int = 0) -> None:
    """Hold that each registration is there, charged, and in order for each centre."""
    told = once_each(read)
    facts = [each for each in told if each.topic == EVENTS]
    lines = [each for each in told if each.topic == LINES]
    assert len(facts) == count + credited
    assert len(lines) == count + credited
    for topic in (facts, lines):
        for centre in CENTRES:
            of_centre = [each.id for each in topic if each.key == centre]
            assert of_centre == sorted(of_centre)
            assert len({e.partition for e in topic if e.key == centre}) == 1


def test_every_fact_and_line_is_told_once(
    any_store: EventStore, open_relay: OpenRelay, kafka_address: str
) -> None:
    """C3 and C4: a charge, and a credit unless it is credited already."""
    register(any_store, 1, 30)
    cancel(any_store, 1)
    head = cancel(any_store, 2, "Credited")
    relay = open_relay(any_store, kafka_address)
    relay.start()
    assert relay.wait_for(head, PATIENCE)
    read = read_all(kafka_address, source_of(any_store))
    assert len(read) == len(once_each(read)) == 30 + 2 + 30 + 1
    (credit,) = [e for e in read if e.data.get("credit_of")]
    assert credit.headers["ce_type"] == "learner-management.invoice-line.credited.v1"
    assert credit.headers["ce_subject"] == "R-0000000001-CREDIT"
    assert credit.headers["ce_partitionkey"] == credit.key == "48214"
    assert credit.data["amount"] == "-98.00"
    assert credit.data["cause"] == "registration.cancelled"
    assert credit.data["purchase_order_number"] == "PO-2026-117"
    assert relay.behind() == {
        "position": head,
        "behind": 0,
        "seconds": 0.0,
        "error": None,
    }


def test_one_of_two_relays_publishes_and_the_other_takes_over(
    open_any_store: OpenStore, open_relay: OpenRelay, kafka_address: str
) -> None:
    stores = [open_any_store(), open_any_store()]
    first, second = (open_relay(store, kafka_address) for store in stores)
    head = register(stores[0], 1, 3)
    first.start()
    assert first.wait_for(head, PATIENCE)
    second.start()
    assert second.wait_for(head, PATIENCE)
    first.stop()
    head = register(stores[1], 4, 3)
    assert second.wait_for(head, PATIENCE)
    read = read_all(kafka_address, source_of(stores[1]))
    assert len(read) == len(once_each(read)) == 12


def publish_and_die(url: str, keys: str, address: str, seed: int, most: int) -> None:
    """Publish, and die at a random batch: before, within or after its transaction."""
    random = Random(seed)  # noqa: S311 - when it dies is no secret
    batch, where = random.randrange(1, most + 1), random.choice(["in", "sent", "after"])
    count = 0
    publish = Publisher.publish

    def dying(publisher: Publisher, messages: Any) -> None:
        nonlocal count
        count += 1
        producer: Any = publisher._producer  # noqa: SLF001 - to die within it
        if count == batch and where == "in":
            commit = producer.send

            def send(*words: Any, **named: Any) -> Any:
                if random.random() < 0.02:
                    producer.flush()
                    die()
                return commit(*words, **named)

            producer.send = send
        if count == batch and where == "sent":
            producer.commit_transaction = die
        publish(publisher, messages)
        if count == batch:
            die()

    Publisher.publish = dying  # type: ignore[method-assign, assignment]
    store = open_store(url, keys=Path(keys))
    relay = relay_over(url, store, address)
    relay.start()
    assert relay.wait_for(store.head(), PATIENCE)
    relay.stop()
    store.close()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_relays(
    open_store: OpenStore, url: str, keys: Path, address: str, kills: int
) -> None:
    store = open_store()
    head: Position = 0
    count = 0
    killed = 0
    for seed in range(kills):
        for _ in range(3):
            head = register(store, count + 1, 400)
            count += 400
        ended = run(publish_and_die, url, str(keys), address, seed, 2)
        assert ended in {0, -signal.SIGKILL}
        killed += ended != 0
    assert killed > kills // 2
    relay = relay_over(url, store, address)
    try:
        relay.start()
        assert relay.wait_for(head, kills * PATIENCE)
    finally:
        relay.stop()
    require_told(read_all(address, source_of(store)), count)
    require_told(read_all(address, source_of(store), committed=False), count)


def test_nothing_is_lost_when_relays_are_killed(
    open_any_store: OpenStore, database_url: str, keys: Path, kafka_address: str
) -> None:
    kill_relays(open_any_store, database_url, keys, kafka_address, 3)


@pytest.mark.prove
def test_nothing_is_lost_in_many_kills_of_relays(
    open_any_store: OpenStore, database_url: str, keys: Path, kafka_address: str
) -> None:
    kill_relays(open_any_store, database_url, keys, kafka_address, 20)


def test_a_relay_that_was_thought_dead_is_fenced(
    open_any_store: OpenStore, open_relay: OpenRelay, kafka_address: str
) -> None:
    """It publishes nothing late, and goes on from where the other one came to."""
    stores = [open_any_store(), open_any_store()]
    zombie, other = (open_relay(store, kafka_address) for store in stores)
    register(stores[0], 1, 5)
    batch = EventFeed(stores[0]).next_batch(0)
    at = zombie.handle(0, batch)
    register(stores[0], 6, 5)
    late = EventFeed(stores[0]).next_batch(at)
    messages = Translation.messages

    def held_up(made: Translation, batch: Sequence[Recorded]) -> Iterator[CloudEvent]:
        patch.undo()
        other.handle(at, late)
        return messages(made, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Translation, "messages", held_up)
        with pytest.raises(KafkaError, match=FENCED):
            zombie.handle(at, late)
    head = stores[0].head()
    assert other.checkpoint() == head
    assert zombie.handle(at, late) == head
    read = read_all(kafka_address, source_of(stores[0]))
    assert len(read) == len(once_each(read)) == 20


def test_a_publisher_that_was_fenced_says_so_at_every_step(kafka_address: str) -> None:
    """Its thread may have heard of it before it is asked for anything."""
    message = CloudEvent(
        topic=EVENTS,
        key="48213",
        id="1",
        source="urn:test:fenced",
        type="test.v1",
        time=datetime(2026, 11, 24, tzinfo=UTC),
        subject="L-1",
        data=b"{}",
    )
    broker, name = Broker(servers=kafka_address), "a publisher that is fenced"
    with (
        closing(Publisher(broker, name)) as older,
        closing(Publisher(broker, name)) as newer,
    ):
        newer.topics([EVENTS], make=True)
        for _ in range(2):
            with pytest.raises(KafkaError, match=FENCED):
                older.publish([message])


def test_a_broker_that_is_down_is_waited_for(
    store: EventStore, tmp_path: Path, kafka_server: KafkaServer
) -> None:
    relay = relay_over(f"sqlite:///{tmp_path / 'data'}", store, kafka_server.address)
    try:
        head = register(store, 1, 50)
        relay.start()
        assert relay.wait_for(head, PATIENCE)
        kafka_server.kill()
        head = register(store, 51, 50)
        assert not relay.wait_for(head, 1)
        told = relay.behind()
        assert told["behind"] > 0
        kafka_server.start()
        assert relay.wait_for(head, 2 * PATIENCE)
    finally:
        relay.stop()
        kafka_server.start()
    require_told(read_all(kafka_server.address, source_of(store)), 100)


def delete_topic(address: str, name: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.delete_topics([name])
    admin.close()


@pytest.mark.parametrize("how", ["gone", "anew", "partitions"])
def test_a_topic_that_is_another_one_stops_the_relay(
    how: str, store: EventStore, tmp_path: Path, kafka_server: KafkaServer
) -> None:
    url = f"sqlite:///{tmp_path / 'data'}"
    relay = relay_over(url, store, kafka_server.address)
    register(store, 1, 5)
    feed = EventFeed(store)
    at = relay.handle(0, feed.next_batch(0))
    admin = KafkaAdminClient(bootstrap_servers=kafka_server.address)
    if how == "partitions":
        admin.create_partitions({LINES: 13})
    else:
        admin.delete_topics([LINES])
    if how == "anew":
        make_again(admin, LINES)
    admin.close()
    register(store, 6, 5)
    with pytest.raises(TopicChanged, match="--accept-topics-from"):
        relay.handle(at, feed.next_batch(at))
    assert relay.checkpoint() == at
    relay.accept_topics(0)
    head = relay.handle(0, feed.next_batch(0))
    assert head == store.head()
    relay.stop()
    read = read_all(kafka_server.address, source_of(store))
    if how == "partitions":
        assert len(once_each(read)) == 20
        delete_topic(kafka_server.address, LINES)
    else:
        require_told(read, 10)


def make_again(admin: Any, name: str) -> None:
    """Make a topic that is being deleted."""
    for attempt in range(200):
        try:
            admin.create_topics([NewTopic(name, 12, 1)])
        except KafkaError:
            assert attempt < 199
        else:
            return
