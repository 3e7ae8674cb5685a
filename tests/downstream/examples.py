"""Facts to be published, and what is read of them."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from time import monotonic
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition

from downstream.messages.message import EVENTS, LINES
from events.identifier import Kind, identifier, stream_of
from events.registrations.registration import RegistrationCancelled, RegistrationMade
from repositories.aggregate_types import REGISTRATION
from store import Actor, Change, EventStore, Position
from tests.clock import PATIENCE

CENTRES = ("48213", "48214", "48215")
BY = Actor(user="admin", role="Centre Administrator", centre="48213", channel="API")


def made(number: int, centre: str, price: str = "98.00") -> RegistrationMade:
    """Make the fact that a learner was registered."""
    return RegistrationMade(
        registration=identifier(Kind.REGISTRATION, number),
        learner=identifier(Kind.LEARNER, number),
        centre=centre,
        product="Q-0005001227",
        pathway="MAIN",
        rules_version=1,
        order=identifier(Kind.ORDER, 1),
        price=Decimal(price),
        purchase_order="PO-2026-117",
        course_starts=date(2026, 9, 1),
        course_ends=date(2027, 7, 16),
    )


def register(store: EventStore, first: int, count: int) -> Position:
    """Record so many registrations, in turns at three centres; the last position."""
    changes: list[Change] = []
    for number in range(first, first + count):
        centre = CENTRES[number % len(CENTRES)]
        fact = made(number, centre)
        new = REGISTRATION.new(fact.registration)
        changes.append(new.change([fact], owner=centre))
    position = store.append(*changes, by=BY)
    assert position is not None
    return position


def cancel(store: EventStore, number: int, status: str = "Not invoiced") -> Position:
    """Record that a registration was cancelled."""
    name = identifier(Kind.REGISTRATION, number)
    stream = store.open(stream_of(name))
    cancelled = RegistrationCancelled(
        registration=name,
        invoice_status=status,
        charge_stands=status != "Not invoiced",
        person_id=stream.id,
        reason="Registered by mistake.",
    )
    position = store.append(stream.change([cancelled]), by=BY)
    assert position is not None
    return position


@dataclass(frozen=True, kw_only=True)
class Read:
    """A message as a consumer has it."""

    topic: str
    partition: int
    key: str
    headers: dict[str, str]
    data: dict[str, Any]

    @property
    def id(self) -> int:
        return int(self.headers["ce_id"])


def read_all(
    address: str, source: str | None, *topics: str, committed: bool = True
) -> list[Read]:
    """Read what is there from that source now, partition by partition.

    The broker serves many tests at once. A consumer of what is committed is shown
    nothing behind another's open transaction, and takes that for the end: so the
    ends are those of a consumer that is shown everything, and are waited for.
    """
    isolation = "read_committed" if committed else "read_uncommitted"
    with (
        closing(_consumer(address, isolation)) as consumer,
        closing(_consumer(address, "read_uncommitted")) as every,
    ):
        return [
            each
            for each in _records(consumer, every, topics or (EVENTS, LINES))
            if each.headers["ce_source"] == source
        ]


def _consumer(address: str, isolation: str) -> Any:
    return KafkaConsumer(
        bootstrap_servers=address,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level=isolation,
        metrics_enabled=False,
    )


def _records(consumer: Any, every: Any, topics: Sequence[str]) -> Iterator[Read]:
    for topic in topics:
        numbers = sorted(consumer.partitions_for_topic(topic) or ())
        parts = [TopicPartition(topic, number) for number in numbers]
        consumer.assign(parts)
        ends = every.end_offsets(parts)
        consumer.seek_to_beginning(*parts)
        until = monotonic() + PATIENCE
        while any(consumer.position(part) < ends[part] for part in parts):
            assert monotonic() < until, f"{topic} was not read to its end {ends}"
            for records in consumer.poll(500).values():
                for record in records:
                    yield Read(
                        topic=record.topic,
                        partition=record.partition,
                        key=record.key.decode(),
                        headers={
                            name: value.decode() for name, value in record.headers
                        },
                        data=msgspec.json.decode(record.value),
                    )


def once_each(read: Sequence[Read]) -> list[Read]:
    """Leave out what was read before, as every consumer has to."""
    return list({(each.topic, each.id): each for each in reversed(read)}.values())[::-1]
