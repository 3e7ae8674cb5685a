"""Read models: tables, and the function that folds recorded events into them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from importlib import import_module
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Index,
    MetaData,
    Table,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine

from events.event import Event
from projections.rows import Rows
from store import Recorded

METADATA = MetaData()
"""The SQLAlchemy metadata that the tables of every read model are declared in."""

MOMENTS = 128
"""The number of converted moments that a column caches."""


@dataclass(frozen=True, kw_only=True)
class ReadModel:
    """A read model: its name, its tables and the function that folds events into them.

    ``version`` is raised when the shape of the tables or the result of ``fold`` changes.
    A read model that was stored under another version is rebuilt at the next start.

    ``fold`` gets batches of the events that the model ``handles``, in order, and never
    refuses one. It reads and writes only its own tables, and only through ``Rows``.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    handles: frozenset[type[Event]]
    fold: Callable[[Rows, Sequence[Recorded]], None]

    def pick_handled(self, batch: Sequence[Recorded]) -> list[Recorded]:
        """Return the events of a batch that this read model handles."""
        return [recorded for recorded in batch if type(recorded.event) in self.handles]

    def fold_into(
        self,
        connection: Connection,
        events: Sequence[Recorded],
        tables: Mapping[str, Table] | None = None,
    ) -> None:
        """Fold events into its tables, and write the rows that change.

        ``events`` are only those that it handles. ``tables`` gives, by name, tables to
        write to in place of its own.
        """
        rows = Rows(connection, tables)
        self.fold(rows, events)
        rows.flush()


def in_order(table: str, *orders: Sequence[str], of: str = "centre") -> list[Index]:
    """Make the indexes for a list's orders, each within a centre and across all.

    ``of`` is the column of the centre.
    """
    return [
        Index(f"{table}_by_{order[0]}{suffix}", *first, *order)
        for order in orders
        for suffix, first in (("", (of,)), ("_anywhere", ()))
    ]


def every_event() -> frozenset[type[Event]]:
    """Return every class of event."""
    import_module("events.every")
    return frozenset(Event.known.values())


def events_of(*aggregates: str) -> frozenset[type[Event]]:
    """Return the classes whose topic begins with one of these words, such as ``booking``."""
    kinds = every_event()
    return frozenset(k for k in kinds if k.topic.partition(".")[0] in aggregates)


def in_utc(moment: datetime) -> datetime:
    """Convert an aware moment to UTC.

    If the result would be outside the range of ``datetime``, date and time stay as they
    are.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
    """A column of aware moments in UTC, also on SQLite, which keeps no time zone.

    Writing a moment without a time zone raises ValueError.
    """

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        with_zone = dialect.name == "postgresql"
        return dialect.type_descriptor(DateTime(timezone=with_zone))

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """Cache recent conversions: a batch has few moments, each in many rows."""
        binding = super().bind_processor(dialect)
        return binding and lru_cache(MOMENTS)(binding)

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} does not say in which time zone.")
        utc = in_utc(value)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is None:
            return None
        is_aware = dialect.name == "postgresql"
        return value.astimezone(UTC) if is_aware else value.replace(tzinfo=UTC)


class Money(TypeDecorator[Decimal]):
    """A column of amounts in pounds, stored as whole pence so that sums are exact."""

    impl = BigInteger
    cache_ok = True

    @property
    def python_type(self) -> type[Decimal]:
        return Decimal

    def process_bind_param(
        self,
        value: Decimal | None,
        dialect: Dialect,  # noqa: ARG002 - the library's hook
    ) -> int | None:
        return None if value is None else int((value * 100).to_integral_value())

    def process_result_value(
        self,
        value: int | None,
        dialect: Dialect,  # noqa: ARG002 - the library's hook
    ) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)
