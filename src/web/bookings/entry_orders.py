"""An order of entries begun, its checklist, its purchase order number (B1)."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from urllib.parse import urlencode

from starlette.responses import Response

from aggregates.errors import Malformed
from catalogue.rule import amount
from commands.bookings.entry_order import (
    BeginEntryOrder,
    DeleteEntryOrder,
    GiveEntryPurchaseOrderNumber,
)
from web.bookings.entry_page import (
    ENTRY_ORDERS,
    ORDER,
    STEPS,
    OpenedEntryOrder,
    open_entry_order,
    without_booked,
)
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.inputs import read_choice
from web.http.page_router import PageRouter
from web.orders.checklist import Task

pages = PageRouter("bookings")

NEW = "/bookings/new"
CARRIED = ("search", "learner")
"""What a link to a new order of entries may say beforehand of what is sought."""


class EntryKind(StrEnum):
    """Through what learners come to their tests (B1, B2)."""

    QUALIFICATION = "qualification"
    APPRENTICESHIP = "apprenticeship"


class KindMissing(Malformed):
    code = "kind-missing"
    message = "Choose through what the learners were registered."


@pages.get(NEW)
def ask_for_kind(context: PageContext) -> Response:
    """Ask through what the learners come to their tests."""
    return kind_page(context)


@pages.post(NEW)
def start_entry_order(context: PageContext) -> Response:
    """Begin an order of entries, and go on to its tests."""
    try:
        kind = read_choice(EntryKind, context.form.text("kind"), "kind")
        if kind is None:
            raise KindMissing(path=("kind",))
        done = context.send(BeginEntryOrder(**context.command_metadata()))
    except REFUSED as refused:
        return kind_page(context, refused)
    asked = {"kind": str(kind)} | {
        name: value for name in CARRIED if (value := context.parameter(name))
    }
    address = f"{ENTRY_ORDERS}/{done.created_id}/units?{urlencode(asked)}"
    return context.redirect(address, after=done)


def kind_page(context: PageContext, refused: Exception | None = None) -> Response:
    return context.page(
        "bookings/kind.html",
        title="Book tests",
        crumbs=[("Bookings", "/bookings")],
        refused=refused,
        send_to=context.address_with(),
        kind=context.form.text("kind") or context.parameter("kind"),
        may_begin=context.may(BeginEntryOrder),
    )


@pages.get(ORDER)
def show_entry_order(context: PageContext, entry_order: str) -> Response:
    """Show what an order of entries still needs, and what it comes to."""
    opened = open_entry_order(context, entry_order)
    return without_booked(opened) or checklist(opened)


def checklist(opened: OpenedEntryOrder) -> Response:
    tasks = [*_tasks(opened)]
    return opened.page(
        "bookings/entries.html",
        title=opened.heading,
        tasks=tasks,
        complete=sum(task.is_complete for task in tasks),
    )


def _tasks(opened: OpenedEntryOrder) -> Iterator[Task]:
    hints = _hints(opened)
    has_entries = bool(opened.order.entries)
    for step, title in STEPS.items():
        lacks = len(opened.lacks(step))
        is_complete = has_entries and not lacks
        tag = "To do" if lacks <= 1 else f"{lacks:,} to do"
        if step == "confirm":
            tag = "Cannot start yet" if opened.missing else "Ready"
            is_complete = False
        elif step == "po":
            is_complete, tag = bool(opened.order.purchase_order), "Optional"
        elif step != "units" and not has_entries:
            tag = "Cannot start yet"
        yield Task(
            title=title,
            href=f"{opened.address}/{step}",
            hint=hints[step],
            is_complete=is_complete,
            tag=tag,
        )


def _hints(opened: OpenedEntryOrder) -> Mapping[str, str]:
    """Say in a few words how far each step is."""
    entries = opened.order.entries
    timed = sum(each.starts is not None for each in entries)
    return {
        "units": f"{amount(len(opened.tests), 'test')} chosen",
        "learners": f"{amount(len(opened.learners), 'learner')} linked",
        "schedule": f"{timed:,} of {amount(len(entries), 'entry', 'entries')} with a time",
        "po": opened.order.purchase_order or "Printed on your invoice",
        "confirm": "Complete the other steps first"
        if opened.missing
        else "All is there",
    }


@pages.get(ORDER + "/delete")
def ask_to_delete_entries(context: PageContext, entry_order: str) -> Response:
    """Say what goes with a draft before it is deleted."""
    opened = open_entry_order(context, entry_order)
    title = "Delete this draft order of tests?"
    return without_booked(opened) or opened.page(
        "bookings/delete_entries.html", title=title
    )


@pages.post(ORDER + "/delete")
def delete_entry_order(context: PageContext, entry_order: str) -> Response:
    """Delete a draft."""
    done = context.send(
        DeleteEntryOrder(**context.command_metadata(), order=entry_order)
    )
    said = f"Draft order {entry_order} deleted."
    return context.redirect("/bookings", said=said, after=done)


@pages.get(ORDER + "/po")
def show_entry_number(context: PageContext, entry_order: str) -> Response:
    """Show what the purchase is called."""
    opened = open_entry_order(context, entry_order)
    return without_booked(opened) or entry_number_page(opened)


@pages.post(ORDER + "/po")
def save_entry_number(context: PageContext, entry_order: str) -> Response:
    """Say what the purchase is called; nothing takes the number away."""
    opened = open_entry_order(context, entry_order)
    number = context.form.text("purchase_order_number")
    try:
        done = context.send(
            GiveEntryPurchaseOrderNumber(
                **opened.metadata, order=entry_order, number=number or None
            )
        )
    except REFUSED as refused:
        return entry_number_page(opened, refused)
    said = "Purchase order number saved." if number else "No purchase order number."
    return opened.done_step(said, done)


def entry_number_page(
    opened: OpenedEntryOrder, refused: Exception | None = None
) -> Response:
    is_sent = opened.context.request.method == "POST"
    typed = opened.context.form.text("purchase_order_number")
    fields: Sequence[str] = ["purchase_order_number"]
    return opened.page(
        "orders/number.html",
        fields=fields,
        title="Purchase order number",
        refused=refused,
        number=typed if is_sent else opened.order.purchase_order or "",
        last=None,
    )
