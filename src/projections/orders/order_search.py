"""Orders of both kinds, searched and listed, newest first."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, and_, distinct, func, select

from aggregates.registrations.registration_state import Status
from events.identifier import Kind
from projections.identifiers import as_called, equal_to
from projections.learners.names_sought import is_learner
from projections.orders.orders import (
    ENTRIES,
    LEARNERS,
    ORDERS,
    PRODUCTS,
    OrderKind,
    OrderState,
)
from projections.paging import (
    MOST_SORTED,
    Narrowed,
    Page,
    count,
    few,
    has_row,
    page,
    since,
)
from projections.registrations.registration_rows import REGISTRATIONS


@dataclass(frozen=True, kw_only=True)
class EntryCount:
    """The number of entries for a test, under a version of its qualification's rules."""

    qualification: str
    unit: str
    rules_version: int
    entries: int


@dataclass(frozen=True, kw_only=True)
class ListedOrder:
    """An order in the list; ``total`` is the confirmed one, if it was confirmed.

    ``products`` are numbers of learners by product, ``learners`` the number of all
    learners. ``tests`` counts the entries of learners who can be entered, by test.
    """

    order: str
    kind: OrderKind
    centre: str
    state: OrderState
    products: Mapping[str, int]
    learners: int
    entries: int
    tests: tuple[EntryCount, ...]
    purchase_order: str | None
    total: Decimal | None
    begun_at: datetime
    begun_by: str
    confirmed_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class OrderFilter:
    """Search criteria for orders; None does not restrict.

    ``reference`` is an order's, or its last three or more digits. ``product`` is one that
    it is for; of entries also the apprenticeship. ``learner`` is one who is on it.
    """

    kind: OrderKind | None = None
    state: OrderState | None = None
    reference: str | None = None
    purchase_order: str | None = None
    product: Collection[str] | None = None
    learner: str | None = None
    updated_since: datetime | None = None


EVERY_ORDER = OrderFilter()


def search_orders(
    connection: Connection,
    *,
    centre: str | None,
    filters: OrderFilter = EVERY_ORDER,
    limit: int,
    cursor: str | None = None,
) -> Page[ListedOrder]:
    """List the centre's orders of both kinds (None: everybody's), newest first."""
    its = ORDERS.c
    narrowed = Narrowed(
        within=[*equal_to((its.centre, centre))],
        kinds=[*equal_to((its.state, filters.state))],
        checks=[*equal_to((its.kind, filters.kind))],
        sought=[*equal_to((its.purchase_order, filters.purchase_order))],
    ).also(as_called((its.order, Kind.ORDER, filters.reference)))
    if filters.product is not None:
        chosen = select(PRODUCTS.c.stream).where(
            PRODUCTS.c.product.in_(filters.product)
        )
        if count(connection, chosen, MOST_SORTED) <= MOST_SORTED:
            narrowed = narrowed.also(Narrowed(sought=[its.stream.in_(few(chosen))]))
        else:
            is_for = chosen.where(PRODUCTS.c.stream == its.stream).correlate(ORDERS)
            narrowed = narrowed.also(Narrowed(checks=[has_row(is_for)]))
    if filters.learner is not None:
        of = is_learner(LEARNERS, filters.learner)
        linked = select(LEARNERS.c.stream).where(*of.sought)
        narrowed = narrowed.also(Narrowed(sought=[its.stream.in_(linked)]))
    found = page(
        connection,
        select(ORDERS),
        by=(ORDERS.c.begun_at, ORDERS.c.order),
        make=lambda row: row,
        limit=limit,
        cursor=cursor,
        descending=True,
        since=since(ORDERS.c.updated_at, filters.updated_since),
        narrowed=narrowed,
    )
    counted = _Counts.of(connection, found.rows)
    return Page(
        rows=tuple(_order_row(row, counted) for row in found.rows),
        next_cursor=found.next_cursor,
    )


@dataclass(frozen=True, kw_only=True)
class _Counts:
    """Counts of some orders, by their streams."""

    by_product: Mapping[str, Mapping[str, int]]
    people: Mapping[str, int]
    entries: Mapping[str, int]
    tests: Mapping[str, Sequence[EntryCount]]

    @classmethod
    def of(cls, connection: Connection, rows: Sequence[Row[Any]]) -> "_Counts":
        streams = [row.stream for row in rows]
        drafts = [
            row.stream
            for row in rows
            if (row.kind, row.state) == (OrderKind.ENTRIES, OrderState.DRAFT)
        ]
        by_product: defaultdict[str, dict[str, int]] = defaultdict(dict)
        people: dict[str, int] = {}
        its = LEARNERS.c
        linked = select(its.stream).where(its.stream.in_(streams))
        by_both = linked.add_columns(its.product, func.count())
        for row in connection.execute(by_both.group_by(its.stream, its.product)):
            by_product[row[0]][row[1]] = row[2]
        in_all = linked.add_columns(func.count(distinct(its.learner)))
        for row in connection.execute(in_all.group_by(its.stream)):
            people[row[0]] = row[1]
        entered = (
            select(ENTRIES.c.stream, func.count())
            .where(ENTRIES.c.stream.in_(streams))
            .group_by(ENTRIES.c.stream)
        )
        return cls(
            by_product=by_product,
            people=people,
            entries={row[0]: row[1] for row in connection.execute(entered)},
            tests=_tests(connection, drafts) if drafts else {},
        )


def _tests(
    connection: Connection, drafts: Sequence[str]
) -> Mapping[str, Sequence[EntryCount]]:
    """Count the entries of drafts by test and version of the rules that price it."""
    is_active = and_(
        REGISTRATIONS.c.learner == ENTRIES.c.learner,
        REGISTRATIONS.c.product == ENTRIES.c.qualification,
        REGISTRATIONS.c.status == Status.ACTIVE,
        REGISTRATIONS.c.centre == ORDERS.c.centre,
    )
    test = (
        ENTRIES.c.stream,
        ENTRIES.c.qualification,
        ENTRIES.c.unit,
        REGISTRATIONS.c.rules_version,
    )
    query = (
        select(*test, func.count())
        .join(ORDERS, ORDERS.c.stream == ENTRIES.c.stream)
        .join(REGISTRATIONS, is_active)
        .where(ENTRIES.c.stream.in_(drafts))
        .group_by(*test)
    )
    found: defaultdict[str, list[EntryCount]] = defaultdict(list)
    for stream, qualification, unit, version, entries in connection.execute(query):
        counted = EntryCount(
            qualification=qualification,
            unit=unit,
            rules_version=version,
            entries=entries,
        )
        found[stream].append(counted)
    return found


def _order_row(row: Row[tuple[object, ...]], counted: _Counts) -> ListedOrder:
    by_product = counted.by_product.get(row.stream, {})
    return ListedOrder(
        order=row.order,
        kind=OrderKind(row.kind),
        centre=row.centre,
        state=OrderState(row.state),
        products={product: by_product.get(product, 0) for product in row.products},
        learners=counted.people.get(row.stream, 0),
        entries=counted.entries.get(row.stream, 0),
        tests=tuple(counted.tests.get(row.stream, ())),
        purchase_order=row.purchase_order,
        total=row.total,
        begun_at=row.begun_at,
        begun_by=row.begun_by,
        confirmed_at=row.confirmed_at,
        updated_at=row.updated_at,
    )
