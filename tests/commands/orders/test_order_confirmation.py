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
from commands.orders.order_confirmation import ConfirmOrder
from commands.orders.order_linking import Linking
from commands.registrations.registration import ACTIVE_REGISTRATION, active_key
from events.identifier import Kind, identifier, new_identifier, stream_of
from events.orders.order import OrderConfirmed
from events.registrations.registration import AwardClaimed, RegistrationMade
from queries.orders.order_terms import circumstances
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
def order_centre(store: EventStore, clock: Clock) -> OrderCentre:
    order_centre = OrderCentre(store=store, now=clock)
    order_centre.open()
    order_centre.know(ANN, BEN)
    return order_centre


@pytest.fixture
def any_counter(any_store: EventStore, clock: Clock) -> OrderCentre:
    order_centre = OrderCentre(store=any_store, now=clock)
    order_centre.open()
    return order_centre


def offered(order_centre: OrderCentre, **changed: Any) -> OrderCentre:
    """Change what the catalogue says of the product."""
    (rules,) = CATALOGUE.versions(SINGLE)
    changed_rules = replace(rules, **changed)
    versions = {SEVERAL: CATALOGUE.versions(SEVERAL), SINGLE: (changed_rules,)}
    return replace(order_centre, catalogue=Catalogue(all_versions=versions))


def meanwhile(
    order_centre: OrderCentre, act: Callable[[], object], command: ConfirmOrder
) -> None:
    """Do something after the command has read the facts, and before it records any."""
    waiting = [act]

    def new_identifiers(kind: Kind) -> str:
        while waiting:
            waiting.pop()()
        return new_identifier(kind)

    context = CommandContext(
        store=order_centre.store,
        catalogue=order_centre.catalogue,
        new_identifier=new_identifiers,
    )
    handle(command, context)


def confirmation(order_centre: OrderCentre, order: str, total: Decimal) -> ConfirmOrder:
    return ConfirmOrder(
        by=ADMINISTRATOR, at=order_centre.now(), order=order, total=total
    )


def holder(order_centre: OrderCentre, learner: str) -> object:
    key = active_key(learner, SINGLE)
    held = order_centre.store.find_reservations(ACTIVE_REGISTRATION, [key])
    return held[key].stream if key in held else None


def test_confirming_makes_one_registration_per_learner_and_product(
    order_centre: OrderCentre,
) -> None:
    """O5, O6: in one append, each holding the learner's place on the product."""
    order = order_centre.begin(
        Linking(product=SINGLE, learners={ANN: None, BEN: None}),
        Linking(product=SEVERAL, learners={ANN: PathwayChoice(pathway="SHORT")}),
        products=[SINGLE, SEVERAL],
        datings=[DATING],
        number="PO-1",
    )
    order_centre.confirm(order)
    made = order_centre.made()
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
    confirmed = order_centre.store.open(stream_of(order)).events[-1]
    assert isinstance(confirmed, OrderConfirmed)
    assert confirmed.total == 3 * PRICE
    assert holder(order_centre, BEN) == stream_of(made[1].registration)


def test_an_order_is_confirmed_once_however_often_it_is_sent(
    order_centre: OrderCentre,
) -> None:
    """O5."""
    order = order_centre.ready(ANN, BEN)
    assert order_centre.confirm(order).position
    assert order_centre.confirm(order).position is None
    assert order_centre.confirm(order, total=Decimal(1), by=COLLEAGUE).position is None
    assert len(order_centre.made()) == 2


def test_a_request_under_one_key_takes_effect_once(order_centre: OrderCentre) -> None:
    """O5."""
    once = Once(scope="request:admin.riverside", key="1", digest="same")
    by = replace(ADMINISTRATOR, once=once)
    order, other = order_centre.ready(ANN), order_centre.ready(BEN)
    order_centre.confirm(order, by=by)
    with pytest.raises(AlreadyDone) as done:
        order_centre.confirm(other, by=by)
    assert done.value.held.stream == stream_of(order)
    assert len(order_centre.made()) == 1


def test_an_incomplete_order_says_all_that_it_lacks(order_centre: OrderCentre) -> None:
    """O1, O5: and nothing is recorded."""
    order = order_centre.begin(Linking(learners={ANN: None}), products=[SEVERAL])
    before = order_centre.store.head()
    with pytest.raises(OrderIncomplete) as refused:
        order_centre.confirm(order)
    assert [other.path for other in refused.value.others] == [
        ("learners",),
        ("course-dates",),
    ]
    assert order_centre.store.head() == before


def test_an_approval_withdrawn_since_is_in_the_way(order_centre: OrderCentre) -> None:
    """O2."""
    order = order_centre.ready(ANN)
    order_centre.withdraw_approval(SINGLE)
    with pytest.raises(StepIncomplete, match="not approved"):
        order_centre.confirm(order)


def test_an_approval_withdrawn_at_the_same_moment_is_in_the_way(
    order_centre: OrderCentre,
) -> None:
    """O2: what was read and not written is looked at too."""
    order = order_centre.ready(ANN)
    with pytest.raises(StepIncomplete, match="not approved"):
        meanwhile(
            order_centre,
            lambda: order_centre.withdraw_approval(SINGLE),
            confirmation(order_centre, order, PRICE),
        )
    assert order_centre.made() == []


def test_a_price_changed_since_is_refused_and_the_new_one_shown(
    order_centre: OrderCentre,
) -> None:
    """O5."""
    order = order_centre.ready(ANN, BEN)
    dearer = offered(order_centre, price=Decimal("99.50"))
    with pytest.raises(TotalHasChanged, match=r"£199\.00 now, not £196\.00"):
        dearer.confirm(order, total=Decimal("196.00"))
    with pytest.raises(PriceHasChanged, match=r"£99\.50 now, not £98\.00"):
        dearer.confirm(order, prices={SINGLE: PRICE})
    dearer.confirm(order, prices={SINGLE: Decimal("99.50")})
    assert {made.price for made in order_centre.made()} == {Decimal("99.50")}


def test_a_learner_linked_at_the_same_moment_changes_the_total_seen(
    order_centre: OrderCentre,
) -> None:
    """O5: nobody pays for a learner whom they did not see."""
    order = order_centre.ready(ANN)
    with pytest.raises(TotalHasChanged, match=r"£196\.00 now"):
        meanwhile(
            order_centre,
            lambda: order_centre.link(
                order, Linking(learners={BEN: None}), by=COLLEAGUE
            ),
            confirmation(order_centre, order, PRICE),
        )
    assert order_centre.made() == []


def test_the_rules_of_the_day_are_recorded(order_centre: OrderCentre) -> None:
    """O1."""
    order = order_centre.ready(ANN)
    offered(order_centre, version=2).confirm(order)
    (made,) = order_centre.made()
    assert made.rules_version == 2


def test_a_learner_cannot_have_two_active_registrations_on_one_product(
    order_centre: OrderCentre,
) -> None:
    """O6: the learner and the registration are named; nobody else is registered."""
    first, second = order_centre.ready(ANN), order_centre.ready(ANN, BEN)
    order_centre.confirm(first)
    (made,) = order_centre.made()
    with pytest.raises(AlreadyRegistered, match=made.registration) as refused:
        order_centre.confirm(second)
    assert ANN in str(refused.value)
    assert order_centre.made() == [made]
    shown = circumstances(
        order_centre.context, order_centre.order(second), order_centre.today
    )
    assert shown.active == {(ANN, SINGLE): made.registration}


def test_a_completed_registration_leaves_room_for_another(
    order_centre: OrderCentre,
) -> None:
    """O6."""
    order_centre.confirm(order_centre.ready(ANN))
    (made,) = order_centre.made()
    stream = order_centre.store.open(stream_of(made.registration))
    done: AwardClaimed = award_claimed()
    place = Reservation(scope=ACTIVE_REGISTRATION, key=active_key(ANN, SINGLE))
    order_centre.store.append(stream.change([done], release=[place]), by=ADMINISTRATOR)
    order_centre.confirm(order_centre.ready(ANN))
    assert len(order_centre.made()) == 2


def test_a_registration_whose_number_is_taken_gets_another(
    order_centre: OrderCentre,
) -> None:
    order_centre.confirm(order_centre.ready(ANN))
    (taken,) = order_centre.made()
    drawn = [taken.registration, identifier(Kind.REGISTRATION, 77)]
    context = CommandContext(
        store=order_centre.store,
        catalogue=order_centre.catalogue,
        new_identifier=lambda _: drawn.pop(0),
    )
    handle(confirmation(order_centre, order_centre.ready(BEN), PRICE), context)
    assert [m.registration for m in order_centre.made()] == [
        taken.registration,
        identifier(Kind.REGISTRATION, 77),
    ]


def test_a_confirmed_order_is_shown_by_the_rules_that_it_was_confirmed_under(
    order_centre: OrderCentre,
) -> None:
    """O5: also when they are not in the catalogue any more."""
    order = order_centre.ready(ANN)
    order_centre.confirm(order)
    shown = circumstances(
        order_centre.context, order_centre.order(order), order_centre.today
    )
    assert shown.title(SINGLE) == OTHER_RULES.title
    assert not shown.offers[SINGLE].why_not
    later = offered(order_centre, version=2)
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
