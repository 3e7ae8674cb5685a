"""The dispatcher of all read models: each gets the events that it declares."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from events.learners.learner import LearnerErased
from projections.database import Database
from projections.projection_tables import OtherVersion, ProjectionTables
from store import DatabaseUnusable, Position, Recorded
from subscriptions.checkpoints import (
    Checkpoint,
    lock_checkpoints,
    move_checkpoints,
    read_checkpoints,
)
from subscriptions.follower import Outcome


class Dispatcher:
    """The read models of a database, as one group for the follower."""

    name = "read-models"

    def __init__(self, database: Database, tables: Sequence[ProjectionTables]) -> None:
        self.names = tuple(each.name for each in tables)
        self._database = database
        self._tables = {each.name: each for each in tables}

    def checkpoints(self) -> Mapping[str, Position]:
        """Read each checkpoint, whichever version stored it; 0 if it is missing."""
        with self._database.reading() as connection:
            stored = read_checkpoints(connection, self.names)
        return dict.fromkeys(self.names, 0) | {n: c.position for n, c in stored.items()}

    def handle(
        self, names: Sequence[str], after: Position, batch: Sequence[Recorded]
    ) -> Mapping[str, Outcome]:
        """Fold a batch into the rows of these read models, in one transaction."""
        tables = [self._tables[name] for name in names]
        with self._database.writing() as connection:
            outcomes = handle_in(connection, tables, after, batch)
        if any(isinstance(recorded.event, LearnerErased) for recorded in batch):
            self._database.wipe()
        return outcomes


def handle_in(
    connection: Connection,
    tables: Sequence[ProjectionTables],
    after: Position,
    batch: Sequence[Recorded],
) -> dict[str, Outcome]:
    """Fold a batch into the tables whose checkpoint is ``after``, and move their checkpoints.

    If a fold fails, its changes are rolled back and its outcome is the exception. If
    another transaction has moved a checkpoint, or holds it, that read model is skipped.
    """
    names = [each.name for each in tables]
    locked = lock_checkpoints(connection, names)
    stored = dict(locked)
    if missing := [name for name in names if name not in locked]:
        stored |= read_checkpoints(connection, missing)
    outcomes: dict[str, Outcome] = {
        each.name: _position(each, stored) for each in tables
    }
    moving = [e for e in tables if e.name in locked and outcomes[e.name] == after]
    outcomes |= _fold(connection, moving, batch)
    moved = [e.name for e in moving if not isinstance(outcomes[e.name], Exception)]
    if moved:
        move_checkpoints(connection, moved, batch[-1].position)
    return outcomes


def handle_alone(
    connection: Connection,
    tables: ProjectionTables,
    after: Position,
    batch: Sequence[Recorded],
) -> Position:
    """Fold a batch into one read model and return its checkpoint; raises a fold's exception."""
    outcome = handle_in(connection, [tables], after, batch)[tables.name]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _position(
    tables: ProjectionTables, stored: Mapping[str, Checkpoint]
) -> Position | OtherVersion:
    try:
        return tables.position_of(stored.get(tables.name))
    except OtherVersion as error:
        return error


def _fold(
    connection: Connection,
    moving: Sequence[ProjectionTables],
    batch: Sequence[Recorded],
) -> Mapping[str, Outcome]:
    """Fold a batch into each read model that handles any of it, within one savepoint.

    If that fails, fold each again in a savepoint of its own, to keep those that do not
    fail.
    """
    position = batch[-1].position
    outcomes: dict[str, Outcome] = dict.fromkeys((e.name for e in moving), position)
    handling = [(each, each.model.pick_handled(batch)) for each in moving]
    handling = [(each, events) for each, events in handling if events]
    if len(handling) > 1 and _try(connection, handling) is None:
        return outcomes
    for each, events in handling:
        if (error := _try(connection, [(each, events)])) is not None:
            outcomes[each.name] = error
    return outcomes


def _try(
    connection: Connection,
    handling: Sequence[tuple[ProjectionTables, Sequence[Recorded]]],
) -> Exception | None:
    """Fold all of these in a savepoint; if one fails, roll back and return its exception."""
    connection.exec_driver_sql("SAVEPOINT fold")
    try:
        for tables, events in handling:
            tables.model.fold_into(connection, events, tables.tables)
    except Exception as error:
        if connection.invalidated or isinstance(error, DatabaseUnusable):
            raise
        # This fails if the database has rolled back everything: then nothing is committed.
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT fold")
        return error
    connection.exec_driver_sql("RELEASE SAVEPOINT fold")
    return None
