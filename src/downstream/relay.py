"""The relay: every public fact to Kafka, at least once, in order for each centre."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, MetaData, String, Table, select

from downstream.broker import Broker
from downstream.messages.message import EVENTS, LINES
from downstream.publisher import Publisher
from downstream.topics import Identities, TopicIdentity, require_same
from downstream.translation import Translation, source_of
from projections.database import Database
from store import EventStore, Position, Recorded
from subscriptions.feed import EventFeed
from subscriptions.follower import Alone, Follower

NAME = "relay"
DATABASE = "downstream"
"""The file or schema that its checkpoint is kept in."""
LINGER = 0.005
"""How many seconds of events are published together."""
TOPICS = (EVENTS, LINES)

METADATA = MetaData()
PUBLISHED = Table(
    "published",
    METADATA,
    Column("relay", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("topics", JSON, nullable=False),
)
"""One row: how far it has published, and the ids and partitions of the topics."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """How far all is published, to which topics; none are known before the first batch."""

    position: Position
    topics: Identities


class Relay:
    """Publishes the log, by one process at a time, and stores how far it has come.

    A batch is published in one transaction; once every message was acknowledged the
    checkpoint is stored. After any error the whole batch is published again by a new
    producer, with the same ids. A new producer shuts out older ones before it reads the
    checkpoint, so that a process which was thought dead publishes nothing late.
    """

    name = NAME

    def __init__(
        self,
        store: EventStore,
        database: Database,
        broker: Broker,
        feed: EventFeed,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._database = database
        self._broker = broker
        self._clock = clock
        self._translation = Translation(store)
        self._publisher: Publisher | None = None
        self._lock = database.leader_lock(NAME)
        database.make_lasting(METADATA.sorted_tables)
        self._follower = Follower(Alone(self), feed, self._lock, self._tick, LINGER)

    def start(self) -> None:
        self._follower.start()

    def stop(self) -> None:
        """Stop after the batch at hand, and let another process take over."""
        self._follower.stop()
        self._close()
        self._lock.release()
        self._database.close()

    @property
    def error(self) -> str | None:
        """Say in a line what it fails at, at this moment."""
        return next(iter(self._follower.errors.values()), None)

    def wait_for(self, position: Position, timeout: float) -> bool:
        """Tell whether all is published so far, after so many seconds at most."""
        return self._follower.wait_for(position, timeout)

    def behind(self) -> dict[str, Any]:
        """Say how far it has come, how far and how many seconds it is behind."""
        position = self.checkpoint()
        head = max(position, self._store.head())
        waiting = self._store.read_stored(after=position, limit=1)
        seconds = 0.0
        if waiting:
            waits = self._clock() - waiting[0].recorded_at
            seconds = max(0.0, waits.total_seconds())
        return {
            "position": position,
            "behind": head - position,
            "seconds": seconds,
            "error": self.error,
        }

    def checkpoint(self) -> Position:
        return self.get_checkpoint().position

    def get_checkpoint(self) -> Checkpoint:
        """Read how far all is published, and to which topics."""
        with self._database.reading() as connection:
            row = connection.execute(select(PUBLISHED)).one_or_none()
        if row is None:
            return Checkpoint(position=0, topics={})
        topics = {name: TopicIdentity(**kept) for name, kept in row.topics.items()}
        return Checkpoint(position=row.position, topics=topics)

    def accept_topics(self, position: Position) -> None:
        """Go on with the topics as they are now, from after a position; 0 for all."""
        with self._database.writing() as connection:
            connection.execute(PUBLISHED.delete())
            row = {"relay": NAME, "position": position, "topics": {}}
            connection.execute(PUBLISHED.insert(), row)

    def handle(self, after: Position, batch: Sequence[Recorded]) -> Position:
        """Publish what these events are told by, then store the checkpoint.

        Raises TopicChanged, KafkaError.
        """
        try:
            return self._publish(after, batch)
        except BaseException:
            self._close()
            raise

    def _publish(self, after: Position, batch: Sequence[Recorded]) -> Position:
        publisher = self._open()
        known = self.get_checkpoint()
        if known.position != after:
            return known.position
        self._require_topics(publisher, known)
        if messages := list(self._translation.messages(batch)):
            publisher.publish(messages)
        topics = self._require_topics(publisher, known)
        return self._store_checkpoint(known, batch[-1].position, topics)

    def _require_topics(self, publisher: Publisher, known: Checkpoint) -> Identities:
        topics = publisher.topics(TOPICS, make=not known.topics)
        require_same(known.topics, topics)
        return topics

    def _store_checkpoint(
        self, known: Checkpoint, position: Position, topics: Identities
    ) -> Position:
        """Store it unless another process has moved it since; what is stored now."""
        row = {
            "relay": NAME,
            "position": position,
            "topics": {name: asdict(topic) for name, topic in topics.items()},
        }
        with self._database.writing() as connection:
            stored = connection.execute(
                select(PUBLISHED.c.position).with_for_update()
            ).scalar_one_or_none()
            if stored is None:
                connection.execute(PUBLISHED.insert(), row)
            elif stored == known.position:
                connection.execute(PUBLISHED.update().values(row))
            else:
                return int(stored)
        return position

    def _open(self) -> Publisher:
        if self._publisher is None:
            identity = source_of(self._store)
            self._publisher = Publisher(self._broker, f"{NAME} {identity}")
        return self._publisher

    def _close(self) -> None:
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None

    def _tick(self) -> None:
        """See whether the topics are as they were, also while nothing is published."""
        known = self.get_checkpoint()
        if not known.topics:
            return
        try:
            self._require_topics(self._open(), known)
        except BaseException:
            self._close()
            raise
