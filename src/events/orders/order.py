"""What can happen to an order of registrations: put together, then confirmed once."""

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
    """A qualification of an apprenticeship: its rules, and the learners' registrations."""

    qualification: str
    rules_version: int
    registrations: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ConfirmedLine:
    """A product as it was ordered: price, rules, and each learner's registration.

    An apprenticeship has ``parts``, which cost nothing beside its own price.
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
    """These products are to be ordered too."""

    products: tuple[str, ...]


class OrderProductsRemoved(Event, topic="order.products-removed"):
    """These products are not to be ordered after all, nor anything said of them."""

    products: tuple[str, ...]


class OrderLearnersLinked(Event, topic="order.learners-linked"):
    """Learners are to be registered on a product, each on a pathway if it was said.

    Without a product it is the order that they are linked to: products added to it
    later are for them too. A learner who was linked before has another pathway now.
    On an apprenticeship, ``pathways`` are those of its qualifications, by learner.
    """

    product: str | None
    learners: dict[str, str | None]
    pathways: dict[str, dict[str, str]] = field(default_factory=dict)


class OrderLearnersUnlinked(Event, topic="order.learners-unlinked"):
    """Learners are not to be registered on the product, or not linked to the order."""

    product: str | None
    learners: tuple[str, ...]


class OrderCourseDatesSet(Event, topic="order.course-dates-set"):
    """Course dates for these learners of a product; for all of them, or all products.

    No learners means all, now and later; dates set before for fewer of them go.
    """

    dates: CourseDates
    product: str | None
    learners: tuple[str, ...] = ()


class OrderPurchaseOrderNumberGiven(Event, topic="order.purchase-order-number-given"):
    """What the centre calls the purchase, for a product or for those without one."""

    number: str | None
    product: str | None


class OrderConfirmed(Event, topic="order.confirmed", version=2):
    """The order became registrations, at these prices."""

    lines: tuple[ConfirmedLine, ...]
    total: Decimal

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
        """Orders were for qualifications alone."""
        return {**data, "lines": [{**line, "parts": []} for line in data["lines"]]}


class OrderDeleted(Event, topic="order.deleted"):
    """The order was thrown away before it was confirmed."""
