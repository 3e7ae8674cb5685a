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
    update,
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

_THOSE = CHECKPOINTS.c.read_model.in_(bindparam("names", expanding=True))
_READ = select(CHECKPOINTS).where(_THOSE)
_LOCK = _READ.with_for_update(skip_locked=True)
_MOVE = update(CHECKPOINTS).where(_THOSE).values(position=bindparam("reached"))


def read_checkpoints(
    connection: Connection, names: Collection[str]
) -> Mapping[str, Checkpoint]:
    """Read the checkpoints of these; one that is not stored is left out."""
    found = connection.execute(_READ, {"names": names})
    return {row.read_model: row for row in found}


def lock_checkpoints(
    connection: Connection, names: Collection[str]
) -> Mapping[str, Checkpoint]:
    """Read the same, locked to the end of the transaction.

    One that another transaction has locked is left out, too.
    """
    locked = connection.execute(_LOCK, {"names": names})
    return {row.read_model: row for row in locked}


def move_checkpoints(
    connection: Connection, names: Collection[str], position: Position
) -> None:
    """Store how far these have come now."""
    connection.execute(_MOVE, {"names": names, "reached": position})
