"""A read model in a database: its tables, and its checkpoint."""

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import (
    Connection,
    MetaData,
    Row,
    Table,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.sql import quoted_name

from events.learner import LearnerErased
from projections.database import Database
from projections.read_model import PROGRESS, ReadModel
from projections.rows import Rows
from store import Position, Recorded

SHADOW = "_beside"
"""The suffix of the names of shadow tables: rebuilt beside the live ones, then swapped."""


class OtherVersion(Exception):
    """The tables are kept by another version of the program."""

    def __init__(self, name: str, version: int) -> None:
        super().__init__(
            f"{name} is kept at version {version} by another version of this program."
            " Restart with the newest one."
        )


class ProjectionTables:
    """One read model's rows and checkpoint, which change together or not at all."""

    def __init__(
        self, model: ReadModel, database: Database, *, shadow: bool = False
    ) -> None:
        self.model = model
        self.database = database
        self.name = f"{model.name}{SHADOW}" if shadow else model.name
        self.tables = {t.name: _shadow(t) if shadow else t for t in model.tables}
        self._is_mine = PROGRESS.c.read_model == self.name

    def prepare_in(self, connection: Connection) -> bool:
        """Make what is not there; tell whether what is there is of this version."""
        kept = self._progress(connection)
        if kept is None:
            self._make(connection)
        return kept is None or kept.version == self.model.version

    def make_anew(self) -> None:
        """Make empty tables in place of what there is."""
        with self.database.making() as connection:
            self.drop(connection)
            self._make(connection)

    def drop(self, connection: Connection) -> None:
        """Take away every table that is kept under this name, and its place."""
        kept = self._progress(connection)
        for name in kept.tables if kept else ():
            connection.execute(text(f'DROP TABLE IF EXISTS "{name}"'))
        connection.execute(delete(PROGRESS).where(self._is_mine))

    def checkpoint(self) -> Position:
        """Read the checkpoint; raises OtherVersion if another version keeps the tables."""
        with self.database.reading() as connection:
            return self.checkpoint_in(connection)

    def checkpoint_in(self, connection: Connection) -> Position:
        kept = self._progress(connection)
        if kept is None or kept.version != self.model.version:
            raise OtherVersion(self.name, kept.version if kept else 0)
        return int(kept.position)

    def handle(self, after: Position, batch: Sequence[Recorded]) -> Position:
        """Fold the events into the rows, unless another has moved the checkpoint since."""
        with self.database.writing() as connection:
            position = self.handle_in(connection, after, batch)
        is_shown = self.name == self.model.name
        if is_shown and any(isinstance(r.event, LearnerErased) for r in batch):
            self.database.wipe()
        return position

    def handle_in(
        self, connection: Connection, after: Position, batch: Sequence[Recorded]
    ) -> Position:
        position = batch[-1].position
        moved = connection.execute(
            update(PROGRESS)
            .where(
                self._is_mine,
                PROGRESS.c.version == self.model.version,
                PROGRESS.c.position == after,
            )
            .values(position=position)
        )
        if moved.rowcount != 1:
            return self.checkpoint_in(connection)
        rows = Rows(connection, self.tables)
        self.model.fold(rows, batch)
        rows.flush()
        return position

    def take_over(self, connection: Connection, other: "ProjectionTables") -> None:
        """Replace these tables with the rebuilt ones (rename, then drop)."""
        position = other.checkpoint_in(connection)
        self.drop(connection)
        for name, table in other.tables.items():
            connection.execute(text(f'ALTER TABLE "{table.name}" RENAME TO "{name}"'))
        other.drop(connection)
        self._keep(connection, position)

    def hold(self, connection: Connection) -> Position:
        """Lock the checkpoint until the transaction ends, and give it."""
        kept = connection.execute(
            select(PROGRESS).where(self._is_mine).with_for_update()
        ).one_or_none()
        return int(kept.position) if kept else 0

    def _progress(self, connection: Connection) -> Row[tuple[object, ...]] | None:
        query = select(PROGRESS).where(self._is_mine)
        return connection.execute(query).one_or_none()

    def _make(self, connection: Connection) -> None:
        for table in self.tables.values():
            table.create(connection)
        self._keep(connection, 0)

    def _keep(self, connection: Connection, position: Position) -> None:
        names = [table.name for table in self.tables.values()]
        connection.execute(
            insert(PROGRESS).values(
                read_model=self.name,
                version=self.model.version,
                position=position,
                tables=names,
            )
        )


def prepare(
    database: Database, views: Iterable[ProjectionTables]
) -> list[ProjectionTables]:
    """Make what is not there, all of it at once; give what is of another version."""
    with database.making() as connection:
        PROGRESS.create(connection, checkfirst=True)
        return [view for view in views if not view.prepare_in(connection)]


def _shadow(table: Table) -> Table:
    """Copy a table's definition under shadow names, its indexes too."""
    copy = table.to_metadata(MetaData(), name=f"{table.name}{SHADOW}")
    own = secrets.token_hex(4)
    for number, part in enumerate(sorted(copy.indexes, key=lambda i: str(i.name))):
        part.name = quoted_name(f"{table.name}_{own}_{number}", quote=None)
    return copy
