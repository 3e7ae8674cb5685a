"""The orders of a centre, of registrations and of tests: found, and begun."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection
from starlette.responses import Response

from aggregates.errors import Refusal
from commands.orders.order import BeginOrder
from projections.orders.order_search import ListedOrder, OrderFilter, search_orders
from projections.orders.orders import OrderKind, OrderState
from projections.paging import Page
from queries.orders.order_totals import total_in_list
from queries.titles import title_of
from web.http.context import PageContext
from web.http.inputs import read_choice
from web.http.lists import LISTED
from web.http.page_router import PageRouter
from web.http.to_do import ToDo
from web.orders.order_page import ORDERS

pages = PageRouter("orders")

FIELDS = ("kind", "state", "reference", "purchase_order", "learner")
"""What orders are searched by; each is a parameter of the address."""
TOLD_AT_HOME = 5
KINDS: Mapping[OrderKind, str] = {
    OrderKind.REGISTRATIONS: "Registrations",
    OrderKind.ENTRIES: "Tests",
}
ADDRESSES: Mapping[OrderKind, str] = {
    OrderKind.REGISTRATIONS: ORDERS,
    OrderKind.ENTRIES: "/entry-orders",
}
"""The pages of an order, by what it is of."""


@pages.get(ORDERS)
def list_orders(context: PageContext) -> Response:
    """Show the orders that match, newest first, fifty at a time."""
    refused, found = None, Page[ListedOrder](rows=())
    try:
        filters = OrderFilter(
            kind=read_choice(OrderKind, context.parameter("kind"), "kind"),
            state=read_choice(OrderState, context.parameter("state"), "state"),
            reference=context.parameter("reference"),
            purchase_order=context.parameter("purchase_order"),
            learner=context.parameter("learner"),
        )
        with context.rows() as connection:
            found = search_orders(
                connection,
                centre=context.centre,
                filters=filters,
                limit=LISTED,
                cursor=context.parameter("after"),
            )
    except Refusal as error:
        refused = error
    catalogue = context.service.catalogue
    return context.page(
        "orders/list.html",
        title="Orders",
        refused=refused,
        rows=[
            (
                row,
                [title_of(catalogue, each) or each for each in row.products],
                total_in_list(catalogue, row, context.today),
            )
            for row in found.rows
        ],
        asked={name: context.parameter(name) or "" for name in FIELDS},
        is_narrowed=any(map(context.parameter, FIELDS)),
        kinds=[*KINDS.items()],
        addresses=ADDRESSES,
        states=[(each.value, each.value) for each in OrderState],
        may_begin=context.may(BeginOrder),
        sees_all=context.centre is None,
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


@pages.post(ORDERS)
def start_order(context: PageContext) -> Response:
    """Begin a draft, and go to its checklist."""
    done = context.send(BeginOrder(**context.command_metadata()))
    return context.redirect(f"{ORDERS}/{done.created_id}", after=done)


def drafts_to_finish(context: PageContext, connection: Connection) -> Iterator[ToDo]:
    """Say which orders are begun and not confirmed: nobody is registered by them yet."""
    if not context.may(BeginOrder):
        return
    filters = OrderFilter(state=OrderState.DRAFT)
    found = search_orders(
        connection, centre=context.centre, filters=filters, limit=TOLD_AT_HOME
    )
    for row in found.rows:
        who = f"{row.learners:,} learner{'' if row.learners == 1 else 's'}"
        is_of_tests = row.kind is OrderKind.ENTRIES
        until = "No test is booked" if is_of_tests else "Nobody is registered"
        yield ToDo(
            text=f"Finish {'booking tests, order' if is_of_tests else 'order'} {row.order}",
            href=f"{ADDRESSES[row.kind]}/{row.order}",
            detail=f"{who} linked. {until} until it is confirmed.",
        )
    if found.next_cursor:
        yield ToDo(text="Finish the other draft orders", href=f"{ORDERS}?state=Draft")
