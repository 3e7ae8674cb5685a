"""The relay: publishes every public event to Kafka at least once, in order for each centre."""

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
"""The file or schema of its checkpoint."""
LINGER = 0.005
"""The seconds of events that are published together."""
TOPICS = (EVENTS, LINES)

METADATA = MetaData()
PUBLISHED = Table(
    "published",
    METADATA,
    Column("relay", String, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("topics", JSON, nullable=False),
)
"""One row: the position published last, and the ids and partitions of the topics."""


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The position up to which all is published, and the topics; none before the first batch."""

    position: Position
    topics: Identities


class Relay:
    """Publishes the log, by one process at a time, and stores its checkpoint.

    A batch is published in one transaction; the checkpoint is stored after every message
    was acknowledged. After any error a new producer publishes the whole batch again, with
    the same ids. A new producer shuts out older ones before it reads the checkpoint, so a
    process that was thought dead cannot publish late.
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
        """Stop after the present batch, and let another process take over."""
        self._follower.stop()
        self._close()
        self._lock.release()
        self._database.close()

    @property
    def error(self) -> str | None:
        """Return the first line of the present error."""
        return next(iter(self._follower.errors.values()), None)

    def wait_for(self, position: Position, timeout: float) -> bool:
        """Wait up to so many seconds; tell whether all events so far are published."""
        return self._follower.wait_for(position, timeout)

    def behind(self) -> dict[str, Any]:
        """Return the relay's position, and how many positions and seconds it is behind."""
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
        """Read the position up to which all is published, and the topics."""
        with self._database.reading() as connection:
            row = connection.execute(select(PUBLISHED)).one_or_none()
        if row is None:
            return Checkpoint(position=0, topics={})
        topics = {name: TopicIdentity(**kept) for name, kept in row.topics.items()}
        return Checkpoint(position=row.position, topics=topics)

    def accept_topics(self, position: Position) -> None:
        """Go on with the present topics, from after a position; 0 publishes everything."""
        with self._database.writing() as connection:
            connection.execute(PUBLISHED.delete())
            row = {"relay": NAME, "position": position, "topics": {}}
            connection.execute(PUBLISHED.insert(), row)

    def handle(self, after: Position, batch: Sequence[Recorded]) -> Position:
        """Publish these events' messages, then store the checkpoint.

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
        """Store it unless another process has moved it; return the stored position."""
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
        """Check that the topics are unchanged, also while nothing is published."""
        known = self.get_checkpoint()
        if not known.topics:
            return
        try:
            self._require_topics(self._open(), known)
        except BaseException:
            self._close()
            raise
