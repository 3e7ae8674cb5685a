"""What an order comes to, and confirming it, on what it is confirmed against."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from aggregates.orders.offer import Offer
from aggregates.orders.order import Order
from aggregates.orders.order_checklist import Circumstances
from aggregates.orders.order_confirming import confirm, registrations_made, total_of
from aggregates.orders.order_refusals import (
    OrderIncomplete,
    PriceHasChanged,
    TotalHasChanged,
)
from events.orders.order import (
    OrderCourseDatesSet,
    OrderLearnersLinked,
    OrderProductsAdded,
    OrderPurchaseOrderNumberGiven,
)
from events.registrations.registration import RegistrationMade
from tests.order_examples import (
    ANN,
    APPRENTICESHIP,
    BEGUN,
    BEN,
    BOTH_ON_SINGLE,
    CENTRE,
    CONFIRMED,
    DATED,
    FOR_BOTH,
    FOUR,
    OFFERS,
    ONE,
    ORDER,
    READY,
    SEVERAL,
    SINGLE,
    TERM,
    THREE,
    TOTAL,
    TWO,
    WITH_PARTS,
    WITHDRAWN,
    YEAR,
    confirmed,
)

given = Order.replay
A_PENNY = Decimal("0.01")


def dearer(product: str) -> dict[str, Offer]:
    price = OFFERS[product].price + A_PENNY
    return {**OFFERS, product: replace(OFFERS[product], price=price)}


def test_the_total_is_the_cost_of_each_registration_added_up() -> None:
    """O1."""
    assert total_of(given([BEGUN]), OFFERS) == Decimal("0.00")
    assert total_of(given(READY), OFFERS) == 2 * Decimal("98.00") + Decimal("120.50")


def test_a_confirmed_order_costs_what_it_was_confirmed_at() -> None:
    """O5."""
    order = given([*READY, CONFIRMED])
    assert total_of(order, dearer(SINGLE)) == TOTAL


def test_confirming_makes_a_registration_of_each_learner_on_each_product() -> None:
    """O5: as the order says, under the rules of the day."""
    numbers = (
        OrderPurchaseOrderNumberGiven(number="PO-1", product=None),
        OrderPurchaseOrderNumberGiven(number="PO-2", product=SEVERAL),
    )
    own = OrderCourseDatesSet(dates=TERM, product=SINGLE, learners=(BEN,))
    order = given([*READY, *numbers, own])
    (event,) = confirmed(order)
    assert event.total == TOTAL
    made = list(registrations_made(order, event, OFFERS))
    ann = RegistrationMade(
        registration=ONE,
        learner=ANN,
        centre=CENTRE,
        product=SINGLE,
        pathway="MAIN",
        rules_version=1,
        order=ORDER,
        price=Decimal("98.00"),
        purchase_order="PO-1",
        course_starts=YEAR.starts,
        course_ends=YEAR.ends,
    )
    assert made == [
        ann,
        replace(
            ann,
            registration=TWO,
            learner=BEN,
            course_starts=TERM.starts,
            course_ends=TERM.ends,
        ),
        replace(
            ann,
            registration=THREE,
            product=SEVERAL,
            pathway="FRONT",
            rules_version=2,
            price=Decimal("120.50"),
            purchase_order="PO-2",
        ),
    ]


def test_an_order_is_confirmed_once_however_often_it_is_asked() -> None:
    """O5."""
    order = given(READY)
    assert confirmed(order) == [CONFIRMED]
    assert confirmed(order.after([CONFIRMED])) == []
    assert confirmed(order.after([CONFIRMED]), total=Decimal(1)) == []


def test_all_that_stands_in_the_way_is_said_at_once() -> None:
    """O5: each with the step that it belongs to."""
    found = Circumstances(offers=WITHDRAWN, active={(BEN, SINGLE): FOUR})
    order = given([BEGUN, FOR_BOTH, BOTH_ON_SINGLE])
    with pytest.raises(OrderIncomplete) as refused:
        confirmed(order, found=found)
    assert [other.path for other in refused.value.others] == [
        ("products",),
        ("learners",),
        ("learners",),
        ("course-dates",),
        ("total",),
    ]
    assert str(refused.value).startswith("Not approved. Link learners to Hospitality")


@pytest.mark.parametrize("change", [-A_PENNY, A_PENNY])
def test_a_total_that_has_changed_is_refused_and_shown(change: Decimal) -> None:
    """O5."""
    with pytest.raises(TotalHasChanged, match=r"£316\.50 now.*2 at £98\.00"):
        confirmed(given(READY), total=TOTAL + change)


def test_a_price_that_has_changed_is_refused_and_shown() -> None:
    """O5."""
    prices = {product: offer.price for product, offer in OFFERS.items()}
    order, found = given(READY), Circumstances(offers=dearer(SEVERAL), active={})
    with pytest.raises(PriceHasChanged, match=r"£120\.51 now, not £120\.50") as refused:
        confirmed(order, found=found, total=TOTAL + A_PENNY, prices=prices)
    assert refused.value.path == ("prices", SEVERAL)
    with pytest.raises(OrderIncomplete) as both:
        confirmed(order, found=found, prices=prices)
    assert [type(o) for o in both.value.others] == [PriceHasChanged, TotalHasChanged]
    assert confirmed(order, prices=prices) == [CONFIRMED]


def test_registrations_are_never_made_without_course_dates() -> None:
    """O4."""
    with pytest.raises(ValueError, match="no course dates"):
        list(registrations_made(given(READY[:-1]), CONFIRMED, OFFERS))


PENCE = st.integers(min_value=0, max_value=10_000_000).map(lambda p: Decimal(p) / 100)


@supposing(single=PENCE, several=PENCE, learners=st.integers(1, 40))
def test_what_is_charged_is_what_was_seen_to_the_penny(
    single: Decimal, several: Decimal, learners: int
) -> None:
    """O5."""
    crowd: dict[str, str | None] = {f"L-{n:010d}": None for n in range(learners)}
    linked = OrderLearnersLinked(product=SINGLE, learners=crowd)
    one = OrderLearnersLinked(product=SEVERAL, learners={ANN: "FOOD"})
    order = given([BEGUN, FOR_BOTH, linked, one, DATED])
    found = Circumstances(
        offers={
            SINGLE: replace(OFFERS[SINGLE], price=single),
            SEVERAL: replace(OFFERS[SEVERAL], price=several),
        },
        active={},
    )
    total = total_of(order, found.offers)
    new_identifiers = [f"R-{n:010d}" for n in range(learners + 1)]
    (event,) = confirm(
        order, found, total=total, prices={}, registrations=new_identifiers
    )
    made = list(registrations_made(order, event, found.offers))
    assert sum(registration.price for registration in made) == event.total == total
    assert [registration.registration for registration in made] == new_identifiers


def test_an_apprenticeship_makes_a_parent_and_one_for_each_qualification() -> None:
    """O7: at its own price, each by its own rules and on its own pathway."""
    found = Circumstances(offers=WITH_PARTS, active={})
    ordered = OrderProductsAdded(products=(APPRENTICESHIP,))
    linked = OrderLearnersLinked(
        product=APPRENTICESHIP,
        learners={ANN: None},
        pathways={ANN: {SEVERAL: "FRONT"}},
    )
    number = OrderPurchaseOrderNumberGiven(number="PO-1", product=APPRENTICESHIP)
    order = given([BEGUN, ordered, linked, DATED, number])
    (event,) = confirmed(order, found=found, total=Decimal("140.00"))
    parent, *parts = registrations_made(order, event, WITH_PARTS)
    assert (parent.product, parent.price) == (APPRENTICESHIP, Decimal("140.00"))
    assert (parent.parent, parent.parts, parent.pathway) == (None, (TWO, THREE), None)
    part = replace(
        parent,
        parent=ONE,
        apprenticeship=APPRENTICESHIP,
        price=Decimal("0.00"),
        parts=(),
    )
    single = replace(part, registration=TWO, product=SINGLE, pathway="MAIN")
    several = replace(part, registration=THREE, product=SEVERAL, pathway="FRONT")
    assert parts == [
        replace(single, rules_version=1),
        replace(several, rules_version=2),
    ]
    after = order.after([event])
    assert after.registrations({}) == order.registrations(WITH_PARTS) == 3
    assert total_of(after, {}) == Decimal("140.00")
