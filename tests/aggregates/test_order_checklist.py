"""What an order lacks, and confirming it, on what it is confirmed against."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from aggregates.offer import Offer
from aggregates.order import Order
from aggregates.order_checklist import (
    Circumstances,
    Step,
    confirm,
    registrations_made,
    steps,
    total_of,
)
from aggregates.order_refusals import (
    MOST_SAID,
    AlreadyRegistered,
    OrderIncomplete,
    PriceHasChanged,
    StepIncomplete,
    TotalHasChanged,
)
from events.event import Event
from events.order import (
    OrderConfirmed,
    OrderCourseDatesSet,
    OrderLearnersLinked,
    OrderPurchaseOrderNumberGiven,
)
from events.registration import RegistrationMade
from tests.order_examples import (
    ANN,
    BEGUN,
    BEN,
    BOTH_ON_SINGLE,
    CENTRE,
    CONFIRMED,
    DATED,
    FOR_BOTH,
    FOR_SINGLE,
    FOUR,
    FREELY,
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
    WITHDRAWN,
    YEAR,
)

given = Order.replay
A_PENNY = Decimal("0.01")


def missing(*events: Event, found: Circumstances = FREELY) -> dict[Step, list[str]]:
    """Say what each incomplete step lacks, but for the last one."""
    shown = steps(given(events), found)
    return {
        each.step: list(each.missing)
        for each in shown
        if not each.is_complete and each.step is not Step.CONFIRM
    }


def confirmed(
    order: Order,
    *,
    found: Circumstances = FREELY,
    total: Decimal = TOTAL,
    prices: Mapping[str, Decimal] | None = None,
) -> list[OrderConfirmed]:
    return confirm(
        order,
        found,
        total=total,
        prices=prices or {},
        registrations=(ONE, TWO, THREE, FOUR),
    )


def dearer(product: str) -> dict[str, Offer]:
    price = OFFERS[product].price + A_PENNY
    return {**OFFERS, product: replace(OFFERS[product], price=price)}


def test_an_empty_order_says_what_each_step_lacks() -> None:
    """O1: the purchase order number is optional."""
    assert missing(BEGUN) == {
        Step.PRODUCTS: ["Choose a product."],
        Step.LEARNERS: ["Link the learners."],
        Step.COURSE_DATES: ["Set the course dates."],
    }


def test_steps_are_complete_one_by_one_in_any_order() -> None:
    """O1."""
    everybody = OrderLearnersLinked(product=None, learners={ANN: None})
    assert list(missing(BEGUN, DATED)) == [Step.PRODUCTS, Step.LEARNERS]
    assert list(missing(BEGUN, DATED, everybody)) == [Step.PRODUCTS]
    assert missing(*READY) == {}


def test_a_product_without_learners_is_named() -> None:
    """O1."""
    assert missing(BEGUN, FOR_BOTH, BOTH_ON_SINGLE, DATED) == {
        Step.LEARNERS: ["Link learners to Hospitality, or remove it."]
    }


def test_a_product_of_several_pathways_needs_one_for_each_learner() -> None:
    """O1: one of a single pathway needs no choosing."""
    open_ = OrderLearnersLinked(product=SEVERAL, learners={ANN: None, BEN: None})
    sentence = "Choose a pathway of Hospitality (FRONT, FOOD) for learners {} and {}."
    assert missing(BEGUN, FOR_BOTH, BOTH_ON_SINGLE, open_, DATED) == {
        Step.LEARNERS: [sentence.format(ANN, BEN)]
    }


def test_a_pathway_that_is_no_longer_offered_is_to_be_chosen_again() -> None:
    """O1."""
    front = replace(OFFERS[SEVERAL], pathways={"FOOD": "Food", "ROOMS": "Rooms"})
    found = Circumstances(offers={**OFFERS, SEVERAL: front}, active={})
    (sentence,) = missing(*READY, found=found)[Step.LEARNERS]
    assert (
        sentence == f"Choose a pathway of Hospitality (FOOD, ROOMS) for learner {ANN}."
    )


def test_learners_without_course_dates_are_named_the_first_few_of_many() -> None:
    """O4."""
    some = [f"L-{n:010d}" for n in range(MOST_SAID + 2)]
    crowd = OrderLearnersLinked(product=SINGLE, learners=dict.fromkeys(some))
    dated = OrderCourseDatesSet(dates=YEAR, product=SINGLE, learners=(some[0],))
    (sentence,) = missing(BEGUN, FOR_SINGLE, crowd, dated)[Step.COURSE_DATES]
    named = ", ".join(some[1 : MOST_SAID + 1])
    assert sentence == (
        f"Set the course dates on Team Leading for learners {named} and 1 more."
    )


def test_a_product_that_can_no_longer_be_ordered_is_in_the_way() -> None:
    """O2."""
    found = Circumstances(offers=WITHDRAWN, active={})
    assert missing(*READY, found=found) == {Step.PRODUCTS: ["Not approved."]}


def test_a_product_that_is_gone_from_the_catalogue_is_in_the_way() -> None:
    """O2: and by that alone, though it has no price."""
    order = given(READY)
    found = Circumstances(offers={SEVERAL: OFFERS[SEVERAL]}, active={})
    assert missing(*READY, found=found) == {
        Step.PRODUCTS: [f"{SINGLE} is not in the catalogue any more. Remove it."]
    }
    assert total_of(order, found.offers) == Decimal("120.50")
    with pytest.raises(StepIncomplete, match="not in the catalogue"):
        confirmed(order, found=found)


def test_a_learner_with_an_active_registration_is_in_the_way_and_named() -> None:
    """O6."""
    found = Circumstances(offers=OFFERS, active={(BEN, SINGLE): FOUR})
    (sentence,) = missing(*READY, found=found)[Step.LEARNERS]
    assert all(name in sentence for name in (BEN, "Team Leading", FOUR))
    with pytest.raises(AlreadyRegistered, match=FOUR):
        confirmed(given(READY), found=found)


def test_the_last_step_is_complete_when_the_order_is_confirmed() -> None:
    """O1, O5."""

    def last(*events: Event) -> tuple[bool, tuple[str, ...]]:
        step = steps(given(events), FREELY)[-1]
        return step.is_complete, step.missing

    assert last(BEGUN) == (False, ("Complete the other steps first.",))
    assert last(*READY) == (False, ("Check the order and confirm it.",))
    assert last(*READY, CONFIRMED) == (True, ())


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
    assert [other.pointer for other in refused.value.others] == [
        "/products",
        "/learners",
        "/learners",
        "/course-dates",
        "/total",
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
    assert refused.value.pointer == f"/prices/{SEVERAL}"
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
    drawn = [f"R-{n:010d}" for n in range(learners + 1)]
    (event,) = confirm(order, found, total=total, prices={}, registrations=drawn)
    made = list(registrations_made(order, event, found.offers))
    assert sum(registration.price for registration in made) == event.total == total
    assert [registration.registration for registration in made] == drawn
