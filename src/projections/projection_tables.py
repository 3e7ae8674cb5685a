"""A read model in a database: its tables, and its checkpoint."""

import secrets
from collections.abc import Collection, Sequence

from sqlalchemy import (
    Connection,
    MetaData,
    Table,
    delete,
    insert,
    select,
    text,
)
from sqlalchemy.sql import quoted_name

from projections.database import Database
from projections.ddl import create
from projections.read_model import ReadModel
from store import Position
from subscriptions.checkpoints import CHECKPOINTS, Checkpoint, read_checkpoints

SHADOW = "_beside"
"""The suffix of the names of shadow tables: rebuilt beside the live ones, then swapped."""


class OtherVersion(Exception):
    """The tables belong to another version of the program."""

    def __init__(self, name: str, version: int) -> None:
        super().__init__(
            f"{name} is kept at version {version} by another version of this program."
            " Restart with the newest one."
        )


class ProjectionTables:
    """One read model's rows and checkpoint, which always change together."""

    def __init__(
        self, model: ReadModel, database: Database, *, shadow: bool = False
    ) -> None:
        self.model = model
        self.database = database
        self.name = f"{model.name}{SHADOW}" if shadow else model.name
        self.tables = {t.name: _shadow(t) if shadow else t for t in model.tables}
        self._is_mine = CHECKPOINTS.c.read_model == self.name

    def make_anew(self) -> None:
        """Make empty tables in place of the present ones."""
        with self.database.making() as connection:
            self.drop(connection)
            create(connection, self.tables.values())
            self.database.protect(connection, self.tables)
            self._store_checkpoint(connection, 0)

    def drop(self, connection: Connection) -> None:
        """Drop every table stored under this name, and its checkpoint."""
        drop_stored(connection, [self.name])

    def checkpoint_in(self, connection: Connection) -> Position:
        """Read the checkpoint. Raises OtherVersion if the tables are another version's."""
        return self.position_of(self._checkpoint(connection))

    def position_of(self, stored: Checkpoint | None) -> Position:
        """Return the position of the checkpoint. Raises OtherVersion."""
        if stored is None or stored.version != self.model.version:
            raise OtherVersion(self.name, stored.version if stored else 0)
        return int(stored.position)

    def take_over(self, connection: Connection, other: "ProjectionTables") -> None:
        """Replace these tables with the rebuilt ones (rename, then drop)."""
        position = other.checkpoint_in(connection)
        self.database.be_owner(connection)
        self.drop(connection)
        for name, table in other.tables.items():
            connection.execute(text(f'ALTER TABLE "{table.name}" RENAME TO "{name}"'))
        other.drop(connection)
        self._store_checkpoint(connection, position)

    def lock(self, connection: Connection) -> Position:
        """Lock the checkpoint until the transaction ends, and return its position."""
        stored = connection.execute(
            select(CHECKPOINTS).where(self._is_mine).with_for_update()
        ).one_or_none()
        return int(stored.position) if stored else 0

    def _checkpoint(self, connection: Connection) -> Checkpoint | None:
        return read_checkpoints(connection, [self.name]).get(self.name)

    def _store_checkpoint(self, connection: Connection, position: Position) -> None:
        connection.execute(insert(CHECKPOINTS), self.as_stored(position))

    def as_stored(self, position: Position) -> dict[str, object]:
        """Return the checkpoint's row."""
        return {
            "read_model": self.name,
            "version": self.model.version,
            "position": position,
            "tables": [table.name for table in self.tables.values()],
        }


def drop_stored(connection: Connection, names: Collection[str]) -> None:
    """Drop every table stored under these names, and their checkpoints."""
    for stored in read_checkpoints(connection, names).values():
        tables = [f'"{name}"' for name in stored.tables]
        if connection.dialect.name == "postgresql":  # policies of one may ask another
            tables = [", ".join(tables)]
        for named in tables:
            connection.execute(text(f"DROP TABLE IF EXISTS {named}"))
        mine = CHECKPOINTS.c.read_model == stored.read_model
        connection.execute(delete(CHECKPOINTS).where(mine))


def prepare(
    database: Database, models: Sequence[ProjectionTables]
) -> list[ProjectionTables]:
    """Make all missing tables at once; return those that are another version's."""
    with database.making() as connection:
        create(connection, [CHECKPOINTS], only_missing=True)
        stored = read_checkpoints(connection, [each.name for each in models])
        new = [each for each in models if each.name not in stored]
        create(connection, [table for each in new for table in each.tables.values()])
        for each in new:
            database.protect(connection, each.tables)
        if new:
            connection.execute(insert(CHECKPOINTS), [e.as_stored(0) for e in new])
    return [
        each
        for each in models
        if each not in new and stored[each.name].version != each.model.version
    ]


def protect_stored(database: Database, models: Sequence[ProjectionTables]) -> None:
    """Set who sees which rows of all tables that there are, of this version."""
    outdated = prepare(database, models)
    with database.making() as connection:
        for each in models:
            if each not in outdated:
                database.protect(connection, each.tables)


def _shadow(table: Table) -> Table:
    """Copy a table's definition under shadow names, its indexes too."""
    copy = table.to_metadata(MetaData(), name=f"{table.name}{SHADOW}")
    own = secrets.token_hex(4)
    for number, part in enumerate(sorted(copy.indexes, key=lambda i: str(i.name))):
        part.name = quoted_name(f"{table.name}_{own}_{number}", quote=None)
    return copy
