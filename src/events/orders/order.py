"""Orders of registrations: drafted, then confirmed once or deleted."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from events.event import Event


@dataclass(frozen=True, kw_only=True)
class CourseDates:
    """The first and the last day of a learner's course."""

    starts: date
    ends: date


@dataclass(frozen=True, kw_only=True)
class ConfirmedPart:
    """A qualification of an ordered apprenticeship; ``registrations`` are by learner."""

    qualification: str
    rules_version: int
    registrations: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ConfirmedLine:
    """A product as it was ordered; ``registrations`` are by learner.

    ``price`` is in pounds for each learner. An apprenticeship has ``parts``, which are
    included in its price.
    """

    product: str
    price: Decimal
    rules_version: int
    purchase_order: str | None
    registrations: dict[str, str]
    parts: tuple[ConfirmedPart, ...] = ()


class OrderBegun(Event, topic="order.begun"):
    """A centre began to put an order together."""

    order: str
    centre: str


class OrderProductsAdded(Event, topic="order.products-added"):
    """Products were added to the order."""

    products: tuple[str, ...]


class OrderProductsRemoved(Event, topic="order.products-removed"):
    """Products were removed from the order, with all that was given for them."""

    products: tuple[str, ...]


class OrderLearnersLinked(Event, topic="order.learners-linked"):
    """Learners were linked to a product.

    Without ``product`` they were linked to the order, and so to products added later.
    ``learners`` gives the pathway of each, or None; it replaces one chosen before.
    ``pathways`` gives, by learner, the pathway of each qualification of an apprenticeship.
    """

    product: str | None
    learners: dict[str, str | None]
    pathways: dict[str, dict[str, str]] = field(default_factory=dict)


class OrderLearnersUnlinked(Event, topic="order.learners-unlinked"):
    """Learners were unlinked from a product or, without ``product``, from the order."""

    product: str | None
    learners: tuple[str, ...]


class OrderCourseDatesSet(Event, topic="order.course-dates-set"):
    """Course dates were set for learners of a product.

    Without ``learners`` they are for all learners, also those linked later, and without
    ``product`` for all products; they then replace dates set before for fewer.
    """

    dates: CourseDates
    product: str | None
    learners: tuple[str, ...] = ()


class OrderPurchaseOrderNumberGiven(Event, topic="order.purchase-order-number-given"):
    """A purchase order number was given for a product.

    Without ``product`` it is for all products that have none of their own. None removes
    the number.
    """

    number: str | None
    product: str | None


class OrderConfirmed(Event, topic="order.confirmed", version=2):
    """The order was confirmed and made registrations; ``total`` is in pounds."""

    lines: tuple[ConfirmedLine, ...]
    total: Decimal

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
        """Add ``parts`` to each line; version 1 had no apprenticeships."""
        return {**data, "lines": [{**line, "parts": []} for line in data["lines"]]}


class OrderDeleted(Event, topic="order.deleted"):
    """The draft was deleted."""
