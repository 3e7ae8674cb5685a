"""Claimable learners: the learners to claim for on each qualification (M2, M4)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Connection, Row, and_, case, func, select

from aggregates.claims.claimable import Approved
from aggregates.learners.details import ERASED
from aggregates.learners.uln import read_uln
from aggregates.registrations.registration_state import Status
from projections.identifiers import equal_to
from projections.learners.learner_search import SORTS as LEARNER_SORTS
from projections.learners.learners import LEARNERS
from projections.learners.names_sought import NAMES, named_so
from projections.paging import MOST_SORTED, Narrowed, Page, page
from projections.registrations.registration_rows import COUNTS, REGISTRATIONS


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A centre's number of registrations on a qualification, and of Active ones."""

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
    """The columns that can sort the list."""

    LEARNER = "learner"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    DATE_OF_BIRTH = "date_of_birth"
    ULN = "uln"


SORTED_BY: Mapping[LearnerColumn, Sequence[Column[Any]]] = {
    LearnerColumn.LEARNER: (LEARNERS.c.learner,),
    LearnerColumn.GIVEN_NAME: LEARNER_SORTS["given_name"],
    LearnerColumn.FAMILY_NAME: LEARNER_SORTS["family_name"],
    LearnerColumn.DATE_OF_BIRTH: LEARNER_SORTS["date_of_birth"],
    LearnerColumn.ULN: (LEARNERS.c.uln_sorted, LEARNERS.c.learner),
}


@dataclass(frozen=True, kw_only=True)
class ClaimableLearnerFilter:
    """Search criteria for the five columns; all must match."""

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

    Within each, by the apprenticeship they came with, None for none (O7).
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
    """List the learners to claim for on a qualification (M4), as approved for the centre.

    Erased learners are left out: there is no name for a certificate. Names match by the
    start of any word, numbers by any part.
    """
    its, theirs = LEARNERS.c, REGISTRATIONS.c
    first = SORTED_BY[sort][0]
    checks = [theirs.status == Status.ACTIVE, its.date_of_birth != ERASED.date_of_birth]
    if not approved.alone:
        checks.append(theirs.apprenticeship.in_(approved.apprenticeships))
    for column, text in (
        (its.learner, filters.learner.strip().upper()),
        (its.uln_sorted, read_uln(filters.uln.strip())),
    ):
        if text:
            checks.append(column.contains(text, autoescape=True))
    checks += equal_to((its.date_of_birth, filters.date_of_birth))
    narrowed = Narrowed(
        kinds=[
            theirs.centre == centre,
            theirs.product == qualification,
            theirs.learner == its.learner,
        ],
        checks=checks,
    ).also(
        named_so(connection, filters.given_name, NAMES[:1], by=first),
        named_so(connection, filters.family_name, NAMES[1:], by=first),
    )
    if not narrowed.sought:
        registered = COUNTS.c.registered
        known = select(func.coalesce(func.sum(registered), 0)).where(
            COUNTS.c.centre == centre, COUNTS.c.product == qualification
        )
        is_few = connection.execute(known).scalar_one() <= MOST_SORTED
        narrowed = replace(narrowed, is_few=is_few)
    # Learners are read in order; each one's registration is looked up, never the reverse.
    is_theirs = and_(
        theirs.learner == case((its.learner.is_not(None), its.learner)),
        theirs.product == case((its.learner.is_not(None), qualification)),
    )
    query = select(LEARNERS, theirs.registration, theirs.pathway)
    return page(
        connection,
        query.join(REGISTRATIONS, is_theirs),
        by=SORTED_BY[sort],
        make=_claimable_learner,
        limit=limit,
        cursor=cursor,
        descending=descending,
        narrowed=narrowed,
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
