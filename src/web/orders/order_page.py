"""An order as its pages have it: read once, by what its checklist says of each step."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from aggregates.errors import Refusal, RuleBroken
from aggregates.loss import WorkWouldBeLost
from aggregates.orders.offer import Offer
from aggregates.orders.order import Order
from aggregates.orders.order_checklist import OrderStep
from aggregates.orders.order_confirming import price_of
from aggregates.orders.order_refusals import DatesUnlikely
from commands.orders.order import BeginOrder
from queries.orders.orders import OrderDetails, order_details
from repositories.aggregate_types import ORDER
from store import Conflict
from web.http.context import PageContext
from web.http.faults import field_id, loss_in_words
from web.orders.opened_draft import OpenedDraft, first_of

ORDERS = "/orders"
PAGES: Mapping[OrderStep, tuple[str, str]] = {
    OrderStep.PRODUCTS: ("products", "Choose products"),
    OrderStep.LEARNERS: ("learners", "Link learners"),
    OrderStep.COURSE_DATES: ("dates", "Set course dates"),
    OrderStep.PURCHASE_ORDER_NUMBER: ("po", "Purchase order number"),
    OrderStep.CONFIRM: ("confirm", "Check and confirm"),
}
"""The page of each step, and what it is called."""


class DatesToConfirm(RuleBroken):
    """Dates are far off; a tick on the same page says that they are right."""

    code = "dates-unlikely"
    message = (
        "The course would {what}. If that is a slip, correct the date; if it is right,"
        " tick “These dates are right” and send this again."
    )


@dataclass(frozen=True, kw_only=True)
class OrderedProduct:
    """A product of an order in a table; ``cost`` is in pounds."""

    product: str
    title: str
    learners: int
    price: Decimal | None
    cost: Decimal
    number: str | None
    offer: Offer | None


@dataclass(frozen=True, kw_only=True)
class OpenedOrder(OpenedDraft):
    """An order that somebody looks at."""

    details: OrderDetails

    @property
    def order(self) -> Order:
        return self.details.order

    @property
    def address(self) -> str:
        return f"{ORDERS}/{self.order.order}"

    @property
    def products(self) -> Sequence[OrderedProduct]:
        """List what is ordered, in its order."""
        return [self._product(name) for name in self.order.lines]

    def _product(self, name: str) -> OrderedProduct:
        offers = self.details.found.offers
        price = price_of(self.order, name, offers)
        learners = len(self.order.lines[name].learners)
        return OrderedProduct(
            product=name,
            title=self.details.found.title(name),
            learners=learners,
            price=price,
            cost=(price or Decimal("0.00")) * learners,
            number=self.order.number_of(name),
            offer=offers.get(name),
        )

    @property
    def missing(self) -> Sequence[tuple[str, str]]:
        """Say what is in the way of confirming: a sentence, and the page to mend it at."""
        return [
            (sentence, f"{self.address}/{PAGES[each.step][0]}")
            for each in self.details.steps
            if each.step is not OrderStep.CONFIRM
            for sentence in first_of(each.missing)
        ]

    def name_of(self, learner: str) -> str:
        """Say what a learner is called."""
        return self.details.people[learner].full_name

    def page(
        self,
        template: str,
        *,
        title: str,
        refused: Exception | None = None,
        fields: Collection[str] = (),
        **values: Any,
    ) -> Response:
        """Write a page of the order; of a step, with the checklist above it.

        ``fields`` are those of its form that faults are shown at; others are said alone.
        """
        crumbs = [("Orders", ORDERS)]
        if title != self.heading and self.order.confirmed is None:
            crumbs.append((self.heading, self.address))
        if isinstance(refused, DatesUnlikely):
            refused = DatesToConfirm(path=refused.path, what=refused.values["what"])
        for fault in refusals_of(refused):
            if field_id(fault.path or ()) not in fields:
                fault.path = None
        return self.context.page(
            template,
            title=title,
            crumbs=crumbs,
            refused=loss_in_words(refused),
            opened=self,
            order=self.order,
            details=self.details,
            version=self.stream.version
            if isinstance(refused, Conflict)
            else self.context.form.text("version") or self.stream.version,
            is_loss=isinstance(refused, WorkWouldBeLost),
            is_unlikely=isinstance(refused, DatesToConfirm),
            may_change=self.context.may(BeginOrder),
            **values,
        )

    @property
    def heading(self) -> str:
        return f"Order {self.order.order}"

    def done_step(self, said: str, done: Any) -> Response:
        """Go back to the checklist, which says what was saved."""
        return self.context.redirect(self.address, said=said, after=done)


def open_order(context: PageContext, name: str) -> OpenedOrder:
    """Open an order as it is now. Raises NotFound."""
    stream, order = context.load(ORDER, name)
    details = order_details(context.command_context, stream, order, context.today)
    return OpenedOrder(context=context, stream=stream, details=details)


def refusals_of(refused: Exception | None) -> Sequence[Refusal]:
    """List a refusal and those beside it; none of what is no refusal."""
    return (refused, *refused.others) if isinstance(refused, Refusal) else ()


def move_paths(refused: Refusal, places: Sequence[int]) -> Refusal:
    """Put the faults of the n-th dates at the n-th of these rows of the form."""
    for fault in refusals_of(refused):
        match fault.path:
            case ("dates", int(index), *rest) if index < len(places):
                fault.path = ("dates", places[index], *rest)
            case _:
                pass
    return refused


def without_confirmed(opened: OpenedOrder) -> Response | None:
    """Send on to what a confirmed order has become; a draft is shown as it is."""
    if opened.order.confirmed is None:
        return None
    return opened.context.redirect(f"{opened.address}/done")
