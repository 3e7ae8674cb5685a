"""The checklist of an order, what it comes to, and deleting it while it is a draft."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from aggregates.errors import NotFound
from aggregates.orders.order_checklist import OrderStep, OrderStepStatus
from catalogue.rule import amount
from commands.orders.order import DeleteOrder
from repositories.aggregate_types import ENTRY_ORDER
from web.http.context import PageContext
from web.http.page_router import PageRouter
from web.orders.order_page import (
    ORDERS,
    PAGES,
    OpenedOrder,
    open_order,
    without_confirmed,
)

pages = PageRouter("orders")


@dataclass(frozen=True, kw_only=True)
class Task:
    """A step in the task list: where it is done, how far it is."""

    title: str
    href: str
    hint: str
    is_complete: bool
    tag: str


@pages.get(ORDERS + "/{order}")
def show_order(context: PageContext, order: str) -> Response:
    """Show what an order still needs, and what it comes to; one of tests on its page."""
    try:
        opened = open_order(context, order)
    except NotFound:
        context.load(ENTRY_ORDER, order)
        return context.redirect(f"/entry-orders/{order}")
    return without_confirmed(opened) or checklist(opened)


@pages.get(ORDERS + "/{order}/delete")
def ask_to_delete(context: PageContext, order: str) -> Response:
    """Say what goes with a draft before it is deleted."""
    opened = open_order(context, order)
    title = "Delete this draft order?"
    return without_confirmed(opened) or opened.page("orders/delete.html", title=title)


@pages.post(ORDERS + "/{order}/delete")
def delete_order(context: PageContext, order: str) -> Response:
    """Delete a draft."""
    done = context.send(DeleteOrder(**context.command_metadata(), order=order))
    return context.redirect(ORDERS, said=f"Draft order {order} deleted.", after=done)


def checklist(opened: OpenedOrder, refused: Exception | None = None) -> Response:
    tasks = [*_tasks(opened)]
    return opened.page(
        "orders/checklist.html",
        title=opened.heading,
        refused=refused,
        tasks=tasks,
        complete=sum(task.is_complete for task in tasks),
    )


def _tasks(opened: OpenedOrder) -> Iterator[Task]:
    for each in opened.details.steps:
        page, title = PAGES[each.step]
        lacks = len(each.missing)
        tag = "To do" if lacks == 1 else f"{lacks:,} to do"
        if each.step is OrderStep.CONFIRM:
            tag = "Cannot start yet" if opened.missing else "Ready"
        elif each.step is OrderStep.PURCHASE_ORDER_NUMBER:
            tag = "" if opened.order.purchase_order else "Optional"
        yield Task(
            title=title,
            href=f"{opened.address}/{page}",
            hint=_hint(opened, each),
            is_complete=each.is_complete and tag != "Optional",
            tag=tag,
        )


def _hint(opened: OpenedOrder, status: OrderStepStatus) -> str:
    """Say in a few words how far a step is."""
    order = opened.order
    match status.step:
        case OrderStep.PRODUCTS:
            return f"{amount(len(order.lines), 'product')} chosen"
        case OrderStep.LEARNERS:
            return f"{amount(len(order.everybody), 'learner')} linked"
        case OrderStep.COURSE_DATES:
            places = [(p, w) for p, line in order.lines.items() for w in line.learners]
            dated = sum(order.dates_of(p, w) is not None for p, w in places)
            if not places:
                return "For all learners, also those linked later"
            return f"{dated:,} of {amount(len(places), 'registration')} with dates"
        case OrderStep.PURCHASE_ORDER_NUMBER:
            return order.purchase_order or "Printed on your invoice"
        case OrderStep.CONFIRM:
            return (
                "Complete the other steps first" if opened.missing else "All is there"
            )
