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
def counter(any_store: EventStore, clock: Clock) -> OrderCentre:
    counter = OrderCentre(store=any_store, now=clock)
    counter.open()
    counter.know(ANN, BEN)
    return counter


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
    counter: OrderCentre, asked: Callable[[dict[str, Any]], Any]
) -> None:
    """O1, O3, O4: and it is said whose."""
    linking = Linking(product=SINGLE, learners=dict.fromkeys((ANN, BEN)))
    order = counter.begin(linking, products=[SINGLE], datings=[DATING, APART])
    command = asked({"by": ADMINISTRATOR, "at": counter.now(), "order": order})
    with pytest.raises(WorkWouldBeLost, match=ANN):
        counter.send(command)
    assert counter.order(order).dates_of(SINGLE, ANN) == OTHER.dates
    counter.send(replace(command, confirm_loss=True))


def test_tests_that_have_a_time_go_only_where_that_is_confirmed(
    counter: OrderCentre,
) -> None:
    """B1."""
    counter.confirm(counter.ready(ANN))
    entry = Entry(
        learner=ANN,
        qualification=SINGLE,
        unit=TESTED,
        delivery="Onscreen",
        starts=counter.now(),
        mode="Online",
    )
    begin = BeginEntryOrder(by=ADMINISTRATOR, at=counter.now(), entries=(entry,))
    order = counter.send(begin).created_id
    command = ChooseEntries(by=ADMINISTRATOR, at=counter.now(), order=order)
    with pytest.raises(WorkWouldBeLost, match=ANN):
        counter.send(command)
    counter.send(replace(command, confirm_loss=True))
