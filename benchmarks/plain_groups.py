"""Orders and claims of the service without history: a row each, and a row a learner.

Confirming makes a registration each, once only; submitting decides by the same catalogue
who is eligible. Both check what ours check, and answer with everybody by name.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import JSON, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from benchmarks.plain_service import CENTRE, Base, Learner, Opened, SignedIn, User
from catalogue import Catalogue, load
from catalogue.eligibility.assessment import AwardType, assess

PRICE = Decimal(49)
router = APIRouter(prefix="/api/v1")


class Order(Base):
    """An order of one product for many learners."""

    __tablename__ = "orders"

    number: Mapped[int] = mapped_column(primary_key=True)
    centre: Mapped[str]
    product: Mapped[str]
    starts: Mapped[date]
    ends: Mapped[date]
    confirmed_by: Mapped[str | None]


class Registration(Base):
    """A learner on an order, who is registered once it is confirmed."""

    __tablename__ = "registrations"

    number: Mapped[int] = mapped_column(primary_key=True)
    order: Mapped[int] = mapped_column(ForeignKey(Order.number), index=True)
    learner: Mapped[int] = mapped_column(ForeignKey(Learner.number))
    product: Mapped[str]
    status: Mapped[str]

    __table_args__ = (
        Index("registrations_active", "learner", "product", "status"),
        Index("registrations_found", "product", "status", "number"),
    )


class Claim(Base):
    """A claim of one qualification for many learners."""

    __tablename__ = "claims"

    number: Mapped[int] = mapped_column(primary_key=True)
    centre: Mapped[str]
    qualification: Mapped[str]
    status: Mapped[str]
    submitted_by: Mapped[str | None]


class ClaimedAward(Base):
    """What is claimed for one learner, and what came of it."""

    __tablename__ = "claimed_awards"

    claim: Mapped[int] = mapped_column(ForeignKey(Claim.number), primary_key=True)
    learner: Mapped[int] = mapped_column(ForeignKey(Learner.number), primary_key=True)
    award_type: Mapped[str]
    award_date: Mapped[date]
    grades: Mapped[dict[str, str]] = mapped_column(JSON)
    status: Mapped[str] = mapped_column(index=True)
    overall_grade: Mapped[str | None]


class Linked(BaseModel):
    """A learner of an order."""

    learner: str


class Linking(BaseModel):
    """Learners of an order."""

    learners: list[Linked]


class Dates(BaseModel):
    """When a course begins and ends."""

    starts: date
    ends: date


class NewOrder(BaseModel):
    """An order, whole."""

    products: list[str]
    learners: list[Linking]
    dates: list[Dates]


class Confirmation(BaseModel):
    """The total that was seen, in pounds."""

    total: Decimal


class OrderedLearner(BaseModel):
    """A learner of an order, by name."""

    learner: str
    given_name: str
    family_name: str
    date_of_birth: date
    pathway: str | None
    course_dates: Dates
    registration: str | None


class OrderResponse(BaseModel):
    """An order, with everybody on it."""

    order: str
    centre: str
    product: str
    total: Decimal
    confirmed_by: str | None
    learners: list[OrderedLearner]


class NewAward(BaseModel):
    """What is claimed for one learner."""

    model_config = ConfigDict(extra="forbid")

    learner: str
    award_type: str
    award_date: date
    grades: dict[str, str]


class NewClaim(BaseModel):
    """A claim, whole."""

    qualification: str
    units: list[str]
    learners: list[str]
    awards: list[NewAward]


class AwardResponse(NewAward):
    """What is claimed for one learner, by name, and what came of it."""

    given_name: str
    family_name: str
    date_of_birth: date
    status: str
    overall_grade: str | None


class ClaimResponse(BaseModel):
    """A claim, with everybody in it."""

    claim: str
    qualification: str
    status: str
    submitted_by: str | None
    counts: dict[str, int]
    awards: list[AwardResponse]


@cache
def catalogue() -> Catalogue:
    return load(Path(__file__).parents[1] / "catalogue")


@router.post("/orders", status_code=HTTPStatus.CREATED)
def begin_order(body: NewOrder, session: Opened, user: SignedIn) -> OrderResponse:
    order = Order(
        centre=user.centre,
        product=body.products[0],
        starts=body.dates[0].starts,
        ends=body.dates[0].ends,
    )
    session.add(order)
    session.flush()
    people = learners_of(
        session,
        [each.learner for linking in body.learners for each in linking.learners],
    )
    session.add_all(
        Registration(
            order=order.number, learner=each, product=order.product, status="Ordered"
        )
        for each in people
    )
    session.commit()
    return order_response(session, order)


@router.post("/orders/{order}/confirm")
def confirm_order(
    order: str, body: Confirmation, session: Opened, user: SignedIn
) -> OrderResponse:
    found = of_centre(session.get(Order, number_of(order)), user)
    lines = lines_of(session, found)
    taken = select(Registration.number).where(
        Registration.learner.in_([line.learner for line in lines]),
        Registration.product == found.product,
        Registration.status == "Active",
    )
    if session.scalar(taken) or body.total != PRICE * len(lines):
        raise HTTPException(HTTPStatus.CONFLICT, "Look at the order again.")
    for line in lines:
        line.status = "Active"
    found.confirmed_by = user.name
    session.commit()
    return order_response(session, found)


@router.post("/claims", status_code=HTTPStatus.CREATED)
def begin_claim(body: NewClaim, session: Opened, user: SignedIn) -> ClaimResponse:
    claim = Claim(centre=user.centre, qualification=body.qualification, status="Draft")
    session.add(claim)
    session.flush()
    learners_of(session, body.learners)
    session.add_all(
        ClaimedAward(
            claim=claim.number,
            learner=number_of(each.learner),
            award_type=each.award_type,
            award_date=each.award_date,
            grades=each.grades,
            status="Draft",
        )
        for each in body.awards
    )
    session.commit()
    return claim_response(session, claim)


@router.post("/claims/{claim}/submit")
def submit_claim(claim: str, session: Opened, user: SignedIn) -> ClaimResponse:
    found = of_centre(session.get(Claim, number_of(claim)), user)
    rules = catalogue().qualification(found.qualification)
    awards = awards_of(session, found)
    active = select(Registration).where(
        Registration.learner.in_([each.learner for each in awards]),
        Registration.product == found.qualification,
        Registration.status == "Active",
    )
    registered = {each.learner: each for each in session.scalars(active)}
    for award in awards:
        if (registration := registered.get(award.learner)) is None:
            award.status = "Unsubmitted"
            continue
        assessment = assess(
            rules, award.grades, award_type=AwardType(award.award_type), pathway=None
        )
        award.status = "Submitted" if assessment.eligible else "Unsubmitted"
        award.overall_grade = assessment.overall_grade
        if assessment.eligible and award.award_type == AwardType.FULL:
            registration.status = "Complete"
    found.status, found.submitted_by = "Submitted", user.name
    session.commit()
    return claim_response(session, found)


def of_centre(found: Any, user: User) -> Any:
    """Raise HTTPException (404) if it is not there, or is another centre's."""
    if found is None or found.centre != user.centre:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is nothing of that number.")
    return found


def number_of(name: str) -> int:
    return int(name.rpartition("-")[2])


def learners_of(session: Session, names: Sequence[str]) -> dict[int, Learner]:
    """Find learners by number. Raises HTTPException (404) unless all are the centre's."""
    asked = select(Learner).where(
        Learner.centre == CENTRE, Learner.number.in_(map(number_of, names))
    )
    found = {each.number: each for each in session.scalars(asked)}
    if len(found) != len(names):
        raise HTTPException(HTTPStatus.NOT_FOUND, "There are no such learners.")
    return found


def lines_of(session: Session, order: Order) -> Sequence[Registration]:
    asked = select(Registration).where(Registration.order == order.number)
    return session.scalars(asked).all()


def awards_of(session: Session, claim: Claim) -> Sequence[ClaimedAward]:
    asked = select(ClaimedAward).where(ClaimedAward.claim == claim.number)
    return session.scalars(asked).all()


def order_response(session: Session, order: Order) -> OrderResponse:
    lines = lines_of(session, order)
    people = learners_of(session, [f"L-{line.learner}" for line in lines])
    return OrderResponse(
        order=f"O-{order.number}",
        centre=order.centre,
        product=order.product,
        total=PRICE * len(lines),
        confirmed_by=order.confirmed_by,
        learners=[
            OrderedLearner(
                learner=f"L-{line.learner}",
                given_name=people[line.learner].given_name,
                family_name=people[line.learner].family_name,
                date_of_birth=people[line.learner].date_of_birth,
                pathway=None,
                course_dates=Dates(starts=order.starts, ends=order.ends),
                registration=f"R-{line.number}" if order.confirmed_by else None,
            )
            for line in lines
        ],
    )


def claim_response(session: Session, claim: Claim) -> ClaimResponse:
    awards = awards_of(session, claim)
    people = learners_of(session, [f"L-{each.learner}" for each in awards])
    return ClaimResponse(
        claim=f"AC-{claim.number}",
        qualification=claim.qualification,
        status=claim.status,
        submitted_by=claim.submitted_by,
        counts=Counter(each.status for each in awards),
        awards=[
            AwardResponse(
                learner=f"L-{each.learner}",
                given_name=people[each.learner].given_name,
                family_name=people[each.learner].family_name,
                date_of_birth=people[each.learner].date_of_birth,
                award_type=each.award_type,
                award_date=each.award_date,
                grades=each.grades,
                status=each.status,
                overall_grade=each.overall_grade,
            )
            for each in awards
        ],
    )
