"""Orders of apprenticeships: a parent registration, and one for each qualification."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from itertools import groupby

import pytest

from aggregates.orders.order_refusals import (
    MOST_REGISTRATIONS,
    AlreadyRegistered,
    OrderIncomplete,
    OrderTooLarge,
)
from commands.command import CommandResult
from commands.orders.order_linking import Linking
from commands.registrations.registration import ACTIVE_REGISTRATION, active_key
from events.identifier import Kind, identifier, stream_of
from events.registrations.registration import RegistrationMade
from queries.orders.order_terms import circumstances
from store import EventStore
from tests.clock import Clock
from tests.commands.claims.test_claim_races import at_once
from tests.commands.order_centre import (
    APPRENTICESHIP,
    BY_PART,
    DATING,
    SEVERAL,
    SINGLE,
    OrderCentre,
)
from tests.order_examples import ANN, BEN, CAT

PRICE = Decimal("140.00")
PEOPLE = 6


@pytest.fixture
def order_centre(store: EventStore, clock: Clock) -> OrderCentre:
    order_centre = OrderCentre(store=store, now=clock)
    order_centre.open()
    order_centre.know(ANN, BEN, CAT)
    return order_centre


@pytest.fixture
def any_counter(any_store: EventStore, clock: Clock) -> OrderCentre:
    order_centre = OrderCentre(store=any_store, now=clock)
    order_centre.open()
    order_centre.know(ANN, BEN, CAT)
    return order_centre


def families(order_centre: OrderCentre) -> list[tuple[RegistrationMade, ...]]:
    """List the registrations made, each parent with those on its qualifications."""
    by_parent = groupby(order_centre.made(), key=lambda m: m.parent or m.registration)
    return [tuple(made) for _, made in by_parent]


def test_confirming_makes_a_parent_and_one_for_each_qualification(
    any_counter: OrderCentre,
) -> None:
    """O7: at one price, each with its pathway and rules, in one append."""
    order = any_counter.ready_by_part(ANN, BEN)
    assert any_counter.total(order) == 2 * PRICE
    any_counter.confirm(order, prices={APPRENTICESHIP: PRICE})
    found = families(any_counter)
    assert [[m.learner for m in family] for family in found] == [[ANN] * 3, [BEN] * 3]
    for parent, single, several in found:
        assert [m.price for m in (parent, single, several)] == [PRICE, 0, 0]
        assert [m.product for m in (single, several)] == [SINGLE, SEVERAL]
        assert [m.pathway for m in (single, several)] == ["MAIN", "SHORT"]
        assert [m.rules_version for m in (single, several)] == [1, 1]
        assert parent.parts == (single.registration, several.registration)
        assert {m.apprenticeship for m in (single, several)} == {APPRENTICESHIP}
        for made in (parent, single, several):
            key = active_key(made.learner, made.product)
            held = any_counter.store.find_reservations(ACTIVE_REGISTRATION, [key])
            assert held[key].stream == stream_of(made.registration)
    confirmed = any_counter.order(order).confirmed
    assert confirmed
    (line,) = confirmed.lines
    assert [part.qualification for part in line.parts] == [SINGLE, SEVERAL]
    shown = circumstances(
        any_counter.context, any_counter.order(order), any_counter.today
    ).offers[APPRENTICESHIP]
    assert [part.product for part in shown.parts] == [SINGLE, SEVERAL]


def test_an_approval_for_the_apprenticeship_is_needed_and_is_enough(
    order_centre: OrderCentre,
) -> None:
    """O2, O7."""
    order = order_centre.ready_by_part(ANN)
    for product in (SINGLE, SEVERAL):
        order_centre.withdraw_approval(product)
    order_centre.confirm(order)
    later = order_centre.ready_by_part(BEN)
    order_centre.withdraw_approval(APPRENTICESHIP)
    with pytest.raises(Exception, match="not approved for Apprenticeship"):
        order_centre.confirm(later)


def test_a_pathway_that_is_missing_is_in_the_way(order_centre: OrderCentre) -> None:
    """O1, O7."""
    linking = Linking(learners={ANN: BY_PART, BEN: None})
    order = order_centre.begin(linking, products=[APPRENTICESHIP], datings=[DATING])
    with pytest.raises(Exception, match=rf"\(MAIN or SHORT\) for learner {BEN}"):
        order_centre.confirm(order)
    assert order_centre.made() == []


def alone(order_centre: OrderCentre) -> str:
    return order_centre.ready(ANN)


def by_part(order_centre: OrderCentre) -> str:
    return order_centre.ready_by_part(ANN)


@pytest.mark.parametrize(
    ("first", "second", "named"),
    [(alone, by_part, SINGLE), (by_part, alone, SINGLE), (by_part, by_part, None)],
)
def test_a_learner_active_on_a_qualification_is_not_registered_on_it_again(
    order_centre: OrderCentre,
    first: Callable[[OrderCentre], str],
    second: Callable[[OrderCentre], str],
    named: str | None,
) -> None:
    """O6, O7: whether alone or with an apprenticeship, the registration is named."""
    order_centre.confirm(first(order_centre))
    before = order_centre.made()
    with pytest.raises(AlreadyRegistered) as refused:
        order_centre.confirm(second(order_centre))
    in_the_way = [m for m in before if m.product == (named or APPRENTICESHIP)]
    assert in_the_way[0].registration in str(refused.value)
    assert order_centre.made() == before


def test_one_order_cannot_register_a_learner_twice_on_a_qualification(
    order_centre: OrderCentre,
) -> None:
    """O6, O7."""
    order = order_centre.begin(
        Linking(product=SINGLE, learners={ANN: None}),
        Linking(product=APPRENTICESHIP, learners={ANN: BY_PART}),
        products=[SINGLE, APPRENTICESHIP],
        datings=[DATING],
    )
    with pytest.raises(Exception, match="twice by this order"):
        order_centre.confirm(order)
    assert order_centre.made() == []


def test_the_limit_counts_parents_and_parts(order_centre: OrderCentre) -> None:
    """O5, O7."""
    crowd = [
        identifier(Kind.LEARNER, 100 + n) for n in range(1 + MOST_REGISTRATIONS // 3)
    ]
    order_centre.know(*crowd)
    order_centre.ready_by_part(*crowd[:-1])
    with pytest.raises(OrderTooLarge):
        order_centre.ready_by_part(*crowd)


def test_orders_of_a_qualification_alone_and_of_its_apprenticeship_at_once(
    any_counter: OrderCentre,
) -> None:
    """O6, O7: one of them wins, whole; the others make nothing."""
    make = (by_part, alone) * (PEOPLE // 2)
    orders = [each(any_counter) for each in make]
    answers = at_once([partial(any_counter.confirm, order) for order in orders])
    won = [
        o for o, a in zip(orders, answers, strict=True) if isinstance(a, CommandResult)
    ]
    (family,) = families(any_counter)
    assert won == [family[0].order]
    assert len(family) == 1 + len(family[0].parts)
    for answer in answers:
        assert isinstance(answer, CommandResult | AlreadyRegistered | OrderIncomplete)


def test_an_order_of_an_apprenticeship_is_confirmed_once_by_many_at_once(
    any_counter: OrderCentre,
) -> None:
    """O5, O7."""
    order = any_counter.ready_by_part(ANN, BEN, CAT)
    answers = at_once([partial(any_counter.confirm, order)] * PEOPLE)
    assert all(isinstance(answer, CommandResult) for answer in answers)
    assert [len(family) for family in families(any_counter)] == [3, 3, 3]
