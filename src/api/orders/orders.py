"""Orders over HTTP: put together in steps, then confirmed at the price seen."""

from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Request, Response

from aggregates.orders.order_linking import require_one_pathway
from api.http.dependencies import (
    CurrentUser,
    PagingSince,
    Reads,
    ServiceOf,
    Today,
    scope,
)
from api.http.idempotency import IdempotentRequestOf
from api.http.references import ConfirmLoss, Filter
from api.http.request_context import (
    ConditionalContextOf,
    RequestContext,
    RequestContextOf,
)
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.learners.learners import learner_warnings
from api.orders.order_bodies import (
    Confirmation,
    CourseDatesSet,
    LearnersLinked,
    LearnersToAdd,
    NewOrder,
    ProductsRequest,
    PurchaseOrderNumber,
    datings,
)
from api.orders.order_listing import FiltersOf, OrderSummary, order_listed
from api.orders.order_view import OrderResponse, order_response
from commands.orders.order import (
    BeginOrder,
    ChooseOrderProducts,
    DeleteOrder,
    GivePurchaseOrderNumber,
    LinkOrderLearners,
    Newcomer,
    SetCourseDates,
    UnlinkOrderLearner,
)
from commands.orders.order_confirmation import ConfirmOrder
from projections.learners import learner_search
from projections.orders import order_search
from projections.orders.order_search import ListedOrder
from projections.orders.orders import OrderKind
from queries.orders.orders import order_details
from repositories.aggregate_types import ORDER

router = Router(prefix="/orders", tags=["orders"])

Ordered = Annotated[str, Path(alias="order", max_length=20, examples=["O-0000000042"])]


@router.get("", operation_id="listOrders")
def list_orders(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    today: Today,
    part: PagingSince,
    filters: FiltersOf,
    kind: OrderKind | None = None,
) -> ListResponse[OrderSummary]:
    """List the centre's orders of both kinds, newest first (O1, B1).

    ``reference`` finds an order by its last digits; ``product`` by what it is for: of
    entries the qualification, or the apprenticeship through which they are booked.
    """
    found = order_search.search_orders(
        reads,
        centre=scope(user),
        filters=replace(filters, kind=kind, updated_since=part.updated_since),
        limit=part.limit,
        cursor=part.cursor,
    )

    def order_summary(row: ListedOrder) -> OrderSummary:
        return order_listed(service.catalogue, row, today)

    return list_response(request, response, found, order_summary)


@router.post("", operation_id="createOrder", status_code=HTTPStatus.CREATED)
def begin_order(body: NewOrder, context: RequestContextOf) -> OrderResponse:
    """Begin an order, empty or with any of its steps done; confirm it separately (O1)."""
    require_one_pathway(body.pathway_choices)
    return context.answer_created(
        BeginOrder(
            **context.command_metadata,
            products=tuple(body.products),
            linkings=tuple(
                each.linking(context, at=("learners", place))
                for place, each in enumerate(body.learners)
            ),
            datings=datings(body.dates),
            number=body.purchase_order_number,
        ),
        respond_with_order,
        "/orders",
    )


@router.get("/{order}", operation_id="getOrder")
def get_order(order: Ordered, context: RequestContextOf) -> OrderResponse:
    """Show an order: steps, products, learners and present costs (O1, O5)."""
    return respond_with_order(context, order)


@router.put("/{order}/products", operation_id="setOrderProducts")
def choose_products(
    order: Ordered, body: ProductsRequest, context: ConditionalContextOf
) -> OrderResponse:
    """Set the products of an order; those that stay keep everything else (O2)."""
    return context.answer(
        ChooseOrderProducts(
            **context.command_metadata,
            order=order,
            products=tuple(body.products),
            confirm_loss=body.confirm_loss,
        ),
        respond_with_order,
        order,
    )


@router.put("/{order}/learners", operation_id="setOrderLearners")
def choose_learners(
    order: Ordered, body: LearnersLinked, context: ConditionalContextOf
) -> OrderResponse:
    """Link these learners and no others; those who stay keep their dates (O3)."""
    return context.answer(
        LinkOrderLearners(
            **context.command_metadata,
            order=order,
            linking=body.linking(context),
            instead=True,
            confirm_loss=body.confirm_loss,
        ),
        respond_with_order,
        order,
    )


@router.post("/{order}/learners", operation_id="addOrderLearners")
def link_learners(
    order: Ordered, body: LearnersToAdd, context: RequestContextOf
) -> OrderResponse:
    """Link more learners, groups, or one new learner (O3)."""
    new = body.new_learner
    command = LinkOrderLearners(
        **context.command_metadata,
        order=order,
        linking=body.linking(context),
        newcomer=Newcomer(
            cells=new.cells,
            alike=learner_search.finder(context.service.read_models.connection),
            is_different_person=new.confirm_different_person,
        )
        if new
        else None,
        confirm_loss=body.confirm_loss,
    )
    context.send(command)
    warnings = learner_warnings(new.cells) if new else []
    return respond_with_order(context, order).model_copy(
        update={"new_learner_warnings": warnings}
    )


@router.delete("/{order}/learners/{learner}", operation_id="removeOrderLearner")
def unlink_learner(
    order: Ordered,
    learner: Annotated[str, Path(max_length=20, examples=["L-0000000017T"])],
    context: ConditionalContextOf,
    product: Filter = None,
    *,
    confirm_loss: ConfirmLoss = False,
) -> OrderResponse:
    """Unlink a learner from a product, or from the whole order (O3)."""
    return context.answer(
        UnlinkOrderLearner(
            **context.command_metadata,
            order=order,
            learner=learner,
            product=product,
            confirm_loss=confirm_loss,
        ),
        respond_with_order,
        order,
    )


@router.put("/{order}/course-dates", operation_id="setOrderCourseDates")
def set_dates(
    order: Ordered, body: CourseDatesSet, context: ConditionalContextOf
) -> OrderResponse:
    """Set course dates, one pair for all or for some; the others stay (O4)."""
    return context.answer(
        SetCourseDates(
            **context.command_metadata,
            order=order,
            datings=datings(body.dates),
            confirm_loss=body.confirm_loss,
        ),
        respond_with_order,
        order,
    )


@router.put(
    "/{order}/purchase-order-number", operation_id="setOrderPurchaseOrderNumber"
)
def give_number(
    order: Ordered, body: PurchaseOrderNumber, context: ConditionalContextOf
) -> OrderResponse:
    """Set the purchase order number of the order or of one of its products (O1)."""
    return context.answer(
        GivePurchaseOrderNumber(
            **context.command_metadata,
            order=order,
            number=body.purchase_order_number,
            product=body.product,
        ),
        respond_with_order,
        order,
    )


@router.delete(
    "/{order}", operation_id="deleteOrder", status_code=HTTPStatus.NO_CONTENT
)
def delete_order(order: Ordered, context: ConditionalContextOf) -> None:
    """Delete a draft."""
    context.send(DeleteOrder(**context.command_metadata, order=order))


@router.post("/{order}/confirm", operation_id="confirmOrder")
def confirm_order(
    order: Ordered, body: Confirmation, context: IdempotentRequestOf
) -> OrderResponse:
    """Register every learner on every product, at the price that the user saw (O5, O6)."""
    return context.answer(
        ConfirmOrder(
            **context.command_metadata,
            order=order,
            total=body.total,
            prices=body.prices,
        ),
        respond_with_order,
        order,
    )


def respond_with_order(context: RequestContext, name: str) -> OrderResponse:
    stream, order = context.load_tagged(ORDER, name)
    return order_response(
        order_details(context.command_context, stream, order, context.today)
    )
