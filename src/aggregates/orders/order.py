"""Orders of registrations: drafted in any sequence of steps, then confirmed once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.catalogue_refusals import ProductUnknown
from aggregates.errors import Refusal
from aggregates.orders.offer import Offer, in_words
from aggregates.orders.order_line import (
    Line,
    OrderLineLearner,
    purchase_order_number,
    require_likely,
    with_learners,
    without,
    without_dates,
)
from aggregates.orders.order_refusals import (
    MOST_REGISTRATIONS,
    EndsBeforeStart,
    LearnerNotLinked,
    OrderIsConfirmed,
    OrderTooLarge,
    ProductNotOffered,
    ProductNotOnOrder,
    ProductsRefused,
    require_none,
)
from events.orders.order import (
    CourseDates,
    OrderBegun,
    OrderConfirmed,
    OrderCourseDatesSet,
    OrderDeleted,
    OrderLearnersLinked,
    OrderLearnersUnlinked,
    OrderProductsAdded,
    OrderProductsRemoved,
    OrderPurchaseOrderNumberGiven,
)

Later: TypeAlias = (
    OrderProductsAdded
    | OrderProductsRemoved
    | OrderLearnersLinked
    | OrderLearnersUnlinked
    | OrderCourseDatesSet
    | OrderPurchaseOrderNumberGiven
    | OrderConfirmed
    | OrderDeleted
)


@dataclass(frozen=True, kw_only=True)
class Order(Aggregate):
    """An order of a centre; ``lines`` are by product.

    ``learners`` are linked to the order itself, so products added later include them.
    """

    order: str
    centre: str
    lines: Mapping[str, Line] = field(default_factory=dict)
    learners: Collection[str] = ()
    dates: CourseDates | None = None
    purchase_order: str | None = None
    confirmed: OrderConfirmed | None = None
    is_deleted: bool = False

    @property
    def everybody(self) -> tuple[str, ...]:
        """Every learner linked to the order or to a line, once."""
        on_lines = (who for line in self.lines.values() for who in line.learners)
        return tuple(dict.fromkeys((*self.learners, *on_lines)))

    @property
    def display_name(self) -> str:
        """The order's name in messages: ``order O-…``, or ``this order`` without a number."""
        return f"order {self.order}" if self.order else "this order"

    def registrations(self, offers: Mapping[str, Offer]) -> int:
        """Count the registrations that the order makes or has made (O5, O7)."""
        if self.confirmed is not None:
            lines = self.confirmed.lines
            return sum(len(x.registrations) * (1 + len(x.parts)) for x in lines)
        return sum(
            len(line.learners)
            * (offers[product].registrations if product in offers else 1)
            for product, line in self.lines.items()
        )

    def dates_of(self, product: str, learner: str) -> CourseDates | None:
        """Return a learner's course dates: their own, the line's, or the order's (O4)."""
        line = self.lines[product]
        return line.learners[learner].dates or line.dates or self.dates

    def number_of(self, product: str) -> str | None:
        """Return the purchase order number of a product: its own, or the order's."""
        return self.lines[product].purchase_order or self.purchase_order

    def choose_products(
        self, products: Sequence[str], *, offers: Mapping[str, Offer]
    ) -> list[Later]:
        """Set the products of the order; others are removed, kept lines stay as they are (O2).

        A product that is on the order already is kept even if it is no longer offered;
        confirming the order then refuses it. Raises OrderIsConfirmed, ProductUnknown,
        ProductNotOffered, ProductsRefused for several of these, OrderTooLarge.
        """
        self.require_draft()
        added = [p for p in dict.fromkeys(products) if p not in self.lines]
        faults: list[Refusal] = []
        for index, product in enumerate(products):
            at = ("products", index)
            if product in self.lines:
                continue
            if product not in offers:
                faults.append(ProductUnknown(path=at, product=product))
            elif why_not := offers[product].why_not:
                faults.append(ProductNotOffered(path=at, why=" ".join(why_not)))
        require_none(faults, ProductsRefused)
        removed = [product for product in self.lines if product not in products]
        events: list[Later] = []
        if removed:
            events.append(OrderProductsRemoved(products=tuple(removed)))
        if added:
            events.append(OrderProductsAdded(products=tuple(added)))
        if self.learners:
            for product in added:
                everyone: dict[str, str | None] = dict.fromkeys(self.learners)
                linked = OrderLearnersLinked(product=product, learners=everyone)
                events.append(linked)
        return self.within_limit(events, offers)

    def unlink(self, learner: str, *, product: str | None) -> list[Later]:
        """Unlink a learner from a product, or from the whole order if it is None (O3).

        Raises OrderIsConfirmed, ProductNotOnOrder, LearnerNotLinked.
        """
        self.require_draft()
        self.require_lines(product)
        linked: dict[str | None, Collection[str]] = {
            None: self.learners,
            **{each: line.learners for each, line in self.lines.items()},
        }
        places = [
            at for at in linked if product in {None, at} and learner in linked[at]
        ]
        if not places:
            what = product or self.display_name
            path = ("product",) if product else None
            raise LearnerNotLinked(path=path, learner=learner, what=what)
        return [OrderLearnersUnlinked(product=at, learners=(learner,)) for at in places]

    def set_dates(
        self,
        dates: CourseDates,
        *,
        product: str | None,
        learners: Sequence[str],
        today: date | None = None,
    ) -> list[Later]:
        """Set course dates for ``learners`` of a product, or for all if there are none (O4).

        Without ``product`` they are for all products. Unlikely dates, as compared with
        ``today``, are refused; ``today`` is None if a person has confirmed them. Raises
        OrderIsConfirmed, ProductNotOnOrder, EndsBeforeStart, LearnerNotLinked.
        """
        self.require_draft()
        self.require_lines(product)
        if dates.ends < dates.starts:
            starts, ends = in_words(dates.starts), in_words(dates.ends)
            raise EndsBeforeStart(path=("ends",), starts=starts, ends=ends)
        if today is not None:
            require_likely(dates, today)
        if not learners:
            found = self.dates if product is None else self.lines[product].dates
            if found == dates and not self._has_narrower_dates(product):
                return []
            return [OrderCourseDatesSet(dates=dates, product=product)]
        targets = [p for p in self.lines if product in {None, p}]
        for learner in learners:
            if not any(learner in self.lines[target].learners for target in targets):
                what = product or "any product of the order"
                raise LearnerNotLinked(path=("learners",), learner=learner, what=what)
        events: list[Later] = []
        for target in targets:
            at = self.lines[target].learners
            who = tuple(x for x in learners if x in at and at[x].dates != dates)
            if who:
                events.append(
                    OrderCourseDatesSet(dates=dates, product=target, learners=who)
                )
        return events

    def give_number(self, number: str | None, *, product: str | None) -> list[Later]:
        """Set the purchase order number of a product, or of the order if it is None (O1).

        A ``number`` of None removes it. Raises OrderIsConfirmed, ProductNotOnOrder.
        """
        self.require_draft()
        self.require_lines(product)
        given = purchase_order_number(number, path=("purchase_order_number",))
        line = None if product is None else self.lines[product]
        if given == (line.purchase_order if line else self.purchase_order):
            return []
        return [OrderPurchaseOrderNumberGiven(number=given, product=product)]

    def delete(self) -> list[Later]:
        """Delete the draft. Raises OrderIsConfirmed."""
        self.require_draft()
        return [OrderDeleted()]

    def require_draft(self) -> None:
        """Raise OrderIsConfirmed unless the order is a draft."""
        if self.confirmed is not None:
            raise OrderIsConfirmed(order=self.order)

    def require_lines(self, product: str | None) -> None:
        """Raise ProductNotOnOrder if a product is named that the order does not have."""
        if product is not None and product not in self.lines:
            raise ProductNotOnOrder(
                path=("product",), product=product, order=self.display_name
            )

    def _has_narrower_dates(self, product: str | None) -> bool:
        """Whether some learners or some products have course dates of their own."""
        lines = [line for at, line in self.lines.items() if product in {None, at}]
        of_lines = [line.dates for line in lines] if product is None else []
        of_places = [place.dates for line in lines for place in line.learners.values()]
        return any((*of_lines, *of_places))

    def within_limit(
        self, events: list[Later], offers: Mapping[str, Offer]
    ) -> list[Later]:
        """Return the events. Raises OrderTooLarge if they would make the order too large."""
        number = self.after(events).registrations(offers)
        if number > MOST_REGISTRATIONS:
            raise OrderTooLarge.of(number)
        return events

    @classmethod
    def begin(cls, event: OrderBegun) -> Self:
        return cls(order=event.order, centre=event.centre)

    def apply(self, event: Later) -> Self:  # noqa: PLR0911 - one for each event
        match event:
            case OrderProductsAdded(products=products):
                return replace(
                    self, lines={**self.lines, **{p: Line() for p in products}}
                )
            case OrderProductsRemoved(products=products):
                return replace(self, lines=without(self.lines, products))
            case OrderLearnersLinked():
                return self._with_links(event)
            case OrderLearnersUnlinked():
                return self._without_links(event)
            case OrderCourseDatesSet():
                return self._with_dates(event)
            case OrderPurchaseOrderNumberGiven():
                return self._with_purchase_order(event)
            case OrderConfirmed():
                return replace(self, confirmed=event)
            case OrderDeleted():
                return replace(self, is_deleted=True)
            case _:
                assert_never(event)

    def _with_links(self, event: OrderLearnersLinked) -> Self:
        if event.product is None:
            together = dict.fromkeys((*self.learners, *event.learners))
            return replace(self, learners=tuple(together))
        line = self.lines[event.product]
        places = {
            who: replace(
                line.learners.get(who, OrderLineLearner()),
                pathway=pathway,
                pathways=event.pathways.get(who, {}),
            )
            for who, pathway in event.learners.items()
        }
        return self._with(event.product, with_learners(line, places))

    def _without_links(self, event: OrderLearnersUnlinked) -> Self:
        if event.product is None:
            stay = without(dict.fromkeys(self.learners), event.learners)
            return replace(self, learners=tuple(stay))
        line = self.lines[event.product]
        stay_there = without(line.learners, event.learners)
        return self._with(event.product, replace(line, learners=stay_there))

    def _with_dates(self, event: OrderCourseDatesSet) -> Self:
        dates, product = event.dates, event.product
        if product is None:
            lines = {at: without_dates(line) for at, line in self.lines.items()}
            return replace(self, dates=dates, lines=lines)
        line = self.lines[product]
        if not event.learners:
            return self._with(product, replace(without_dates(line), dates=dates))
        own = {who: replace(line.learners[who], dates=dates) for who in event.learners}
        return self._with(product, with_learners(line, own))

    def _with_purchase_order(self, event: OrderPurchaseOrderNumberGiven) -> Self:
        if event.product is None:
            return replace(self, purchase_order=event.number)
        line = self.lines[event.product]
        return self._with(event.product, replace(line, purchase_order=event.number))

    def _with(self, product: str, line: Line) -> Self:
        return replace(self, lines={**self.lines, product: line})
