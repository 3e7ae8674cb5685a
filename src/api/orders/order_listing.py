"""Lists of orders of both kinds, together or one kind alone."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query
from pydantic import AwareDatetime, Field

from api.http.references import (
    CentreName,
    Filter,
)
from api.http.schemas import ResponseBody
from api.orders.order_view import Amount
from api.orders.product_filters import Products
from catalogue import Catalogue
from projections.orders.order_search import ListedOrder, OrderFilter
from projections.orders.orders import OrderKind, OrderState
from queries.orders.order_totals import total_in_list


class OrderSummary(ResponseBody, title="OrderSummary"):
    """An order in a list; the total is today's until it is confirmed."""

    order: str = Field(examples=["O-0000000042"])
    kind: OrderKind
    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    state: OrderState
    products: dict[str, int] = Field(examples=[{"Q-0005001227": 24}])
    """How many learners each product is ordered for."""
    titles: dict[str, str] = Field(
        description="What each product is called.",
        examples=[{"Q-0005001227": "Level 2 Diploma in Team Leading"}],
    )
    learners: int
    entries: int = Field(description="How many tests an order of entries is for.")
    total: Amount
    currency: str = Field(default="GBP", examples=["GBP"])
    purchase_order_number: str | None = Field(examples=["PO-2026-117"])
    begun_at: AwareDatetime
    begun_by: str = Field(examples=["admin.riverside"])
    confirmed_at: AwareDatetime | None
    updated_at: AwareDatetime


def order_filter(
    *,
    state: OrderState | None = None,
    reference: Filter = None,
    product: Products,
    learner: Filter = None,
    purchase_order_number: Annotated[str | None, Query(max_length=200)] = None,
) -> OrderFilter:
    return OrderFilter(
        state=state,
        reference=reference,
        product=product,
        learner=learner,
        purchase_order=purchase_order_number,
    )


FiltersOf = Annotated[OrderFilter, Depends(order_filter)]


def order_listed(catalogue: Catalogue, row: ListedOrder, today: date) -> OrderSummary:
    known = {ref: catalogue.products.get(ref) for ref in row.products}
    return OrderSummary(
        order=row.order,
        kind=row.kind,
        centre=row.centre,
        state=row.state,
        products=dict(row.products),
        titles={ref: each.title if each else ref for ref, each in known.items()},
        learners=row.learners,
        entries=row.entries,
        total=total_in_list(catalogue, row, today),
        purchase_order_number=row.purchase_order,
        begun_at=row.begun_at,
        begun_by=row.begun_by,
        confirmed_at=row.confirmed_at,
        updated_at=row.updated_at,
    )
