"""The total of an order, and its confirmation (O5, O7)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from aggregates.errors import Refusal
from aggregates.orders.offer import Offer
from aggregates.orders.order import Order
from aggregates.orders.order_checklist import Circumstances, obstacles
from aggregates.orders.order_refusals import (
    OrderIncomplete,
    PriceHasChanged,
    TotalHasChanged,
    require_none,
)
from events.orders.order import ConfirmedLine, ConfirmedPart, OrderConfirmed
from events.registrations.registration import RegistrationMade


def price_of(order: Order, product: str, offers: Mapping[str, Offer]) -> Decimal | None:
    """Return the price of a registration: the confirmed price, else today's, else None."""
    for line in order.confirmed.lines if order.confirmed else ():
        if line.product == product:
            return line.price
    return offers[product].price if product in offers else None


def total_of(order: Order, offers: Mapping[str, Offer]) -> Decimal:
    """Add up the prices of all registrations, in pounds (O1)."""
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
    """Confirm the order at the total and the prices that the user saw (O5).

    ``prices`` are by product. ``registrations`` are new identifiers, as many as the order
    makes: one for each learner on each product and on each qualification of an
    apprenticeship (O7). Confirming again makes no event. Raises the refusal that stands in
    the way, or OrderIncomplete with all of them.
    """
    if order.confirmed is not None:
        return []
    changes = price_changes(order, found.offers, total=total, prices=prices)
    require_none([*obstacles(order, found), *changes], OrderIncomplete)
    new_identifiers = iter(registrations)
    lines = tuple(
        ConfirmedLine(
            product=product,
            price=found.offers[product].price,
            rules_version=found.offers[product].rules_version,
            purchase_order=order.number_of(product),
            registrations={learner: next(new_identifiers) for learner in line.learners},
            parts=tuple(
                ConfirmedPart(
                    qualification=part.product,
                    rules_version=part.rules_version,
                    registrations={
                        learner: next(new_identifiers) for learner in line.learners
                    },
                )
                for part in found.offers[product].parts
            ),
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
    """Refuse each price, and the total, that differs from what the user saw (O5)."""
    if not order.lines.keys() <= offers.keys():
        return []  # a product without a price is refused elsewhere
    changed: list[Refusal] = [
        PriceHasChanged(
            path=("prices", product),
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
            TotalHasChanged(path=("total",), total=due, seen=total, breakdown=breakdown)
        )
    return changed


def registrations_made(
    order: Order, confirmed: OrderConfirmed, offers: Mapping[str, Offer]
) -> Iterator[RegistrationMade]:
    """Make a registration for each learner on each product of the order (O5).

    On an apprenticeship, also make one for each of its qualifications, at no price (O7).
    """
    for line in confirmed.lines:
        offer = offers[line.product]
        for learner, registration in line.registrations.items():
            place = order.lines[line.product].learners[learner]
            dates = order.dates_of(line.product, learner)
            if dates is None:
                raise ValueError(f"{learner} has no course dates on {line.product}.")
            made = RegistrationMade(
                registration=registration,
                learner=learner,
                centre=order.centre,
                product=line.product,
                pathway=offer.pathway(place.pathway),
                rules_version=line.rules_version,
                order=order.order,
                price=line.price,
                purchase_order=line.purchase_order,
                course_starts=dates.starts,
                course_ends=dates.ends,
                parts=tuple(part.registrations[learner] for part in line.parts),
            )
            yield made
            for part, offered in zip(line.parts, offer.parts, strict=True):
                yield replace(
                    made,
                    registration=part.registrations[learner],
                    product=part.qualification,
                    pathway=offered.pathway(place.pathway_on(part.qualification)),
                    rules_version=part.rules_version,
                    price=offered.price,
                    parent=registration,
                    apprenticeship=line.product,
                    parts=(),
                )
