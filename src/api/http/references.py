"""Identifiers in requests, and names in responses."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import Path, Query
from pydantic import Field
from sqlalchemy import Connection

from aggregates.learners.learner import Learner
from api.http.schemas import ResponseBody
from catalogue import Catalogue
from commands.command import CommandContext
from projections.learners import learner_names
from queries.centres.centres import centre_names
from queries.learners.learners import open_learners

PATTERN = "^[A-Za-z0-9/-]*$"

Name = Annotated[str, Field(max_length=20, pattern=PATTERN)]
LearnerName = Annotated[Name, Field(examples=["L-0000000017T"])]
ProductName = Annotated[Name, Field(examples=["Q-0005001227"])]
Filter = Annotated[str | None, Query(max_length=20, pattern=PATTERN)]
NameFilter = Annotated[
    str | None,
    Query(
        max_length=200, description="The learner's given name, family name, or both."
    ),
]
Claimed = Annotated[str, Path(alias="claim", max_length=20, examples=["AC-0000000042"])]


UnitTitles = Annotated[
    dict[str, str],
    Field(
        description="What each unit of the qualification is called.",
        examples=[{"L/506/1788": "Manage personal performance and development"}],
    ),
]

ConfirmLoss = Annotated[
    bool, Field(description="Go on although what was typed is lost by it.")
]


CentreName = Annotated[str | None, Field(examples=["Riverside Training"])]


class OfCentre(Protocol):
    """Something with a centre's number, and its name beside it."""

    centre: Any
    centre_name: str | None


S = TypeVar("S", bound=OfCentre)


class LearnerRef(ResponseBody, title="LearnerRef"):
    learner: str = Field(examples=["L-0000000042Y"])
    given_name: str = Field(examples=["Zoë"])
    family_name: str = Field(examples=["Müller"])


class ProductRef(ResponseBody, title="ProductRef"):
    reference: str = Field(examples=["Q-0005001227"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])


class QualificationRef(ResponseBody, title="QualificationRef"):
    reference: str = Field(examples=["Q-0005001227"])
    number: str = Field(examples=["601/3450/1"])
    title: str = Field(examples=["Level 2 Diploma in Team Leading"])


def qualification_ref(catalogue: Catalogue, reference: str) -> QualificationRef:
    found = catalogue.qualification(reference)
    return QualificationRef(reference=reference, number=found.number, title=found.title)


def with_centre_name(context: CommandContext, shown: S) -> S:
    """Fill in the centre's name, from events."""
    name_centres(context, [shown])
    return shown


def name_centres(context: CommandContext, shown: Iterable[OfCentre]) -> None:
    """Fill in the centres' names of listed things, from events."""
    bare = [each for each in shown if each.centre is not None]
    names = centre_names(context, {each.centre for each in bare})
    for each in bare:
        each.centre_name = names.get(each.centre)


def learner_refs(
    context: CommandContext, learners: Iterable[str], *, seen_by: str | None
) -> list[LearnerRef]:
    """Return learners with their names, in the order given."""
    called = list(learners)
    people = open_learners(context, called, seen_by=seen_by)
    return [learner_ref(people[who]) for who in called]


def learner_ref(person: Learner) -> LearnerRef:
    return LearnerRef(
        learner=person.learner,
        given_name=person.details.given_name,
        family_name=person.details.family_name,
    )


def learner_refs_by_id(
    reads: Connection,
    context: CommandContext,
    learners: Iterable[str],
    *,
    seen_by: str | None,
) -> Mapping[str, LearnerRef]:
    """Return the names of a list's learners from the read models, without their streams.

    The streams of transferred learners are loaded, for the names that ``open_learners``
    gives.
    """
    wanted = set(learners)
    named = {
        who: LearnerRef(
            learner=who, given_name=each.given_name, family_name=each.family_name
        )
        for who, each in learner_names.names_of(reads, wanted).items()
        if seen_by in {None, each.centre}
    }
    others = open_learners(context, wanted - named.keys(), seen_by=seen_by)
    return named | {who: learner_ref(each) for who, each in others.items()}
