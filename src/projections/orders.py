"""Orders: what each is for, what it costs and what has become of it, newest first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Index,
    Row,
    String,
    Table,
    distinct,
    func,
    select,
)

from events.identifier import Kind
from events.order import (
    OrderBegun,
    OrderConfirmed,
    OrderDeleted,
    OrderLearnersLinked,
    OrderLearnersUnlinked,
    OrderProductsAdded,
    OrderProductsRemoved,
    OrderPurchaseOrderNumberGiven,
)
from projections.identifiers import is_called
from projections.paging import Page, page
from projections.read_model import METADATA, Moment, Money, ReadModel
from projections.rows import Rows
from store import Recorded

ORDERS = Table(
    "orders",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("order", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("state", String, nullable=False),
    Column("products", JSON, nullable=False),
    Column("purchase_order", String),
    Column("total", Money),
    Column("begun_at", Moment, nullable=False),
    Column("begun_by", String, nullable=False),
    Column("confirmed_at", Moment),
    Index("orders_newest", "centre", "begun_at", "order"),
    Index("orders_newest_anywhere", "begun_at", "order"),
)
LEARNERS = Table(
    "order_learners",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("product", String, primary_key=True),
    Column("learner", String, primary_key=True, index=True),
)
"""Who is linked to what; to the order itself if the product is the empty text."""


class State(StrEnum):
    """What has become of an order; those deleted are not listed."""

    DRAFT = "Draft"
    CONFIRMED = "Confirmed"


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        stream = str(recorded.stream)
        match recorded.event:
            case OrderBegun() as event:
                _begin(rows, stream, recorded, event)
            case OrderProductsAdded(products=products):
                _add_products(rows, stream, products)
            case OrderProductsRemoved(products=products):
                _remove_products(rows, stream, products)
            case OrderLearnersLinked() | OrderLearnersUnlinked() as event:
                _link(rows, stream, event)
            case OrderPurchaseOrderNumberGiven(number=number, product=None):
                rows.change(ORDERS, stream, purchase_order=number)
            case OrderConfirmed(total=total):
                confirmed = {"total": total, "confirmed_at": recorded.recorded_at}
                rows.change(ORDERS, stream, state=State.CONFIRMED, **confirmed)
            case OrderDeleted():
                rows.remove(ORDERS, stream)
                rows.remove_where(LEARNERS, stream=stream)
            case _:
                pass


def _begin(rows: Rows, stream: str, recorded: Recorded, event: OrderBegun) -> None:
    rows.put(
        ORDERS,
        {
            "stream": stream,
            "order": event.order,
            "centre": event.centre,
            "state": State.DRAFT,
            "products": [],
            "begun_at": recorded.recorded_at,
            "begun_by": recorded.user,
        },
    )


def _link(
    rows: Rows, stream: str, event: OrderLearnersLinked | OrderLearnersUnlinked
) -> None:
    product = event.product or ""
    for learner in event.learners:
        if isinstance(event, OrderLearnersLinked):
            row = {"stream": stream, "product": product, "learner": learner}
            rows.put(LEARNERS, row)
        else:
            rows.remove(LEARNERS, stream, product, learner)


def _add_products(rows: Rows, stream: str, products: Sequence[str]) -> None:
    if found := rows.get(ORDERS, stream):
        rows.change(ORDERS, stream, products=[*found["products"], *products])


def _remove_products(rows: Rows, stream: str, products: Sequence[str]) -> None:
    if found := rows.get(ORDERS, stream):
        stay = [each for each in found["products"] if each not in products]
        rows.change(ORDERS, stream, products=stay)
    for row in rows.where(LEARNERS, stream=stream):
        if row["product"] in products:
            rows.remove(LEARNERS, stream, row["product"], row["learner"])


READ_MODEL = ReadModel(name="orders", version=1, tables=(ORDERS, LEARNERS), fold=fold)


@dataclass(frozen=True, kw_only=True)
class ListedOrder:
    """An order in the list; ``total`` is what it was confirmed at, if it was.

    ``products`` are numbers of learners by product, ``learners`` how many there are
    in all.
    """

    order: str
    centre: str
    state: State
    products: Mapping[str, int]
    learners: int
    purchase_order: str | None
    total: Decimal | None
    begun_at: datetime
    begun_by: str
    confirmed_at: datetime | None


def search(
    connection: Connection,
    *,
    centre: str | None,
    state: State | None = None,
    reference: str | None = None,
    purchase_order: str | None = None,
    learner: str | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[ListedOrder]:
    """List the centre's orders (None: everybody's), newest first.

    ``reference`` is one, or its last three digits or more.
    """
    query = select(ORDERS)
    for column, value in (
        (ORDERS.c.centre, centre),
        (ORDERS.c.state, state),
        (ORDERS.c.purchase_order, purchase_order),
    ):
        if value is not None:
            query = query.where(column == value)
    if reference is not None:
        query = query.where(is_called(ORDERS.c.order, Kind.ORDER, reference))
    if learner is not None:
        theirs = select(LEARNERS.c.stream).where(LEARNERS.c.learner == learner)
        query = query.where(ORDERS.c.stream.in_(theirs))
    found = page(
        connection,
        query,
        by=(ORDERS.c.begun_at, ORDERS.c.order),
        make=lambda row: row,
        limit=limit,
        cursor=cursor,
        descending=True,
    )
    streams = [row.stream for row in found.rows]
    by_product: defaultdict[str, dict[str, int]] = defaultdict(dict)
    counted = (
        select(LEARNERS.c.stream, LEARNERS.c.product, func.count())
        .where(LEARNERS.c.stream.in_(streams))
        .group_by(LEARNERS.c.stream, LEARNERS.c.product)
    )
    for stream, its_product, number in connection.execute(counted):
        by_product[stream][its_product] = number
    in_all = (
        select(LEARNERS.c.stream, func.count(distinct(LEARNERS.c.learner)))
        .where(LEARNERS.c.stream.in_(streams))
        .group_by(LEARNERS.c.stream)
    )
    people = {row[0]: row[1] for row in connection.execute(in_all)}
    return Page(
        rows=tuple(
            _listed(row, by_product[row.stream], people.get(row.stream, 0))
            for row in found.rows
        ),
        next_cursor=found.next_cursor,
    )


def _listed(
    row: Row[tuple[object, ...]], by_product: Mapping[str, int], people: int
) -> ListedOrder:
    return ListedOrder(
        order=row.order,
        centre=row.centre,
        state=State(row.state),
        products={product: by_product.get(product, 0) for product in row.products},
        learners=people,
        purchase_order=row.purchase_order,
        total=row.total,
        begun_at=row.begun_at,
        begun_by=row.begun_by,
        confirmed_at=row.confirmed_at,
    )
