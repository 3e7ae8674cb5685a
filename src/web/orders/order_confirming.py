"""The purchase order number, the check before confirming, and what came of it (O1, O5)."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from starlette.responses import Response

from aggregates.errors import Malformed
from commands.orders.order import GivePurchaseOrderNumber
from commands.orders.order_confirmation import ConfirmOrder
from projections.orders.order_search import OrderFilter, search_orders
from projections.orders.orders import OrderKind
from web.http.context import PageContext
from web.http.downloads import csv_file
from web.http.faults import REFUSED
from web.http.page_router import PageRouter
from web.orders.order_page import (
    ORDERS,
    OpenedOrder,
    open_order,
    without_confirmed,
)

pages = PageRouter("orders")

LATEST = 20
COLUMNS = (
    *("order", "registration", "learner", "given_name", "family_name"),
    *("product", "title", "pathway", "course_starts", "course_ends"),
    *("purchase_order_number", "price", "apprenticeship_registration"),
)


class TotalUnreadable(Malformed):
    code = "total-unreadable"
    message = (
        "The total that was shown is not in what was sent. Look at the order again."
    )


@pages.get(ORDERS + "/{order}/po")
def show_number(context: PageContext, order: str) -> Response:
    """Show what the purchase is called, and what the last one was."""
    opened = open_order(context, order)
    return without_confirmed(opened) or number_page(opened)


@pages.post(ORDERS + "/{order}/po")
def save_number(context: PageContext, order: str) -> Response:
    """Say what the purchase is called; nothing takes the number away."""
    opened = open_order(context, order)
    number = context.form.text("purchase_order_number")
    try:
        done = context.send(
            GivePurchaseOrderNumber(
                **opened.metadata, order=order, number=number or None
            )
        )
    except REFUSED as refused:
        return number_page(opened, refused)
    said = "Purchase order number saved." if number else "No purchase order number."
    return opened.done_step(said, done)


def number_page(opened: OpenedOrder, refused: Exception | None = None) -> Response:
    context = opened.context
    is_sent = context.request.method == "POST"
    typed = context.form.text("purchase_order_number")
    return opened.page(
        "orders/number.html",
        fields=["purchase_order_number"],
        title="Purchase order number",
        refused=refused,
        number=typed if is_sent else opened.order.purchase_order or "",
        last=_last_number(opened),
    )


def _last_number(opened: OpenedOrder) -> str | None:
    """Find the number of the newest order that has one, to be seen beside the field."""
    with opened.context.rows() as connection:
        rows = search_orders(
            connection,
            centre=opened.order.centre,
            filters=OrderFilter(kind=OrderKind.REGISTRATIONS),
            limit=LATEST,
        ).rows
    others = (row.purchase_order for row in rows if row.order != opened.order.order)
    return next(filter(None, others), None)


@pages.get(ORDERS + "/{order}/confirm")
def show_confirmation(context: PageContext, order: str) -> Response:
    """Show all that would be registered, and what it comes to."""
    opened = open_order(context, order)
    return without_confirmed(opened) or confirmation_page(opened)


@pages.post(ORDERS + "/{order}/confirm")
def confirm_order(context: PageContext, order: str) -> Response:
    """Register everybody at the total that was shown; sent twice, once."""
    opened = open_order(context, order)
    if refused_before := without_confirmed(opened):
        return refused_before
    try:
        command = ConfirmOrder(
            **opened.metadata,
            order=order,
            total=read_pounds(context, "total"),
            prices={
                product: read_pounds(context, f"price-{product}")
                for product in opened.order.lines
                if context.form.text(f"price-{product}")
            },
        )
        done = context.send(command)
    except REFUSED as refused:
        return confirmation_page(open_order(context, order), refused)
    return context.redirect(f"{opened.address}/done", after=done)


POUNDS = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?", re.ASCII)


def read_pounds(context: PageContext, name: str) -> Decimal:
    written = context.form.text(name)
    if not POUNDS.fullmatch(written):
        raise TotalUnreadable(path=(name,))
    return Decimal(written)


def confirmation_page(
    opened: OpenedOrder, refused: Exception | None = None
) -> Response:
    order = opened.order
    return opened.page(
        "orders/confirm.html",
        title="Check and confirm",
        refused=refused,
        registrations=order.registrations(opened.details.found.offers),
        lines=[
            (
                each,
                [
                    (who, opened.name_of(who), order.dates_of(each.product, who))
                    for who in order.lines[each.product].learners
                ],
            )
            for each in opened.products
        ],
        latest=opened.stream.version,
    )


@pages.get(ORDERS + "/{order}/done")
def show_registrations(context: PageContext, order: str) -> Response:
    """Show the registrations that a confirmed order made."""
    opened = open_order(context, order)
    if opened.order.confirmed is None:
        return context.redirect(opened.address)
    return opened.page(
        "orders/done.html",
        title=f"{opened.heading} is confirmed",
        rows=[*made_rows(opened)],
    )


@pages.get(ORDERS + "/{order}/registrations.csv")
def download_registrations(context: PageContext, order: str) -> Response:
    """Give the registrations that a confirmed order made as a file."""
    opened = open_order(context, order)
    return csv_file(f"{order}.csv", COLUMNS, made_rows(opened))


def made_rows(opened: OpenedOrder) -> Iterator[Mapping[str, Any]]:
    """Give a row for each registration of a confirmed order, by the columns above."""
    order = opened.order
    titles = opened.details.found
    for line in order.confirmed.lines if order.confirmed else ():
        offer = titles.offers.get(line.product)
        places = order.lines[line.product].learners
        for learner, registration in line.registrations.items():
            details = opened.details.people[learner].details
            dates = order.dates_of(line.product, learner)
            place = places[learner]
            row = {
                "order": order.order,
                "registration": registration,
                "learner": learner,
                "given_name": details.given_name,
                "family_name": details.family_name,
                "product": line.product,
                "title": titles.title(line.product),
                "pathway": offer.pathway(place.pathway) if offer else place.pathway,
                "course_starts": dates.starts if dates else None,
                "course_ends": dates.ends if dates else None,
                "purchase_order_number": line.purchase_order,
                "price": line.price,
                "apprenticeship_registration": None,
            }
            yield row
            for part in line.parts:
                yield row | {
                    "registration": part.registrations[learner],
                    "product": part.qualification,
                    "title": titles.title(part.qualification),
                    "pathway": place.pathway_on(part.qualification),
                    "price": None,
                    "apprenticeship_registration": registration,
                }
