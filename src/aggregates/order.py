"""Orders: products, learners and dates put together in any order, then confirmed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.errors import Refusal
from aggregates.names import clean
from aggregates.offer import Offer, in_words
from aggregates.order_line import Line, Place, undated, with_places, without
from aggregates.order_refusals import (
    LONGEST_NUMBER,
    MOST_REGISTRATIONS,
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
    require_none,
)
from events.order import (
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
    """What a centre orders; ``lines`` are by product.

    ``learners`` are linked to the order itself: products added later are for them too.
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
    def places(self) -> int:
        """How many registrations it makes."""
        return sum(len(line.learners) for line in self.lines.values())

    def dates_of(self, product: str, learner: str) -> CourseDates | None:
        """Find a learner's course dates: their own, the line's, or the order's (O4)."""
        line = self.lines[product]
        return line.learners[learner].dates or line.dates or self.dates

    def number_of(self, product: str) -> str | None:
        """Find the purchase order number of a product: its own, or the order's."""
        return self.lines[product].purchase_order or self.purchase_order

    def choose_products(
        self, products: Sequence[str], *, offers: Mapping[str, Offer]
    ) -> list[Later]:
        """Say which products are ordered, all of them (O2); those kept keep all else.

        A product that has been chosen before stays although it is no longer offered:
        what stands in its way is shown, and refused when the order is confirmed.
        """
        self._require_draft()
        added = [p for p in dict.fromkeys(products) if p not in self.lines]
        faults: list[Refusal] = []
        for index, product in enumerate(products):
            at = f"/products/{index}"
            if product in self.lines:
                continue
            if product not in offers:
                faults.append(ProductUnknown(pointer=at, product=product))
            elif why_not := offers[product].why_not:
                faults.append(ProductNotOffered(pointer=at, why=" ".join(why_not)))
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
        return self._within_limit(events)

    def link(
        self,
        learners: Mapping[str, str | None],
        *,
        product: str | None,
        pathway: str | None,
        offers: Mapping[str, Offer],
        known: Collection[str],
        instead: bool = False,
    ) -> list[Later]:
        """Link learners to a product, or to the order and all its products (O3).

        ``learners`` says the pathway of each; None is that of all, ``pathway``, which
        may be None too: it stays open, or as it was. ``known`` are those of them who
        are the centre's. With ``instead`` nobody else stays linked.
        """
        self._require_draft()
        self._require_lines(product)
        targets = list(self.lines) if product is None else [product]
        offered = [offers[target] for target in targets if target in offers]
        faults: list[Refusal] = [
            *pathway_faults(offered, pathway, pointer="/pathway"),
            *(
                fault
                for index, (learner, own) in enumerate(learners.items())
                for fault in (
                    pathway_faults(offered, own, pointer=f"/learners/{index}/pathway")
                    if learner in known
                    else [
                        LearnerUnknown(
                            pointer=f"/learners/{index}/learner", learner=learner
                        )
                    ]
                )
            ),
        ]
        require_none(faults, LearnersRefused)
        wanted = {learner: own or pathway for learner, own in learners.items()}
        events: list[Later] = []
        if product is None:
            there = dict.fromkeys(self.learners)
            events += _moved(None, there, dict.fromkeys(wanted), instead=instead)
        for target in targets:
            now = {who: at.pathway for who, at in self.lines[target].learners.items()}
            events += _moved(target, now, wanted, instead=instead)
        return self._within_limit(events)

    def unlink(self, learner: str, *, product: str | None) -> list[Later]:
        """Take a learner off a product, or off the whole order (O3)."""
        self._require_draft()
        self._require_lines(product)
        linked: dict[str | None, Collection[str]] = {
            None: self.learners,
            **{each: line.learners for each, line in self.lines.items()},
        }
        places = [
            at for at in linked if product in {None, at} and learner in linked[at]
        ]
        if not places:
            what = product or f"order {self.order}"
            raise LearnerNotLinked(pointer="?product", learner=learner, what=what)
        return [OrderLearnersUnlinked(product=at, learners=(learner,)) for at in places]

    def set_dates(
        self, dates: CourseDates, *, product: str | None, learners: Sequence[str]
    ) -> list[Later]:
        """Set course dates for learners of a product, or for all of them (O4).

        Learners without a product are meant wherever they are linked.
        """
        self._require_draft()
        self._require_lines(product)
        if dates.ends < dates.starts:
            starts, ends = in_words(dates.starts), in_words(dates.ends)
            raise EndsBeforeStart(pointer="/ends", starts=starts, ends=ends)
        if not learners:
            found = self.dates if product is None else self.lines[product].dates
            is_said = found == dates and not self._is_said_apart(product)
            return (
                [] if is_said else [OrderCourseDatesSet(dates=dates, product=product)]
            )
        targets = [p for p in self.lines if product in {None, p}]
        for learner in learners:
            if not any(learner in self.lines[target].learners for target in targets):
                what = product or "any product of the order"
                raise LearnerNotLinked(pointer="/learners", learner=learner, what=what)
        events: list[Later] = []
        for target in targets:
            at = self.lines[target].learners
            who = tuple(x for x in learners if x in at and at[x].dates != dates)
            if who:
                events.append(
                    OrderCourseDatesSet(dates=dates, product=target, learners=who)
                )
        return events

    def give_number(
        self, number: str | None, *, product: str | None, pointer: str = "/number"
    ) -> list[Later]:
        """Say what the purchase is called, for a product or for the order (O1)."""
        self._require_draft()
        self._require_lines(product)
        given = clean(number or "") or None
        if given and len(given) > LONGEST_NUMBER:
            raise NumberTooLong(pointer=pointer)
        line = None if product is None else self.lines[product]
        if given == (line.purchase_order if line else self.purchase_order):
            return []
        return [OrderPurchaseOrderNumberGiven(number=given, product=product)]

    def delete(self) -> list[Later]:
        """Throw a draft away."""
        self._require_draft()
        return [OrderDeleted()]

    def _require_draft(self) -> None:
        if self.confirmed is not None:
            raise OrderIsConfirmed(order=self.order)

    def _require_lines(self, product: str | None) -> None:
        if product is not None and product not in self.lines:
            raise ProductNotOnOrder(
                pointer="/product", product=product, order=self.order
            )

    def _is_said_apart(self, product: str | None) -> bool:
        """Whether dates were set for fewer than the product's, or all, learners."""
        lines = [line for at, line in self.lines.items() if product in {None, at}]
        of_lines = [line.dates for line in lines] if product is None else []
        of_places = [place.dates for line in lines for place in line.learners.values()]
        return any((*of_lines, *of_places))

    def _within_limit(self, events: list[Later]) -> list[Later]:
        number = self.after(events).places
        if number > MOST_REGISTRATIONS:
            raise OrderTooLarge(number=number)
        return events

    def after(self, events: Iterable[Later]) -> "Order":
        """Give the order as these events leave it."""
        order = self
        for event in events:
            order = order.apply(event)
        return order

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
                return self._linked(event)
            case OrderLearnersUnlinked():
                return self._unlinked(event)
            case OrderCourseDatesSet():
                return self._dated(event)
            case OrderPurchaseOrderNumberGiven():
                return self._numbered(event)
            case OrderConfirmed():
                return replace(self, confirmed=event)
            case OrderDeleted():
                return replace(self, is_deleted=True)
            case _:
                assert_never(event)

    def _linked(self, event: OrderLearnersLinked) -> Self:
        if event.product is None:
            together = dict.fromkeys((*self.learners, *event.learners))
            return replace(self, learners=tuple(together))
        line = self.lines[event.product]
        places = {
            who: replace(line.learners.get(who, Place()), pathway=pathway)
            for who, pathway in event.learners.items()
        }
        return self._with(event.product, with_places(line, places))

    def _unlinked(self, event: OrderLearnersUnlinked) -> Self:
        if event.product is None:
            stay = without(dict.fromkeys(self.learners), event.learners)
            return replace(self, learners=tuple(stay))
        line = self.lines[event.product]
        stay_there = without(line.learners, event.learners)
        return self._with(event.product, replace(line, learners=stay_there))

    def _dated(self, event: OrderCourseDatesSet) -> Self:
        dates, product = event.dates, event.product
        if product is None:
            lines = {at: undated(line) for at, line in self.lines.items()}
            return replace(self, dates=dates, lines=lines)
        line = self.lines[product]
        if not event.learners:
            return self._with(product, replace(undated(line), dates=dates))
        own = {who: replace(line.learners[who], dates=dates) for who in event.learners}
        return self._with(product, with_places(line, own))

    def _numbered(self, event: OrderPurchaseOrderNumberGiven) -> Self:
        if event.product is None:
            return replace(self, purchase_order=event.number)
        line = self.lines[event.product]
        return self._with(event.product, replace(line, purchase_order=event.number))

    def _with(self, product: str, line: Line) -> Self:
        return replace(self, lines={**self.lines, product: line})


def pathway_faults(
    offers: Collection[Offer], pathway: str | None, *, pointer: str
) -> list[Refusal]:
    """Refuse a pathway that one of the products does not have."""
    if pathway is None:
        return []
    if not offers:
        return [PathwayNeedsProduct(pointer=pointer, pathway=pathway)]
    return [
        PathwayUnknown(
            pointer=pointer,
            title=offer.title,
            pathway=pathway,
            pathways=", ".join(offer.pathways),
        )
        for offer in offers
        if pathway not in offer.pathways
    ]


def _moved(
    product: str | None,
    now: Mapping[str, str | None],
    learners: Mapping[str, str | None],
    *,
    instead: bool,
) -> list[Later]:
    """Say who is linked, or has another pathway, and who is not linked any more."""
    linked = {
        who: pathway
        for who, pathway in learners.items()
        if who not in now or (pathway is not None and pathway != now[who])
    }
    gone = tuple(who for who in now if instead and who not in learners)
    events: list[Later] = []
    if gone:
        events.append(OrderLearnersUnlinked(product=product, learners=gone))
    if linked:
        events.append(OrderLearnersLinked(product=product, learners=linked))
    return events
