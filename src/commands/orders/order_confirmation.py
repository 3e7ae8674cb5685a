"""Confirming a complete order, which makes its registrations."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from aggregates.orders.offer import Offer, Terms, offers
from aggregates.orders.order import Order
from aggregates.orders.order_checklist import Circumstances
from aggregates.orders.order_confirming import confirm, registrations_made
from aggregates.registrations.register import Register
from commands.command import (
    CommandContext,
    CommandResult,
    conflict_if_reserved,
    handles,
)
from commands.learners.erased_learners import erased_learners
from commands.orders.order import OrderCommand
from commands.registrations.registration import (
    ACTIVE_REGISTRATION,
    active_key,
    approvals_of,
    enter_registrations,
    registers_of,
)
from events.identifier import Kind
from events.registrations.registration import RegistrationMade
from repositories.aggregate_types import ORDER, REGISTRATION
from store import Reservation, Stream


@dataclass(frozen=True, kw_only=True)
class ConfirmOrder(OrderCommand):
    """Make the registrations, at the total and the prices that the user saw (O5)."""

    title: ClassVar = "confirm an order"

    total: Decimal
    prices: Mapping[str, Decimal] = field(default_factory=dict)


@handles(ConfirmOrder)
def confirm_order(command: ConfirmOrder, context: CommandContext) -> CommandResult:
    stream, order = context.load(ORDER, command.order, command)
    centre, approvals = approvals_of(context, order.centre)
    terms = Terms(approvals=approvals, today=command.today)
    offered = offers(context.catalogue, order.lines, terms)
    registers = registers_of(context, order.everybody, centre=order.centre)
    found = found_for(context, order, offered, registers)
    number = order.registrations(found.offers)
    new_identifiers = [context.new_identifier(Kind.REGISTRATION) for _ in range(number)]
    confirmed = confirm(
        order,
        found,
        total=command.total,
        prices=command.prices,
        registrations=new_identifiers,
    )
    events = [
        event
        for each in confirmed
        for event in registrations_made(order, each, found.offers)
    ]
    made = [
        REGISTRATION.new(event.registration).change(
            [event],
            owner=order.centre,
            reserve=[
                Reservation(
                    scope=ACTIVE_REGISTRATION,
                    key=active_key(event.learner, event.product),
                )
            ],
        )
        for event in events
    ]
    by_learner: dict[str, list[str]] = {}
    for event in events:
        by_learner.setdefault(event.learner, []).append(event.registration)
    with conflict_if_reserved():
        return context.record(
            command,
            stream.change(confirmed),
            *made,
            *enter_registrations(registers, by_learner, centre=order.centre),
            created_id=order.order,
            unchanged=[centre] if confirmed else [],
        )


def found_for(
    context: CommandContext,
    order: Order,
    offered: Mapping[str, Offer],
    registers: Mapping[str, tuple[Stream, Register]],
) -> Circumstances:
    """Load who has left the centre, and who of the others has an Active registration (L6, O6)."""
    left = {who for who, (_, at) in registers.items() if at.centre != order.centre}
    active = active_registrations(context, order, offered, but=left)
    gone = erased_learners(context, order.everybody)
    return Circumstances(offers=offered, active=active, left=left, erased=gone)


def active_registrations(
    context: CommandContext,
    order: Order,
    offered: Mapping[str, Offer],
    *,
    but: Collection[str],
) -> dict[tuple[str, str], str]:
    """Find who has an Active registration on a product, or on a part of it (O6, O7).

    Learners in ``but`` are skipped, because they belong to another centre now (L6).
    Registrations of this order itself do not count: if it was confirmed meanwhile, the next
    decision shows that. If an apprenticeship is in the way, its parts are not named too.
    """
    ordered = Circumstances(offers=offered, active={})
    keys = {
        active_key(learner, on): (learner, on)
        for product, line in order.lines.items()
        for on in ordered.registered_on(product)
        for learner in line.learners
        if learner not in but
    }
    held = context.store.find_reservations(ACTIVE_REGISTRATION, keys)
    opened = context.store.open_many(holding.stream for holding in held.values())
    made = {
        key: event
        for key, holding in held.items()
        if isinstance(event := opened[holding.stream].events[0], RegistrationMade)
        and event.order != order.order
    }
    names = {event.registration for event in made.values()}
    return {
        keys[key]: event.registration
        for key, event in made.items()
        if event.parent not in names
    }
