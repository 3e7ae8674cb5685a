"""An order with its steps, learners and costs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from aggregates.learners.learner import Learner
from aggregates.orders.order import Order
from aggregates.orders.order_checklist import Circumstances, OrderStepStatus, steps
from aggregates.orders.order_confirming import total_of
from commands.command import CommandContext
from events.orders.order import OrderConfirmed
from queries.centres.centres import centre_names
from queries.learners.learners import open_learners
from queries.orders.order_terms import circumstances
from store import Recorded, Stream


@dataclass(frozen=True, kw_only=True)
class OrderDetails:
    """A whole order, draft or confirmed; ``total`` is in pounds.

    ``found`` holds the offers, at today's prices until the order is confirmed, and what
    stands in the way. ``people`` are the learners, by identifier.
    """

    order: Order
    centre_name: str | None
    begun: Recorded
    confirmed: Recorded | None
    found: Circumstances
    steps: Sequence[OrderStepStatus]
    total: Decimal
    people: Mapping[str, Learner]


def order_details(
    context: CommandContext, stream: Stream, order: Order, today: date
) -> OrderDetails:
    """Build an order from events alone (O1)."""
    found = circumstances(context, order, today)
    confirmed = (r for r in stream.history if isinstance(r.event, OrderConfirmed))
    return OrderDetails(
        order=order,
        centre_name=centre_names(context, [order.centre]).get(order.centre),
        begun=stream.history[0],
        confirmed=next(confirmed, None),
        found=found,
        steps=steps(order, found),
        total=total_of(order, found.offers),
        people=open_learners(context, order.everybody, seen_by=order.centre),
    )
