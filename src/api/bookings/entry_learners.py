"""Whether a learner can be entered for a test, and why not (B2)."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from aggregates.errors import NotFound
from api.http.references import PATTERN
from api.http.request_context import RequestContextOf
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from api.learners.learners import Called
from events.bookings.entry_order import Entry
from queries.bookings.entry_learners import look_up_entries
from queries.titles import title_of, unit_title
from repositories.aggregate_types import LEARNER

router = Router(prefix="/entry-orders", tags=["bookings"])

Product = Annotated[
    str, Query(max_length=20, pattern=PATTERN, examples=["Q-0005001227"])
]


class LearnerLookedUp(ResponseBody, title="EntryLearner"):
    """Whether a learner can be entered for a test, through which registration, and why not (B2)."""

    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    qualification: str = Field(examples=["Q-0005001227"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])
    unit: str = Field(examples=["F/506/1934"])
    unit_title: str | None = Field(examples=["Participate in a project"])
    can_be_entered: bool
    reasons: list[str]
    registration: str | None = Field(
        examples=["R-0000000042"],
        description="The Active registration, if there is one.",
    )
    apprenticeship: str | None = Field(
        description="The apprenticeship that the learner came with and is booked through."
    )
    apprenticeship_title: str | None


@router.get("/learners/{learner}", operation_id="getEntryLearner")
def looked_up(
    learner: Called,
    context: RequestContextOf,
    qualification: Product,
    unit: Annotated[str, Query(max_length=20, examples=["F/506/1934"])],
    apprenticeship: Annotated[
        str | None,
        Query(
            max_length=20,
            pattern=PATTERN,
            description="The apprenticeship to book through.",
        ),
    ] = None,
) -> LearnerLookedUp:
    """Look up why a learner cannot be entered for a test (B2, B7)."""
    _, person = context.load(LEARNER, learner)
    if qualification not in context.command_context.catalogue.qualifications:
        raise NotFound(what="qualification", name=qualification)
    asked = Entry(
        learner=learner,
        qualification=qualification,
        apprenticeship=apprenticeship,
        unit=unit,
        delivery="",
    )
    found = look_up_entries(
        context.command_context, person.centre, [asked], context.at
    )[asked]
    place = found.place
    return LearnerLookedUp(
        learner=learner,
        given_name=person.details.given_name,
        family_name=person.details.family_name,
        qualification=qualification,
        title=title_of(context.command_context.catalogue, qualification),
        unit=unit,
        unit_title=unit_title(context.command_context.catalogue, qualification, unit),
        can_be_entered=not found.reasons,
        reasons=[*found.reasons],
        registration=place.registration.registration if place else None,
        apprenticeship=place.apprenticeship if place else None,
        apprenticeship_title=title_of(
            context.command_context.catalogue, place.apprenticeship if place else None
        ),
    )
