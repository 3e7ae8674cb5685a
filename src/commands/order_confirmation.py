"""What may be asked of an order once it is complete: to make its registrations."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from aggregates.offer import Offer, Terms, offer, offers
from aggregates.order import Order
from aggregates.order_checklist import Circumstances, confirm, registrations_made
from catalogue import UnknownQualification
from commands.command import Command, Desk, Done, handles
from commands.order import append, offers_of, open_order
from commands.registration import ACTIVE_REGISTRATION, active_key, approvals_of
from events.identifier import Kind, stream_of
from events.registration import RegistrationMade
from store import Change, Reservation


@dataclass(frozen=True, kw_only=True)
class ConfirmOrder(Command):
    """Make the registrations, at the total and the prices that were seen (O5)."""

    order: str
    total: Decimal
    prices: Mapping[str, Decimal] = field(default_factory=dict)


@handles(ConfirmOrder)
def confirm_order(command: ConfirmOrder, desk: Desk) -> Done:
    stream, order = open_order(command.order, command, desk)
    centre, approvals = approvals_of(desk, order.centre)
    terms = Terms(approvals=approvals, today=command.today)
    found = Circumstances(
        offers=offers(desk.catalogue, order.lines, terms),
        active=active_registrations(desk, order),
    )
    drawn = [desk.new_identifier(Kind.REGISTRATION) for _ in range(order.places)]
    confirmed = confirm(
        order,
        found,
        total=command.total,
        prices=command.prices,
        registrations=drawn,
    )
    made = [
        Change(
            stream=stream_of(event.registration),
            expected=0,
            events=(event,),
            owner=order.centre,
            reserve=(
                Reservation(
                    scope=ACTIVE_REGISTRATION,
                    key=active_key(event.learner, event.product),
                ),
            ),
        )
        for each in confirmed
        for event in registrations_made(order, each, found.offers)
    ]
    unchanged = [centre] if confirmed else []
    position = append(
        desk, stream.change(confirmed), *made, by=command.by, unchanged=unchanged
    )
    return Done(position=position, made=order.order)


def circumstances(desk: Desk, order: Order, today: date) -> Circumstances:
    """Find what the order would be confirmed against; what it was, if it has been."""
    if order.confirmed is None:
        return Circumstances(
            offers=offers_of(desk, order, order.lines, today),
            active=active_registrations(desk, order),
        )
    terms = Terms(approvals=None, today=today)
    as_ordered: dict[str, Offer] = {}
    for line in order.confirmed.lines:
        with suppress(UnknownQualification):
            rules = desk.catalogue.qualification(
                line.product, version=line.rules_version
            )
            as_ordered[line.product] = replace(offer(rules, terms), why_not=())
    return Circumstances(offers=as_ordered, active={})


def active_registrations(desk: Desk, order: Order) -> dict[tuple[str, str], str]:
    """Find which learners have an Active registration on the product already (O6).

    Those that this order made while it was looked at are not in its own way: that it
    has been confirmed shows when it is decided on again.
    """
    keys = {
        active_key(learner, product): (learner, product)
        for product, line in order.lines.items()
        for learner in line.learners
    }
    held = desk.store.held(ACTIVE_REGISTRATION, keys)
    opened = desk.store.open_many(holding.stream for holding in held.values())
    made = {key: opened[holding.stream].events[0] for key, holding in held.items()}
    return {
        keys[key]: event.registration
        for key, event in made.items()
        if isinstance(event, RegistrationMade) and event.order != order.order
    }
