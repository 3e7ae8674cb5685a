"""Manage Learners, searched by any details of the learners (L3)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    select,
)

from aggregates.learners.date_of_birth import shown_birth
from aggregates.learners.uln import read_uln
from aggregates.registrations.registration_state import Status
from aggregates.text import clean, words
from aggregates.text import fold as folded
from projections.identifiers import equal_to
from projections.learners.learners import (
    LEARNERS,
)
from projections.learners.names_sought import (
    NAMES,
    begins,
    bounds_of,
    id_matches,
    in_group,
    named_so,
    rarely_named,
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
    page_of,
    require_limit,
    sorting,
    with_place,
)
from projections.periods import within_days
from projections.registrations.registration_rows import REGISTRATIONS
from projections.rows import CHUNK


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
"""The columns that a search reads, without those only searched by; built once."""


@dataclass(frozen=True, kw_only=True)
class LearnerFilter:
    """Search criteria for learners; None does not restrict (L3).

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


SEARCHED_NAMES: Mapping[str, Sequence[str]] = {
    "name": NAMES,
    "given_name": NAMES[:1],
    "family_name": NAMES[1:],
}
"""The name columns that each name filter searches."""
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
    """Find learners, newest first; without criteria all of the centre (L3).

    A learner ID may be whole, without its prefix, or its last three or more digits. A name
    is found by the start of any of its words, without case and accents; a group by its
    number or name; a centre's reference by its start. With ``updated_since`` they are
    sorted by when they changed, unless ``sort`` says otherwise. ``centre`` None is every
    centre. Raises DatesAreReversed, and what ``page`` raises.
    """
    usual = "updated_at" if filters.updated_since else "-created_at"
    chosen = sorting(SORTS, sort or usual)
    if cursor is None and not count_to:
        found = _rarely_named(connection, centre, filters, limit=limit, **chosen)
        if found is not None:
            return found
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


def _rarely_named(
    connection: Connection,
    centre: str | None,
    filters: LearnerFilter,
    *,
    by: Sequence[Column[Any]],
    descending: bool,
    limit: int,
) -> Page[KnownLearner] | None:
    """Return the first page of a search by name, with one statement that is built once.

    Return None if there are other criteria or several words, or if nobody or many have the
    name.
    """
    asked = [
        (name, value) for name, value in vars(filters).items() if value is not None
    ]
    if len(asked) != 1 or (names := SEARCHED_NAMES.get(asked[0][0])) is None:
        return None
    its_words = words(asked[0][1])
    if len(its_words) != 1:
        return None
    require_limit(limit)
    statement = first_named(
        names,
        tuple(by),
        MOST_SORTED,
        descending=descending,
        is_within=centre is not None,
    )
    values = {**bounds_of(its_words), "centre": centre, "limit": limit + 1}
    found = connection.execute(statement, values).all()
    if not found:
        return None
    return page_of(found, by=by, make=known_learner, limit=limit)


@lru_cache(100)
def first_named(
    names: Sequence[str],
    by: Sequence[Column[Any]],
    most: int,
    *,
    descending: bool,
    is_within: bool,
) -> Select[Any]:
    """Select the first of the learners that ``rarely_named`` finds, at a centre or anywhere."""
    at = [LEARNERS.c.centre == bindparam("centre")] if is_within else []
    narrowed = rarely_named(names, most).also(Narrowed(within=at))
    found = few(with_place(SHOWN, by).where(*narrowed.found_first())).subquery()
    places = (found.c[f"by {n}"] for n in range(len(by)))
    keys = (c.desc() if descending else c.asc() for c in places)
    return select(found).order_by(*keys).limit(bindparam("limit"))


def _conditions(
    connection: Connection,
    centre: str | None,
    filters: LearnerFilter,
    first: Column[Any],
) -> Narrowed:
    """Return the search's conditions; ``first`` is the column that sorts the list."""
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
    names = [
        named_so(connection, getattr(filters, name), its_names, by=first)
        for name, its_names in SEARCHED_NAMES.items()
    ]
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
    """Find the centre's learners with these names and dates of birth, by likeness (U6)."""
    its = LEARNERS.c
    found: dict[str, list[str]] = {}
    for start in range(0, len(likenesses), CHUNK):
        query = select(its.created_at, its.learner, its.likeness).where(
            its.centre == centre, its.likeness.in_(likenesses[start : start + CHUNK])
        )
        # Sorted here: a database would read the whole centre in order.
        for _, learner, likeness in sorted(map(tuple, connection.execute(query))):
            found.setdefault(likeness, []).append(learner)
    return found


def finder(
    connect: Callable[[], AbstractContextManager[Connection]],
) -> Callable[[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """Make the function by which commands, which know no read models, find likenesses (U6)."""

    def find(centre: str, likenesses: Sequence[str]) -> Mapping[str, Sequence[str]]:
        with connect() as connection:
            return alike(connection, centre, likenesses)

    return find
