"""Drafts of orders ask before what was typed in them goes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from aggregates.loss import WorkWouldBeLost
from commands.bookings.entry_order import BeginEntryOrder, ChooseEntries
from commands.orders.order import (
    ChooseOrderProducts,
    Dating,
    LinkOrderLearners,
    SetCourseDates,
    UnlinkOrderLearner,
)
from commands.orders.order_linking import Linking
from events.bookings.entry_order import Entry
from events.orders.order import CourseDates
from store import EventStore
from tests.claim_examples import TESTED
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR
from tests.commands.order_centre import DATING, SINGLE, OrderCentre
from tests.order_examples import ANN, BEN

OTHER = Dating(dates=CourseDates(starts=date(2026, 10, 1), ends=date(2027, 8, 1)))
APART = Dating(dates=OTHER.dates, product=SINGLE, learners=(ANN,))


@pytest.fixture
def order_centre(any_store: EventStore, clock: Clock) -> OrderCentre:
    order_centre = OrderCentre(store=any_store, now=clock)
    order_centre.open()
    order_centre.know(ANN, BEN)
    return order_centre


@pytest.mark.parametrize(
    "asked",
    [
        lambda how: ChooseOrderProducts(products=(), **how),
        lambda how: LinkOrderLearners(
            linking=Linking(product=SINGLE, learners={BEN: None}), instead=True, **how
        ),
        lambda how: UnlinkOrderLearner(learner=ANN, product=SINGLE, **how),
        lambda how: SetCourseDates(datings=(DATING,), **how),
    ],
    ids=["products", "learners", "unlinked", "dates for all"],
)
def test_dates_that_were_typed_for_one_go_only_where_that_is_confirmed(
    order_centre: OrderCentre, asked: Callable[[dict[str, Any]], Any]
) -> None:
    """O1, O3, O4: and it is said whose."""
    linking = Linking(product=SINGLE, learners=dict.fromkeys((ANN, BEN)))
    order = order_centre.begin(linking, products=[SINGLE], datings=[DATING, APART])
    command = asked({"by": ADMINISTRATOR, "at": order_centre.now(), "order": order})
    with pytest.raises(WorkWouldBeLost, match=ANN):
        order_centre.send(command)
    assert order_centre.order(order).dates_of(SINGLE, ANN) == OTHER.dates
    order_centre.send(replace(command, confirm_loss=True))


def test_tests_that_have_a_time_go_only_where_that_is_confirmed(
    order_centre: OrderCentre,
) -> None:
    """B1."""
    order_centre.confirm(order_centre.ready(ANN))
    entry = Entry(
        learner=ANN,
        qualification=SINGLE,
        unit=TESTED,
        delivery="Onscreen",
        starts=order_centre.now(),
        mode="Online",
    )
    begin = BeginEntryOrder(by=ADMINISTRATOR, at=order_centre.now(), entries=(entry,))
    order = order_centre.send(begin).created_id
    command = ChooseEntries(by=ADMINISTRATOR, at=order_centre.now(), order=order)
    with pytest.raises(WorkWouldBeLost, match=ANN):
        order_centre.send(command)
    order_centre.send(replace(command, confirm_loss=True))
