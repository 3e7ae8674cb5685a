"""Checkpoints: how far each read model has come, stored beside its rows."""

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Connection,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    bindparam,
    select,
)

from store import Position

CHECKPOINTS = Table(
    "progress",
    MetaData(),
    Column("read_model", String, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("tables", JSON, nullable=False),
)
"""One row a read model: its position, and the version and the names of its tables."""

Checkpoint: TypeAlias = Row[Any]

_NAMED = CHECKPOINTS.c.read_model.in_(bindparam("names", expanding=True))
_READ = select(CHECKPOINTS).where(_NAMED)


def read_checkpoints(
    connection: Connection, names: Collection[str]
) -> Mapping[str, Checkpoint]:
    """Read the checkpoints of these; one that is not stored is left out."""
    found = connection.execute(_READ, {"names": names})
    return {row.read_model: row for row in found}


def lock_checkpoints(
    connection: Connection, names: Collection[str]
) -> Mapping[str, Checkpoint]:
    """Read version and position of these, locked to the end of the transaction.

    One that another transaction has locked is left out, too. On SQLite the transaction
    has locked them already.
    """
    those, values = _those(connection, names)
    lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE SKIP LOCKED"
    query = f"SELECT read_model, version, position FROM progress WHERE {those}{lock}"  # noqa: S608 - signs for names
    return {row[0]: row for row in connection.exec_driver_sql(query, values)}


def move_checkpoints(
    connection: Connection, names: Collection[str], position: Position
) -> None:
    """Store how far these have come now, in one statement."""
    those, values = _those(connection, names)
    sign = "?" if connection.dialect.name == "sqlite" else "%s"
    move = f"UPDATE progress SET position = {sign} WHERE {those}"  # noqa: S608 - signs for names
    connection.exec_driver_sql(move, (position, *values))


def _those(
    connection: Connection, names: Collection[str]
) -> tuple[str, tuple[object, ...]]:
    """Give the condition that finds these, written for the driver, and its values."""
    if connection.dialect.name == "sqlite":
        return f"read_model IN ({', '.join('?' for _ in names)})", tuple(names)
    return "read_model = ANY(%s)", ([*names],)
