"""Orders of both kinds: products, learners, total and state."""

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    JSON,
    Column,
    Index,
    String,
    Table,
)

from events.bookings.entry_order import (
    EntriesChosen,
    Entry,
    EntryOrderBegun,
    EntryOrderConfirmed,
    EntryOrderDeleted,
    EntryPurchaseOrderNumberGiven,
)
from events.orders.order import (
    OrderBegun,
    OrderConfirmed,
    OrderDeleted,
    OrderLearnersLinked,
    OrderLearnersUnlinked,
    OrderProductsAdded,
    OrderProductsRemoved,
    OrderPurchaseOrderNumberGiven,
)
from projections.read_model import (
    METADATA,
    Moment,
    Money,
    ReadModel,
    events_of,
    in_order,
)
from projections.rows import Rows
from store import Recorded

ORDERS = Table(
    "orders",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("order", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("state", String, nullable=False),
    Column("products", JSON, nullable=False),
    Column("purchase_order", String),
    Column("total", Money),
    Column("begun_at", Moment, nullable=False),
    Column("begun_by", String, nullable=False),
    Column("confirmed_at", Moment),
    Column("updated_at", Moment, nullable=False),
    Index("orders_of_purchase_order", "purchase_order"),
    Index("orders_by_order", "order"),
    *in_order(
        "orders",
        ("begun_at", "order"),
        ("updated_at", "begun_at", "order"),
        ("state", "begun_at"),
    ),
)
LEARNERS = Table(
    "order_learners",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("product", String, primary_key=True),
    Column("learner", String, primary_key=True, index=True),
)
"""The learners linked to each product; an empty product means the order itself."""

PRODUCTS = Table(
    "order_products",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("product", String, primary_key=True, index=True),
)
"""The products by which an order is found; of entries, also the apprenticeships."""

ENTRIES = Table(
    "order_entries",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("learner", String, primary_key=True),
    Column("unit", String, primary_key=True),
    Column("qualification", String, nullable=False),
)
"""The learners entered for each test (B1)."""


class OrderKind(StrEnum):
    """What an order makes once confirmed: registrations or bookings."""

    REGISTRATIONS = "Registrations"
    ENTRIES = "Entries"


class OrderState(StrEnum):
    """The state of an order; deleted ones are not listed."""

    DRAFT = "Draft"
    CONFIRMED = "Confirmed"


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        aggregate, _, _ = recorded.event.topic.partition(".")
        if folding := FOLDS.get(aggregate):
            rows.touch(ORDERS, str(recorded.stream))
            folding(rows, str(recorded.stream), recorded)


def _fold_order(rows: Rows, stream: str, recorded: Recorded) -> None:
    match recorded.event:
        case OrderBegun() as event:
            _begin(rows, recorded, event, OrderKind.REGISTRATIONS)
        case OrderProductsAdded(products=products):
            _add_products(rows, stream, products)
        case OrderProductsRemoved(products=products):
            _remove_products(rows, stream, products)
        case OrderLearnersLinked() | OrderLearnersUnlinked() as event:
            _link(rows, stream, event)
        case OrderPurchaseOrderNumberGiven(number=number, product=None):
            rows.change(ORDERS, stream, purchase_order=number)
        case OrderConfirmed(total=total):
            _confirm(rows, stream, recorded, total)
        case OrderDeleted():
            _delete(rows, stream)
        case _:
            pass


def _fold_entry_order(rows: Rows, stream: str, recorded: Recorded) -> None:
    match recorded.event:
        case EntryOrderBegun() as event:
            _begin(rows, recorded, event, OrderKind.ENTRIES)
        case EntriesChosen(entries=entries):
            _enter(rows, stream, entries)
        case EntryPurchaseOrderNumberGiven(number=number):
            rows.change(ORDERS, stream, purchase_order=number)
        case EntryOrderConfirmed(total=total):
            _confirm(rows, stream, recorded, total)
        case EntryOrderDeleted():
            _delete(rows, stream)
        case _:
            pass


FOLDS = {"order": _fold_order, "entry-order": _fold_entry_order}
"""The fold of each aggregate's events, by the first word of their topics."""


def _begin(
    rows: Rows, recorded: Recorded, event: OrderBegun | EntryOrderBegun, kind: OrderKind
) -> None:
    rows.put(
        ORDERS,
        {
            "stream": str(recorded.stream),
            "order": event.order,
            "kind": kind,
            "centre": event.centre,
            "state": OrderState.DRAFT,
            "products": [],
            "begun_at": recorded.recorded_at,
            "begun_by": recorded.user,
        },
    )


def _confirm(rows: Rows, stream: str, recorded: Recorded, total: Decimal) -> None:
    confirmed = {"total": total, "confirmed_at": recorded.recorded_at}
    rows.change(ORDERS, stream, state=OrderState.CONFIRMED, **confirmed)


def _delete(rows: Rows, stream: str) -> None:
    rows.remove(ORDERS, stream)
    for table in (LEARNERS, PRODUCTS, ENTRIES):
        rows.remove_where(table, stream=stream)


def _enter(rows: Rows, stream: str, entries: Sequence[Entry]) -> None:
    """Replace the entries of an order, and the products it is for."""
    for table in (LEARNERS, PRODUCTS, ENTRIES):
        rows.remove_where(table, stream=stream)
    products = [*dict.fromkeys(entry.qualification for entry in entries)]
    rows.change(ORDERS, stream, products=products)
    came = {entry.apprenticeship for entry in entries if entry.apprenticeship}
    for product in {*products, *came}:
        rows.put(PRODUCTS, {"stream": stream, "product": product})
    for entry in entries:
        of = {"stream": stream, "learner": entry.learner}
        rows.put(LEARNERS, {**of, "product": entry.qualification})
        tested = {"unit": entry.unit, "qualification": entry.qualification}
        rows.put(ENTRIES, {**of, **tested})


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
    for product in products:
        rows.put(PRODUCTS, {"stream": stream, "product": product})


def _remove_products(rows: Rows, stream: str, products: Sequence[str]) -> None:
    if found := rows.get(ORDERS, stream):
        stay = [each for each in found["products"] if each not in products]
        rows.change(ORDERS, stream, products=stay)
    for product in products:
        rows.remove(PRODUCTS, stream, product)
    for row in rows.where(LEARNERS, stream=stream):
        if row["product"] in products:
            rows.remove(LEARNERS, stream, row["product"], row["learner"])


READ_MODEL = ReadModel(
    name="orders",
    version=4,
    tables=(ORDERS, LEARNERS, PRODUCTS, ENTRIES),
    handles=events_of("order", "entry-order"),
    fold=fold,
)
