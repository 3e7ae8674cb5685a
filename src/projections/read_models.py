"""All read models of a process: followed, waited for, queried and rebuilt."""

from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection

from projections import rebuilding
from projections.as_at import HistoricalReadModels
from projections.database import Database
from projections.dispatcher import Dispatcher
from projections.projection_tables import ProjectionTables, drop_stored, prepare
from projections.read_model import ReadModel
from projections.rebuilding import Difference, Progress
from store import EventStore, Position
from subscriptions.feed import EventFeed
from subscriptions.follower import Follower
from subscriptions.logger import logger

LOCK = "read-models"
RETIRED = ("claimable-learners",)
"""Read models of earlier versions, which are no longer folded: they are dropped (H6)."""


class ReadModels:
    """The read models in a database, and the follower that keeps them.

    Tables are created at once; rows follow after ``start``, or by ``catch_up``. Start only
    once. One process at a time follows; when it ends, another started process takes over.
    """

    def __init__(
        self,
        database: Database,
        feed: EventFeed,
        store: EventStore,
        models: Iterable[ReadModel],
    ) -> None:
        self._database = database
        self._store = store
        self._lock = database.leader_lock(LOCK)
        self._historical = HistoricalReadModels(models := tuple(models))
        self._tables = {
            model.name: ProjectionTables(model, database) for model in models
        }
        self._outdated = prepare(database, [*self._tables.values()])
        self._dispatcher = Dispatcher(database, tuple(self._tables.values()))
        self._follower = Follower(self._dispatcher, feed, self._lock)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._tables)

    @property
    def errors(self) -> Mapping[str, str]:
        """The error of each failing read model; it is tried again until it succeeds."""
        return self._follower.errors

    def start(self) -> None:
        """Rebuild read models of another version or another log, then follow in a thread."""
        self._renew()
        self._follower.start()

    def stop(self) -> None:
        """Stop following, and let another process take over. It cannot be started again."""
        self._follower.stop()
        self._lock.release()
        self._historical.close()

    def catch_up(self) -> None:
        """Read to the end of the log now, in this thread, started or not."""
        self._renew()
        while self._advance():
            pass

    def _advance(self) -> bool:
        """Let those furthest behind handle a batch; tell whether there was one."""
        places = self._dispatcher.checkpoints()
        first = min(places.values(), default=0)
        batch = self._store.log(after=first)
        names = [name for name, place in places.items() if place == first]
        outcomes = self._dispatcher.handle(names, first, batch) if batch else {}
        for outcome in outcomes.values():
            if isinstance(outcome, Exception):
                raise outcome
        return bool(batch)

    def wait_for(self, position: Position, timeout: float) -> bool:
        """Wait up to so many seconds; tell whether all have reached the position."""
        return self._follower.wait_for(position, timeout)

    def connection(
        self, centre: str | None = None
    ) -> AbstractContextManager[Connection]:
        """Give a connection to run queries with, for one centre's people or for all."""
        return self._database.reading(centre=centre)

    @contextmanager
    def at_one_moment(self, name: str) -> Generator[tuple[Connection, Position]]:
        """Return a connection to rows of one moment, and the read model's checkpoint."""
        with self._database.reading(one_moment=True) as connection:
            yield connection, self._tables[name].checkpoint_in(connection)

    def as_at(self, store: EventStore) -> AbstractContextManager[Connection]:
        """Return a connection to all rows as they were at the store's moment (H3)."""
        return self._historical.reading(store)

    def behind(self) -> dict[str, tuple[Position, Position]]:
        """Return each checkpoint, with the head of the log."""
        places = self._dispatcher.checkpoints()
        head = self._store.head()
        return {name: (place, head) for name, place in places.items()}

    def rebuild(self, name: str, progress: Progress) -> None:
        """Fold all events into shadow tables, then swap. KeyError if unknown."""
        self.rebuild_together([name], progress)

    def rebuild_together(self, names: Collection[str], progress: Progress) -> None:
        """Rebuild several from one reading of the log. KeyError if one is unknown."""
        tables = [self._tables[name] for name in names]
        rebuilding.rebuild(tables, self._store, progress)

    def check(self, name: str, progress: Progress) -> tuple[Difference, ...]:
        """Compare the live rows with a fresh fold of all events. KeyError if unknown."""
        return rebuilding.check(self._tables[name], self._store, progress)

    def _renew(self) -> None:
        with self._database.making() as connection:
            drop_stored(connection, RETIRED)
        if outdated := prepare(self._database, self._outdated):
            names = [each.name for each in outdated]
            logger().info("read models made anew", names=names)
            self.rebuild_together(names, lambda _, __: None)
        self._outdated.clear()
        for name, (place, head) in self.behind().items():
            if place > head:  # the events were replaced by a backup
                logger().warning(
                    "read model is ahead", name=name, place=place, head=head
                )
                self.rebuild(name, lambda _, __: None)
