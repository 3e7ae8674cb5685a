"""The response of an order: its steps, and its products with learners and costs."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field

from aggregates.learners.date_of_birth import shown_birth
from aggregates.learners.learner import Learner
from aggregates.orders.offer import Offer
from aggregates.orders.order import Order
from aggregates.orders.order_checklist import Circumstances, OrderStep
from aggregates.orders.order_confirming import price_of
from aggregates.orders.order_line import Line, OrderLineLearner
from api.http.references import CentreName, LearnerRef, learner_ref
from api.http.schemas import ResponseBody
from api.learners.learners import LearnerWarning
from events.orders.order import ConfirmedLine, CourseDates
from projections.orders.orders import OrderState
from queries.orders.orders import OrderDetails

Amount = Annotated[
    Decimal, Field(description="In pounds and pence.", examples=["98.00"])
]


class StepOfOrder(ResponseBody, title="OrderStep"):
    """A step; each sentence names one thing that it lacks."""

    model_config = ConfigDict(from_attributes=True)

    step: OrderStep
    is_complete: bool
    missing: list[str] = Field(examples=[["Link the learners."]])


class DatesResponse(ResponseBody, title="CourseDates"):
    model_config = ConfigDict(from_attributes=True)

    starts: date = Field(examples=["2026-09-01"])
    ends: date = Field(examples=["2027-07-16"])


class PathwayResponse(ResponseBody, title="PathwayRef"):
    code: str = Field(examples=["MAIN"])
    title: str = Field(examples=["Diploma"])


class PartOfOrder(ResponseBody, title="OrderQualification"):
    """A qualification of an apprenticeship, and its pathways."""

    qualification: str = Field(examples=["Q-0005001227"])
    title: str = Field(examples=["Level 2 Diploma in Team Leading"])
    pathways: list[PathwayResponse]


class LearnerOnPart(ResponseBody, title="OrderLearnerQualification"):
    """A learner on a qualification of an apprenticeship."""

    qualification: str = Field(examples=["Q-0005001227"])
    title: str = Field(examples=["Level 2 Diploma in Team Leading"])
    pathway: str | None = Field(examples=["MAIN"])
    pathway_title: str | None = Field(examples=["Diploma"])
    registration: str | None = Field(examples=["R-0000000043"])
    already_registered: str | None = Field(examples=["R-0000000007"])


class LearnerOfOrder(ResponseBody, title="OrderLearner"):
    """A learner on a product, with their pathway, dates and registration."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str = Field(examples=["Chloë"])
    family_name: str = Field(examples=["D'Arcy"])
    is_erased: bool
    """Whether the learner's personal data were erased: unlink them, to confirm."""
    date_of_birth: date | None
    pathway: str | None = Field(examples=["MAIN"])
    pathway_title: str | None = Field(examples=["Diploma"])
    course_dates: DatesResponse | None
    registration: str | None = Field(examples=["R-0000000042"])
    """What was made of it, once the order is confirmed."""
    already_registered: str | None = Field(examples=["R-0000000007"])
    """The Active registration that stands in the way, if there is one."""
    qualifications: list[LearnerOnPart] = Field(default=[])
    """The same of each qualification, on an apprenticeship."""


class ProductOfOrder(ResponseBody, title="OrderProduct"):
    """A product of an order, with the price of one registration."""

    product: str = Field(examples=["Q-0005001227"])
    title: str = Field(examples=["Level 2 Diploma in Team Leading"])
    pathways: list[PathwayResponse]
    qualifications: list[PartOfOrder]
    """What an apprenticeship consists of, at its one price."""
    why_not: list[str]
    """Why it can no longer be ordered; nothing if it can, or was."""
    price: Amount | None
    registrations: int
    """How many it makes: on an apprenticeship, of its qualifications too."""
    cost: Amount
    purchase_order_number: str | None = Field(examples=["PO-2026-117"])
    learners: list[LearnerOfOrder]


class OrderResponse(ResponseBody, title="Order"):
    """A whole order: what will be confirmed, or what was."""

    order: str = Field(examples=["O-0000000042"])
    centre: str = Field(examples=["48213"])
    centre_name: CentreName = None
    state: OrderState
    begun_at: AwareDatetime
    begun_by: str = Field(examples=["admin.riverside"])
    confirmed_at: AwareDatetime | None
    confirmed_by: str | None
    steps: list[StepOfOrder]
    learners: int
    """How many different people it is for."""
    registrations: int
    total: Amount
    currency: str = Field(default="GBP", examples=["GBP"])
    purchase_order_number: str | None = Field(examples=["PO-2026-117"])
    """That of every product without one of its own."""
    course_dates: DatesResponse | None
    """Those of every learner without dates of their own."""
    linked_to_every_product: list[str] = Field(examples=[["L-0000000017T"]])
    """Learners for whom products chosen later are ordered too."""
    linked_people: list[LearnerRef]
    """The same learners, by name."""
    products: list[ProductOfOrder]
    new_learner_warnings: list[LearnerWarning] = Field(default=[])
    """What is odd about a learner who was just made known with the order."""


def order_response(shown: OrderDetails) -> OrderResponse:
    order, confirmed, people = shown.order, shown.confirmed, shown.people
    return OrderResponse(
        order=order.order,
        centre=order.centre,
        centre_name=shown.centre_name,
        state=OrderState.CONFIRMED if confirmed else OrderState.DRAFT,
        begun_at=shown.begun.recorded_at,
        begun_by=shown.begun.user,
        confirmed_at=confirmed.recorded_at if confirmed else None,
        confirmed_by=confirmed.user if confirmed else None,
        steps=[StepOfOrder.model_validate(step) for step in shown.steps],
        learners=len(order.everybody),
        registrations=order.registrations(shown.found.offers),
        total=shown.total,
        purchase_order_number=order.purchase_order,
        course_dates=dates_response(order.dates),
        linked_to_every_product=list(order.learners),
        linked_people=[learner_ref(people[who]) for who in order.learners],
        products=[
            product_response(order, product, line, shown.found, people)
            for product, line in order.lines.items()
        ],
    )


def product_response(
    order: Order,
    product: str,
    line: Line,
    found: Circumstances,
    people: Mapping[str, Learner],
) -> ProductOfOrder:
    offer = found.offers.get(product)
    price = price_of(order, product, found.offers)
    lines = order.confirmed.lines if order.confirmed else ()
    made = next((each for each in lines if each.product == product), None)
    pathways = {
        learner: offer.pathway(place.pathway) if offer else place.pathway
        for learner, place in line.learners.items()
    }
    learners = [
        LearnerOfOrder(
            learner=learner,
            given_name=people[learner].details.given_name,
            family_name=people[learner].details.family_name,
            is_erased=people[learner].is_erased,
            date_of_birth=shown_birth(people[learner].details.date_of_birth),
            pathway=pathways[learner],
            pathway_title=pathway_title(offer, pathways[learner]),
            course_dates=dates_response(order.dates_of(product, learner)),
            registration=made.registrations.get(learner) if made else None,
            already_registered=found.active.get((learner, product)),
            qualifications=[
                learner_on_part(part, learner, place, made, found)
                for part in (offer.parts if offer else ())
            ],
        )
        for learner, place in line.learners.items()
    ]
    return ProductOfOrder(
        product=product,
        title=found.title(product),
        pathways=pathways_response(offer) if offer else [],
        qualifications=[
            PartOfOrder(
                qualification=part.product,
                title=part.title,
                pathways=pathways_response(part),
            )
            for part in (offer.parts if offer else ())
        ],
        why_not=list(offer.why_not) if offer else [],
        price=price,
        registrations=len(learners) * (offer.registrations if offer else 1),
        cost=(price or Decimal("0.00")) * len(learners),
        purchase_order_number=order.number_of(product),
        learners=learners,
    )


def learner_on_part(
    part: Offer,
    learner: str,
    place: OrderLineLearner,
    made: ConfirmedLine | None,
    found: Circumstances,
) -> LearnerOnPart:
    of_part = {each.qualification: each for each in (made.parts if made else ())}
    registered = of_part.get(part.product)
    pathway = part.pathway(place.pathway_on(part.product))
    return LearnerOnPart(
        qualification=part.product,
        title=part.title,
        pathway=pathway,
        pathway_title=pathway_title(part, pathway),
        registration=registered.registrations.get(learner) if registered else None,
        already_registered=found.active.get((learner, part.product)),
    )


def pathway_title(offer: Offer | None, pathway: str | None) -> str | None:
    return offer.pathways.get(pathway) if offer and pathway else None


def pathways_response(offer: Offer) -> list[PathwayResponse]:
    return [PathwayResponse(code=c, title=title) for c, title in offer.pathways.items()]


def dates_response(dates: CourseDates | None) -> DatesResponse | None:
    return DatesResponse.model_validate(dates) if dates else None
