"""Manage Learners, searched by whatever is known of the learners (L3)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import inf
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    and_,
    select,
)

from aggregates.learners.date_of_birth import shown_birth
from aggregates.learners.details import ERASED
from aggregates.learners.uln import read_uln
from aggregates.registrations.registration_state import Status
from aggregates.text import clean
from aggregates.text import fold as folded
from events.identifier import stream_of
from projections.identifiers import equal_to
from projections.learners.learners import (
    FORMER,
    IDENTITY,
    LEARNERS,
)
from projections.learners.names_sought import (
    NAMES,
    begins,
    id_matches,
    in_group,
    named_so,
)
from projections.paging import (
    MOST_SORTED,
    Narrowed,
    Page,
    as_check,
    count,
    few,
    has_row,
    page,
    sorting,
)
from projections.periods import within_days
from projections.registrations.registration_rows import REGISTRATIONS
from projections.rows import CHUNK
from store import Position


class KnownLearner(msgspec.Struct, frozen=True, kw_only=True):
    """One row of Manage Learners; the learner ID comes first (L3)."""

    learner: str
    given_name: str
    family_name: str
    date_of_birth: date | None
    gender: str | None
    uln: str | None
    centre_reference: str | None
    group: str | None
    centre: str
    created_at: datetime
    updated_at: datetime


SHOWN = select(
    *(
        LEARNERS.c["group_called" if name == "group" else name]
        for name in KnownLearner.__struct_fields__
    )
)
"""Asked at each search, and put together once: what is only searched by is not read."""


@dataclass(frozen=True, kw_only=True)
class LearnerFilter:
    """What is known of the learners looked for; whatever is None does not matter (L3).

    Dates of creation are days in London, both included.
    """

    created_from: date | None = None
    created_to: date | None = None
    learner: str | None = None
    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    date_of_birth: date | None = None
    uln: str | None = None
    centre_reference: str | None = None
    group: str | None = None
    status: Status | None = None
    updated_since: datetime | None = None


LearnerSort = Literal[
    "created_at",
    "-created_at",
    "updated_at",
    "-updated_at",
    "family_name",
    "-family_name",
    "given_name",
    "-given_name",
    "date_of_birth",
    "-date_of_birth",
    "learner",
    "-learner",
]
SORTS: Mapping[str, Sequence[Column[Any]]] = {
    "created_at": (LEARNERS.c.created_at, LEARNERS.c.learner),
    "updated_at": (LEARNERS.c.updated_at, LEARNERS.c.learner),
    "family_name": (
        LEARNERS.c.family_sorted,
        LEARNERS.c.given_sorted,
        LEARNERS.c.learner,
    ),
    "given_name": (
        LEARNERS.c.given_sorted,
        LEARNERS.c.family_sorted,
        LEARNERS.c.learner,
    ),
    "date_of_birth": (LEARNERS.c.date_of_birth, LEARNERS.c.learner),
    "learner": (LEARNERS.c.learner,),
}


@dataclass(frozen=True, kw_only=True)
class NamedLearner:
    """What a learner is called, and which centre they are at, today."""

    learner: str
    given_name: str
    family_name: str
    centre: str


def names_of(
    connection: Connection, learners: Iterable[str]
) -> Mapping[str, NamedLearner]:
    """Give the names of these learners, but for those who were withdrawn (U11)."""
    streams = [str(stream_of(learner)) for learner in learners]
    its = LEARNERS.c
    query = select(its.learner, its.given_name, its.family_name, its.centre)
    found = connection.execute(query.where(its.stream.in_(streams)))
    named = (NamedLearner(**row._mapping) for row in found)  # noqa: SLF001 - public
    return {each.learner: each for each in named}


def identities_at(
    connection: Connection, moments: Collection[tuple[str, Position]]
) -> Mapping[tuple[str, Position], Mapping[str, Any]]:
    """Give who learners were at positions of the log: names and birth.

    Nobody is who was erased since (H6), or is not known.
    """
    streams = {str(stream_of(learner)) for learner, _ in moments}
    former = select(FORMER).where(FORMER.c.stream.in_(streams)).order_by(FORMER.c.until)
    known = select(LEARNERS).where(
        LEARNERS.c.stream.in_(streams), LEARNERS.c.date_of_birth != ERASED.date_of_birth
    )
    found: dict[str, list[tuple[float, Row[Any]]]] = {}
    for row in connection.execute(former):
        found.setdefault(row.stream, []).append((row.until, row))
    for row in connection.execute(known):
        found.setdefault(row.stream, []).append((inf, row))
    identities = {}
    for learner, position in moments:
        those = found.get(str(stream_of(learner)), ())
        if (
            then := next((row for until, row in those if until > position), None)
        ) is None:
            continue
        identities[learner, position] = {name: then._mapping[name] for name in IDENTITY}  # noqa: SLF001 - public
    return identities


def search_learners(
    connection: Connection,
    *,
    centre: str | None,
    filters: LearnerFilter,
    sort: LearnerSort | None = None,
    count_to: int = 0,
    limit: int,
    cursor: str | None = None,
) -> Page[KnownLearner]:
    """Find learners, newest first: all of the centre if nothing is sought (L3).

    A learner ID may be whole, without its prefix, or its last three or more digits; a
    name is found by the start of any of its words, case and accents apart; a group by
    its number or its name; a centre's own reference by its start. Those changed since a
    moment are sorted by when they were, unless it is said how. ``centre`` None is every
    centre. Raises DatesAreReversed, and what ``page`` raises.
    """
    usual = "updated_at" if filters.updated_since else "-created_at"
    chosen = sorting(SORTS, sort or usual)
    return page(
        connection,
        SHOWN,
        **chosen,
        make=known_learner,
        limit=limit,
        cursor=cursor,
        count_to=count_to,
        narrowed=_conditions(connection, centre, filters, chosen["by"][0]),
    )


def _conditions(
    connection: Connection,
    centre: str | None,
    filters: LearnerFilter,
    first: Column[Any],
) -> Narrowed:
    """Say what is asked; ``first`` is the column that the list is sorted by."""
    its = LEARNERS.c
    within = [*equal_to((its.centre, centre))]
    sought: list[ColumnElement[bool]] = []
    if filters.uln is not None:
        uln = read_uln(clean(filters.uln))
        sought.append(and_(its.uln_sorted == uln, its.uln == uln))
    kinds = [*equal_to((its.date_of_birth, filters.date_of_birth))]
    if filters.learner is not None:
        sought.append(id_matches(filters.learner))
    if filters.centre_reference is not None:
        start = folded(filters.centre_reference)
        sought.append(begins(its.reference_sorted, start))
    days = (filters.created_from, filters.created_to)
    created = [*within_days(its.created_at, *days, path=("created_from",))]
    (within if first is its.created_at else kinds).extend(created)
    if filters.updated_since:
        changed = its.updated_at >= filters.updated_since
        (within if first is its.updated_at else kinds).append(changed)
    checks: list[ColumnElement[bool]] = []
    if filters.status:
        theirs = REGISTRATIONS.c
        stand = select(theirs.learner).where(theirs.status == filters.status)
        if count(connection, stand, MOST_SORTED) <= MOST_SORTED:
            sought.append(its.learner.in_(few(stand)))
        else:
            is_so = as_check(theirs.status == filters.status)
            one = select(theirs.stream).where(theirs.learner == its.learner, is_so)
            checks.append(has_row(one))
    names = (
        named_so(connection, filters.given_name, NAMES[:1], by=first),
        named_so(connection, filters.family_name, NAMES[1:], by=first),
        named_so(connection, filters.name, NAMES, by=first),
    )
    asked = Narrowed(within=within, sought=sought, kinds=kinds, checks=checks)
    if filters.group is not None:
        asked = asked.also(in_group(connection, LEARNERS, centre, filters.group))
    return replace(
        asked.also(*names), is_few=any(each.is_few for each in names) or None
    )


def known_learner(row: Row[Any]) -> KnownLearner:
    return KnownLearner(
        learner=row.learner,
        given_name=row.given_name,
        family_name=row.family_name,
        date_of_birth=shown_birth(row.date_of_birth),
        gender=row.gender,
        uln=row.uln,
        centre_reference=row.centre_reference,
        group=row.group_called,
        centre=row.centre,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def alike(
    connection: Connection, centre: str, likenesses: Sequence[str]
) -> Mapping[str, Sequence[str]]:
    """Find the centre's learners of the same name and birth, by likeness (U6)."""
    its = LEARNERS.c
    found: dict[str, list[str]] = {}
    for start in range(0, len(likenesses), CHUNK):
        query = select(its.created_at, its.learner, its.likeness).where(
            its.centre == centre, its.likeness.in_(likenesses[start : start + CHUNK])
        )
        # Sorted here: a database that is asked to would read the whole centre in order.
        for _, learner, likeness in sorted(map(tuple, connection.execute(query))):
            found.setdefault(likeness, []).append(learner)
    return found


def finder(
    connect: Callable[[], AbstractContextManager[Connection]],
) -> Callable[[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """Make what commands find likenesses by, who know nothing of read models (U6)."""

    def find(centre: str, likenesses: Sequence[str]) -> Mapping[str, Sequence[str]]:
        with connect() as connection:
            return alike(connection, centre, likenesses)

    return find
