"""Linking learners to an order: to all of its products or to one, on pathways."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from aggregates.catalogue_refusals import PathwayUnknown
from aggregates.errors import MOST_SAID, FieldPath, Refusal
from aggregates.orders import order_linking
from aggregates.orders.order import Later, Order
from aggregates.orders.order_linking import PathwayChoice
from aggregates.orders.order_refusals import (
    MOST_REGISTRATIONS,
    LearnerNotLinked,
    LearnersRefused,
    LearnerUnknown,
    OrderTooLarge,
    PathwayNeedsProduct,
    PathwayOfApprenticeship,
    PathwaySaidTwice,
    QualificationNotOrdered,
)
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
    CAT,
    EVERYBODY,
    FOR_BOTH,
    FOR_SINGLE,
    OFFERS,
    READY,
    SEVERAL,
    SINGLE,
    TERM,
    WITH_PARTS,
    link,
)

given = Order.replay


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


@pytest.mark.parametrize("of_all", [False, True])
def test_a_pathway_may_name_its_qualification_also_where_that_is_the_product(
    *, of_all: bool
) -> None:
    """O1: before one that names none, and for each of several products its own."""
    named = PathwayChoice(pathway="MAIN", pathways={SEVERAL: "FOOD"})
    for product in (SEVERAL, None):
        events = order_linking.link(
            given([BEGUN, FOR_BOTH]),
            {ANN: None if of_all else PathwayChoice(pathways={SEVERAL: "FOOD"})},
            product=product,
            choice=PathwayChoice(pathways={SEVERAL: "FOOD"})
            if of_all
            else PathwayChoice(),
            offers=OFFERS,
            known={ANN},
        )
        assert OrderLearnersLinked(product=SEVERAL, learners={ANN: "FOOD"}) in events
    with pytest.raises(PathwayUnknown, match="NONE"):
        order_linking.link(
            given([BEGUN, FOR_BOTH]),
            {ANN: replace(named, pathways={SEVERAL: "NONE"})},
            product=SEVERAL,
            offers=OFFERS,
            known={ANN},
        )


def test_two_ways_of_one_learner_in_one_request_are_refused() -> None:
    """O1: neither goes without a word; the same twice is once."""
    front, food = PathwayChoice(pathway="FRONT"), PathwayChoice(pathway="FOOD")
    first, second = ("learners", 0), ("learners", 1)
    order_linking.require_one_pathway(
        [
            (first, SEVERAL, ANN, front),
            (second, SEVERAL, ANN, front),
            (second, None, ANN, food),
            (second, SEVERAL, BEN, food),
            (second, SEVERAL, ANN, PathwayChoice()),
        ]
    )
    with pytest.raises(PathwaySaidTwice, match=ANN) as twice:
        order_linking.require_one_pathway(
            [(first, SEVERAL, ANN, front), (second, SEVERAL, ANN, food)]
        )
    assert twice.value.path == second


def test_a_pathway_is_chosen_for_all_or_for_each() -> None:
    """O1."""
    order = given([BEGUN, FOR_BOTH])
    linked = order_linking.link(
        order,
        {ANN: None, BEN: PathwayChoice(pathway="FOOD")},
        product=SEVERAL,
        choice=PathwayChoice(pathway="FRONT"),
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
        order_linking.link(
            given([BEGUN, FOR_BOTH]),
            {ANN: PathwayChoice(pathway="NORTH"), "L-0000000009X": None},
            product=SEVERAL,
            choice=PathwayChoice(pathway="SOUTH"),
            offers=OFFERS,
            known={ANN},
        )
    assert [(type(o), o.path) for o in refused.value.others] == [
        (PathwayUnknown, ("pathway",)),
        (PathwayUnknown, ("learners", 0, "pathway")),
        (LearnerUnknown, ("learners", 1, "learner")),
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
    full = order_linking.link(
        order,
        dict.fromkeys(crowd[:-1]),
        product=SINGLE,
        offers=OFFERS,
        known=crowd,
    )
    assert order.after(full).registrations(OFFERS) == MOST_REGISTRATIONS
    with pytest.raises(OrderTooLarge, match="at most 5,000"):
        order_linking.link(
            order,
            dict.fromkeys(crowd),
            product=SINGLE,
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
    assert gone.registrations(OFFERS) == 2


@pytest.mark.parametrize("product", [None, SEVERAL])
def test_who_is_not_linked_cannot_be_unlinked(product: str | None) -> None:
    """O3."""
    with pytest.raises(LearnerNotLinked):
        given(READY).unlink(CAT, product=product)
    with pytest.raises(LearnerNotLinked):
        given(READY).unlink(BEN, product=SEVERAL)


FOR_APPRENTICESHIP = OrderProductsAdded(products=(APPRENTICESHIP,))


def link_by_way(
    order: Order,
    learners: Mapping[str, PathwayChoice | None],
    choice: PathwayChoice,
    product: str | None = APPRENTICESHIP,
) -> list[Later]:
    return order_linking.link(
        order,
        learners,
        product=product,
        choice=choice,
        offers=WITH_PARTS,
        known=EVERYBODY,
    )


def test_on_an_apprenticeship_a_pathway_is_chosen_by_qualification() -> None:
    """O7: for all or for each."""
    order = given([BEGUN, FOR_APPRENTICESHIP])
    front = PathwayChoice(pathways={SEVERAL: "FRONT"})
    food = PathwayChoice(pathways={SEVERAL: "FOOD", SINGLE: "MAIN"})
    assert link_by_way(order, {ANN: None, BEN: food}, front) == [
        OrderLearnersLinked(
            product=APPRENTICESHIP,
            learners={ANN: None, BEN: None},
            pathways={ANN: dict(front.pathways), BEN: dict(food.pathways)},
        )
    ]


def test_what_is_said_of_one_qualification_leaves_the_others_as_they_were() -> None:
    """O1, O7."""
    order = given([BEGUN, FOR_APPRENTICESHIP])
    order = order.after(link_by_way(order, {ANN: None}, PathwayChoice()))
    for said in ({SINGLE: "MAIN"}, {SEVERAL: "FRONT"}, {SEVERAL: "FOOD"}):
        order = order.after(
            link_by_way(order, {ANN: PathwayChoice(pathways=said)}, PathwayChoice())
        )
        assert link_by_way(order, {ANN: None}, PathwayChoice(pathways=said)) == []
    place = order.lines[APPRENTICESHIP].learners[ANN]
    assert place.pathways == {SINGLE: "MAIN", SEVERAL: "FOOD"}


def test_pathways_said_for_every_product_go_where_they_belong() -> None:
    """O1, O7."""
    order = given([BEGUN, FOR_SINGLE, FOR_APPRENTICESHIP])
    choice = PathwayChoice(pathway="MAIN", pathways={SEVERAL: "FRONT"})
    assert link_by_way(order, {ANN: None}, choice, product=None) == [
        OrderLearnersLinked(product=None, learners={ANN: None}),
        OrderLearnersLinked(product=SINGLE, learners={ANN: "MAIN"}),
        OrderLearnersLinked(
            product=APPRENTICESHIP,
            learners={ANN: None},
            pathways={ANN: {SEVERAL: "FRONT"}},
        ),
    ]


@pytest.mark.parametrize(
    ("choice", "refusal", "path"),
    [
        (PathwayChoice(pathway="FRONT"), PathwayOfApprenticeship, ("pathway",)),
        (
            PathwayChoice(pathways={SEVERAL: "NORTH"}),
            PathwayUnknown,
            ("pathways", SEVERAL),
        ),
        (
            PathwayChoice(pathways={"Q-0000000000": "FRONT"}),
            QualificationNotOrdered,
            ("pathways", "Q-0000000000"),
        ),
    ],
)
def test_a_pathway_that_the_apprenticeship_does_not_have_is_refused(
    choice: PathwayChoice, refusal: type[Refusal], path: FieldPath
) -> None:
    """O7: where it was said, for all or for one."""
    order = given([BEGUN, FOR_APPRENTICESHIP])
    no_place: FieldPath = ()
    for learners, of_all, at in (
        ({ANN: None}, choice, no_place),
        ({ANN: choice}, PathwayChoice(), ("learners", 0)),
    ):
        with pytest.raises(refusal) as refused:
            link_by_way(order, learners, of_all)
        assert refused.value.path == (*at, *path)


def test_the_limit_counts_the_registrations_on_every_qualification() -> None:
    """O5, O7: three for each learner."""
    order = given([BEGUN, FOR_APPRENTICESHIP])
    crowd = [f"L-{n:010d}" for n in range(MOST_REGISTRATIONS // 3 + 1)]
    offers = dict(WITH_PARTS)

    def ask(number: int) -> list[Later]:
        return order_linking.link(
            order,
            dict.fromkeys(crowd[:number]),
            product=APPRENTICESHIP,
            offers=offers,
            known=crowd,
        )

    most = MOST_REGISTRATIONS // 3
    assert order.after(ask(most)).registrations(offers) == 3 * most
    with pytest.raises(OrderTooLarge, match=f"be {3 * most + 3:,}. Make 2 orders"):
        ask(most + 1)
    assert str(OrderTooLarge.of(15_000)).startswith(
        "An order makes at most 5,000 registrations; this would be 15,000. Make 3"
        " orders of it. To divide a group, name its learners"
    )
