"""Filters of lists by product: by reference, whole or short, or by QN."""

from typing import Annotated

from fastapi import Depends, Query

from aggregates.orders.product_search import products_meant
from api.http.dependencies import ServiceOf
from api.http.references import PATTERN

ProductText = Annotated[
    str | None,
    Query(
        max_length=20,
        pattern=PATTERN,
        description="A reference, whole or its last three digits or more, or a QN.",
    ),
]


def products(service: ServiceOf, product: ProductText = None) -> frozenset[str] | None:
    """Return the products meant; None means all."""
    return None if product is None else products_meant(service.catalogue, product)


def qualifications(
    service: ServiceOf, qualification: ProductText = None
) -> frozenset[str] | None:
    """Return the qualifications meant; None means all."""
    return products(service, qualification)


Products = Annotated[frozenset[str] | None, Depends(products)]
Qualifications = Annotated[frozenset[str] | None, Depends(qualifications)]
