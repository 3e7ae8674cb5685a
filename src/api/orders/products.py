"""Products over HTTP: what can be ordered, and why other products cannot."""

from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import Field

from access.accounts import SignedInUser
from aggregates.errors import NotFound
from aggregates.orders.offer import (
    Product,
    Terms,
    offer,
    product_on,
    products_on,
    qualifications_of,
)
from aggregates.orders.product_search import is_found_by
from api.http.dependencies import CurrentUser, Paging, ServiceOf, Today, scope
from api.http.responses import ListResponse, list_response, page_of
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from api.orders.order_view import Amount
from api.orders.product_grading import GradingOfProduct, grading_response
from catalogue import Catalogue, Qualification
from commands.registrations.registration import approvals_of
from service import Service

router = Router(prefix="/products", tags=["products"])

Text = Annotated[str, Query(max_length=100)]
Centre = Annotated[
    str | None,
    Query(
        max_length=20, description="Whose approvals count; one's own if one has any."
    ),
]


class ProductKind(StrEnum):
    """The kinds of products."""

    QUALIFICATION = "qualification"
    APPRENTICESHIP = "apprenticeship"


class QualificationOfProduct(ResponseBody, title="ApprenticeshipQualification"):
    """A qualification of an apprenticeship, by today's rules."""

    product: str = Field(examples=["Q-0005001227"])
    number: str = Field(examples=["601/3450/1"])
    title: str = Field(examples=["Level 2 Diploma in Team Leading"])
    level: int
    pathways: list[str] = Field(examples=[["MAIN"]])
    """One of them is chosen per learner where there are several."""


class ProductSummary(ResponseBody, title="ProductSummary"):
    """A product, whether it can be ordered today, and each reason why not (O2)."""

    product: str = Field(examples=["Q-0005001227"])
    kind: ProductKind
    title: str = Field(examples=["Level 2 Diploma in Team Leading"])
    number: str | None = Field(examples=["601/3450/1"])
    suite: str | None = Field(examples=["Work-based learning"])
    subject_area: str | None = Field(examples=["Business and management"])
    level: int | None = Field(examples=[2])
    price: Amount
    currency: str = Field(default="GBP", examples=["GBP"])
    registration_opens: date
    registration_closes: date
    can_be_ordered: bool
    why_not: list[str] = Field(examples=[[]])
    qualifications: list[QualificationOfProduct] = Field(examples=[[]])
    """What an apprenticeship consists of."""


class UnitOfProduct(ResponseBody, title="Unit"):
    """A unit; ``price`` is that of its test."""

    number: int = Field(examples=[1])
    reference: str = Field(examples=["L/506/1788"])
    title: str
    group: str = Field(examples=["A"])
    level: int
    credits: int
    glh: int
    mandatory: bool
    assessment: str = Field(examples=["internal"])
    grades: list[str] = Field(examples=[["P"]])
    achieving: list[str] = Field(examples=[["P"]])
    equivalent_to: str | None = Field(examples=[None])
    delivery: list[str] = Field(examples=[["Onscreen", "Paper"]])
    minutes: int | None
    maximum_mark: int | None
    price: Amount | None


class PathwayOfProduct(ResponseBody, title="Pathway"):
    """A way through a qualification, its rules as sentences."""

    code: str = Field(examples=["MAIN"])
    title: str = Field(examples=["Diploma"])
    rules: list[str] = Field(examples=[["At least 12 credits from group B."]])
    mandatory_units: list[str] = Field(examples=[["L/506/1788"]])


class ProductResponse(ProductSummary, title="Product"):
    """A whole product; an apprenticeship has the units of its qualifications."""

    rules_version: int | None
    certification_ends: date | None
    grading: GradingOfProduct | None
    pathways: list[PathwayOfProduct]
    units: list[UnitOfProduct]


@router.get("", operation_id="listProducts")
def list_products(
    *,
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    today: Today,
    part: Paging,
    search: Annotated[
        str,
        Query(
            max_length=100,
            description="Part of a title, QN or reference; three last digits do.",
        ),
    ] = "",
    level: Annotated[int | None, Query(ge=0, le=20)] = None,
    suite: Text = "",
    kind: ProductKind | None = None,
    can_be_ordered: bool | None = None,
    centre: Centre = None,
) -> ListResponse[ProductSummary]:
    """List products by title; those that cannot be ordered have reasons (O2)."""
    terms = terms_of(service, user, centre, today)
    rows = [
        row
        for product in products_on(service.catalogue, terms.today)
        if is_found_by(product, search)
        and (row := product_listed(service.catalogue, product, terms))
        and level in {None, row.level}
        and suite in {"", row.suite}
        and kind in {None, row.kind}
        and can_be_ordered in {None, row.can_be_ordered}
    ]
    rows.sort(key=attrgetter("title", "product"))
    return list_response(request, response, page_of(rows, part), lambda row: row)


@router.get("/{product}", operation_id="getProduct")
def get_product(
    product: Annotated[str, Path(max_length=20, examples=["Q-0005001227"])],
    user: CurrentUser,
    service: ServiceOf,
    today: Today,
    centre: Centre = None,
) -> ProductResponse:
    """Show a product: units, pathways, and rules of combination as sentences (O2)."""
    terms = terms_of(service, user, centre, today)
    found = product_on(service.catalogue, product, terms.today)
    if found is None:
        raise NotFound(what="product", name=product)
    of_all = product_listed(service.catalogue, found, terms).model_dump()
    if not isinstance(found, Qualification):
        return ProductResponse(
            **of_all,
            rules_version=None,
            certification_ends=None,
            grading=None,
            pathways=[],
            units=[],
        )
    return ProductResponse(
        **of_all,
        rules_version=found.version,
        certification_ends=found.certification_ends,
        grading=grading_response(found.grading),
        pathways=[
            PathwayOfProduct(
                code=pathway.code,
                title=pathway.title,
                rules=list(pathway.sentences),
                mandatory_units=[unit.reference for unit in pathway.mandatory_units],
            )
            for pathway in found.pathways
        ],
        units=[
            UnitOfProduct(
                number=unit.number,
                reference=unit.reference,
                title=unit.title,
                group=unit.group,
                level=unit.level,
                credits=unit.credits,
                glh=unit.glh,
                mandatory=found.is_mandatory(unit.reference),
                assessment=unit.assessment,
                grades=list(unit.grades),
                achieving=list(unit.achieving),
                equivalent_to=unit.equivalent_to,
                delivery=list(unit.delivery),
                minutes=unit.minutes,
                maximum_mark=unit.maximum_mark,
                price=unit.price,
            )
            for unit in found.units
        ],
    )


def terms_of(
    service: Service, user: SignedInUser, centre: str | None, today: date
) -> Terms:
    """Return whose approvals count: the user's own centre's, or those of the centre asked for."""
    whose = scope(user, centre)
    approvals = approvals_of(service.context, whose)[1] if whose else None
    return Terms(approvals=approvals, today=today)


def product_listed(
    catalogue: Catalogue, product: Product, terms: Terms
) -> ProductSummary:
    offered = offer(product, terms)
    qualification = product if isinstance(product, Qualification) else None
    return ProductSummary(
        product=product.reference,
        kind=ProductKind.QUALIFICATION if qualification else ProductKind.APPRENTICESHIP,
        title=product.title,
        number=qualification.number if qualification else None,
        suite=qualification.suite if qualification else None,
        subject_area=qualification.subject_area if qualification else None,
        level=qualification.level if qualification else None,
        price=product.price,
        registration_opens=product.registration.opens,
        registration_closes=product.registration.closes,
        can_be_ordered=not offered.why_not,
        why_not=list(offered.why_not),
        qualifications=[
            QualificationOfProduct(
                product=part.reference,
                number=part.number,
                title=part.title,
                level=part.level,
                pathways=[pathway.code for pathway in part.pathways],
            )
            for part in qualifications_of(catalogue, product, terms.today)
        ],
    )
