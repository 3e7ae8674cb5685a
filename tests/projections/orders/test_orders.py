"""Orders as they are listed: given these events, then these rows."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from events.bookings.entry_order import (
    EntriesChosen,
    Entry,
    EntryOrderBegun,
    EntryOrderConfirmed,
    EntryOrderDeleted,
    EntryPurchaseOrderNumberGiven,
)
from events.event import Event
from events.orders.order import (
    OrderBegun,
    OrderDeleted,
    OrderLearnersLinked,
    OrderLearnersUnlinked,
    OrderProductsRemoved,
    OrderPurchaseOrderNumberGiven,
)
from projections.orders.order_search import ListedOrder, OrderFilter, search_orders
from projections.orders.orders import READ_MODEL, OrderKind, OrderState
from projections.paging import BadCursor
from tests.order_examples import (
    ANN,
    BEGUN,
    BEN,
    CAT,
    CENTRE,
    CONFIRMED,
    ORDER,
    READY,
    SEVERAL,
    SINGLE,
    TOTAL,
)
from tests.projections.conftest import Fold
from tests.projections.recorded_events import BEGINNING, history

OTHER = "O-0000000002"
FOREIGN = "O-0000000003"
ENTRIES_BEGUN = EntryOrderBegun(order=ORDER, centre=CENTRE)
ENTRY = Entry(learner=ANN, qualification=SINGLE, unit="A/100/0001", delivery="Onscreen")
CAT_ON_ORDER = OrderLearnersLinked(product=None, learners={CAT: None})


def rows(fold: Fold, *events: Event) -> tuple[ListedOrder, ...]:
    facts = history(*((ORDER, event) for event in events))
    return search_orders(fold(READ_MODEL, facts), centre=CENTRE, limit=10).rows


@pytest.fixture
def three(fold: Fold) -> Connection:
    """List three orders: one confirmed, a later draft, and another centre's."""
    facts: list[tuple[str, Event]] = [(ORDER, event) for event in READY]
    facts += [
        (ORDER, OrderPurchaseOrderNumberGiven(number="PO-1", product=None)),
        (ORDER, CONFIRMED),
        (OTHER, OrderBegun(order=OTHER, centre=CENTRE)),
        (OTHER, CAT_ON_ORDER),
        (FOREIGN, OrderBegun(order=FOREIGN, centre="50107")),
    ]
    return fold(READ_MODEL, history(*facts))


def found(
    connection: Connection, centre: str | None = CENTRE, **filters: Any
) -> object:
    page = search_orders(
        connection, centre=centre, filters=OrderFilter(**filters), limit=10
    )
    return [row.order for row in page.rows]


def test_an_order_is_listed_from_its_beginning(fold: Fold) -> None:
    """O1."""
    assert rows(fold, BEGUN) == (
        ListedOrder(
            order=ORDER,
            kind=OrderKind.REGISTRATIONS,
            centre=CENTRE,
            state=OrderState.DRAFT,
            products={},
            learners=0,
            entries=0,
            tests=(),
            purchase_order=None,
            total=None,
            begun_at=BEGINNING,
            begun_by="admin.riverside",
            confirmed_at=None,
            updated_at=BEGINNING,
        ),
    )


def test_products_learners_and_number_are_listed(fold: Fold) -> None:
    """O1: a learner on two products is one learner."""
    number = OrderPurchaseOrderNumberGiven(number="PO-1", product=None)
    own = OrderPurchaseOrderNumberGiven(number="PO-2", product=SINGLE)
    (row,) = rows(fold, *READY, number, own)
    assert (row.products, row.learners) == ({SINGLE: 2, SEVERAL: 1}, 2)
    assert (row.purchase_order, row.total) == ("PO-1", None)


def test_learners_of_the_order_itself_are_counted_too(fold: Fold) -> None:
    """O1."""
    (row,) = rows(fold, *READY, CAT_ON_ORDER)
    assert (row.products, row.learners) == ({SINGLE: 2, SEVERAL: 1}, 3)


def test_what_is_unlinked_or_removed_is_not_counted(fold: Fold) -> None:
    """O1, O3."""
    unlinked = OrderLearnersUnlinked(product=SINGLE, learners=(BEN,))
    (row,) = rows(fold, *READY, CAT_ON_ORDER, unlinked)
    assert (row.products, row.learners) == ({SINGLE: 1, SEVERAL: 1}, 2)
    gone = OrderLearnersUnlinked(product=None, learners=(CAT,))
    removed = OrderProductsRemoved(products=(SEVERAL,))
    (row,) = rows(fold, *READY, CAT_ON_ORDER, gone, removed)
    assert (row.products, row.learners) == ({SINGLE: 2}, 2)


def test_a_confirmed_order_has_the_total_it_was_confirmed_at(fold: Fold) -> None:
    """O5."""
    (row,) = rows(fold, *READY, CONFIRMED)
    assert (row.state, row.total) == (OrderState.CONFIRMED, TOTAL)
    assert row.confirmed_at is not None


@pytest.mark.parametrize(
    "events",
    [
        (*READY, OrderDeleted()),
        (ENTRIES_BEGUN, EntriesChosen(entries=(ENTRY,)), EntryOrderDeleted()),
    ],
)
def test_a_deleted_order_leaves_nothing(fold: Fold, events: tuple[Event, ...]) -> None:
    """O1, B1."""
    connection = fold(READ_MODEL, history(*((ORDER, event) for event in events)))
    assert search_orders(connection, centre=CENTRE, limit=10).rows == ()
    for table in READ_MODEL.tables:
        assert connection.execute(table.select()).all() == []


def test_what_is_entered_in_place_of_before_is_counted_and_found(fold: Fold) -> None:
    """B1: by qualification, by the apprenticeship booked through, by learner."""
    other = replace(
        ENTRY, learner=BEN, unit="A/100/0002", apprenticeship="Q-0009000001"
    )
    facts = history(
        (ORDER, ENTRIES_BEGUN),
        (ORDER, EntriesChosen(entries=(replace(ENTRY, learner=CAT),))),
        (ORDER, EntriesChosen(entries=(ENTRY, other, replace(other, learner=ANN)))),
        (ORDER, EntryPurchaseOrderNumberGiven(number="PO-1")),
        (ORDER, EntryOrderConfirmed(entries=(), total=TOTAL)),
        (OTHER, BEGUN),
    )
    connection = fold(READ_MODEL, facts)
    (row,) = search_orders(
        connection, centre=CENTRE, filters=OrderFilter(kind=OrderKind.ENTRIES), limit=10
    ).rows
    assert (row.products, row.learners, row.entries) == ({SINGLE: 2}, 2, 3)
    assert (row.purchase_order, row.state, row.total) == (
        "PO-1",
        OrderState.CONFIRMED,
        TOTAL,
    )
    assert found(connection, learner=BEN) == [ORDER]
    for product in (SINGLE, "Q-0009000001"):
        assert found(connection, product=[product]) == [ORDER]
    assert found(connection, learner=CAT) == []


def test_orders_are_listed_newest_first_and_the_centres_own(three: Connection) -> None:
    assert found(three) == [OTHER, ORDER]
    assert found(three, centre=None) == [FOREIGN, OTHER, ORDER]


def test_orders_are_found_by_what_is_known_of_them(three: Connection) -> None:
    assert found(three, state=OrderState.CONFIRMED) == [ORDER]
    assert found(three, state=OrderState.DRAFT) == [OTHER]
    assert found(three, reference="0001") == [ORDER]
    assert found(three, reference="%") == []
    assert found(three, purchase_order="PO-1") == [ORDER]
    assert found(three, learner=CAT) == [OTHER]
    assert found(three, learner=ANN) == [ORDER]
    assert found(three, product=[SINGLE]) == [ORDER]
    assert found(three, product=["Q-0005000000"]) == []


def test_orders_are_listed_page_by_page(three: Connection) -> None:
    first = search_orders(three, centre=CENTRE, limit=1)
    second = search_orders(three, centre=CENTRE, limit=1, cursor=first.next_cursor)
    assert [row.order for row in (*first.rows, *second.rows)] == [OTHER, ORDER]
    assert second.next_cursor is None
    with pytest.raises(BadCursor):
        search_orders(three, centre=CENTRE, limit=1, cursor="nonsense")


def test_what_was_said_of_an_order_unheard_of_is_passed_over(fold: Fold) -> None:
    assert rows(fold, *READY[1:], OrderProductsRemoved(products=(SINGLE,))) == ()
