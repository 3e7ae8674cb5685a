"""A learner created in an order, with photograph and signature, and linked at once (O3)."""

from starlette.responses import Response

from aggregates.orders.order_linking import PathwayChoice
from commands.learners.learner_image import SubmitLearnerImage
from commands.orders.order import LinkOrderLearners, Newcomer
from commands.orders.order_linking import Linking
from projections.learners.learner_search import finder
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter
from web.learners.editing import DIFFERENT, asked_besides, typed_cells
from web.learners.images import typed_images
from web.orders.order_learners import learner_choices, typed_pathways
from web.orders.order_page import (
    ORDERS,
    OpenedOrder,
    open_order,
    refusals_of,
    without_confirmed,
)

pages = PageRouter("orders")

MORE = ("gender", "centre_reference", "email", "postcode")
IMAGES = ("photograph", "signature")


@pages.get(ORDERS + "/{order}/learners/new")
def ask_for_newcomer(context: PageContext, order: str) -> Response:
    """Ask who the new learner is."""
    opened = open_order(context, order)
    return without_confirmed(opened) or newcomer_page(opened)


@pages.post(ORDERS + "/{order}/learners/new")
def link_newcomer(context: PageContext, order: str) -> Response:
    """Create the learner and link them, together; then keep the images."""
    opened = open_order(context, order)
    if confirmed := without_confirmed(opened):
        return confirmed
    form, cells = context.form, typed_cells(context)
    try:
        images = [*typed_images(context)]
        command = LinkOrderLearners(
            **context.command_metadata(),
            order=order,
            linking=Linking(
                product=form.text("product") or None,
                choice=PathwayChoice(pathways=dict(typed_pathways(context, ""))),
            ),
            newcomer=Newcomer(
                cells=cells,
                alike=finder(context.service.read_models.connection),
                is_different_person=bool(form.text(DIFFERENT)),
            ),
        )
        done = context.send(command)
        learner = done.created_id or ""
        for kind, content in images:
            done = context.send(
                SubmitLearnerImage(
                    **context.command_metadata(),
                    learner=learner,
                    kind=kind,
                    content=content,
                )
            )
    except REFUSED as refused:
        for fault in refusals_of(refused):
            if fault.path and fault.path[0] == "new_learner":
                fault.path = fault.path[1:]
        return newcomer_page(opened, refused)
    said = f"{cells['given_name']} {cells['family_name']} was added and linked."
    address = f"{opened.address}/learners"
    if form.text("another"):
        address += "/new"
    return context.redirect(address, said=said, after=done)


def newcomer_page(opened: OpenedOrder, refused: Exception | None = None) -> Response:
    context = opened.context
    besides = asked_besides(context, refused)
    cells = typed_cells(context)
    return opened.page(
        "orders/newcomer.html",
        title="Add a learner to the order",
        refused=refused,
        fields=[*cells, *IMAGES, DIFFERENT],
        cells=cells,
        typed={name: context.form.text(name) for name in context.form.values},
        choices=[*learner_choices(opened)],
        has_more=any(cells[name] for name in MORE),
        **besides,
    )
