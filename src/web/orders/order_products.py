"""Choosing the products of an order: all that there are, and why some cannot be (O2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from starlette.responses import Response

from aggregates.orders.offer import Product, Terms, offer, products_on
from aggregates.orders.product_search import is_found_by
from catalogue import Qualification
from catalogue.rule import amount
from commands.orders.order import ChooseOrderProducts
from commands.registrations.registration import approvals_of
from web.http.context import PageContext
from web.http.faults import CONFIRM_LOSS, REFUSED
from web.http.page_router import PageRouter
from web.orders.order_page import ORDERS, OpenedOrder, open_order, without_confirmed

pages = PageRouter("orders")
TITLE = "Choose products"


@dataclass(frozen=True, kw_only=True)
class ProductChoice:
    """A product in the table; ``why_not`` are the sentences why it cannot be ordered."""

    product: str
    title: str
    number: str
    level: int | None
    suite: str
    price: Decimal
    closes: date
    why_not: tuple[str, ...]
    is_chosen: bool


@pages.get(ORDERS + "/{order}/products")
def show_products(context: PageContext, order: str) -> Response:
    """Show the products, those that are ordered ticked."""
    opened = open_order(context, order)
    return without_confirmed(opened) or products_page(opened)


@pages.post(ORDERS + "/{order}/products")
def save_products(context: PageContext, order: str) -> Response:
    """Order what is ticked; what a search left out stays as it was."""
    opened = open_order(context, order)
    ticked, seen = context.form.all("products"), context.form.all("seen")
    stay = [each for each in opened.order.lines if each not in seen or each in ticked]
    command = ChooseOrderProducts(
        **opened.metadata,
        order=order,
        products=tuple(dict.fromkeys((*stay, *ticked))),
        confirm_loss=bool(context.form.text(CONFIRM_LOSS)),
    )
    try:
        done = context.send(command)
    except REFUSED as refused:
        return products_page(opened, refused)
    said = f"Products saved: {amount(len(command.products), 'product')} chosen."
    return opened.done_step(said, done)


def products_page(opened: OpenedOrder, refused: Exception | None = None) -> Response:
    context = opened.context
    every = sorted(_choices(opened), key=lambda each: (bool(each.why_not), each.title))
    sought = context.parameter("search") or ""
    level, suite = context.parameter("level") or "", context.parameter("suite") or ""
    show = context.parameter("show") or ""
    on_day = {p.reference: p for p in _products(opened)}
    found = [
        each
        for each in every
        if is_found_by(on_day[each.product], sought)
        and level in {"", str(each.level)}
        and suite in {"", each.suite}
        and (show != "can" or not each.why_not)
    ]
    levels = sorted({each.level for each in every if each.level is not None})
    return opened.page(
        "orders/products.html",
        title=TITLE,
        refused=refused,
        choices=found,
        asked={"search": sought, "level": level, "suite": suite, "show": show},
        levels=[(str(each), f"Level {each}") for each in levels],
        suites=[(each, each) for each in sorted({e.suite for e in every if e.suite})],
        is_narrowed=bool(sought or level or suite or show),
        send_to=context.address_with(),
    )


def _products(opened: OpenedOrder) -> Iterator[Product]:
    return products_on(opened.context.service.catalogue, opened.context.today)


def _choices(opened: OpenedOrder) -> Iterator[ProductChoice]:
    context = opened.context
    _, approvals = approvals_of(context.command_context, opened.order.centre)
    terms = Terms(approvals=approvals, today=context.today)
    is_sent = context.request.method == "POST"
    ticked = context.form.all("products") if is_sent else opened.order.lines
    for product in _products(opened):
        qualification = product if isinstance(product, Qualification) else None
        yield ProductChoice(
            product=product.reference,
            title=product.title,
            number=qualification.number if qualification else "Apprenticeship",
            level=qualification.level if qualification else None,
            suite=(qualification.suite or "") if qualification else "",
            price=product.price,
            closes=product.registration.closes,
            why_not=offer(product, terms).why_not,
            is_chosen=product.reference in ticked,
        )
