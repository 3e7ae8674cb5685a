"""Linking learners to an order: found, linked one by one or as a group, taken off (O3)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from aggregates.errors import Malformed, Refusal
from aggregates.orders.order_line import Line, OrderLineLearner
from aggregates.orders.order_linking import PathwayChoice
from catalogue.rule import amount
from commands.orders.order import LinkOrderLearners, UnlinkOrderLearner
from commands.orders.order_confirmation import active_registrations
from commands.orders.order_linking import Linking
from projections.learners.learner_search import (
    KnownLearner,
    LearnerFilter,
    search_learners,
)
from projections.paging import Page
from projections.uploads.uploads import names_of, search_uploads
from web.http.context import PageContext
from web.http.faults import CONFIRM_LOSS, REFUSED
from web.http.inputs import read_day, read_number
from web.http.lists import MOST_COUNTED
from web.http.page_router import PageRouter
from web.orders.order_page import ORDERS, OpenedOrder, open_order, without_confirmed

pages = PageRouter("orders")

TITLE = "Link learners"
REGISTERED = "registered"
"""In place of a learner: all who are registered already."""
FOUND, GROUPS, LINKED = 25, 100, 100
SEARCHED = ("name", "uln", "learner", "date_of_birth", "group")
"""What learners are searched by; each is a parameter of the address."""


class NobodyChosen(Malformed):
    code = "nobody-chosen"
    message = "Tick the learners, or choose a group, and send this again."


@dataclass(frozen=True, kw_only=True)
class LinkedLearner:
    """A learner on a product: their pathways, and who is registered on it already."""

    learner: str
    name: str
    product: str
    title: str
    pathways: Mapping[str, str]
    registered: str | None


@pages.get(ORDERS + "/{order}/learners")
def show_learners(context: PageContext, order: str) -> Response:
    """Show who is found and who is linked."""
    opened = open_order(context, order)
    return without_confirmed(opened) or learners_page(opened)


@pages.post(ORDERS + "/{order}/learners")
def link_learners(context: PageContext, order: str) -> Response:
    """Link the learners who are ticked, and the group that is chosen."""
    opened = open_order(context, order)
    form = context.form
    group = form.text("link_group")
    if not (group or form.all("learners")):
        return learners_page(opened, NobodyChosen())
    chosen = dict(typed_pathways(context, ""))
    command = LinkOrderLearners(
        **context.command_metadata(),
        order=order,
        linking=Linking(
            product=form.text("product") or None,
            learners=dict.fromkeys(form.all("learners")),
            groups=(group,) if group else (),
            choice=PathwayChoice(pathways=chosen),
        ),
    )
    return _send(opened, command, before=len(opened.order.everybody))


@pages.post(ORDERS + "/{order}/learners/pathways")
def save_pathways(context: PageContext, order: str) -> Response:
    """Put learners of a product on the pathways that are chosen for each."""
    opened = open_order(context, order)
    product = context.form.text("product")
    line = opened.order.lines.get(product, Line())
    choices = {
        who: PathwayChoice(pathways=dict(typed_pathways(context, f"{who}-")))
        for who in line.learners
    }
    command = LinkOrderLearners(
        **opened.metadata,
        order=order,
        linking=Linking(
            product=product,
            learners={who: each for who, each in choices.items() if each.pathways},
        ),
    )
    return _send(opened, command, said="Pathways saved.")


@pages.post(ORDERS + "/{order}/learners/unlink")
def unlink_learner(context: PageContext, order: str) -> Response:
    """Take a learner off a product; off the order, where that is their only one."""
    opened = open_order(context, order)
    learner, _, product = context.form.text("unlink").partition(" ")
    if learner == REGISTERED:
        return _unlink_registered(opened, product)
    on = [p for p, line in opened.order.lines.items() if learner in line.learners]
    command = UnlinkOrderLearner(
        **context.command_metadata(),
        order=order,
        learner=learner,
        product=product if len(on) > 1 else None,
        confirm_loss=bool(context.form.text(CONFIRM_LOSS)),
    )
    return _send(opened, command, said=f"{learner} removed.")


def _unlink_registered(opened: OpenedOrder, product: str) -> Response:
    """Take everybody off a product who is registered on it already."""
    linked = [each for each in _linked_learners(opened) if each.product == product]
    stay = [each.learner for each in linked if each.registered is None]
    command = LinkOrderLearners(
        **opened.metadata,
        order=opened.order.order,
        linking=Linking(product=product, learners=dict.fromkeys(stay)),
        instead=True,
        confirm_loss=bool(opened.context.form.text(CONFIRM_LOSS)),
    )
    said = f"{amount(len(linked) - len(stay), 'learner')} removed."
    return _send(opened, command, said=said)


def _send(
    opened: OpenedOrder,
    command: LinkOrderLearners | UnlinkOrderLearner,
    *,
    said: str = "",
    before: int = 0,
) -> Response:
    context = opened.context
    try:
        done = context.send(command)
    except REFUSED as refused:
        return learners_page(opened, refused)
    if not said:
        now = len(open_order(context, command.order).order.everybody)
        said = f"{amount(now - before, 'learner')} linked: {now:,} in all."
    asked = context.address_with().partition("?")[2]
    address = f"{opened.address}/learners"
    return context.redirect(
        f"{address}?{asked}" if asked else address, said=said, after=done
    )


def typed_pathways(context: PageContext, prefix: str) -> Iterator[tuple[str, str]]:
    """Read the pathway chosen on each qualification, by its field."""
    begin = f"pathway-{prefix}"
    for name in context.form.values:
        if name.startswith(begin) and (code := context.form.text(name)):
            yield name.removeprefix(begin), code


def learners_page(opened: OpenedOrder, refused: Exception | None = None) -> Response:
    """Write the page: the search, what it found, groups to link, who is linked."""
    context = opened.context
    asked = {name: context.parameter(name) or "" for name in SEARCHED}
    found: Page[KnownLearner] = Page(rows=(), total=0)
    with context.rows() as connection:
        if any(asked.values()):
            try:
                found = search_learners(
                    connection,
                    centre=opened.order.centre,
                    filters=_filters(context),
                    count_to=MOST_COUNTED,
                    limit=FOUND,
                    cursor=context.parameter("after"),
                )
            except Refusal as error:
                refused = refused or error
        groups = search_uploads(
            connection, centre=opened.order.centre, limit=GROUPS
        ).rows
        named = names_of(connection, (row.group for row in found.rows if row.group))
    linked = [*_linked_learners(opened)]
    start = _start(context)
    return opened.page(
        "orders/learners.html",
        fields=SEARCHED,
        title=TITLE,
        refused=refused,
        asked=asked,
        is_narrowed=any(asked.values()),
        found=found,
        registered=_active_by_learner(opened, found),
        group_names=named,
        groups=[
            (row.group, f"{row.name} ({amount(row.learners, 'learner')})")
            for row in groups
            if row.learners
        ],
        choices=[*learner_choices(opened)],
        ticked=context.form.all("learners"),
        typed=_typed_values(context),
        linked=linked[start : start + LINKED],
        barred={
            product: count
            for product in opened.order.lines
            if (
                count := sum(bool(e.registered) for e in linked if e.product == product)
            )
        },
        linked_next=context.address_with(**{"from": str(start + LINKED)})
        if start + LINKED < len(linked)
        else None,
        send_query=context.address_with().partition("?")[2],
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


def _typed_values(context: PageContext) -> Mapping[str, Any]:
    form = context.form
    return {name: form.text(name) for name in form.values if not name.startswith("_")}


def _start(context: PageContext) -> int:
    return read_number(context.parameter("from")) or 0


def _filters(context: PageContext) -> LearnerFilter:
    return LearnerFilter(
        name=context.parameter("name"),
        uln=context.parameter("uln"),
        learner=context.parameter("learner"),
        date_of_birth=read_day(context.parameter("date_of_birth"), "date_of_birth"),
        group=context.parameter("group"),
    )


def _active_by_learner(
    opened: OpenedOrder, found: Page[KnownLearner]
) -> Mapping[str, list[tuple[str, str]]]:
    """Say who of those found has an Active registration on what is ordered (O6).

    By learner, the product's title and the registration's number.
    """
    places = {row.learner: OrderLineLearner() for row in found.rows}
    if not (places and opened.order.lines):
        return {}
    circumstances = opened.details.found
    asked = replace(
        opened.order,
        lines={product: Line(learners=places) for product in opened.order.lines},
    )
    active = active_registrations(
        opened.context.command_context, asked, circumstances.offers, but=()
    )
    by_learner: dict[str, list[tuple[str, str]]] = {}
    for (learner, product), registration in active.items():
        title = circumstances.title(product)
        by_learner.setdefault(learner, []).append((title, registration))
    return by_learner


def learner_choices(
    opened: OpenedOrder,
) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    """Give the qualifications with a choice of pathways: reference, title, pathways."""
    for offer in opened.details.found.offers.values():
        for part in (offer, *offer.parts):
            if len(part.pathways) > 1:
                yield part.product, part.title, part.pathways


def _linked_learners(opened: OpenedOrder) -> Iterator[LinkedLearner]:
    circumstances = opened.details.found
    for product, line in opened.order.lines.items():
        offer = circumstances.offers.get(product)
        parts = [
            part
            for part in ((offer, *offer.parts) if offer else ())
            if len(part.pathways) > 1
        ]
        for who, place in line.learners.items():
            on = circumstances.registered_on(product)
            standing = (circumstances.active.get((who, each)) for each in on)
            yield LinkedLearner(
                learner=who,
                name=opened.name_of(who),
                product=product,
                title=circumstances.title(product),
                pathways={
                    part.product: part.pathway(place.pathway_on(part.product)) or ""
                    for part in parts
                },
                registered=next(filter(None, standing), None),
            )
