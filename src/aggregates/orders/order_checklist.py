"""What an order lacks, step by step."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aggregates.errors import MOST_SAID, Refusal
from aggregates.learners.learner import LearnerIsErased
from aggregates.orders.offer import Offer
from aggregates.orders.order import Order
from aggregates.orders.order_line import Line
from aggregates.orders.order_refusals import (
    MOST_REGISTRATIONS,
    AlreadyRegistered,
    OrderedTwice,
    OrderTooLarge,
    StepIncomplete,
)
from aggregates.registrations.register import LearnerHasLeft
from catalogue.rule import amount, join_words


class OrderStep(StrEnum):
    """The steps of an order; they may be done in any order (O1)."""

    PRODUCTS = "products"
    LEARNERS = "learners"
    COURSE_DATES = "course-dates"
    PURCHASE_ORDER_NUMBER = "purchase-order-number"
    CONFIRM = "confirm"


@dataclass(frozen=True, kw_only=True)
class OrderStepStatus:
    """A step of the order: whether it is complete, and sentences on what is missing."""

    step: OrderStep
    is_complete: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """The facts that an order is confirmed against.

    ``offers`` are today's offers of its products; products no longer in the catalogue are
    left out. ``active`` are the learners' Active registrations on the ordered products, or
    on qualifications of ordered apprenticeships, by learner and product. ``left`` are
    learners since transferred to another centre, ``erased`` those whose data were erased.
    """

    offers: Mapping[str, Offer]
    active: Mapping[tuple[str, str], str]
    left: Collection[str] = ()
    erased: Collection[str] = ()

    def title(self, product: str) -> str:
        parts = (part for offer in self.offers.values() for part in offer.parts)
        named = {part.product: part.title for part in parts}
        named |= {offer.product: offer.title for offer in self.offers.values()}
        return named.get(product, product)

    def registered_on(self, product: str) -> tuple[str, ...]:
        """The products that ordering this one registers on: itself and its parts (O7)."""
        parts = self.offers[product].parts if product in self.offers else ()
        return (product, *(part.product for part in parts))


def _lacks(step: OrderStep, sentence: str) -> StepIncomplete:
    return StepIncomplete(path=(step,), sentence=sentence)


def no_product(order: Order, _: Circumstances) -> Iterator[Refusal]:
    if not order.lines:
        yield _lacks(OrderStep.PRODUCTS, "Choose a product.")


def not_offered(order: Order, found: Circumstances) -> Iterator[Refusal]:
    for product in order.lines:
        if product not in found.offers:
            gone = f"{product} is not in the catalogue any more. Remove it."
            yield _lacks(OrderStep.PRODUCTS, gone)
            continue
        for why in found.offers[product].why_not:
            yield _lacks(OrderStep.PRODUCTS, why)


def nobody(order: Order, found: Circumstances) -> Iterator[Refusal]:
    if not order.everybody:
        yield _lacks(OrderStep.LEARNERS, "Link the learners.")
        return
    for product, line in order.lines.items():
        if not line.learners:
            title = found.title(product)
            yield _lacks(OrderStep.LEARNERS, f"Link learners to {title}, or remove it.")


def transferred_learners(order: Order, found: Circumstances) -> Iterator[Refusal]:
    for learner in order.everybody:
        if learner in found.left:
            yield LearnerHasLeft(path=(OrderStep.LEARNERS,), learner=learner)


def erased_learners(order: Order, found: Circumstances) -> Iterator[Refusal]:
    for learner in order.everybody:
        if learner in found.erased:
            yield LearnerIsErased(path=(OrderStep.LEARNERS,), learner=learner)


def no_pathway(order: Order, found: Circumstances) -> Iterator[Refusal]:
    for product, line in order.lines.items():
        if offer := found.offers.get(product):
            for part in (offer, *offer.parts):
                yield from _open_on(part, line)


def _open_on(offer: Offer, line: Line) -> Iterator[Refusal]:
    """Name the learners without a pathway on a qualification that needs one."""
    open_ = [
        learner
        for learner, place in line.learners.items()
        if offer.pathways and not offer.pathway(place.pathway_on(offer.product))
    ]
    if open_:
        choices = join_words(tuple(offer.pathways), "or")
        sentence = f"Choose a pathway of {offer.title} ({choices}) for"
        yield _lacks(
            OrderStep.LEARNERS, f"{sentence} {_name_learners(open_, of=line.learners)}."
        )


def ordered_twice(order: Order, found: Circumstances) -> Iterator[Refusal]:
    ordered: dict[tuple[str, str], str] = {}
    for product, line in order.lines.items():
        for on in found.registered_on(product):
            for learner in line.learners:
                first = ordered.setdefault((learner, on), product)
                if first != product:
                    yield OrderedTwice(
                        path=(OrderStep.LEARNERS,),
                        learner=learner,
                        title=found.title(on),
                        first=found.title(first),
                        second=found.title(product),
                    )


def too_many(order: Order, found: Circumstances) -> Iterator[Refusal]:
    number = order.registrations(found.offers)
    if number > MOST_REGISTRATIONS:
        yield OrderTooLarge.of(number, path=(OrderStep.LEARNERS,))


def already_registered(_: Order, found: Circumstances) -> Iterator[Refusal]:
    for (learner, product), registration in found.active.items():
        yield AlreadyRegistered(
            path=(OrderStep.LEARNERS,),
            learner=learner,
            title=found.title(product),
            registration=registration,
        )


def no_dates(order: Order, found: Circumstances) -> Iterator[Refusal]:
    if not order.everybody and order.dates is None:
        yield _lacks(OrderStep.COURSE_DATES, "Set the course dates.")
    for product, line in order.lines.items():
        open_ = [x for x in line.learners if order.dates_of(product, x) is None]
        if open_:
            sentence = f"Set the course dates on {found.title(product)} for"
            who = _name_learners(open_, of=line.learners)
            yield _lacks(OrderStep.COURSE_DATES, f"{sentence} {who}.")


RULES: tuple[Callable[[Order, Circumstances], Iterator[Refusal]], ...] = (
    no_product,
    not_offered,
    nobody,
    transferred_learners,
    erased_learners,
    no_pathway,
    ordered_twice,
    too_many,
    already_registered,
    no_dates,
)
"""The rules that can stand in the way of confirming (L6, O1, O2, O4-O7)."""


def obstacles(order: Order, found: Circumstances) -> list[Refusal]:
    """Find everything that stands in the way of confirming, each with its step."""
    return [obstacle for rule in RULES for obstacle in rule(order, found)]


def steps(order: Order, found: Circumstances) -> tuple[OrderStepStatus, ...]:
    """Return each step with its completeness and what it lacks (O1)."""
    if order.confirmed is not None:
        return tuple(
            OrderStepStatus(step=s, is_complete=True, missing=()) for s in OrderStep
        )
    in_the_way = obstacles(order, found)
    shown = []
    for step in OrderStep:
        missing = [str(o) for o in in_the_way if o.path == (step,)]
        if step is OrderStep.CONFIRM:
            missing = ["Complete the other steps first."] if in_the_way else []
            missing = missing or ["Check the order and confirm it."]
        shown.append(
            OrderStepStatus(step=step, is_complete=not missing, missing=tuple(missing))
        )
    return tuple(shown)


def _name_learners(learners: Sequence[str], *, of: Collection[str]) -> str:
    """Name the first few learners and count the others, or say that it is all of them."""
    if len(learners) == 1:
        return f"learner {learners[0]}"
    if len(learners) == len(of) > MOST_SAID:
        return f"all {amount(len(learners), 'learner')}"
    *most, last = learners
    if len(learners) > MOST_SAID:
        most, last = list(learners[:MOST_SAID]), f"{len(learners) - MOST_SAID:,} more"
    return f"learners {', '.join(most)} and {last}"
