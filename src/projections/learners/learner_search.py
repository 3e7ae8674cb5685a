"""Manage Learners, searched by whatever is known of the learners (L3)."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from math import inf
from typing import Any, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    or_,
    select,
)

from aggregates.learners.date_of_birth import shown_birth
from aggregates.learners.details import ERASED
from aggregates.learners.uln import read_uln
from aggregates.orders.product_search import FEWEST_DIGITS
from aggregates.registrations.registration_state import Status
from aggregates.text import clean
from aggregates.text import fold as folded
from events.identifier import CHECK_LETTERS, stream_of
from projections.learners.learners import (
    FORMER,
    GROUPS,
    IDENTITY,
    LEARNERS,
    MEMBERS,
    WORDS,
    digits_of,
)
from projections.learners.names_sought import is_named
from projections.paging import Page, page, sorting
from projections.periods import within_days
from projections.registrations.registration_rows import REGISTRATIONS
from projections.rows import CHUNK
from store import Position

LAST = "\U0010ffff"
NAMES = ("given_name", "family_name")


@dataclass(frozen=True, kw_only=True)
class KnownLearner:
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
    total: bool = False,
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
    query = select(LEARNERS).where(*_conditions(centre, filters))
    usual = "updated_at" if filters.updated_since else "-created_at"
    return page(
        connection,
        query,
        **sorting(SORTS, sort or usual),
        make=known_learner,
        limit=limit,
        cursor=cursor,
        total=total,
    )


def _conditions(
    centre: str | None, filters: LearnerFilter
) -> list[ColumnElement[bool]]:
    its = LEARNERS.c
    first, last = filters.created_from, filters.created_to
    conditions: list[ColumnElement[bool] | None] = [
        its.centre == centre if centre is not None else None,
        *within_days(its.created_at, first, last, path=("created_from",)),
        _id_matches(filters.learner) if filters.learner is not None else None,
        its.date_of_birth == filters.date_of_birth if filters.date_of_birth else None,
        its.uln == read_uln(clean(filters.uln)) if filters.uln is not None else None,
        its.updated_at >= filters.updated_since if filters.updated_since else None,
        _begins(its.reference_sorted, folded(filters.centre_reference))
        if filters.centre_reference is not None
        else None,
        is_in_group(LEARNERS, centre, filters.group)
        if filters.group is not None
        else None,
        its.learner.in_(
            select(REGISTRATIONS.c.learner).where(
                REGISTRATIONS.c.status == filters.status
            )
        )
        if filters.status
        else None,
    ]
    for name in NAMES:
        conditions += named_so(getattr(filters, name) or "", name)
    conditions += named_so(filters.name or "", *NAMES)
    return [condition for condition in conditions if condition is not None]


def _begins(column: Column[Any], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + LAST)


def named_so(text: str, *names: str) -> list[ColumnElement[bool]]:
    """Find learners by the start of any word of one of these names, for each word.

    Nothing is asked by nothing.
    """
    columns = (LEARNERS.c[name] for name in names)
    return is_named(text, lambda word: _has_word(word, *names), *columns)


def _has_word(start: str, *names: str) -> ColumnElement[bool]:
    """Find whose given name, family name or either has a word that so begins."""
    begins = _begins(WORDS.c.word, start)
    return LEARNERS.c.stream.in_(
        select(WORDS.c.stream).where(WORDS.c.name.in_(names), begins)
    )


def is_of_learner(table: Table, centre: str | None, name: str) -> ColumnElement[bool]:
    """Find rows with a ``learner`` of that name, who is at that centre (None: any).

    Each word begins one of the given or the family name. Who has gone to another centre
    is not found by a name (L6).
    """
    found = select(LEARNERS.c.learner).where(*named_so(name, *NAMES))
    if centre is not None:
        found = found.where(LEARNERS.c.centre == centre)
    return table.c.learner.in_(found)


def is_in_group(table: Table, centre: str | None, group: str) -> ColumnElement[bool]:
    """Find rows with a ``learner`` of the group of that number, or of that name."""
    return table.c.learner.in_(_members(centre, group))


def _id_matches(text: str) -> ColumnElement[bool]:
    """Find by a learner ID, or its end, if that has three digits or more.

    The check letter may be left out.
    """
    whole = clean(text).upper()
    exact = LEARNERS.c.learner.in_([whole, f"L-{whole}"])
    called = whole.removeprefix("L-")
    letter = called[-1:] if called[-1:] in CHECK_LETTERS else ""
    digits = called.removesuffix(letter)
    if digits != digits_of(whole) or len(digits) < FEWEST_DIGITS:
        return exact
    ends = _begins(LEARNERS.c.digits_backwards, digits[::-1])
    return and_(ends, LEARNERS.c.learner.endswith(letter)) if letter else ends


def _members(centre: str | None, text: str) -> Select[tuple[str]]:
    """Select the members of the group of that number, or of that name.

    A group that was undone has none any more (U11).
    """
    number = clean(text).upper().removeprefix("G-")
    named = select(GROUPS.c.stream).where(
        or_(
            GROUPS.c.name == folded(text),
            GROUPS.c.stream == str(stream_of(f"G-{number}")),
        )
    )
    if centre is not None:
        named = named.where(GROUPS.c.centre == centre)
    return select(MEMBERS.c.learner).where(MEMBERS.c.group_stream.in_(named))


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
    found: dict[str, list[str]] = {}
    for start in range(0, len(likenesses), CHUNK):
        query = (
            select(LEARNERS.c.likeness, LEARNERS.c.learner)
            .where(
                LEARNERS.c.centre == centre,
                LEARNERS.c.likeness.in_(likenesses[start : start + CHUNK]),
            )
            .order_by(LEARNERS.c.created_at, LEARNERS.c.learner)
        )
        for likeness, learner in connection.execute(query):
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
