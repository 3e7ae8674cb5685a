"""Read models as they were: folded anew from what had been recorded by then (H3)."""

import os
import shutil
import time
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from threading import Lock

from sqlalchemy import Connection

from projections.database import READ_MODELS, FileTurn, SQLite
from projections.read_model import ReadModel
from projections.view import View, prepare
from store import EventStore, Position

REMEMBERED = 3
"""How many moments are kept for those who ask again (d)."""


FOLDER = "learner-management-past-"
IN_USE = "in-use"
SETTLED_SECONDS = 60.0


@dataclass
class _Moment:
    """Rows as they were at one moment, in a file that goes when it is closed."""

    folder: TemporaryDirectory[str] = field(
        default_factory=lambda: TemporaryDirectory(prefix=FOLDER)
    )
    readers: int = 0
    is_dropped: bool = False

    def __post_init__(self) -> None:
        self.database = SQLite(Path(self.folder.name), READ_MODELS)
        self.turn = FileTurn(Path(self.folder.name) / IN_USE)
        self.turn.take()

    def close(self) -> None:
        self.database.close()
        self.turn.give_back()
        self.folder.cleanup()


def sweep() -> None:
    """Remove what killed processes of this user left of the past: it tells of people.

    A folder is left while its process lives, and for its first minute.
    """
    for folder in Path(gettempdir()).glob(f"{FOLDER}*"):
        with suppress(OSError):  # gone already, or not ours
            kept = folder.lstat()
            is_settled = time.time() - kept.st_mtime > SETTLED_SECONDS
            if kept.st_uid == os.getuid() and is_settled and not folder.is_symlink():
                turn = FileTurn(folder / IN_USE)
                if turn.take():
                    shutil.rmtree(folder)
                    turn.give_back()


class Past:
    """The moments lately asked for, each with all read models as they stood then."""

    def __init__(self, models: Sequence[ReadModel]) -> None:
        self._models = models
        self._lock = Lock()
        self._folding = Lock()
        self._moments: OrderedDict[Position, _Moment] = OrderedDict()
        self._erasures = 0
        sweep()

    @contextmanager
    def reading(self, store: EventStore) -> Generator[Connection]:
        """Give a connection to the rows as the store has it, which takes a while."""
        moment = self._enter(store)
        try:
            with moment.database.reading() as connection:
                yield connection
        finally:
            self._leave(moment)

    def close(self) -> None:
        """Lose all that is kept."""
        with self._lock:
            while self._moments:
                self._drop()

    def _enter(self, store: EventStore) -> _Moment:
        position, erasures = store.head(), store.erasures()
        with self._folding:
            if erasures != self._erasures:  # what is kept tells of somebody (H6)
                self.close()
                self._erasures = erasures
            if position not in self._moments:
                made = self._folded(store)
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

    def _folded(self, store: EventStore) -> _Moment:
        moment = _Moment()
        views = [View(model, moment.database) for model in self._models]
        prepare(moment.database, views)
        place = 0
        while batch := store.log(after=place):
            with moment.database.writing() as connection:
                for view in views:
                    view.handle_in(connection, place, batch)
            place = batch[-1].position
        return moment
