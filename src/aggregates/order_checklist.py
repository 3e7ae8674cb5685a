"""What an order lacks, step by step, and what becomes of it when it is confirmed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from aggregates.errors import Refusal
from aggregates.offer import Offer
from aggregates.order import Order
from aggregates.order_refusals import (
    MOST_SAID,
    AlreadyRegistered,
    OrderIncomplete,
    PriceHasChanged,
    StepIncomplete,
    TotalHasChanged,
    require_none,
)
from events.order import ConfirmedLine, OrderConfirmed
from events.registration import RegistrationMade


class Step(StrEnum):
    """The steps of an order, to be taken in any order (O1)."""

    PRODUCTS = "products"
    LEARNERS = "learners"
    COURSE_DATES = "course-dates"
    PURCHASE_ORDER_NUMBER = "purchase-order-number"
    CONFIRM = "confirm"


@dataclass(frozen=True, kw_only=True)
class StepShown:
    """A step: whether it is complete, and in sentences what it lacks."""

    step: Step
    is_complete: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What an order is confirmed against.

    ``offers`` are what its products are offered at today, those no longer in the
    catalogue left out; ``active`` the Active registrations that its learners have on
    its products already, by learner and product.
    """

    offers: Mapping[str, Offer]
    active: Mapping[tuple[str, str], str]

    def title(self, product: str) -> str:
        return self.offers[product].title if product in self.offers else product


def _lacks(step: Step, sentence: str) -> StepIncomplete:
    return StepIncomplete(pointer=f"/{step}", sentence=sentence)


def no_product(order: Order, _: Circumstances) -> Iterator[Refusal]:
    if not order.lines:
        yield _lacks(Step.PRODUCTS, "Choose a product.")


def not_offered(order: Order, found: Circumstances) -> Iterator[Refusal]:
    for product in order.lines:
        if product not in found.offers:
            gone = f"{product} is not in the catalogue any more. Remove it."
            yield _lacks(Step.PRODUCTS, gone)
            continue
        for why in found.offers[product].why_not:
            yield _lacks(Step.PRODUCTS, why)


def nobody(order: Order, found: Circumstances) -> Iterator[Refusal]:
    if not order.everybody:
        yield _lacks(Step.LEARNERS, "Link the learners.")
        return
    for product, line in order.lines.items():
        if not line.learners:
            title = found.title(product)
            yield _lacks(Step.LEARNERS, f"Link learners to {title}, or remove it.")


def no_pathway(order: Order, found: Circumstances) -> Iterator[Refusal]:
    for product, line in order.lines.items():
        offer = found.offers.get(product)
        if offer is None or not offer.pathways:
            continue
        open_ = [x for x, at in line.learners.items() if not offer.pathway(at.pathway)]
        if open_:
            choices = ", ".join(offer.pathways)
            sentence = f"Choose a pathway of {offer.title} ({choices}) for"
            yield _lacks(Step.LEARNERS, f"{sentence} {_named(open_)}.")


def already_registered(_: Order, found: Circumstances) -> Iterator[Refusal]:
    for (learner, product), registration in found.active.items():
        yield AlreadyRegistered(
            pointer=f"/{Step.LEARNERS}",
            learner=learner,
            title=found.title(product),
            registration=registration,
        )


def no_dates(order: Order, found: Circumstances) -> Iterator[Refusal]:
    if not order.everybody and order.dates is None:
        yield _lacks(Step.COURSE_DATES, "Set the course dates.")
    for product, line in order.lines.items():
        open_ = [x for x in line.learners if order.dates_of(product, x) is None]
        if open_:
            sentence = f"Set the course dates on {found.title(product)} for"
            yield _lacks(Step.COURSE_DATES, f"{sentence} {_named(open_)}.")


RULES: tuple[Callable[[Order, Circumstances], Iterator[Refusal]], ...] = (
    no_product,
    not_offered,
    nobody,
    no_pathway,
    already_registered,
    no_dates,
)
"""Everything that can stand in the way of confirming (O1, O2, O4, O6)."""


def obstacles(order: Order, found: Circumstances) -> list[Refusal]:
    """Find all that stands in the way, each with the step that it belongs to."""
    return [obstacle for rule in RULES for obstacle in rule(order, found)]


def steps(order: Order, found: Circumstances) -> tuple[StepShown, ...]:
    """Say of each step whether it is complete, else what it lacks (O1)."""
    if order.confirmed is not None:
        return tuple(StepShown(step=s, is_complete=True, missing=()) for s in Step)
    in_the_way = obstacles(order, found)
    shown = []
    for step in Step:
        missing = [str(o) for o in in_the_way if o.pointer == f"/{step}"]
        if step is Step.CONFIRM:
            missing = ["Complete the other steps first."] if in_the_way else []
            missing = missing or ["Check the order and confirm it."]
        shown.append(
            StepShown(step=step, is_complete=not missing, missing=tuple(missing))
        )
    return tuple(shown)


def price_of(order: Order, product: str, offers: Mapping[str, Offer]) -> Decimal | None:
    """Find the price of a registration: as confirmed, else today's, if there is one."""
    for line in order.confirmed.lines if order.confirmed else ():
        if line.product == product:
            return line.price
    return offers[product].price if product in offers else None


def total_of(order: Order, offers: Mapping[str, Offer]) -> Decimal:
    """Add up what the registrations cost, in pounds (O1)."""
    costs = (
        (price_of(order, product, offers) or Decimal(0)) * len(line.learners)
        for product, line in order.lines.items()
    )
    return sum(costs, Decimal("0.00"))


def confirm(
    order: Order,
    found: Circumstances,
    *,
    total: Decimal,
    prices: Mapping[str, Decimal],
    registrations: Sequence[str],
) -> list[OrderConfirmed]:
    """Confirm the order at the total, and the prices by product, that were seen (O5).

    ``registrations`` are new identifiers, one for each learner on each product. A
    confirmed order is confirmed already. Raises what stands in the way, if it is more
    than one thing OrderIncomplete with all of it.
    """
    if order.confirmed is not None:
        return []
    changes = price_changes(order, found.offers, total=total, prices=prices)
    require_none([*obstacles(order, found), *changes], OrderIncomplete)
    drawn = iter(registrations)
    lines = tuple(
        ConfirmedLine(
            product=product,
            price=found.offers[product].price,
            rules_version=found.offers[product].rules_version,
            purchase_order=order.number_of(product),
            registrations={learner: next(drawn) for learner in line.learners},
        )
        for product, line in order.lines.items()
    )
    return [OrderConfirmed(lines=lines, total=total_of(order, found.offers))]


def price_changes(
    order: Order,
    offers: Mapping[str, Offer],
    *,
    total: Decimal,
    prices: Mapping[str, Decimal],
) -> list[Refusal]:
    """Say which prices, and whether the total, are not as they were seen (O5)."""
    if not order.lines.keys() <= offers.keys():
        return []  # a product without a price is in the way by itself
    changed: list[Refusal] = [
        PriceHasChanged(
            pointer=f"/prices/{product}",
            title=offers[product].title,
            price=offers[product].price,
            seen=seen,
        )
        for product, seen in prices.items()
        if product in order.lines and seen != offers[product].price
    ]
    due = total_of(order, offers)
    if total != due:
        breakdown = "; ".join(
            f"{len(line.learners)} at £{offers[product].price:,.2f} on {product}"
            for product, line in order.lines.items()
        )
        changed.append(
            TotalHasChanged(
                pointer="/total", total=due, seen=total, breakdown=breakdown
            )
        )
    return changed


def registrations_made(
    order: Order, confirmed: OrderConfirmed, offers: Mapping[str, Offer]
) -> Iterator[RegistrationMade]:
    """Make a registration for each learner on each product of the order (O5)."""
    for line in confirmed.lines:
        places = order.lines[line.product].learners
        for learner, registration in line.registrations.items():
            dates = order.dates_of(line.product, learner)
            if dates is None:
                raise ValueError(f"{learner} has no course dates on {line.product}.")
            yield RegistrationMade(
                registration=registration,
                learner=learner,
                centre=order.centre,
                product=line.product,
                pathway=offers[line.product].pathway(places[learner].pathway),
                rules_version=line.rules_version,
                order=order.order,
                price=line.price,
                purchase_order=line.purchase_order,
                course_starts=dates.starts,
                course_ends=dates.ends,
            )


def _named(learners: Sequence[str]) -> str:
    """Name the learners, of many the first few: ``L-… and L-…``."""
    if len(learners) == 1:
        return f"learner {learners[0]}"
    *most, last = learners
    if len(learners) > MOST_SAID:
        most, last = list(learners[:MOST_SAID]), f"{len(learners) - MOST_SAID:,} more"
    return f"learners {', '.join(most)} and {last}"
