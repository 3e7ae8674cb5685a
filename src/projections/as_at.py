"""Read models as they were at a moment, folded from the events recorded by then (H3).

Each is folded when its rows are first queried, because folding all of them takes a while.
"""

import os
import shutil
import time
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from threading import Lock
from typing import Any

from sqlalchemy import ClauseElement, Connection, Table, create_engine, event, update
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.sql.visitors import iterate

from projections.database import OPTIONS, READ_MODELS, SQLite
from projections.projection_tables import ProjectionTables, prepare
from projections.read_model import ReadModel
from store import EventStore, Position, Recorded
from subscriptions.checkpoints import CHECKPOINTS
from subscriptions.leader_lock import FileLock

REMEMBERED = 3
"""How many past moments are cached (d)."""


FOLDER = "learner-management-past-"
IN_USE = "in-use"
SETTLED_SECONDS = 60.0


MOST_KEPT = 20_000
"""The most decoded events that are cached (d): the first ones of the log."""
FOLDED_AT_ONCE = 5_000


class _Facts:
    """The log from its first event on, decoded once and shared by all who fold it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: list[Recorded] = []
        self._erasures = 0

    def by(self, store: EventStore, erasures: int) -> Generator[Sequence[Recorded]]:
        """Yield the events of the store up to its moment, in batches.

        The cache is dropped after an erasure, so it holds nothing of erased people (H6).
        """
        with self._lock:
            if erasures != self._erasures:
                self._kept, self._erasures = [], erasures
            kept = self._kept
        head, place = store.head(), 0
        known = kept[: bisect_right(kept, head, key=attrgetter("position"))]
        for start in range(0, len(known), FOLDED_AT_ONCE):
            batch = known[start : start + FOLDED_AT_ONCE]
            place = batch[-1].position
            yield batch
        while batch := [*store.log(after=place, limit=FOLDED_AT_ONCE)]:
            place = batch[-1].position
            if len(known) < MOST_KEPT:
                known += batch
            yield batch
        with self._lock:
            if erasures == self._erasures and len(known) > len(self._kept):
                self._kept = known[:MOST_KEPT]

    def forget(self) -> None:
        with self._lock:
            self._kept = []


class _Rows(SQLite):
    """A database that folds its tables when they are first queried, by calling ``ask``.

    An answer is read completely at once, so later folds cannot change it.
    """

    def __init__(self, folder: Path, ask: Callable[[Iterable[Table]], None]) -> None:
        super().__init__(folder, READ_MODELS)
        self._reader = create_engine(self._writer.url, **OPTIONS)

        def set_read_only(connection: Any, _: object) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA query_only=ON")

        def fold_queried_tables(_: Connection, statement: object, *__: object) -> None:
            if isinstance(statement, ClauseElement):
                found = iterate(statement)
                ask(each for each in found if isinstance(each, Table))

        def buffer_rows(*given: Any) -> None:
            _, cursor, _, _, context, _ = given
            if cursor.description is not None:
                context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                    cursor, initial_buffer=cursor.fetchall()
                )

        event.listen(self._reader, "connect", set_read_only)
        event.listen(self._reader, "before_execute", fold_queried_tables)
        event.listen(self._reader, "after_cursor_execute", buffer_rows)


class _Moment:
    """The rows at one moment, in a temporary file."""

    def __init__(
        self, models: Sequence[ReadModel], store: EventStore, facts: _Facts
    ) -> None:
        self.folder = TemporaryDirectory(prefix=FOLDER)
        self.readers = 0
        self.is_dropped = False
        self._store = store
        self._facts = facts
        self._erasures = store.erasures()
        self._lock = Lock()
        self.database = _Rows(Path(self.folder.name), self._fold)
        self.lock = FileLock(Path(self.folder.name) / IN_USE)
        self.lock.acquire()
        prepare(
            self.database, [ProjectionTables(model, self.database) for model in models]
        )
        with self.database.writing() as connection:  # from the reader's point of view
            connection.execute(update(CHECKPOINTS).values(position=store.head()))
        self._models = {table.name: each for each in models for table in each.tables}
        self._folded: set[str] = set()

    def close(self) -> None:
        self.database.close()
        self.lock.release()
        self.folder.cleanup()

    def _fold(self, tables: Iterable[Table]) -> None:
        """Fold the read models of these tables, unless they are folded already."""
        with self._lock:
            asked = {m.name: m for t in tables if (m := self._models.get(t.name))}
            models = [m for name, m in asked.items() if name not in self._folded]
            if not models:
                return
            for batch in self._facts.by(self._store, self._erasures):
                with self.database.writing() as connection:
                    for model in models:
                        model.fold_into(connection, model.pick_handled(batch))
            self._folded.update(asked)


def sweep() -> None:
    """Remove the files that killed processes of this user left: they hold personal data.

    A folder stays while its process lives, and during its first minute.
    """
    for folder in Path(gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):  # gone already, or another user's
            kept = folder.lstat()
            is_settled = time.time() - kept.st_mtime > SETTLED_SECONDS
            if kept.st_uid == os.getuid() and is_settled and not folder.is_symlink():
                lock = FileLock(folder / IN_USE)
                if lock.acquire():
                    shutil.rmtree(folder)
                    lock.release()


class HistoricalReadModels:
    """A cache of past moments, each with all read models as they were then."""

    def __init__(self, models: Sequence[ReadModel]) -> None:
        self._models = models
        self._facts = _Facts()
        self._lock = Lock()
        self._folding = Lock()
        self._moments: OrderedDict[Position, _Moment] = OrderedDict()
        self._erasures = 0
        sweep()

    @contextmanager
    def reading(self, store: EventStore) -> Generator[Connection]:
        """Return a connection to the rows at the store's moment."""
        moment = self._enter(store)
        try:
            with moment.database.reading() as connection:
                yield connection
        finally:
            self._leave(moment)

    def close(self) -> None:
        """Empty the cache."""
        self._facts.forget()
        with self._lock:
            while self._moments:
                self._drop()

    def _enter(self, store: EventStore) -> _Moment:
        position, erasures = store.head(), store.erasures()
        with self._folding:
            if (
                erasures != self._erasures
            ):  # the cache may hold an erased person's data (H6)
                self.close()
                self._erasures = erasures
            if position not in self._moments:
                made = _Moment(self._models, store, self._facts)
                with self._lock:
                    self._moments[position] = made
            with self._lock:
                moment = self._moments[position]
                moment.readers += 1
                self._moments.move_to_end(position)
                while len(self._moments) > REMEMBERED:
                    self._drop()
        return moment

    def _leave(self, moment: _Moment) -> None:
        with self._lock:
            moment.readers -= 1
            if moment.is_dropped and not moment.readers:
                moment.close()

    def _drop(self) -> None:
        _, oldest = self._moments.popitem(last=False)
        oldest.is_dropped = True
        if not oldest.readers:
            oldest.close()
