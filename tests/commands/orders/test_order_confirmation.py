"""Confirming orders: registrations made once, at the price seen, or a refusal."""

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from aggregates.orders.order_linking import PathwayChoice
from aggregates.orders.order_refusals import (
    AlreadyRegistered,
    OrderIncomplete,
    PriceHasChanged,
    StepIncomplete,
    TotalHasChanged,
)
from catalogue import Catalogue
from commands.command import CommandContext, handle
from commands.orders.order_confirmation import ConfirmOrder, circumstances
from commands.orders.order_linking import Linking
from commands.registrations.registration import ACTIVE_REGISTRATION, active_key
from events.identifier import Kind, identifier, new_identifier, stream_of
from events.orders.order import OrderConfirmed
from events.registrations.registration import AwardClaimed, RegistrationMade
from store import AlreadyDone, EventStore, Once, Reservation
from tests.claim_examples import OTHER_RULES, award_claimed
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR, COLLEAGUE
from tests.commands.order_centre import CATALOGUE, DATING, SEVERAL, SINGLE, OrderCentre
from tests.order_examples import ANN, BEN, CENTRE, YEAR

MANY = 1_000
SECONDS = 5.0
PRICE = Decimal("98.00")


@pytest.fixture
def counter(store: EventStore, clock: Clock) -> OrderCentre:
    counter = OrderCentre(store=store, now=clock)
    counter.open()
    counter.know(ANN, BEN)
    return counter


@pytest.fixture
def any_counter(any_store: EventStore, clock: Clock) -> OrderCentre:
    counter = OrderCentre(store=any_store, now=clock)
    counter.open()
    return counter


def offered(counter: OrderCentre, **changed: Any) -> OrderCentre:
    """Change what the catalogue says of the product."""
    (rules,) = CATALOGUE.versions(SINGLE)
    changed_rules = replace(rules, **changed)
    versions = {SEVERAL: CATALOGUE.versions(SEVERAL), SINGLE: (changed_rules,)}
    return replace(counter, catalogue=Catalogue(all_versions=versions))


def meanwhile(
    counter: OrderCentre, act: Callable[[], object], command: ConfirmOrder
) -> None:
    """Do something after the command has read the facts, and before it records any."""
    waiting = [act]

    def drawn(kind: Kind) -> str:
        while waiting:
            waiting.pop()()
        return new_identifier(kind)

    context = CommandContext(
        store=counter.store, catalogue=counter.catalogue, new_identifier=drawn
    )
    handle(command, context)


def confirmation(counter: OrderCentre, order: str, total: Decimal) -> ConfirmOrder:
    return ConfirmOrder(by=ADMINISTRATOR, at=counter.now(), order=order, total=total)


def holder(counter: OrderCentre, learner: str) -> object:
    key = active_key(learner, SINGLE)
    held = counter.store.find_reservations(ACTIVE_REGISTRATION, [key])
    return held[key].stream if key in held else None


def test_confirming_makes_one_registration_per_learner_and_product(
    counter: OrderCentre,
) -> None:
    """O5, O6: in one append, each holding the learner's place on the product."""
    order = counter.begin(
        Linking(product=SINGLE, learners={ANN: None, BEN: None}),
        Linking(product=SEVERAL, learners={ANN: PathwayChoice(pathway="SHORT")}),
        products=[SINGLE, SEVERAL],
        datings=[DATING],
        number="PO-1",
    )
    counter.confirm(order)
    made = counter.made()
    assert [(m.learner, m.product, m.pathway) for m in made] == [
        (ANN, SINGLE, "MAIN"),
        (BEN, SINGLE, "MAIN"),
        (ANN, SEVERAL, "SHORT"),
    ]
    assert {(m.order, m.centre, m.rules_version) for m in made} == {(order, CENTRE, 1)}
    assert {(m.price, m.purchase_order) for m in made} == {(PRICE, "PO-1")}
    assert {(m.course_starts, m.course_ends) for m in made} == {
        (YEAR.starts, YEAR.ends)
    }
    confirmed = counter.store.open(stream_of(order)).events[-1]
    assert isinstance(confirmed, OrderConfirmed)
    assert confirmed.total == 3 * PRICE
    assert holder(counter, BEN) == stream_of(made[1].registration)


def test_an_order_is_confirmed_once_however_often_it_is_sent(
    counter: OrderCentre,
) -> None:
    """O5."""
    order = counter.ready(ANN, BEN)
    assert counter.confirm(order).position
    assert counter.confirm(order).position is None
    assert counter.confirm(order, total=Decimal(1), by=COLLEAGUE).position is None
    assert len(counter.made()) == 2


def test_a_request_under_one_key_takes_effect_once(counter: OrderCentre) -> None:
    """O5."""
    once = Once(scope="request:admin.riverside", key="1", digest="same")
    by = replace(ADMINISTRATOR, once=once)
    order, other = counter.ready(ANN), counter.ready(BEN)
    counter.confirm(order, by=by)
    with pytest.raises(AlreadyDone) as done:
        counter.confirm(other, by=by)
    assert done.value.held.stream == stream_of(order)
    assert len(counter.made()) == 1


def test_an_incomplete_order_says_all_that_it_lacks(counter: OrderCentre) -> None:
    """O1, O5: and nothing is recorded."""
    order = counter.begin(Linking(learners={ANN: None}), products=[SEVERAL])
    before = counter.store.head()
    with pytest.raises(OrderIncomplete) as refused:
        counter.confirm(order)
    assert [other.pointer for other in refused.value.others] == [
        "/learners",
        "/course-dates",
    ]
    assert counter.store.head() == before


def test_an_approval_withdrawn_since_is_in_the_way(counter: OrderCentre) -> None:
    """O2."""
    order = counter.ready(ANN)
    counter.withdraw_approval(SINGLE)
    with pytest.raises(StepIncomplete, match="not approved"):
        counter.confirm(order)


def test_an_approval_withdrawn_at_the_same_moment_is_in_the_way(
    counter: OrderCentre,
) -> None:
    """O2: what was read and not written is looked at too."""
    order = counter.ready(ANN)
    with pytest.raises(StepIncomplete, match="not approved"):
        meanwhile(
            counter,
            lambda: counter.withdraw_approval(SINGLE),
            confirmation(counter, order, PRICE),
        )
    assert counter.made() == []


def test_a_price_changed_since_is_refused_and_the_new_one_shown(
    counter: OrderCentre,
) -> None:
    """O5."""
    order = counter.ready(ANN, BEN)
    dearer = offered(counter, price=Decimal("99.50"))
    with pytest.raises(TotalHasChanged, match=r"£199\.00 now, not £196\.00"):
        dearer.confirm(order, total=Decimal("196.00"))
    with pytest.raises(PriceHasChanged, match=r"£99\.50 now, not £98\.00"):
        dearer.confirm(order, prices={SINGLE: PRICE})
    dearer.confirm(order, prices={SINGLE: Decimal("99.50")})
    assert {made.price for made in counter.made()} == {Decimal("99.50")}


def test_a_learner_linked_at_the_same_moment_changes_the_total_seen(
    counter: OrderCentre,
) -> None:
    """O5: nobody pays for a learner whom they did not see."""
    order = counter.ready(ANN)
    with pytest.raises(TotalHasChanged, match=r"£196\.00 now"):
        meanwhile(
            counter,
            lambda: counter.link(order, Linking(learners={BEN: None}), by=COLLEAGUE),
            confirmation(counter, order, PRICE),
        )
    assert counter.made() == []


def test_the_rules_of_the_day_are_recorded(counter: OrderCentre) -> None:
    """O1."""
    order = counter.ready(ANN)
    offered(counter, version=2).confirm(order)
    (made,) = counter.made()
    assert made.rules_version == 2


def test_a_learner_cannot_have_two_active_registrations_on_one_product(
    counter: OrderCentre,
) -> None:
    """O6: the learner and the registration are named; nobody else is registered."""
    first, second = counter.ready(ANN), counter.ready(ANN, BEN)
    counter.confirm(first)
    (made,) = counter.made()
    with pytest.raises(AlreadyRegistered, match=made.registration) as refused:
        counter.confirm(second)
    assert ANN in str(refused.value)
    assert counter.made() == [made]
    shown = circumstances(counter.context, counter.order(second), counter.today)
    assert shown.active == {(ANN, SINGLE): made.registration}


def test_a_completed_registration_leaves_room_for_another(counter: OrderCentre) -> None:
    """O6."""
    counter.confirm(counter.ready(ANN))
    (made,) = counter.made()
    stream = counter.store.open(stream_of(made.registration))
    done: AwardClaimed = award_claimed()
    place = Reservation(scope=ACTIVE_REGISTRATION, key=active_key(ANN, SINGLE))
    counter.store.append(stream.change([done], release=[place]), by=ADMINISTRATOR)
    counter.confirm(counter.ready(ANN))
    assert len(counter.made()) == 2


def test_a_registration_whose_number_is_taken_gets_another(
    counter: OrderCentre,
) -> None:
    counter.confirm(counter.ready(ANN))
    (taken,) = counter.made()
    drawn = [taken.registration, identifier(Kind.REGISTRATION, 77)]
    context = CommandContext(
        store=counter.store,
        catalogue=counter.catalogue,
        new_identifier=lambda _: drawn.pop(0),
    )
    handle(confirmation(counter, counter.ready(BEN), PRICE), context)
    assert [m.registration for m in counter.made()] == [
        taken.registration,
        identifier(Kind.REGISTRATION, 77),
    ]


def test_a_confirmed_order_is_shown_by_the_rules_that_it_was_confirmed_under(
    counter: OrderCentre,
) -> None:
    """O5: also when they are not in the catalogue any more."""
    order = counter.ready(ANN)
    counter.confirm(order)
    shown = circumstances(counter.context, counter.order(order), counter.today)
    assert shown.title(SINGLE) == OTHER_RULES.title
    assert not shown.offers[SINGLE].why_not
    later = offered(counter, version=2)
    gone = circumstances(later.context, later.order(order), later.today)
    assert (gone.offers, gone.title(SINGLE)) == ({}, SINGLE)


def test_an_order_of_a_thousand_learners_is_confirmed_in_seconds(
    any_counter: OrderCentre,
) -> None:
    """O5."""
    learners = [identifier(Kind.LEARNER, number) for number in range(MANY)]
    any_counter.know(*learners)
    order = any_counter.ready(*learners)
    began = time.process_time()
    any_counter.confirm(order, total=MANY * PRICE)
    took = time.process_time() - began
    made = any_counter.made()
    assert [m.learner for m in made] == learners
    assert all(isinstance(m, RegistrationMade) for m in made)
    assert took < SECONDS
