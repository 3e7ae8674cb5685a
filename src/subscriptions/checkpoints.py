"""Checkpoints: each read model's position in the log, stored beside its rows."""

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
"""One row for each read model: its position, its version and the names of its tables."""

Checkpoint: TypeAlias = Row[Any]

_NAMED = CHECKPOINTS.c.read_model.in_(bindparam("names", expanding=True))
_READ = select(CHECKPOINTS).where(_NAMED)


def read_checkpoints(
    connection: Connection, names: Collection[str]
) -> Mapping[str, Checkpoint]:
    """Read these checkpoints; missing ones are left out."""
    found = connection.execute(_READ, {"names": names})
    return {row.read_model: row for row in found}


def lock_checkpoints(
    connection: Connection, names: Collection[str]
) -> Mapping[str, Checkpoint]:
    """Read version and position of these, locked until the transaction ends.

    Those locked by another transaction are left out, too. On SQLite the transaction has
    locked them already.
    """
    those, values = _those(connection, names)
    lock = "" if connection.dialect.name == "sqlite" else " FOR UPDATE SKIP LOCKED"
    query = f"SELECT read_model, version, position FROM progress WHERE {those}{lock}"  # noqa: S608 - signs for names
    return {row[0]: row for row in connection.exec_driver_sql(query, values)}


def move_checkpoints(
    connection: Connection, names: Collection[str], position: Position
) -> None:
    """Store these read models' new position, in one statement."""
    those, values = _those(connection, names)
    sign = "?" if connection.dialect.name == "sqlite" else "%s"
    move = f"UPDATE progress SET position = {sign} WHERE {those}"  # noqa: S608 - signs for names
    connection.exec_driver_sql(move, (position, *values))


def _those(
    connection: Connection, names: Collection[str]
) -> tuple[str, tuple[object, ...]]:
    """Return the condition that selects these, written for the driver, and its values."""
    if connection.dialect.name == "sqlite":
        return f"read_model IN ({', '.join('?' for _ in names)})", tuple(names)
    return "read_model = ANY(%s)", ([*names],)
