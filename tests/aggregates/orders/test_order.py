"""Putting an order together: given these events, when this is asked, then that."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeAlias

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from aggregates.catalogue_refusals import ProductUnknown
from aggregates.errors import Refusal
from aggregates.orders.order import Later, Order
from aggregates.orders.order_line import FARTHEST, LONGEST_COURSE
from aggregates.orders.order_refusals import (
    LONGEST_NUMBER,
    DatesUnlikely,
    EndsBeforeStart,
    LearnerNotLinked,
    NumberTooLong,
    OrderIsConfirmed,
    ProductNotOffered,
    ProductNotOnOrder,
    ProductsRefused,
)
from events.event import Event
from events.orders.order import (
    CourseDates,
    OrderCourseDatesSet,
    OrderDeleted,
    OrderLearnersUnlinked,
    OrderProductsAdded,
    OrderProductsRemoved,
    OrderPurchaseOrderNumberGiven,
)
from tests.order_examples import (
    ANN,
    ANN_ON_FRONT,
    BEGUN,
    BEN,
    BOTH_ON_SINGLE,
    CAT,
    CONFIRMED,
    DATED,
    EVERYBODY,
    FOR_BOTH,
    FOR_SINGLE,
    OFFERS,
    ORDER,
    READY,
    SEVERAL,
    SINGLE,
    TERM,
    WITHDRAWN,
    YEAR,
    link,
)

given = Order.replay
UNKNOWN = "Q-0000000000"
Step: TypeAlias = Callable[[Order], list[Later]]


def number_of(order: Order, product: str) -> str | None:
    return order.number_of(product)


# Choosing products


def test_products_are_chosen_from_what_is_offered() -> None:
    """O2."""
    order = given([BEGUN])
    assert order.choose_products([SINGLE, SEVERAL], offers=OFFERS) == [FOR_BOTH]
    assert order.choose_products([SINGLE, SINGLE], offers=OFFERS) == [FOR_SINGLE]


def test_choosing_what_is_chosen_changes_nothing() -> None:
    """O1."""
    order = given([BEGUN, FOR_BOTH])
    assert order.choose_products([SEVERAL, SINGLE], offers=OFFERS) == []


def test_a_product_left_out_is_removed_with_all_that_was_said_of_it() -> None:
    """O1."""
    order = given(READY)
    removed = order.choose_products([SEVERAL], offers=OFFERS)
    assert removed == [OrderProductsRemoved(products=(SINGLE,))]
    assert list(order.after(removed).lines) == [SEVERAL]


def test_products_not_offered_or_unknown_are_refused_all_at_once() -> None:
    """O2: each with its reason, and where it stands in the list."""
    with pytest.raises(ProductsRefused) as refused:
        given([BEGUN]).choose_products([UNKNOWN, SEVERAL, SINGLE], offers=WITHDRAWN)
    assert [(type(o), o.path) for o in refused.value.others] == [
        (ProductUnknown, ("products", 0)),
        (ProductNotOffered, ("products", 2)),
    ]
    assert "Not approved." in str(refused.value)


def test_a_single_product_that_is_refused_is_the_refusal() -> None:
    """O2."""
    with pytest.raises(ProductNotOffered, match=r"Not approved\."):
        given([BEGUN]).choose_products([SINGLE], offers=WITHDRAWN)


def test_a_product_chosen_before_stays_though_it_is_no_longer_offered() -> None:
    """O2."""
    order = given([BEGUN, FOR_SINGLE])
    assert order.choose_products([SINGLE, SEVERAL], offers=WITHDRAWN) == [
        OrderProductsAdded(products=(SEVERAL,))
    ]


# Course dates


def test_a_course_may_end_on_the_day_it_starts_and_no_earlier() -> None:
    """O4."""
    order, day = given(READY), date(2026, 9, 1)
    same = CourseDates(starts=day, ends=day)
    assert order.set_dates(same, product=None, learners=()) == [
        OrderCourseDatesSet(dates=same, product=None)
    ]
    turned = CourseDates(starts=day, ends=day - timedelta(days=1))
    with pytest.raises(EndsBeforeStart, match="31 August 2026"):
        order.set_dates(turned, product=None, learners=())


TODAY = date(2026, 11, 24)
A_DAY = timedelta(days=1)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_course_that_starts_far_from_today_is_asked_about(side: int) -> None:
    """O4: both sides of five years; who says that it is right has it so."""
    order, edge = given(READY), TODAY.replace(year=TODAY.year + side * FARTHEST)
    at_edge = CourseDates(starts=edge, ends=edge)
    assert order.set_dates(at_edge, product=None, learners=(), today=TODAY)
    beyond = CourseDates(starts=edge + side * A_DAY, ends=edge + side * A_DAY)
    with pytest.raises(DatesUnlikely, match="more than 5 years from today") as no:
        order.set_dates(beyond, product=None, learners=(), today=TODAY)
    assert "confirm_unlikely: true" in str(no.value)
    assert no.value.path == ("starts",)
    assert order.set_dates(beyond, product=None, learners=(), today=None)


def test_a_course_of_more_than_ten_years_is_asked_about() -> None:
    """O4: a century off is a slip."""
    order = given(READY)
    end = TODAY.replace(year=TODAY.year + LONGEST_COURSE)
    longest = CourseDates(starts=TODAY, ends=end)
    assert order.set_dates(longest, product=None, learners=(), today=TODAY)
    longer = CourseDates(starts=TODAY, ends=end + A_DAY)
    with pytest.raises(DatesUnlikely, match="more than 10 years") as no:
        order.set_dates(longer, product=None, learners=(), today=TODAY)
    assert no.value.path == ("ends",)


@supposing(starts=st.dates(), ends=st.dates())
def test_a_course_ends_on_or_after_its_start(starts: date, ends: date) -> None:
    """O4."""
    dates = CourseDates(starts=starts, ends=ends)
    try:
        events = given([BEGUN]).set_dates(dates, product=None, learners=())
    except EndsBeforeStart:
        assert ends < starts
    else:
        assert starts <= ends
        assert events == [OrderCourseDatesSet(dates=dates, product=None)]


def test_one_pair_is_set_for_all_now_and_later() -> None:
    """O4."""
    later = [DATED, FOR_BOTH, BOTH_ON_SINGLE]
    assert given([BEGUN, *later]).dates_of(SINGLE, ANN) == YEAR


def test_dates_are_set_for_a_product_or_for_learners_and_the_nearest_stand() -> None:
    """O4."""
    order = given(READY)
    for_line = order.set_dates(TERM, product=SINGLE, learners=())
    assert for_line == [OrderCourseDatesSet(dates=TERM, product=SINGLE)]
    after = order.after(for_line)
    assert (after.dates_of(SINGLE, BEN), after.dates_of(SEVERAL, ANN)) == (TERM, YEAR)
    for_ann = after.set_dates(YEAR, product=SINGLE, learners=[ANN])
    own = after.after(for_ann)
    assert (own.dates_of(SINGLE, ANN), own.dates_of(SINGLE, BEN)) == (YEAR, TERM)


def test_dates_for_all_take_the_place_of_dates_for_some() -> None:
    """O4."""
    order = given(READY)
    for_some = order.set_dates(TERM, product=None, learners=[ANN])
    assert [
        (e.product, e.learners) for e in for_some if isinstance(e, type(DATED))
    ] == [
        (SINGLE, (ANN,)),
        (SEVERAL, (ANN,)),
    ]
    after = order.after(for_some)
    assert after.set_dates(YEAR, product=None, learners=()) == [DATED]
    again = after.after([DATED])
    assert {again.dates_of(p, ANN) for p in (SINGLE, SEVERAL)} == {YEAR}


def test_setting_the_dates_that_are_set_changes_nothing() -> None:
    """O4."""
    order = given(READY)
    assert order.set_dates(YEAR, product=None, learners=()) == []
    for_ann = order.set_dates(TERM, product=SINGLE, learners=[ANN])
    after = order.after(for_ann)
    assert after.set_dates(TERM, product=SINGLE, learners=[ANN]) == []
    by_line = order.after(order.set_dates(TERM, product=SINGLE, learners=()))
    assert by_line.set_dates(TERM, product=SINGLE, learners=()) == []
    assert by_line.set_dates(YEAR, product=None, learners=()) == [DATED]


def test_dates_are_set_for_linked_learners_alone() -> None:
    """O4."""
    for product in (None, SEVERAL):
        with pytest.raises(LearnerNotLinked):
            given(READY).set_dates(TERM, product=product, learners=[CAT])


# Purchase order numbers


def test_a_purchase_order_number_is_the_orders_or_the_products_own() -> None:
    """O1."""
    order = given(READY)
    assert number_of(order, SINGLE) is None
    for_all = order.give_number(" PO-1\u00a0", product=None)
    assert for_all == [OrderPurchaseOrderNumberGiven(number="PO-1", product=None)]
    order = order.after(for_all)
    order = order.after(order.give_number("PO-2", product=SINGLE))
    assert (number_of(order, SINGLE), number_of(order, SEVERAL)) == ("PO-2", "PO-1")
    order = order.after(order.give_number("", product=SINGLE))
    assert number_of(order, SINGLE) == "PO-1"
    assert order.give_number("PO-1", product=None) == []
    assert order.give_number(None, product=SINGLE) == []


def test_a_purchase_order_number_has_at_most_fifty_characters() -> None:
    """O1."""
    order = given([BEGUN])
    assert order.give_number("9" * LONGEST_NUMBER, product=None)
    with pytest.raises(NumberTooLong):
        order.give_number("9" * (LONGEST_NUMBER + 1), product=None)


# All of it


def test_a_product_must_be_on_the_order_for_anything_to_be_said_of_it() -> None:
    """O1."""
    order = given([BEGUN, FOR_SINGLE])
    asked: Sequence[Step] = (
        lambda o: link(o, ANN, product=SEVERAL),
        lambda o: o.unlink(ANN, product=SEVERAL),
        lambda o: o.set_dates(YEAR, product=SEVERAL, learners=()),
        lambda o: o.give_number("PO-1", product=SEVERAL),
    )
    for step in asked:
        with pytest.raises(ProductNotOnOrder):
            step(order)


def test_a_confirmed_order_stays_as_it_is() -> None:
    """O5."""
    order = given([*READY, CONFIRMED])
    asked: Sequence[Step] = (
        lambda o: o.choose_products([SINGLE], offers=OFFERS),
        lambda o: link(o, CAT),
        lambda o: o.unlink(ANN, product=None),
        lambda o: o.set_dates(TERM, product=None, learners=()),
        lambda o: o.give_number("PO-1", product=None),
        lambda o: o.delete(),
    )
    for step in asked:
        with pytest.raises(OrderIsConfirmed, match=ORDER):
            step(order)


def test_a_draft_can_be_thrown_away() -> None:
    """O1."""
    assert given(READY).delete() == [OrderDeleted()]
    assert given([*READY, OrderDeleted()]).is_deleted


STEPS: Sequence[Step] = (
    lambda o: o.choose_products([SINGLE, SEVERAL], offers=OFFERS),
    lambda o: link(o, ANN, BEN),
    lambda o: o.set_dates(YEAR, product=None, learners=()),
    lambda o: o.give_number("PO-1", product=None),
)


@supposing(st.permutations(STEPS))
def test_the_steps_may_be_taken_in_any_order(steps: Sequence[Step]) -> None:
    """O1: what comes of them is the same."""
    taken, expected = given([BEGUN]), given([BEGUN])
    for step, in_turn in zip(steps, STEPS, strict=True):
        taken = taken.after(step(taken))
        expected = expected.after(in_turn(expected))
    assert taken == expected
    assert taken.registrations(OFFERS) == 4


ACTS = st.one_of(
    st.builds(
        lambda chosen: lambda o: o.choose_products(chosen, offers=OFFERS),
        st.lists(st.sampled_from([SINGLE, SEVERAL])),
    ),
    st.builds(
        lambda who, what, instead: (
            lambda o: link(o, *who, product=what, instead=instead)
        ),
        st.lists(st.sampled_from(EVERYBODY)),
        st.sampled_from([None, SINGLE, SEVERAL]),
        st.booleans(),
    ),
    st.builds(
        lambda who, what: lambda o: o.unlink(who, product=what),
        st.sampled_from(EVERYBODY),
        st.sampled_from([None, SINGLE, SEVERAL]),
    ),
    st.builds(
        lambda dates, who, what: (
            lambda o: o.set_dates(dates, product=what, learners=who)
        ),
        st.sampled_from([YEAR, TERM]),
        st.lists(st.sampled_from(EVERYBODY), max_size=2),
        st.sampled_from([None, SINGLE, SEVERAL]),
    ),
)


@supposing(st.lists(ACTS, max_size=12))
def test_whatever_was_done_asking_for_it_again_changes_nothing(
    acts: list[Step],
) -> None:
    """O1: and what is recorded, replayed, is what was decided on."""
    order = given([BEGUN])
    history: list[Event] = [BEGUN]
    for act in acts:
        try:
            events = act(order)
        except Refusal:
            continue
        order = order.after(events)
        history += events
        try:
            assert act(order) == []
        except LearnerNotLinked:
            assert isinstance(events[-1], OrderLearnersUnlinked)
        assert all(
            order.dates is None or order.dates_of(product, learner)
            for product, line in order.lines.items()
            for learner in line.learners
        )
    assert given(history) == order


def test_two_products_in_another_turn_are_the_same_order() -> None:
    """O1."""
    first = given([BEGUN, FOR_BOTH, BOTH_ON_SINGLE, ANN_ON_FRONT])
    second = given([BEGUN, FOR_BOTH, ANN_ON_FRONT, BOTH_ON_SINGLE])
    assert first == second
