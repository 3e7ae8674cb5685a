"""Orders over HTTP: put together in steps, then confirmed at the price seen."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.answers import Listed, answer, listed, show
from api.dependencies import (
    By,
    CurrentUser,
    IfMatch,
    Now,
    Paging,
    Reads,
    ServiceOf,
    scope,
)
from api.order_bodies import (
    Confirmation,
    CourseDatesSet,
    LearnersAdded,
    LearnersLinked,
    NewOrder,
    ProductsChosen,
    PurchaseOrderNumber,
    datings,
)
from api.order_view import OrderListed, OrderShown, order_listed, order_shown
from api.retries import OnceOnly
from commands.command import LONDON, Command, Done
from commands.order import (
    BeginOrder,
    ChooseOrderProducts,
    DeleteOrder,
    GivePurchaseOrderNumber,
    LinkOrderLearners,
    Newcomer,
    SetCourseDates,
    UnlinkOrderLearner,
    read_order,
)
from commands.order_confirmation import ConfirmOrder
from projections import learner_search, orders
from projections.orders import ListedOrder, State
from service import Service

router = APIRouter(prefix="/orders", tags=["orders"])

Ordered = Annotated[str, Path(alias="order", max_length=20, examples=["O-0000000042"])]
Filter = Annotated[str | None, Query(max_length=20, pattern="^[A-Za-z0-9/-]*$")]


@router.get("")
def search(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    now: Now,
    part: Paging,
    state: State | None = None,
    reference: Filter = None,
    learner: Filter = None,
    purchase_order_number: Annotated[
        str | None, Query(max_length=200, pattern=r"^[^\x00]*$")
    ] = None,
) -> Listed[OrderListed]:
    """List the centre's orders, newest first; ``reference`` finds by its last digits."""
    found = orders.search(
        reads,
        centre=scope(user),
        state=state,
        reference=reference,
        learner=learner,
        purchase_order=purchase_order_number,
        limit=part.limit,
        cursor=part.cursor,
    )
    today = now.astimezone(LONDON).date()

    def shown(row: ListedOrder) -> OrderListed:
        return order_listed(service.catalogue, row, today)

    return listed(request, response, found, shown)


@router.post("", status_code=HTTPStatus.CREATED)
def begin(
    body: NewOrder, response: Response, service: ServiceOf, by: By, now: Now
) -> OrderShown:
    """Begin an order, empty or with any of its steps; confirming is apart (O1)."""
    command = BeginOrder(
        by=by,
        at=now,
        products=tuple(body.products),
        linkings=tuple(each.linking for each in body.learners),
        datings=datings(body.dates),
        number=body.purchase_order_number,
    )
    done = service.send(command)
    response.headers["Location"] = f"/api/v1/orders/{done.made}"
    return shown(response, service, done.made, command, done)


@router.get("/{order}")
def one(
    order: Ordered, response: Response, service: ServiceOf, by: By, now: Now
) -> OrderShown:
    """Show an order: steps, products, learners and costs as things stand (O1, O5)."""
    return shown(response, service, order, Command(by=by, at=now))


@router.put("/{order}/products")
def choose_products(
    order: Ordered,
    body: ProductsChosen,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
) -> OrderShown:
    """Choose what is ordered, all of it; products that stay keep all else (O2)."""
    command = ChooseOrderProducts(
        by=by, at=now, expect=expect, order=order, products=tuple(body.products)
    )
    return shown(response, service, order, command, service.send(command))


@router.put("/{order}/learners")
def choose_learners(
    order: Ordered,
    body: LearnersLinked,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
) -> OrderShown:
    """Link these learners and no others; those who stay keep their dates (O3)."""
    command = LinkOrderLearners(
        by=by,
        at=now,
        expect=expect,
        order=order,
        linking=body.linking,
        instead=True,
    )
    return shown(response, service, order, command, service.send(command))


@router.post("/{order}/learners")
def link_learners(
    order: Ordered,
    body: LearnersAdded,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
) -> OrderShown:
    """Link more learners, groups of them, or one who is made known with it (O3)."""
    new = body.new_learner
    command = LinkOrderLearners(
        by=by,
        at=now,
        order=order,
        linking=body.linking,
        newcomer=Newcomer(
            cells=new.cells,
            alike=learner_search.finder(service.read_models.connection),
            is_different_person=new.confirm_different_person,
        )
        if new
        else None,
    )
    return shown(response, service, order, command, service.send(command))


@router.delete("/{order}/learners/{learner}")
def unlink_learner(
    order: Ordered,
    learner: Annotated[str, Path(max_length=20, examples=["L-0000000017T"])],
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
    product: Filter = None,
) -> OrderShown:
    """Take a learner off a product, or off the whole order (O3)."""
    command = UnlinkOrderLearner(
        by=by, at=now, expect=expect, order=order, learner=learner, product=product
    )
    return shown(response, service, order, command, service.send(command))


@router.put("/{order}/course-dates")
def set_dates(
    order: Ordered,
    body: CourseDatesSet,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
) -> OrderShown:
    """Set course dates, one pair for all or for some; the others stay (O4)."""
    command = SetCourseDates(
        by=by, at=now, expect=expect, order=order, datings=datings(body.dates)
    )
    return shown(response, service, order, command, service.send(command))


@router.put("/{order}/purchase-order-number")
def give_number(
    order: Ordered,
    body: PurchaseOrderNumber,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
) -> OrderShown:
    """Say what the purchase is called, for the order or one of its products (O1)."""
    command = GivePurchaseOrderNumber(
        by=by,
        at=now,
        expect=expect,
        order=order,
        number=body.number,
        product=body.product,
    )
    return shown(response, service, order, command, service.send(command))


@router.delete("/{order}", status_code=HTTPStatus.NO_CONTENT)
def delete(
    order: Ordered,
    response: Response,
    service: ServiceOf,
    by: By,
    now: Now,
    expect: IfMatch,
) -> None:
    """Throw a draft away."""
    command = DeleteOrder(by=by, at=now, expect=expect, order=order)
    answer(response, service.send(command))


@router.post("/{order}/confirm")
def confirm(
    order: Ordered,
    body: Confirmation,
    response: Response,
    service: ServiceOf,
    retry: OnceOnly,
    now: Now,
) -> OrderShown:
    """Register every learner on every product, at the price that was seen (O5, O6)."""
    command = ConfirmOrder(
        by=retry.by, at=now, order=order, total=body.total, prices=body.prices
    )
    return shown(response, service, order, command, retry.send(command))


def shown(
    response: Response,
    service: Service,
    name: str,
    asked: Command,
    done: Done | None = None,
) -> OrderShown:
    stream, order = read_order(name, asked.by, service.desk)
    show(response, stream)
    if done is not None:
        answer(response, done)
    return order_shown(service.desk, stream, order, asked.today)
