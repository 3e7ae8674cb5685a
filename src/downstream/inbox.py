"""The inbox: reports that other systems send by Kafka, each handled once, in order per key."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError
from kafka.structs import OffsetAndMetadata

from commands.command import CommandContext
from downstream.broker import PATIENCE_MS, Broker
from downstream.cloud_event import Headers
from downstream.reporting import DeadLetter, Letter, NotTaken, take
from downstream.reports import DEAD_LETTERS, REPORTS
from downstream.topics import BY_DEFAULT, find_topics, make_topics
from downstream.translation import source_of
from subscriptions.follower import FIRST_PAUSE, LONGEST_PAUSE, complain

NAME = "inbox"
POLL_MS = 500
SESSION_MS = 10_000
REASON, TOPIC, PARTITION, OFFSET = (
    f"dead-letter-{name}" for name in ("reason", "topic", "partition", "offset")
)
OURS = (REASON, TOPIC, PARTITION, OFFSET)
"""The headers of a dead letter: the reason, and where it came from."""


class Inbox:
    """Handles reports as a member of a consumer group; refused ones become dead letters.

    The offset is committed after all messages before it are handled; a message repeated
    after a crash is recognised by its source and id. If the database or the broker does not
    answer, the message is tried again without end. ``prefix`` is put before the names of
    topics.
    """

    def __init__(
        self,
        context: CommandContext,
        broker: Broker,
        clock: Callable[[], datetime],
        prefix: str = "",
    ) -> None:
        self._context = context
        self._broker = broker
        self._clock = clock
        self._topics = sorted({prefix + kind.topic for kind in REPORTS})
        self._dead_letters = prefix + DEAD_LETTERS
        self._stopping = Event()
        self._thread = Thread(target=self._run, name=NAME, daemon=True)
        self._waiting_since: datetime | None = None
        self._behind = 0
        self.error: str | None = None
        """What it fails at, at this moment."""

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop after the present message."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def behind(self) -> dict[str, Any]:
        """Return how many messages wait here, for how many seconds, and the present error.

        The numbers are of this process's partitions, as last read.
        """
        since = self._waiting_since
        seconds = (self._clock() - since).total_seconds() if since else 0.0
        return {
            "behind": self._behind,
            "seconds": max(0.0, seconds),
            "error": self.error,
        }

    def dead_letters(self) -> list[Letter]:
        """List the dead letters that were not replayed. Raises KafkaError."""
        self._make_topics()
        with self._consumer("dead letters") as consumer:
            return list(self._waiting(consumer))

    def describe_dead_letters(self) -> list[DeadLetter]:
        """Say of each what it is and why it was not taken. Raises KafkaError."""
        return [*map(describe_letter, self.dead_letters())]

    def replay(self) -> tuple[int, int]:
        """Handle all dead letters again; return how many succeeded, and how many did not.

        Those that did not are dead letters again, with the present reason.
        """
        self._make_topics()
        taken = refused = 0
        with self._consumer("dead letters") as consumer, self._producer() as producer:
            for letter in list(self._waiting(consumer)):
                if self._take(original_of(letter), producer):
                    taken += 1
                else:
                    refused += 1
                part = TopicPartition(letter.topic, letter.partition)
                consumer.commit({part: OffsetAndMetadata(letter.offset + 1, "", -1)})
        return taken, refused

    def _waiting(self, consumer: Any) -> Iterator[Letter]:
        part = TopicPartition(self._dead_letters, 0)
        consumer.assign([part])
        end = consumer.end_offsets([part])[part]
        while consumer.position(part) < end:
            for records in consumer.poll(POLL_MS).values():
                yield from (letter_of(r) for r in records if r.offset < end)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            try:
                self._make_topics()
                with self._consumer("") as consumer, self._producer() as producer:
                    consumer.subscribe(self._topics)
                    while not self._stopping.is_set():
                        self._take_batch(consumer, producer)
                        self.error, pause = None, FIRST_PAUSE
            except Exception as error:  # noqa: BLE001 - it is logged, and tried again
                self.error = str(error).partition("\n")[0] or type(error).__name__
                complain(NAME, 0, error)
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _take_batch(self, consumer: Any, producer: Any) -> None:
        """Handle the available messages, and commit the offset."""
        batch = consumer.poll(POLL_MS)
        self._measure(consumer, batch)
        for part, records in batch.items():
            for record in records:
                if self._stopping.is_set():
                    return
                self._take(letter_of(record), producer)
                self._behind -= 1
            offset = OffsetAndMetadata(records[-1].offset + 1, "", -1)
            consumer.commit({part: offset})
        if not self._behind:
            self._waiting_since = None

    def _measure(self, consumer: Any, batch: Any) -> None:
        """Count the messages read and not yet handled, and those not read yet."""
        unread = (
            (consumer.highwater(part) or 0) - consumer.position(part) for part in batch
        )
        self._behind = sum(map(len, batch.values())) + sum(max(0, n) for n in unread)
        if batch:
            sent = min(records[0].timestamp for records in batch.values())
            self._waiting_since = datetime.fromtimestamp(sent / 1000, UTC)

    def _take(self, letter: Letter, producer: Any) -> bool:
        """Handle a message, or make it a dead letter; say whether it was handled."""
        try:
            take(letter, self._context, self._clock)
        except NotTaken as error:
            producer.send(
                self._dead_letters,
                key=letter.key,
                value=letter.value or b"",
                headers=headers_of(letter, str(error)),
                partition=0,
            ).get(timeout=PATIENCE_MS / 1000)
            return False
        return True

    def _make_topics(self) -> None:
        admin: Any = KafkaAdminClient(**self._broker.options())
        try:
            make_topics(admin, self._topics)
            if not find_topics(admin, [self._dead_letters]):
                with suppress(TopicAlreadyExistsError):
                    admin.create_topics([NewTopic(self._dead_letters, 1, BY_DEFAULT)])
        finally:
            with suppress(KafkaError, OSError):
                admin.close()

    def _consumer(self, what: str) -> Any:
        store = source_of(self._context.store)
        consumer: Any = KafkaConsumer(
            **self._broker.options(),
            group_id=" ".join(filter(None, ["learner-management", what, store])),
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            isolation_level="read_committed",
            session_timeout_ms=SESSION_MS,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        return Closing(consumer)

    def _producer(self) -> Any:
        producer: Any = KafkaProducer(
            **self._broker.options(),
            acks="all",
            max_block_ms=PATIENCE_MS,
            delivery_timeout_ms=2 * PATIENCE_MS,
            allow_auto_create_topics=False,
            metrics_enabled=False,
        )
        return Closing(producer)


class Closing:
    """A client that is closed at the end, even if the broker does not answer."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __enter__(self) -> Any:
        return self._client

    def __exit__(self, *_: object) -> None:
        with suppress(KafkaError, OSError):
            self._client.close()


def letter_of(record: Any) -> Letter:
    """Convert a message from the library's form."""
    return Letter(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=record.headers,
    )


def headers_of(letter: Letter, reason: str) -> Headers:
    """Make the headers of a dead letter: its own, the reason, and where it came from."""
    own = [(n, v) for n, v in letter.headers if n not in OURS and v is not None]
    told = (reason, letter.topic, letter.partition, letter.offset)
    return own + [(n, str(v).encode()) for n, v in zip(OURS, told, strict=True)]


def told_of(letter: Letter) -> dict[str, str]:
    """Read the headers of a dead letter as text."""
    return {
        name: (value or b"").decode(errors="replace") for name, value in letter.headers
    }


def describe_letter(letter: Letter) -> DeadLetter:
    """Say what a dead letter is, and why it was not taken."""
    told = told_of(letter)
    return DeadLetter(
        number=letter.offset,
        topic=told.get(TOPIC, ""),
        id=told.get("ce_id", ""),
        source=told.get("ce_source", ""),
        subject=told.get("ce_subject", ""),
        reason=told.get(REASON, ""),
    )


def original_of(letter: Letter) -> Letter:
    """Return the message that became a dead letter."""
    told = told_of(letter)
    headers: Sequence[tuple[str, bytes | None]] = [
        (name, value) for name, value in letter.headers if name not in OURS
    ]
    return Letter(
        topic=told[TOPIC],
        partition=int(told[PARTITION]),
        offset=int(told[OFFSET]),
        key=letter.key,
        value=letter.value,
        headers=headers,
    )
