"""Claimable learners: who could be claimed for on each qualification (M2, M4)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Column, Connection, Date, Row, String, Table, case, func, select

from aggregates.claims.claimable import Approved
from aggregates.learners.details import ERASED, Details
from aggregates.learners.uln import read_uln
from aggregates.registrations.registration_state import Status
from events.learners.learner import (
    LearnerCreated,
    LearnerDetailsAmended,
    LearnerErased,
    LearnerIdentityAmended,
)
from events.registrations.registration import (
    PathwayChanged,
    RegistrationMade,
    RegistrationTransferred,
)
from projections.claims.results import in_words
from projections.learners.names_sought import has_word, is_named
from projections.paging import Page, page
from projections.read_model import METADATA, ReadModel
from projections.registrations.registration_status import (
    ACTIVE,
    STATUS_EVENTS,
    registration_status_after,
)
from projections.rows import Rows, Values
from store import Recorded

LEARNERS = Table(
    "claimable_people",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("learner", String, nullable=False, index=True),
    Column("given_name", String, nullable=False),
    Column("family_name", String, nullable=False),
    Column("given_words", String, nullable=False),
    Column("family_words", String, nullable=False),
    Column("date_of_birth", Date, nullable=False),
    Column("uln", String, nullable=False),
)
REGISTRATIONS = Table(
    "claimable_registrations",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("registration", String, nullable=False),
    Column("learner", String, nullable=False, index=True),
    Column("centre", String, nullable=False, index=True),
    Column("qualification", String, nullable=False, index=True),
    Column("pathway", String),
    Column("apprenticeship", String),
    Column("status", String, nullable=False),
    Column("completed_by", String),
)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        stream = str(recorded.stream)
        match recorded.event:
            case LearnerCreated() as event:
                row = {
                    "stream": stream,
                    "learner": event.learner,
                    **_name_columns(event),
                }
                rows.put(LEARNERS, {**row, "uln": event.uln or ""})
            case LearnerIdentityAmended() as event:
                rows.change(LEARNERS, stream, **_name_columns(event))
            case LearnerDetailsAmended(uln=uln):
                rows.change(LEARNERS, stream, uln=uln or "")
            case LearnerErased():
                rows.change(LEARNERS, stream, **_name_columns(ERASED), uln="")
            case RegistrationMade(parts=()) as event:
                rows.put(
                    REGISTRATIONS, {"stream": stream, **_registration_columns(event)}
                )
            case RegistrationTransferred(centre=centre):
                rows.change(REGISTRATIONS, stream, centre=centre)
            case PathwayChanged(pathway=pathway):
                rows.change(REGISTRATIONS, stream, pathway=pathway)
            case event if isinstance(event, STATUS_EVENTS):
                stands = registration_status_after(
                    event, rows.get(REGISTRATIONS, stream)
                )
                rows.change(REGISTRATIONS, stream, **stands)
            case _:
                pass


def _name_columns(event: LearnerCreated | LearnerIdentityAmended | Details) -> Values:
    return {
        "given_name": event.given_name,
        "family_name": event.family_name,
        "given_words": in_words(event.given_name),
        "family_words": in_words(event.family_name),
        "date_of_birth": event.date_of_birth,
    }


def _registration_columns(event: RegistrationMade) -> Values:
    return {
        "registration": event.registration,
        "learner": event.learner,
        "centre": event.centre,
        "qualification": event.product,
        "pathway": event.pathway,
        "apprenticeship": event.apprenticeship,
        **ACTIVE,
    }


READ_MODEL = ReadModel(
    name="claimable-learners",
    version=5,
    tables=(LEARNERS, REGISTRATIONS),
    handles=frozenset(
        {
            LearnerCreated,
            LearnerIdentityAmended,
            LearnerDetailsAmended,
            LearnerErased,
            RegistrationMade,
            RegistrationTransferred,
            PathwayChanged,
            *STATUS_EVENTS,
        }
    ),
    fold=fold,
)


@dataclass(frozen=True, kw_only=True)
class Registered:
    """How many registrations a centre has on a qualification, and how many Active."""

    registered: int
    active: int


@dataclass(frozen=True, kw_only=True)
class ClaimableLearner:
    """A learner with an Active registration, who can be claimed for."""

    learner: str
    given_name: str
    family_name: str
    date_of_birth: date
    uln: str | None
    registration: str
    pathway: str | None


class LearnerColumn(StrEnum):
    """What the list can be sorted by."""

    LEARNER = "learner"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    DATE_OF_BIRTH = "date_of_birth"
    ULN = "uln"


SORTED_BY = {
    LearnerColumn.LEARNER: LEARNERS.c.learner,
    LearnerColumn.GIVEN_NAME: LEARNERS.c.given_words,
    LearnerColumn.FAMILY_NAME: LEARNERS.c.family_words,
    LearnerColumn.DATE_OF_BIRTH: LEARNERS.c.date_of_birth,
    LearnerColumn.ULN: LEARNERS.c.uln,
}


@dataclass(frozen=True, kw_only=True)
class ClaimableLearnerFilter:
    """What is looked for in the five columns, all of it together."""

    learner: str = ""
    given_name: str = ""
    family_name: str = ""
    date_of_birth: date | None = None
    uln: str = ""


EVERY_WAY = Approved(alone=True)


def counts(
    connection: Connection, *, centre: str
) -> Mapping[str, Mapping[str | None, Registered]]:
    """Count the centre's registrations by qualification (M2).

    And then by the apprenticeship that they came with, None for none (O7).
    """
    is_active = case((REGISTRATIONS.c.status == Status.ACTIVE, 1))
    query = (
        select(
            REGISTRATIONS.c.qualification,
            REGISTRATIONS.c.apprenticeship,
            func.count().label("registered"),
            func.count(is_active).label("active"),
        )
        .where(REGISTRATIONS.c.centre == centre)
        .group_by(REGISTRATIONS.c.qualification, REGISTRATIONS.c.apprenticeship)
    )
    found: defaultdict[str, dict[str | None, Registered]] = defaultdict(dict)
    for row in connection.execute(query):
        counted = Registered(registered=row.registered, active=row.active)
        found[row.qualification][row.apprenticeship] = counted
    return found


def search_claimable_learners(
    connection: Connection,
    *,
    centre: str,
    qualification: str,
    filters: ClaimableLearnerFilter,
    approved: Approved = EVERY_WAY,
    sort: LearnerColumn = LearnerColumn.LEARNER,
    descending: bool = False,
    limit: int,
    cursor: str | None = None,
) -> Page[ClaimableLearner]:
    """List who can be claimed for on a qualification (M4), as the centre is approved.

    Nobody can whose personal data were erased: there is no name for a certificate.
    Names are found by the start of any word, numbers by any part of them.
    """
    joined = REGISTRATIONS.c.learner == LEARNERS.c.learner
    query = (
        select(LEARNERS, REGISTRATIONS.c.registration, REGISTRATIONS.c.pathway)
        .join(REGISTRATIONS, joined)
        .where(
            REGISTRATIONS.c.centre == centre,
            REGISTRATIONS.c.qualification == qualification,
            REGISTRATIONS.c.status == Status.ACTIVE,
            LEARNERS.c.date_of_birth != ERASED.date_of_birth,
        )
    )
    if not approved.alone:
        came_with = REGISTRATIONS.c.apprenticeship
        query = query.where(came_with.in_(approved.apprenticeships))
    its = LEARNERS.c
    query = query.where(
        *is_named(filters.given_name, has_word(its.given_words), its.given_name),
        *is_named(filters.family_name, has_word(its.family_words), its.family_name),
    )
    for column, text in (
        (LEARNERS.c.learner, filters.learner.strip().upper()),
        (LEARNERS.c.uln, read_uln(filters.uln.strip())),
    ):
        if text:
            query = query.where(column.contains(text, autoescape=True))
    if filters.date_of_birth is not None:
        query = query.where(LEARNERS.c.date_of_birth == filters.date_of_birth)
    first = SORTED_BY[sort]
    by = [first] if sort is LearnerColumn.LEARNER else [first, LEARNERS.c.learner]
    return page(
        connection,
        query,
        by=by,
        make=_claimable_learner,
        limit=limit,
        cursor=cursor,
        descending=descending,
    )


def _claimable_learner(row: Row[tuple[object, ...]]) -> ClaimableLearner:
    return ClaimableLearner(
        learner=row.learner,
        given_name=row.given_name,
        family_name=row.family_name,
        date_of_birth=row.date_of_birth,
        uln=row.uln or None,
        registration=row.registration,
        pathway=row.pathway,
    )
