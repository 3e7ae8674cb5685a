"""Publishing to Kafka: one transaction per batch, by one process at a time."""

from collections.abc import Iterable
from typing import Any

from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError

from downstream.broker import PATIENCE_MS, Broker
from downstream.cloud_event import CloudEvent
from downstream.topics import Identities, find_topics, make_topics

LINGER_MS = 5
BATCH_BYTES = 256 * 1024
CLOSE_SECONDS = 1


class Publisher:
    """A producer whose ``transactional_id`` shuts out every older producer with that id.

    It is usable until its first error: then close it, and open another.
    """

    def __init__(self, broker: Broker, transactional_id: str) -> None:
        """Connect, and shut out older producers with this id. Raises KafkaError."""
        options = broker.options()
        self._admin: Any = KafkaAdminClient(**options)
        self._producer: Any = None
        try:
            self._producer = KafkaProducer(
                **options,
                transactional_id=transactional_id,
                acks="all",
                linger_ms=LINGER_MS,
                batch_size=BATCH_BYTES,
                max_block_ms=PATIENCE_MS,
                delivery_timeout_ms=2 * PATIENCE_MS,
                transaction_timeout_ms=2 * PATIENCE_MS,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
            self._producer.init_transactions()
        except BaseException:
            self.close()
            raise

    def topics(self, names: Iterable[str], *, make: bool) -> Identities:
        """Find these topics; with ``make``, make the missing ones."""
        if make:
            make_topics(self._admin, names)
        return find_topics(self._admin, names)

    def publish(self, messages: Iterable[CloudEvent]) -> None:
        """Publish all of them or none, and wait for every acknowledgement.

        Raises KafkaError. If a newer publisher is at work, the error is a
        ProducerFencedError or names one, depending on whether the producer's thread learned
        of it first.
        """
        self._producer.begin_transaction()
        sent = [
            self._producer.send(
                each.topic,
                key=each.key.encode(),
                value=each.data,
                headers=each.headers(),
            )
            for each in messages
        ]
        self._producer.flush()
        for acknowledgement in sent:
            acknowledgement.get(timeout=0)
        self._producer.commit_transaction()

    def close(self) -> None:
        """Close the connections; uncommitted messages are never read."""
        for client in (self._producer, self._admin):
            if client is None:
                continue
            try:
                if client is self._producer:
                    client.close(timeout=CLOSE_SECONDS)
                else:
                    client.close()
            except (KafkaError, OSError):
                continue
