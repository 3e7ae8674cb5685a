"""People ordering at the same moment, on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pytest

from aggregates.orders.order_refusals import AlreadyRegistered, OrderIncomplete
from commands.command import CommandResult
from commands.orders.order_linking import Linking
from events.identifier import Kind, identifier, stream_of
from events.orders.order import OrderConfirmed, OrderLearnersLinked
from store import EventStore, Once
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR
from tests.commands.claims.test_claim_races import at_once
from tests.commands.order_centre import SINGLE, OrderCentre
from tests.order_examples import ANN

PEOPLE = 6


@pytest.fixture
def any_counter(any_store: EventStore, clock: Clock) -> OrderCentre:
    order_centre = OrderCentre(store=any_store, now=clock)
    order_centre.open()
    return order_centre


def known(order_centre: OrderCentre, number: int) -> Sequence[str]:
    learners = [identifier(Kind.LEARNER, n) for n in range(number)]
    order_centre.know(*learners)
    return learners


def test_of_orders_for_one_learner_confirmed_at_once_one_wins(
    any_counter: OrderCentre,
) -> None:
    """O6: the others are told by which registration."""
    any_counter.know(ANN)
    orders = [any_counter.ready(ANN) for _ in range(PEOPLE)]
    answers = at_once([partial(any_counter.confirm, order) for order in orders])
    (made,) = any_counter.made()
    refused = [a for a in answers if isinstance(a, AlreadyRegistered)]
    assert len(refused) == PEOPLE - 1
    for refusal in refused:
        assert made.registration in str(refusal)
    assert any_counter.order(made.order).confirmed


def test_one_order_confirmed_by_many_at_once_is_confirmed_once(
    any_counter: OrderCentre,
) -> None:
    """O5."""
    learners = known(any_counter, 20)
    order = any_counter.ready(*learners)
    answers = at_once([partial(any_counter.confirm, order)] * PEOPLE)
    assert all(isinstance(answer, CommandResult) for answer in answers)
    assert [made.learner for made in any_counter.made()] == learners
    events = any_counter.store.open(stream_of(order)).events
    assert len([e for e in events if isinstance(e, OrderConfirmed)]) == 1


def test_orders_that_share_learners_leave_each_with_one_registration(
    any_counter: OrderCentre,
) -> None:
    """O6: an order makes all of its registrations, or none."""
    learners = known(any_counter, 2 * PEOPLE)
    orders = {
        any_counter.ready(*learners[n : n + PEOPLE]): learners[n : n + PEOPLE]
        for n in range(PEOPLE)
    }
    answers = at_once([partial(any_counter.confirm, order) for order in orders])
    made = any_counter.made()
    assert len({m.learner for m in made}) == len(made)
    for (order, its), answer in zip(orders.items(), answers, strict=True):
        registered = [m.learner for m in made if m.order == order]
        if isinstance(answer, CommandResult):
            assert registered == list(its)
        else:
            assert isinstance(answer, AlreadyRegistered | OrderIncomplete)
            assert registered == []
    assert any(isinstance(answer, CommandResult) for answer in answers)


def test_one_key_sent_many_times_at_once_confirms_once(
    any_counter: OrderCentre,
) -> None:
    """O5."""
    any_counter.know(ANN)
    once = Once(scope="request:admin.riverside", key="1", digest="same")
    by = replace(ADMINISTRATOR, once=once)
    order = any_counter.ready(ANN)
    at_once([partial(any_counter.confirm, order, by=by)] * PEOPLE)
    assert len(any_counter.made()) == 1


def test_people_who_link_at_once_lose_nothing_of_each_others(
    any_counter: OrderCentre,
) -> None:
    """O1: two people can work on one order."""
    learners = known(any_counter, PEOPLE)
    order = any_counter.begin(products=[SINGLE])
    acts = [
        partial(any_counter.link, order, Linking(learners={learner: None}))
        for learner in learners
    ]
    answers = at_once(acts)
    assert all(isinstance(answer, CommandResult) for answer in answers)
    assert set(any_counter.order(order).everybody) == set(learners)
    events = any_counter.store.open(stream_of(order)).events
    linked = [e for e in events if isinstance(e, OrderLearnersLinked)]
    assert len(linked) == 2 * PEOPLE
