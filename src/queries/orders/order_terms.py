"""The facts that an order would be, or was, confirmed against."""

from contextlib import suppress
from dataclasses import replace
from datetime import date

from aggregates.orders.offer import Offer, Terms, offer
from aggregates.orders.order import Order
from aggregates.orders.order_checklist import Circumstances
from catalogue import Catalogue, Qualification, QualificationNotInCatalogue
from commands.command import CommandContext
from commands.orders.order import offers_of
from commands.orders.order_confirmation import found_for
from commands.registrations.registration import registers_of
from events.orders.order import ConfirmedLine


def circumstances(context: CommandContext, order: Order, today: date) -> Circumstances:
    """Load what the order would be confirmed against now, or was confirmed against."""
    if order.confirmed is None:
        offered = offers_of(context, order, order.lines, today)
        registers = registers_of(context, order.everybody, centre=order.centre)
        return found_for(context, order, offered, registers)
    terms = Terms(approvals=None, today=today)
    as_ordered: dict[str, Offer] = {}
    for line in order.confirmed.lines:
        with suppress(QualificationNotInCatalogue):
            as_ordered[line.product] = offer_confirmed(context.catalogue, line, terms)
    return Circumstances(offers=as_ordered, active={})


def offer_confirmed(catalogue: Catalogue, line: ConfirmedLine, terms: Terms) -> Offer:
    """Return the confirmed offer. Raises QualificationNotInCatalogue if the product is gone."""
    product = catalogue.product(line.product)
    if isinstance(product, Qualification):
        product = catalogue.qualification(line.product, version=line.rules_version)
    parts = (
        catalogue.qualification(part.qualification, version=part.rules_version)
        for part in line.parts
    )
    return replace(offer(product, terms, parts), why_not=())
