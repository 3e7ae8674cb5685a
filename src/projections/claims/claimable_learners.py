"""Claimable learners: who could be claimed for on each qualification (M2, M4)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Connection, Row, func, select

from aggregates.claims.claimable import Approved
from aggregates.learners.details import ERASED
from aggregates.learners.uln import read_uln
from aggregates.registrations.registration_state import Status
from projections.learners.learner_search import named_so
from projections.learners.learners import LEARNERS
from projections.paging import Page, page
from projections.registrations.registration_rows import COUNTS, REGISTRATIONS


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
    LearnerColumn.GIVEN_NAME: LEARNERS.c.given_sorted,
    LearnerColumn.FAMILY_NAME: LEARNERS.c.family_sorted,
    LearnerColumn.DATE_OF_BIRTH: LEARNERS.c.date_of_birth,
    LearnerColumn.ULN: func.coalesce(LEARNERS.c.uln, ""),
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
    its = COUNTS.c
    found: defaultdict[str, dict[str | None, Registered]] = defaultdict(dict)
    query = select(COUNTS).where(its.centre == centre, its.registered > 0)
    for row in connection.execute(query):
        counted = Registered(registered=row.registered, active=row.active)
        found[row.product][row.apprenticeship or None] = counted
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
            REGISTRATIONS.c.product == qualification,
            REGISTRATIONS.c.status == Status.ACTIVE,
            LEARNERS.c.date_of_birth != ERASED.date_of_birth,
        )
    )
    if not approved.alone:
        came_with = REGISTRATIONS.c.apprenticeship
        query = query.where(came_with.in_(approved.apprenticeships))
    query = query.where(
        *named_so(filters.given_name, "given_name"),
        *named_so(filters.family_name, "family_name"),
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
