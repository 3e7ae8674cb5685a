"""What a read model is: tables, and how what happened is folded into them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    MetaData,
    Table,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine

from events.event import Event
from projections.rows import Rows
from store import Recorded

METADATA = MetaData()
"""Where every read model declares its tables."""


@dataclass(frozen=True, kw_only=True)
class ReadModel:
    """A name, the tables that it keeps and the fold that keeps them.

    ``version`` is that of the tables' shape and of what the fold makes of an event:
    with another than was kept, all is folded again at the next start.

    ``fold`` gets the events that it ``handles``, in order, many at a time, and never
    refuses one. It touches its own tables alone, and only by ``Rows``.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    handles: frozenset[type[Event]]
    fold: Callable[[Rows, Sequence[Recorded]], None]

    def declared_in(self, batch: Sequence[Recorded]) -> list[Recorded]:
        """Pick the events of a batch that this read model handles."""
        return [recorded for recorded in batch if type(recorded.event) in self.handles]

    def fold_into(
        self,
        connection: Connection,
        events: Sequence[Recorded],
        tables: Mapping[str, Table] | None = None,
    ) -> None:
        """Fold events, declared ones alone, into the rows of its tables or of these."""
        rows = Rows(connection, tables)
        self.fold(rows, events)
        rows.flush()


def every_event() -> frozenset[type[Event]]:
    """Give every kind of event."""
    import_module("events.every")
    return frozenset(Event.known.values())


def events_of(*aggregates: str) -> frozenset[type[Event]]:
    """Give every kind of event of these aggregates: by the first word of the topic."""
    kinds = every_event()
    return frozenset(k for k in kinds if k.topic.partition(".")[0] in aggregates)


def in_utc(moment: datetime) -> datetime:
    """Give a moment in UTC, as near as can be on the first and the last day there is."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, aware of it on both databases: SQLite alone would forget."""

    impl = DateTime
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        with_zone = dialect.name == "postgresql"
        return dialect.type_descriptor(DateTime(timezone=with_zone))

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
    """Pounds and pence, kept as whole pence: both databases add those exactly."""

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
