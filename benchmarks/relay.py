"""Publishing to Apache Kafka: how fast, and how far behind it is while much is recorded.

Prints a table, and writes the same to ``build/relay.json``. The floor of the speed is the
client alone, which publishes the same messages in the same transactions. ``EVENTS=5000``
says how many there are.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Thread

from benchmarks.pairs import ROOT
from downstream.broker import Broker
from downstream.publisher import Publisher
from downstream.relay import DATABASE, Relay
from downstream.translation import Translation
from projections.database import open_database
from store import EventStore, Position, open_store
from subscriptions.feed import BATCH, EventFeed
from tests.downstream.examples import register
from tests.kafka.server import own_server, why_not
from tests.postgres import DURABLE, database, server

EVENTS = int(os.environ.get("EVENTS", "5000"))
PAIRS = 5
SECONDS = 10.0
SHARE = 0.8
LOOK_SECONDS = 0.002
PATIENCE = 60.0
WRITTEN = ROOT / "build" / "relay.json"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Messages a second, and the milliseconds from a commit until what it recorded is out.

    ``rate`` is how many registrations a second were recorded one by one without a pause,
    the relay beside; the milliseconds are those at 80 % of it.
    """

    database: str
    relay: float
    client_alone: float
    rate: float
    p50: float
    p99: float

    def line(self) -> str:
        return (
            f"{self.database}: relay {self.relay:,.0f} messages/s,"
            f" {self.relay / self.client_alone:.2f} of the client alone"
            f" ({self.client_alone:,.0f}/s); at {SHARE:.0%} of {self.rate:,.0f} commits/s"
            f" out after {self.p50:.0f} ms, 99 % within {self.p99:.0f} ms"
        )


def run() -> None:
    if reason := why_not():
        print(f"Not measured: {reason}.")
        return
    figures: list[Figures] = []
    with own_server() as kafka, TemporaryDirectory() as folder:
        broker = Broker(servers=kafka.address)
        url = f"sqlite:///{folder}/data"
        figures.append(measure("SQLite", url, Path(folder) / "1", broker))
        with server(DURABLE) as address, database(address) as url:
            figures.append(measure("PostgreSQL", url, Path(folder) / "2", broker))
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps([asdict(each) for each in figures], indent=1))


def measure(name: str, url: str, keys: Path, broker: Broker) -> Figures:
    with closing(open_store(url, keys=keys)) as store:
        for first in range(1, EVENTS, BATCH):
            register(store, first, BATCH)
        relay = open_relay(url, store, broker)
        publish_by_relay(relay, store)  # makes the topics
        taken = [
            (publish_alone(store, broker), publish_by_relay(relay, store))
            for _ in range(PAIRS)
        ]
        relay.start()
        assert relay.wait_for(store.head(), PATIENCE)
        rate = len(lags(relay, store, every=0.0)) / SECONDS
        waited = lags(relay, store, every=1 / (SHARE * rate))
        relay.stop()
    figures = Figures(
        database=name,
        relay=median(speed for _, speed in taken),
        client_alone=median(speed for speed, _ in taken),
        rate=rate,
        p50=1000 * median(waited),
        p99=1000 * quantiles(waited, n=100)[-1],
    )
    print(figures.line(), flush=True)
    return figures


def open_relay(url: str, store: EventStore, broker: Broker) -> Relay:
    kept = open_database(url, DATABASE)
    return Relay(store, kept, broker, EventFeed(store), lambda: datetime.now(UTC))


def publish_by_relay(relay: Relay, store: EventStore) -> float:
    """Publish all from the start; give the messages a second after the first batch."""
    relay.accept_topics(0)
    feed = EventFeed(store)
    return speed(lambda after: relay.handle(after, feed.next_batch(after)))


def publish_alone(store: EventStore, broker: Broker) -> float:
    """Publish the same messages, made before, by the client; give how many a second."""
    translation = Translation(store)
    batches = {}
    after = 0
    while batch := store.log(after=after, limit=BATCH):
        batches[after] = list(translation.messages(batch)), batch[-1].position
        after = batch[-1].position
    with closing(Publisher(broker, "benchmark")) as publisher:

        def publish(after: Position) -> Position:
            messages, end = batches[after]
            publisher.publish(messages)
            return end

        return speed(publish)


def speed(publish: Callable[[Position], Position]) -> float:
    """Give the messages a second, without the first batch, which opens connections."""
    place = publish(0)
    began = time.perf_counter()
    while place < EVENTS:
        place = publish(place)
    # A registration is told by two messages: the fact itself and a line to be invoiced.
    return 2 * (EVENTS - BATCH) / (time.perf_counter() - began)


def lags(relay: Relay, store: EventStore, every: float) -> list[float]:
    """Record for some seconds, one each so often; how long each took to be published."""
    recorded: list[tuple[Position, float]] = []
    numbers = iter(range(store.head() + 1, 10_000_000))

    def record() -> None:
        began = time.perf_counter()
        due = began
        while due < began + SECONDS:
            position = register(store, next(numbers), 1)
            recorded.append((position, time.perf_counter()))
            due = max(due + every, time.perf_counter())
            time.sleep(max(0.0, due - time.perf_counter()))

    writer = Thread(target=record)
    writer.start()
    seen = [*looks(relay, writer)]
    writer.join()
    while seen[-1][0] < recorded[-1][0]:
        seen.append((relay.checkpoint(), time.perf_counter()))
        time.sleep(LOOK_SECONDS)
    published = iter(seen)
    place, at = next(published)
    waited = []
    for position, since in recorded:
        while place < position:
            place, at = next(published)
        waited.append(max(0.0, at - since))
    return waited


def looks(relay: Relay, writer: Thread) -> Iterator[tuple[Position, float]]:
    """Give how far it has come, and when, while the writer writes."""
    while writer.is_alive():
        yield relay.checkpoint(), time.perf_counter()
        time.sleep(LOOK_SECONDS)


if __name__ == "__main__":
    run()
