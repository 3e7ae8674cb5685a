"""Putting an order together: given these events, when this is asked, then that."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeAlias

import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from aggregates.errors import Refusal
from aggregates.order import Later, Order
from aggregates.order_refusals import (
    LONGEST_NUMBER,
    MOST_REGISTRATIONS,
    MOST_SAID,
    EndsBeforeStart,
    LearnerNotLinked,
    LearnersRefused,
    LearnerUnknown,
    NumberTooLong,
    OrderIsConfirmed,
    OrderTooLarge,
    PathwayNeedsProduct,
    PathwayUnknown,
    ProductNotOffered,
    ProductNotOnOrder,
    ProductsRefused,
    ProductUnknown,
)
from events.event import Event
from events.order import (
    CourseDates,
    OrderCourseDatesSet,
    OrderDeleted,
    OrderLearnersLinked,
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
)

given = Order.replay
EVERYBODY = (ANN, BEN, CAT)
UNKNOWN = "Q-0000000000"
Step: TypeAlias = Callable[[Order], list[Later]]


def link(
    order: Order,
    *learners: str,
    product: str | None = None,
    pathway: str | None = None,
    instead: bool = False,
) -> list[Later]:
    return order.link(
        dict.fromkeys(learners),
        product=product,
        pathway=pathway,
        offers=OFFERS,
        known=EVERYBODY,
        instead=instead,
    )


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
    assert [(type(o), o.pointer) for o in refused.value.others] == [
        (ProductUnknown, "/products/0"),
        (ProductNotOffered, "/products/2"),
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


# Linking learners


def test_learners_are_linked_to_a_product() -> None:
    """O3."""
    linked = link(given([BEGUN, FOR_BOTH]), ANN, BEN, product=SINGLE)
    assert linked == [BOTH_ON_SINGLE]


def test_learners_linked_to_the_order_are_linked_to_every_product() -> None:
    """O3."""
    assert link(given([BEGUN, FOR_SINGLE]), ANN) == [
        OrderLearnersLinked(product=None, learners={ANN: None}),
        OrderLearnersLinked(product=SINGLE, learners={ANN: None}),
    ]


def test_learners_may_be_linked_before_a_product_is_chosen() -> None:
    """O1: products chosen later are for them too."""
    linked = link(given([BEGUN]), ANN, BEN)
    order = given([BEGUN, *linked])
    assert order.choose_products([SINGLE], offers=OFFERS) == [
        FOR_SINGLE,
        BOTH_ON_SINGLE,
    ]


def test_a_pathway_is_chosen_for_all_or_for_each() -> None:
    """O1."""
    order = given([BEGUN, FOR_BOTH])
    linked = order.link(
        {ANN: None, BEN: "FOOD"},
        product=SEVERAL,
        pathway="FRONT",
        offers=OFFERS,
        known=EVERYBODY,
    )
    pathways: dict[str, str | None] = {ANN: "FRONT", BEN: "FOOD"}
    assert linked == [OrderLearnersLinked(product=SEVERAL, learners=pathways)]


def test_a_learner_linked_again_keeps_the_pathway_unless_another_is_said() -> None:
    """O1, O3."""
    order = given(READY)
    assert link(order, ANN, product=SEVERAL) == []
    assert link(order, ANN, product=SEVERAL, pathway="FRONT") == []
    food = OrderLearnersLinked(product=SEVERAL, learners={ANN: "FOOD"})
    assert link(order, ANN, product=SEVERAL, pathway="FOOD") == [food]


def test_a_learner_who_changes_pathway_keeps_their_dates() -> None:
    """O1, O4."""
    own = OrderCourseDatesSet(dates=TERM, product=SEVERAL, learners=(ANN,))
    food = OrderLearnersLinked(product=SEVERAL, learners={ANN: "FOOD"})
    assert given([*READY, own, food]).dates_of(SEVERAL, ANN) == TERM


def test_linking_instead_unlinks_everybody_else() -> None:
    """O3."""
    order = given([BEGUN, FOR_SINGLE, BOTH_ON_SINGLE])
    assert link(order, BEN, CAT, product=SINGLE, instead=True) == [
        OrderLearnersUnlinked(product=SINGLE, learners=(ANN,)),
        OrderLearnersLinked(product=SINGLE, learners={CAT: None}),
    ]


def test_a_learner_of_nobody_knows_where_and_an_unknown_pathway_are_refused() -> None:
    """O1, O3: all at once, each where it was said."""
    with pytest.raises(LearnersRefused) as refused:
        given([BEGUN, FOR_BOTH]).link(
            {ANN: "NORTH", "L-0000000009X": None},
            product=SEVERAL,
            pathway="SOUTH",
            offers=OFFERS,
            known={ANN},
        )
    assert [(type(o), o.pointer) for o in refused.value.others] == [
        (PathwayUnknown, "/pathway"),
        (PathwayUnknown, "/learners/0/pathway"),
        (LearnerUnknown, "/learners/1/learner"),
    ]
    assert "Hospitality has no pathway SOUTH. Choose from FRONT, FOOD." in str(
        refused.value
    )


def test_of_many_refusals_the_first_few_are_said_and_all_are_listed() -> None:
    """O3."""
    strangers = [f"L-{n:010d}" for n in range(MOST_SAID + 2)]
    with pytest.raises(LearnersRefused, match=r"And 2 more\.$") as refused:
        link(given([BEGUN]), *strangers)
    assert len(refused.value.others) == len(strangers)


def test_a_pathway_is_that_of_a_product() -> None:
    """O1: nothing that was said is lost in silence."""
    with pytest.raises(PathwayNeedsProduct):
        link(given([BEGUN]), ANN, pathway="MAIN")


def test_an_order_may_be_as_large_as_the_limit_and_no_larger() -> None:
    """O5."""
    order = given([BEGUN, FOR_SINGLE])
    crowd = [f"L-{n:010d}" for n in range(MOST_REGISTRATIONS + 1)]
    full = order.link(
        dict.fromkeys(crowd[:-1]),
        product=SINGLE,
        pathway=None,
        offers=OFFERS,
        known=crowd,
    )
    assert order.after(full).places == MOST_REGISTRATIONS
    with pytest.raises(OrderTooLarge, match="at most 5,000"):
        order.link(
            dict.fromkeys(crowd),
            product=SINGLE,
            pathway=None,
            offers=OFFERS,
            known=crowd,
        )


def test_choosing_another_product_keeps_to_the_limit_too() -> None:
    """O5."""
    crowd: dict[str, str | None] = {
        f"L-{n:010d}": None for n in range(MOST_REGISTRATIONS // 2 + 1)
    }
    events: list[Later] = [
        OrderLearnersLinked(product=None, learners=crowd),
        FOR_SINGLE,
        OrderLearnersLinked(product=SINGLE, learners=crowd),
    ]
    with pytest.raises(OrderTooLarge):
        given([BEGUN, *events]).choose_products([SINGLE, SEVERAL], offers=OFFERS)


def test_a_learner_is_unlinked_from_one_product_or_from_the_order() -> None:
    """O3."""
    order = given([BEGUN, FOR_BOTH, *link(given([BEGUN, FOR_BOTH]), ANN, BEN)])
    (one,) = order.unlink(ANN, product=SINGLE)
    assert one == OrderLearnersUnlinked(product=SINGLE, learners=(ANN,))
    assert list(order.after([one]).lines[SEVERAL].learners) == [ANN, BEN]
    gone = order.after(order.unlink(ANN, product=None))
    assert gone.everybody == (BEN,)
    assert gone.places == 2


@pytest.mark.parametrize("product", [None, SEVERAL])
def test_who_is_not_linked_cannot_be_unlinked(product: str | None) -> None:
    """O3."""
    with pytest.raises(LearnerNotLinked):
        given(READY).unlink(CAT, product=product)
    with pytest.raises(LearnerNotLinked):
        given(READY).unlink(BEN, product=SEVERAL)


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
    assert taken.places == 4


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
