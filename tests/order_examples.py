"""An order for two products, as it looks when nothing else is said."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from aggregates.orders import order_linking
from aggregates.orders.offer import Offer
from aggregates.orders.order import Later, Order
from aggregates.orders.order_checklist import Circumstances
from aggregates.orders.order_confirming import confirm
from aggregates.orders.order_linking import PathwayChoice
from events.identifier import Kind, identifier
from events.orders.order import (
    ConfirmedLine,
    CourseDates,
    OrderBegun,
    OrderConfirmed,
    OrderCourseDatesSet,
    OrderLearnersLinked,
    OrderProductsAdded,
)

CENTRE = "48213"
ORDER = identifier(Kind.ORDER, 1)
EVERYBODY = ANN, BEN, CAT = tuple(identifier(Kind.LEARNER, n) for n in (1, 2, 3))
ONE, TWO, THREE, FOUR = (identifier(Kind.REGISTRATION, n) for n in (1, 2, 3, 4))
SINGLE, SEVERAL = "Q-0005001227", "Q-0005009999"
"""A qualification of a single pathway, and one of two: FRONT and FOOD."""

YEAR = CourseDates(starts=date(2026, 9, 1), ends=date(2027, 7, 16))
TERM = CourseDates(starts=date(2027, 1, 4), ends=date(2027, 4, 1))

OFFERS = {
    SINGLE: Offer(
        product=SINGLE,
        title="Team Leading",
        price=Decimal("98.00"),
        rules_version=1,
        pathways={"MAIN": "Diploma"},
    ),
    SEVERAL: Offer(
        product=SEVERAL,
        title="Hospitality",
        price=Decimal("120.50"),
        rules_version=2,
        pathways={"FRONT": "Front of house", "FOOD": "Food and drink"},
    ),
}
APPRENTICESHIP = "Q-0009000009"
"""It consists of both qualifications."""
WITH_PARTS = {
    **OFFERS,
    APPRENTICESHIP: Offer(
        product=APPRENTICESHIP,
        title="Apprenticeship in Hospitality",
        price=Decimal("140.00"),
        rules_version=0,
        pathways={},
        parts=tuple(replace(each, price=Decimal(0)) for each in OFFERS.values()),
    ),
}
FREELY = Circumstances(offers=OFFERS, active={})
WITHDRAWN = {**OFFERS, SINGLE: replace(OFFERS[SINGLE], why_not=("Not approved.",))}

BEGUN = OrderBegun(order=ORDER, centre=CENTRE)
FOR_BOTH = OrderProductsAdded(products=(SINGLE, SEVERAL))
FOR_SINGLE = OrderProductsAdded(products=(SINGLE,))
BOTH_ON_SINGLE = OrderLearnersLinked(product=SINGLE, learners={ANN: None, BEN: None})
ANN_ON_FRONT = OrderLearnersLinked(product=SEVERAL, learners={ANN: "FRONT"})
DATED = OrderCourseDatesSet(dates=YEAR, product=None)
READY = (BEGUN, FOR_BOTH, BOTH_ON_SINGLE, ANN_ON_FRONT, DATED)
"""Ann and Ben on one product, Ann on the other too: three registrations."""

TOTAL = Decimal("316.50")
CONFIRMED = OrderConfirmed(
    lines=(
        ConfirmedLine(
            product=SINGLE,
            price=Decimal("98.00"),
            rules_version=1,
            purchase_order=None,
            registrations={ANN: ONE, BEN: TWO},
        ),
        ConfirmedLine(
            product=SEVERAL,
            price=Decimal("120.50"),
            rules_version=2,
            purchase_order=None,
            registrations={ANN: THREE},
        ),
    ),
    total=TOTAL,
)


def link(
    order: Order,
    *learners: str,
    product: str | None = None,
    pathway: str | None = None,
    instead: bool = False,
) -> list[Later]:
    return order_linking.link(
        order,
        dict.fromkeys(learners),
        product=product,
        choice=PathwayChoice(pathway=pathway),
        offers=OFFERS,
        known=EVERYBODY,
        instead=instead,
    )


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
