"""Putting orders together: what is recorded, and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from aggregates.catalogue_refusals import ProductUnknown
from aggregates.errors import FieldPath, Malformed, NotFound, Refusal
from aggregates.learners.learner import DetailsAreWrong, LooksLikeAnother, UlnIsHeld
from aggregates.orders.order_line import OrderLineLearner
from aggregates.orders.order_linking import PathwayChoice
from aggregates.orders.order_refusals import (
    EndsBeforeStart,
    GroupHasNoLearners,
    LearnersRefused,
    LearnerUnknown,
    NumberTooLong,
    ProductNotOffered,
)
from commands.command import Command, CommandContext, handle
from commands.orders.order import (
    ChooseOrderProducts,
    Dating,
    DeleteOrder,
    GivePurchaseOrderNumber,
    LinkOrderLearners,
    Newcomer,
    SetCourseDates,
    UnlinkOrderLearner,
)
from commands.orders.order_linking import Linking
from events.identifier import Kind, identifier, new_identifier, stream_of
from events.learners.learner import LearnerCreated
from events.orders.order import CourseDates, OrderBegun, OrderLearnersLinked
from repositories.repository import Stale
from store import EventStore
from tests.clock import Clock
from tests.commands.claim_centre import ADMINISTRATOR, COLLEAGUE, STRANGER
from tests.commands.order_centre import DATING, SEVERAL, SINGLE, OrderCentre
from tests.learner_examples import OTHER_ULN, ULN, cells
from tests.order_examples import ANN, BEN, CAT, CENTRE, TERM, YEAR

GROUP = identifier(Kind.GROUP, 7)
SPECIALIST = replace(ADMINISTRATOR, role="Account Specialist", centre=None)


@pytest.fixture
def order_centre(store: EventStore, clock: Clock) -> OrderCentre:
    """Open a centre that knows Ann and Ben; Cat is another's."""
    order_centre = OrderCentre(store=store, now=clock)
    order_centre.open()
    order_centre.know(ANN, BEN)
    order_centre.know(CAT, centre="50107")
    return order_centre


def newcomer(*, is_different: bool = False, alike: str = "", **told: str) -> Newcomer:
    return Newcomer(
        cells=cells(**told),
        alike=lambda _, filters: {one: [alike] for one in filters if alike},
        is_different_person=is_different,
    )


def join(
    order_centre: OrderCentre,
    order: str,
    newcomer: Newcomer,
    product: str | None = None,
) -> LinkOrderLearners:
    return LinkOrderLearners(
        by=ADMINISTRATOR,
        at=order_centre.now(),
        order=order,
        linking=Linking(product=product),
        newcomer=newcomer,
    )


def test_an_order_is_begun_empty_and_belongs_to_the_centre(
    order_centre: OrderCentre,
) -> None:
    """O1."""
    name = order_centre.begin()
    stream = order_centre.store.open(stream_of(name))
    assert stream.events == (OrderBegun(order=name, centre=CENTRE),)
    assert stream.owner == CENTRE


def test_an_order_is_begun_whole_in_one_go(order_centre: OrderCentre) -> None:
    """O1: it is a draft still."""
    some = Dating(dates=TERM, product=SEVERAL, learners=(ANN,))
    name = order_centre.begin(
        Linking(product=SINGLE, learners={ANN: None, BEN: None}),
        Linking(product=SEVERAL, learners={ANN: PathwayChoice(pathway="SHORT")}),
        products=[SINGLE, SEVERAL],
        datings=[DATING, some],
        number="PO-1",
    )
    order = order_centre.order(name)
    assert order.confirmed is None
    assert order.purchase_order == "PO-1"
    assert order.lines[SINGLE].learners == {
        ANN: OrderLineLearner(),
        BEN: OrderLineLearner(),
    }
    assert order.lines[SEVERAL].learners == {
        ANN: OrderLineLearner(pathway="SHORT", dates=TERM)
    }
    assert order.dates_of(SINGLE, BEN) == YEAR


@pytest.mark.parametrize(
    ("begin", "kind", "path"),
    [
        (
            lambda c: c.begin(products=[SINGLE, "Q-0"]),
            ProductUnknown,
            ("products", 1),
        ),
        (
            lambda c: c.begin(Linking(), Linking(learners={ANN: None, CAT: None})),
            LearnerUnknown,
            ("learners", 1, "learners", 1, "learner"),
        ),
        (
            lambda c: c.begin(
                datings=[
                    DATING,
                    Dating(
                        dates=CourseDates(
                            starts=date(2026, 9, 1), ends=date(2026, 8, 31)
                        )
                    ),
                ]
            ),
            EndsBeforeStart,
            ("dates", 1, "ends"),
        ),
        (lambda c: c.begin(number="9" * 51), NumberTooLong, ("purchase_order_number",)),
    ],
)
def test_what_is_wrong_with_a_whole_order_is_pointed_at(
    order_centre: OrderCentre,
    begin: Callable[[OrderCentre], object],
    kind: type[Refusal],
    path: FieldPath,
) -> None:
    """O1: and nothing is recorded."""
    before = order_centre.store.head()
    with pytest.raises(kind) as refused:
        begin(order_centre)
    assert refused.value.path == path
    assert order_centre.store.head() == before


def test_only_products_that_the_centre_is_approved_for_can_be_chosen(
    order_centre: OrderCentre,
) -> None:
    """O2."""
    order_centre.withdraw_approval(SINGLE)
    with pytest.raises(ProductNotOffered, match="not approved"):
        order_centre.begin(products=[SINGLE])
    assert order_centre.begin(products=[SEVERAL])
    with pytest.raises(ProductNotOffered, match="not approved"):
        order_centre.begin(products=[SEVERAL], by=STRANGER)


def test_the_last_day_of_registration_ends_at_midnight_in_london(
    order_centre: OrderCentre, clock: Clock
) -> None:
    """O2: 31 August 2030 ends at 23:00 in UTC."""
    clock.now = datetime(2030, 8, 31, 22, 59, tzinfo=UTC)
    assert order_centre.begin(products=[SINGLE])
    clock.now = datetime(2030, 8, 31, 23, 0, tzinfo=UTC)
    with pytest.raises(ProductNotOffered, match="closed on 31 August 2030"):
        order_centre.begin(products=[SINGLE])


def test_products_are_chosen_after_the_learners_were_linked(
    order_centre: OrderCentre,
) -> None:
    """O1."""
    order = order_centre.begin(Linking(learners={ANN: None, BEN: None}))
    order_centre.send(
        ChooseOrderProducts(
            by=ADMINISTRATOR, at=order_centre.now(), order=order, products=(SINGLE,)
        )
    )
    assert list(order_centre.order(order).lines[SINGLE].learners) == [ANN, BEN]


def test_a_group_is_linked_with_the_learners_it_has(order_centre: OrderCentre) -> None:
    """O3, U10: who is named besides is linked once."""
    order_centre.group(GROUP, ANN, BEN)
    order = order_centre.begin(products=[SEVERAL])
    linking = Linking(
        product=SEVERAL,
        learners={BEN: PathwayChoice(pathway="SHORT")},
        groups=(GROUP,),
        choice=PathwayChoice(pathway="MAIN"),
    )
    order_centre.link(order, linking)
    pathways = {
        w: p.pathway
        for w, p in order_centre.order(order).lines[SEVERAL].learners.items()
    }
    assert pathways == {ANN: "MAIN", BEN: "SHORT"}


def test_a_group_without_learners_cannot_be_linked(order_centre: OrderCentre) -> None:
    """O3."""
    order_centre.group(GROUP)
    with pytest.raises(GroupHasNoLearners, match=GROUP):
        order_centre.begin(Linking(groups=(GROUP,)))


def test_another_centres_group_is_not_found(order_centre: OrderCentre) -> None:
    """O3."""
    order_centre.group(GROUP, CAT, centre="50107")
    for group in (GROUP, "G-0000000000", ANN):
        with pytest.raises(NotFound):
            order_centre.begin(Linking(groups=(group,)))


def test_another_centres_learner_is_as_unknown_as_nobody(
    order_centre: OrderCentre,
) -> None:
    """O3: each is named."""
    order = order_centre.begin()
    strangers = dict.fromkeys([ANN, CAT, "L-0000000000A", "nonsense", order])
    with pytest.raises(LearnersRefused) as refused:
        order_centre.link(order, Linking(learners=strangers))
    assert [other.path for other in refused.value.others] == [
        ("learners", index, "learner") for index in (1, 2, 3, 4)
    ]


def test_a_learner_is_created_in_the_step_and_linked_at_once(
    order_centre: OrderCentre,
) -> None:
    """O3, L1."""
    order = order_centre.begin(products=[SINGLE])
    done = order_centre.send(join(order_centre, order, newcomer(), product=SINGLE))
    linked = order_centre.store.open(stream_of(order)).history[-1]
    assert linked.event == OrderLearnersLinked(
        product=SINGLE, learners={done.created_id: None}
    )
    learner = order_centre.store.open(stream_of(done.created_id))
    assert isinstance(learner.events[0], LearnerCreated)
    assert learner.owner == CENTRE
    assert done.position == learner.history[-1].position


def test_a_new_learners_faults_are_said_all_at_once_and_nothing_is_recorded(
    order_centre: OrderCentre,
) -> None:
    """O3, L1."""
    order = order_centre.begin()
    before = order_centre.store.head()
    wrong = newcomer(date_of_birth="31/2/2006", family_name="")
    with pytest.raises(DetailsAreWrong) as refused:
        order_centre.send(join(order_centre, order, wrong))
    assert {other.path for other in refused.value.others} == {
        ("new_learner", "family_name"),
        ("new_learner", "date_of_birth"),
    }
    with pytest.raises(LooksLikeAnother) as alike:
        order_centre.send(join(order_centre, order, newcomer(alike=ANN)))
    assert alike.value.path == ("new_learner", "confirm_different_person")
    assert order_centre.store.head() == before
    assert order_centre.send(
        join(order_centre, order, newcomer(alike=ANN, is_different=True))
    )


def test_a_uln_taken_at_the_same_moment_names_who_has_it(
    order_centre: OrderCentre,
) -> None:
    """O3, U6."""
    order = order_centre.begin()
    waiting = [join(order_centre, order, newcomer(uln=ULN, given_name="Zoë"))]

    def new_identifiers(kind: Kind) -> str:
        while waiting:  # somebody else is quicker, just before this one is recorded
            order_centre.send(waiting.pop())
        return new_identifier(kind)

    context = CommandContext(
        store=order_centre.store,
        catalogue=order_centre.catalogue,
        new_identifier=new_identifiers,
    )
    with pytest.raises(UlnIsHeld) as refused:
        handle(join(order_centre, order, newcomer(uln=ULN)), context)
    assert refused.value.path == ("new_learner", "uln")
    assert handle(
        join(order_centre, order, newcomer(uln=OTHER_ULN)), context
    ).created_id


def test_a_learner_is_unlinked_and_dates_and_numbers_are_given(
    order_centre: OrderCentre,
) -> None:
    """O1, O3, O4."""
    order = order_centre.ready(ANN, BEN)
    at = order_centre.now()
    commands: list[Command] = [
        UnlinkOrderLearner(by=COLLEAGUE, at=at, order=order, learner=BEN),
        SetCourseDates(
            by=COLLEAGUE,
            at=at,
            order=order,
            datings=(Dating(dates=TERM, product=SINGLE),),
        ),
        GivePurchaseOrderNumber(
            by=COLLEAGUE, at=at, order=order, number="PO-9", product=SINGLE
        ),
    ]
    for command in commands:
        assert order_centre.send(command).position
    found = order_centre.order(order)
    assert found.everybody == (ANN,)
    assert (found.dates_of(SINGLE, ANN), found.number_of(SINGLE)) == (TERM, "PO-9")
    for command in commands[1:]:
        assert order_centre.send(command).position is None


def test_a_later_fault_among_dates_is_pointed_at(order_centre: OrderCentre) -> None:
    """O4."""
    order = order_centre.ready(ANN)
    stranger = Dating(dates=TERM, product=SINGLE, learners=(CAT,))
    command = SetCourseDates(
        by=ADMINISTRATOR, at=order_centre.now(), order=order, datings=(DATING, stranger)
    )
    with pytest.raises(Malformed) as refused:
        order_centre.send(command)
    assert refused.value.path == ("dates", 1, "learners")


def test_an_order_deleted_is_not_found_any_more(order_centre: OrderCentre) -> None:
    """O1."""
    order = order_centre.ready(ANN)
    order_centre.send(DeleteOrder(by=ADMINISTRATOR, at=order_centre.now(), order=order))
    with pytest.raises(NotFound, match=order):
        order_centre.order(order)


def test_another_centres_order_is_not_found(order_centre: OrderCentre) -> None:
    order = order_centre.ready(ANN)
    for name, by in ((order, STRANGER), ("O-0000000000", ADMINISTRATOR)):
        with pytest.raises(NotFound):
            order_centre.order(name, by=by)
    assert order_centre.order(order, by=SPECIALIST).centre == CENTRE


def test_who_looked_at_an_older_version_is_told_who_changed_what(
    order_centre: OrderCentre,
) -> None:
    order = order_centre.begin(products=[SINGLE])
    version = order_centre.store.open(stream_of(order)).version
    order_centre.link(order, Linking(learners={ANN: None}), by=COLLEAGUE)
    with pytest.raises(Stale) as stale:
        order_centre.send(
            DeleteOrder(
                by=ADMINISTRATOR, at=order_centre.now(), order=order, expect=version
            )
        )
    assert {each.user for each in stale.value.between} == {COLLEAGUE.user}


def test_the_cost_is_known_throughout(order_centre: OrderCentre) -> None:
    """O1."""
    order = order_centre.begin(products=[SINGLE])
    assert order_centre.total(order) == Decimal("0.00")
    order_centre.link(order, Linking(learners={ANN: None, BEN: None}))
    assert order_centre.total(order) == 2 * Decimal("98.00")
