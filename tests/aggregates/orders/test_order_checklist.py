"""What an order lacks, step by step, on what it is confirmed against."""

from dataclasses import replace
from decimal import Decimal

import pytest

from aggregates.errors import MOST_SAID
from aggregates.orders.order import Order
from aggregates.orders.order_checklist import Circumstances, OrderStep, steps
from aggregates.orders.order_confirming import total_of
from aggregates.orders.order_refusals import (
    MOST_REGISTRATIONS,
    AlreadyRegistered,
    StepIncomplete,
)
from aggregates.registrations.register import LearnerHasLeft
from events.event import Event
from events.orders.order import (
    OrderCourseDatesSet,
    OrderLearnersLinked,
    OrderLearnersUnlinked,
    OrderProductsAdded,
)
from tests.order_examples import (
    ANN,
    APPRENTICESHIP,
    BEGUN,
    BEN,
    BOTH_ON_SINGLE,
    CONFIRMED,
    DATED,
    FOR_BOTH,
    FOR_SINGLE,
    FOUR,
    FREELY,
    OFFERS,
    READY,
    SEVERAL,
    SINGLE,
    WITH_PARTS,
    WITHDRAWN,
    YEAR,
    confirmed,
)

given = Order.replay


def missing(
    *events: Event, found: Circumstances = FREELY
) -> dict[OrderStep, list[str]]:
    """Say what each incomplete step lacks, but for the last one."""
    shown = steps(given(events), found)
    return {
        each.step: list(each.missing)
        for each in shown
        if not each.is_complete and each.step is not OrderStep.CONFIRM
    }


def test_an_empty_order_says_what_each_step_lacks() -> None:
    """O1: the purchase order number is optional."""
    assert missing(BEGUN) == {
        OrderStep.PRODUCTS: ["Choose a product."],
        OrderStep.LEARNERS: ["Link the learners."],
        OrderStep.COURSE_DATES: ["Set the course dates."],
    }


def test_steps_are_complete_one_by_one_in_any_order() -> None:
    """O1."""
    everybody = OrderLearnersLinked(product=None, learners={ANN: None})
    assert list(missing(BEGUN, DATED)) == [OrderStep.PRODUCTS, OrderStep.LEARNERS]
    assert list(missing(BEGUN, DATED, everybody)) == [OrderStep.PRODUCTS]
    assert missing(*READY) == {}


def test_a_product_without_learners_is_named() -> None:
    """O1."""
    assert missing(BEGUN, FOR_BOTH, BOTH_ON_SINGLE, DATED) == {
        OrderStep.LEARNERS: ["Link learners to Hospitality, or remove it."]
    }


def test_a_product_of_several_pathways_needs_one_for_each_learner() -> None:
    """O1: one of a single pathway needs no choosing."""
    open_ = OrderLearnersLinked(product=SEVERAL, learners={ANN: None, BEN: None})
    sentence = "Choose a pathway of Hospitality (FRONT or FOOD) for learners {} and {}."
    assert missing(BEGUN, FOR_BOTH, BOTH_ON_SINGLE, open_, DATED) == {
        OrderStep.LEARNERS: [sentence.format(ANN, BEN)]
    }


def test_a_pathway_that_is_no_longer_offered_is_to_be_chosen_again() -> None:
    """O1."""
    front = replace(OFFERS[SEVERAL], pathways={"FOOD": "Food", "ROOMS": "Rooms"})
    found = Circumstances(offers={**OFFERS, SEVERAL: front}, active={})
    (sentence,) = missing(*READY, found=found)[OrderStep.LEARNERS]
    assert (
        sentence
        == f"Choose a pathway of Hospitality (FOOD or ROOMS) for learner {ANN}."
    )


def test_learners_without_course_dates_are_named_the_first_few_of_many() -> None:
    """O4."""
    some = [f"L-{n:010d}" for n in range(MOST_SAID + 2)]
    crowd = OrderLearnersLinked(product=SINGLE, learners=dict.fromkeys(some))
    dated = OrderCourseDatesSet(dates=YEAR, product=SINGLE, learners=(some[0],))
    (sentence,) = missing(BEGUN, FOR_SINGLE, crowd, dated)[OrderStep.COURSE_DATES]
    named = ", ".join(some[1 : MOST_SAID + 1])
    assert sentence == (
        f"Set the course dates on Team Leading for learners {named} and 1 more."
    )
    dated = replace(dated, learners=tuple(some[:2]))
    (sentence,) = missing(BEGUN, FOR_SINGLE, crowd, dated)[OrderStep.COURSE_DATES]
    named = ", ".join(some[2 : MOST_SAID + 1])
    assert sentence == (
        f"Set the course dates on Team Leading for learners {named} and {some[-1]}."
    )


def test_a_product_that_can_no_longer_be_ordered_is_in_the_way() -> None:
    """O2."""
    found = Circumstances(offers=WITHDRAWN, active={})
    assert missing(*READY, found=found) == {OrderStep.PRODUCTS: ["Not approved."]}


def test_a_product_that_is_gone_from_the_catalogue_is_in_the_way() -> None:
    """O2: and by that alone, though it has no price."""
    order = given(READY)
    found = Circumstances(offers={SEVERAL: OFFERS[SEVERAL]}, active={})
    assert missing(*READY, found=found) == {
        OrderStep.PRODUCTS: [f"{SINGLE} is not in the catalogue any more. Remove it."]
    }
    assert total_of(order, found.offers) == Decimal("120.50")
    with pytest.raises(StepIncomplete, match="not in the catalogue"):
        confirmed(order, found=found)


def test_a_learner_with_an_active_registration_is_in_the_way_and_named() -> None:
    """O6."""
    found = Circumstances(offers=OFFERS, active={(BEN, SINGLE): FOUR})
    (sentence,) = missing(*READY, found=found)[OrderStep.LEARNERS]
    assert all(name in sentence for name in (BEN, "Team Leading", FOUR))
    with pytest.raises(AlreadyRegistered, match=FOUR):
        confirmed(given(READY), found=found)


def test_a_learner_who_has_left_is_in_the_way_until_taken_out() -> None:
    """L6, O1: whoever is on a product or on the order itself, and nobody else."""
    found = replace(FREELY, left={BEN, "L-0000000099A"})
    sentence = str(LearnerHasLeft(learner=BEN))
    assert missing(*READY, found=found) == {OrderStep.LEARNERS: [sentence]}
    with pytest.raises(LearnerHasLeft, match=BEN):
        confirmed(given(READY), found=found)
    order_alone = OrderLearnersLinked(product=None, learners={BEN: None})
    assert sentence in missing(BEGUN, order_alone, found=found)[OrderStep.LEARNERS]
    gone = OrderLearnersUnlinked(product=SINGLE, learners=(BEN,))
    assert missing(*READY, gone, found=found) == {}
    assert missing(*READY, found=replace(FREELY, left={"L-0000000099A"})) == {}


def test_the_last_step_is_complete_when_the_order_is_confirmed() -> None:
    """O1, O5."""

    def last(*events: Event) -> tuple[bool, tuple[str, ...]]:
        step = steps(given(events), FREELY)[-1]
        return step.is_complete, step.missing

    assert last(BEGUN) == (False, ("Complete the other steps first.",))
    assert last(*READY) == (False, ("Check the order and confirm it.",))
    assert last(*READY, CONFIRMED) == (True, ())


FOR_APPRENTICESHIP = OrderProductsAdded(products=(APPRENTICESHIP,))
PARTLY = Circumstances(offers=WITH_PARTS, active={})


def test_an_apprenticeship_says_which_pathways_of_its_qualifications_are_missing() -> (
    None
):
    """O1, O7: one of a single pathway needs no choosing."""
    linked = OrderLearnersLinked(
        product=APPRENTICESHIP,
        learners={ANN: None, BEN: None},
        pathways={ANN: {SEVERAL: "FRONT"}},
    )
    ordered = (BEGUN, FOR_APPRENTICESHIP, linked, DATED)
    assert missing(*ordered, found=PARTLY) == {
        OrderStep.LEARNERS: [
            f"Choose a pathway of Hospitality (FRONT or FOOD) for learner {BEN}."
        ]
    }
    both = replace(linked, pathways={who: {SEVERAL: "FOOD"} for who in (ANN, BEN)})
    assert missing(*ordered, both, found=PARTLY) == {}


def test_nobody_is_ordered_a_qualification_twice_alone_and_as_a_part() -> None:
    """O6, O7: it is the learner that is named, and both products."""
    linked = OrderLearnersLinked(
        product=APPRENTICESHIP,
        learners={ANN: None},
        pathways={ANN: {SEVERAL: "FRONT"}},
    )
    for also, is_twice in ((BEN, False), (ANN, True)):
        alone = OrderLearnersLinked(product=SINGLE, learners={also: None})
        ordered = (BEGUN, FOR_APPRENTICESHIP, linked, FOR_SINGLE, alone, DATED)
        expected = (
            f"Learner {ANN} would be registered on Team Leading twice by this order:"
            " with Apprenticeship in Hospitality and with Team Leading. Unlink the"
            " learner from one of the two."
        )
        found = missing(*ordered, found=PARTLY)
        assert found == ({OrderStep.LEARNERS: [expected]} if is_twice else {})


def test_a_learner_active_on_a_part_is_in_the_way_and_the_part_is_named() -> None:
    """O6, O7."""
    linked = OrderLearnersLinked(product=APPRENTICESHIP, learners={ANN: None})
    found = replace(PARTLY, active={(ANN, SINGLE): FOUR})
    said = missing(BEGUN, FOR_APPRENTICESHIP, linked, DATED, found=found)
    assert (
        f"registration on Team Leading already: {FOUR}." in said[OrderStep.LEARNERS][-1]
    )


@pytest.mark.parametrize(
    ("number", "is_within"),
    [(MOST_REGISTRATIONS, True), (MOST_REGISTRATIONS + 1, False)],
)
def test_an_order_makes_so_many_registrations_and_no_more(
    number: int, *, is_within: bool
) -> None:
    """O5."""
    crowd = OrderLearnersLinked(
        product=SINGLE, learners=dict.fromkeys(f"L-{n:010d}" for n in range(number))
    )
    assert (missing(BEGUN, FOR_SINGLE, crowd, DATED) == {}) is is_within


def test_an_order_that_grew_with_the_catalogue_keeps_to_the_limit() -> None:
    """O5, O7: where an apprenticeship has more qualifications than it had."""
    most = MOST_REGISTRATIONS // 3
    for number, is_within in ((most, True), (most + 1, False)):
        crowd = [f"L-{n:010d}" for n in range(number)]
        linked = OrderLearnersLinked(
            product=APPRENTICESHIP,
            learners=dict.fromkeys(crowd),
            pathways={who: {SEVERAL: "FRONT"} for who in crowd},
        )
        found = missing(BEGUN, FOR_APPRENTICESHIP, linked, DATED, found=PARTLY)
        assert (found == {}) is is_within
