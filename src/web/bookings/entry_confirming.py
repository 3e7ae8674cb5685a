"""The check before tests are booked, and the bookings that were made (B1-B7)."""

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from commands.bookings.entry_order import ConfirmEntryOrder
from web.bookings.entry_page import (
    ORDER,
    ChosenTest,
    OpenedEntryOrder,
    open_entry_order,
    without_booked,
)
from web.bookings.times import TestWindow, write_typed_day, write_typed_time
from web.http.context import PageContext
from web.http.downloads import csv_file
from web.http.faults import REFUSED
from web.http.page_router import PageRouter
from web.orders.order_confirming import read_pounds

pages = PageRouter("bookings")

COLUMNS = (
    *("order", "booking", "learner", "given_name", "family_name", "qualification"),
    *("unit", "unit_title", "delivery", "mode", "date", "time", "extra_time", "price"),
)


@pages.get(ORDER + "/confirm")
def show_entry_confirmation(context: PageContext, entry_order: str) -> Response:
    """Show all that would be booked, and what it comes to."""
    opened = open_entry_order(context, entry_order)
    return without_booked(opened) or entry_confirmation_page(opened)


@pages.post(ORDER + "/confirm")
def confirm_entries(context: PageContext, entry_order: str) -> Response:
    """Book everything at the total that was shown; sent twice, once."""
    opened = open_entry_order(context, entry_order)
    if booked := without_booked(opened):
        return booked
    try:
        done = context.send(
            ConfirmEntryOrder(
                **opened.metadata,
                order=entry_order,
                total=read_pounds(context, "total"),
            )
        )
    except REFUSED as refused:
        return entry_confirmation_page(open_entry_order(context, entry_order), refused)
    return context.redirect(f"{opened.address}/done", after=done)


def entry_confirmation_page(
    opened: OpenedEntryOrder, refused: Exception | None = None
) -> Response:
    entries = opened.order.entries
    return opened.page(
        "bookings/confirm_entries.html",
        title="Check and confirm",
        refused=refused,
        lines=[
            (
                each,
                [
                    (e, opened.name_of(e.learner), _window(opened, e))
                    for e in entries
                    if ChosenTest.of(e) == each.test
                ],
            )
            for each in opened.tests
        ],
        latest=opened.stream.version,
    )


def _window(opened: OpenedEntryOrder, entry: Any) -> TestWindow | None:
    return TestWindow.of(entry.starts, opened.context.at) if entry.starts else None


@pages.get(ORDER + "/done")
def show_booked(context: PageContext, entry_order: str) -> Response:
    """Show the bookings that a confirmed order made."""
    opened = open_entry_order(context, entry_order)
    if opened.order.confirmed is None:
        return context.redirect(opened.address)
    return opened.page(
        "bookings/booked.html",
        title=f"{opened.heading}: tests booked",
        rows=[
            (
                each,
                opened.name_of(each.entry.learner),
                opened.unit_title(each.entry),
                _window(opened, each.entry),
            )
            for each in opened.details.entries
        ],
        confirmed_at=opened.stream.history[-1].recorded_at,
    )


@pages.get(ORDER + "/bookings.csv")
def download_booked(context: PageContext, entry_order: str) -> Response:
    """Give the bookings that a confirmed order made as a file."""
    opened = open_entry_order(context, entry_order)
    return csv_file(f"{entry_order}.csv", COLUMNS, booked_rows(opened))


def booked_rows(opened: OpenedEntryOrder) -> Iterator[Mapping[str, Any]]:
    """Give a row for each booking of a confirmed order, by the columns above."""
    for each in opened.details.entries:
        entry, details = each.entry, opened.details.people[each.entry.learner].details
        yield {
            "order": opened.order.order,
            "booking": each.booking,
            "learner": entry.learner,
            "given_name": details.given_name,
            "family_name": details.family_name,
            "qualification": entry.qualification,
            "unit": entry.unit,
            "unit_title": opened.unit_title(entry),
            "delivery": entry.delivery,
            "mode": entry.mode,
            "date": write_typed_day(entry.starts),
            "time": write_typed_time(entry.starts),
            "extra_time": entry.extra_time,
            "price": each.price,
        }
