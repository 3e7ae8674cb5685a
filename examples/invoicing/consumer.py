"""Reads `invoicing.lines` into the table, and reports to `invoicing.statuses`."""

import logging
from contextlib import ExitStack, closing
from threading import Event
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, UnknownTopicOrPartitionError
from kafka.structs import OffsetAndMetadata

from .messages import LINES, STATUSES, read_message
from .table import Table

POLL_MS = 500
REPORTS = 500
"""How many reports are on their way at once."""
PATIENCE = 30
"""How many seconds a broker may take to acknowledge."""
PAUSE = 1
"""How many seconds there are between tries while the broker does not answer."""

log = logging.getLogger("invoicing")


class Consumer:
    """Takes what is published, and reports what is queued; made again after an error.

    ``options`` are those of kafka-python's clients: servers, security. ``prefix`` is
    put before the names of topics.
    """

    def __init__(self, table: Table, options: dict[str, Any], prefix: str = "") -> None:
        """Connect, and go on where the group has come to. Raises KafkaError."""
        self._table = table
        self._statuses = prefix + STATUSES
        with ExitStack() as opened:
            self._consumer: Any = opened.enter_context(
                closing(
                    KafkaConsumer(
                        **options,
                        group_id=f"{prefix}invoicing",
                        auto_offset_reset="earliest",
                        enable_auto_commit=False,
                        isolation_level="read_committed",
                    )
                )
            )
            numbers = self._consumer.partitions_for_topic(prefix + LINES)
            if not numbers:
                raise UnknownTopicOrPartitionError(prefix + LINES)
            parts = [TopicPartition(prefix + LINES, each) for each in numbers]
            self._consumer.assign(parts)
            self._producer: Any = opened.enter_context(
                closing(KafkaProducer(**options, acks="all", enable_idempotence=True))
            )
            self._opened = opened.pop_all()

    def close(self) -> None:
        self._opened.close()

    def step(self) -> None:
        """Take a batch into the table, then say how far that is, then report.

        What dies in between is done again: the table knows what it had, and the service
        knows a report by its source and id. Raises KafkaError.
        """
        batch = self._consumer.poll(POLL_MS)
        self._table.take(
            [
                read_message(record.partition, record.headers, record.value)
                for records in batch.values()
                for record in records
            ]
        )
        if batch:
            read = {p: r[-1].offset + 1 for p, r in batch.items()}
            self._consumer.commit(
                {p: OffsetAndMetadata(offset, "", -1) for p, offset in read.items()}
            )
        self._report()

    def _report(self) -> None:
        """Send what is queued, keyed by line, and mark it once it is acknowledged."""
        while reports := self._table.unsent(REPORTS):
            sent = [
                self._producer.send(
                    self._statuses,
                    key=each.line.encode(),
                    value=each.value(),
                    headers=each.headers(self._table.source),
                )
                for each in reports
            ]
            for acknowledgement in sent:
                acknowledgement.get(timeout=PATIENCE)
            self._table.mark_sent(reports)


def consume(
    table: Table, options: dict[str, Any], stopping: Event, prefix: str = ""
) -> None:
    """Go on until told to stop, whatever becomes of the broker."""
    while not stopping.is_set():
        try:
            with closing(Consumer(table, options, prefix)) as consumer:
                while not stopping.is_set():
                    consumer.step()
        except KafkaError as error:
            log.warning("Kafka: %r; tried again", error)
            stopping.wait(PAUSE)
