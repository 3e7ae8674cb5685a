"""Creating tables, from statements that are compiled once in a process."""

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Table
from sqlalchemy.schema import CreateIndex, CreateTable

_COMPILED: WeakKeyDictionary[Table, dict[tuple[str, bool], list[str]]] = (
    WeakKeyDictionary()
)


def create(
    connection: Connection, tables: Iterable[Table], *, only_missing: bool = False
) -> None:
    """Create these tables with their indexes; fails if one exists, unless ``only_missing``."""
    for table in tables:
        for statement in _statements(table, connection, only_missing=only_missing):
            connection.exec_driver_sql(statement)


def _statements(
    table: Table, connection: Connection, *, only_missing: bool
) -> Iterable[str]:
    known = _COMPILED.setdefault(table, {})
    dialect = connection.dialect
    key = dialect.name, only_missing
    if key not in known:
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        clauses: list[CreateTable | CreateIndex] = [
            CreateTable(table, if_not_exists=only_missing),
            *(CreateIndex(index, if_not_exists=only_missing) for index in indexes),
        ]
        known[key] = [str(clause.compile(dialect=dialect)) for clause in clauses]
    return known[key]
