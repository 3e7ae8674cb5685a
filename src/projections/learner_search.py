"""Manage Learners, searched by whatever is known of the learners (L3)."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, and_, select

from aggregates.date_of_birth import shown_birth
from aggregates.errors import Malformed
from aggregates.finding import FEWEST_DIGITS
from aggregates.london import LONDON
from aggregates.names import clean, words
from aggregates.names import fold as folded
from aggregates.registration import Status
from aggregates.uln import read_uln
from events.identifier import stream_of
from projections.learners import (
    GROUPS,
    LEARNERS,
    MEMBERS,
    REGISTRATIONS,
    WORDS,
    digits_of,
)
from projections.paging import Page, page
from projections.rows import CHUNK

LAST = "\U0010ffff"


class DatesAreReversed(Malformed):
    message = "The first date is after the last one. Exchange them."


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


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What is known of the learners looked for; whatever is None does not matter (L3).

    Dates of creation are days in London, both included.
    """

    created_from: date | None = None
    created_to: date | None = None
    learner: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    date_of_birth: date | None = None
    uln: str | None = None
    group: str | None = None
    status: Status | None = None


def search(
    connection: Connection,
    *,
    centre: str | None,
    sought: Sought,
    limit: int,
    cursor: str | None = None,
) -> Page[KnownLearner]:
    """Find learners, newest first: all of the centre if nothing is sought (L3).

    A learner ID may be whole, without its prefix, or its last three or more digits; a
    name is found by the start of any of its words, case and accents apart; a group by
    its number or its name. ``centre`` None is every centre. Raises DatesAreReversed,
    and what ``page`` raises.
    """
    query = select(LEARNERS).where(*_conditions(centre, sought))
    return page(
        connection,
        query,
        by=(LEARNERS.c.created_at, LEARNERS.c.learner),
        make=known,
        limit=limit,
        cursor=cursor,
        descending=True,
    )


def _conditions(centre: str | None, sought: Sought) -> list[ColumnElement[bool]]:
    its = LEARNERS.c
    first, last = sought.created_from, sought.created_to
    if first and last and first > last:
        raise DatesAreReversed(pointer="/created_from")
    conditions: list[ColumnElement[bool] | None] = [
        its.centre == centre if centre is not None else None,
        its.created_at >= _midnight(first) if first else None,
        its.created_at < _midnight(last, days=1) if last else None,
        _called(sought.learner) if sought.learner is not None else None,
        its.date_of_birth == sought.date_of_birth if sought.date_of_birth else None,
        its.uln == read_uln(clean(sought.uln)) if sought.uln is not None else None,
        _in_group(centre, sought.group) if sought.group is not None else None,
        its.learner.in_(
            select(REGISTRATIONS.c.learner).where(
                REGISTRATIONS.c.status == sought.status
            )
        )
        if sought.status
        else None,
    ]
    for name in ("given_name", "family_name"):
        conditions += [_has_word(name, x) for x in words(getattr(sought, name) or "")]
    return [condition for condition in conditions if condition is not None]


def _midnight(day: date, *, days: int = 0) -> datetime:
    """Say when the day begins in London; the last day there is has no next one."""
    later = day + timedelta(days=days if day < date.max else 0)
    return datetime.combine(later, time(), tzinfo=LONDON)


def _begins(column: Column[str], start: str) -> ColumnElement[bool]:
    return and_(column >= start, column < start + LAST)


def _has_word(name: str, start: str) -> ColumnElement[bool]:
    return LEARNERS.c.stream.in_(
        select(WORDS.c.stream).where(WORDS.c.name == name, _begins(WORDS.c.word, start))
    )


def _called(text: str) -> ColumnElement[bool]:
    """Find by a learner ID, or the end of its digits if those are three or more."""
    whole = clean(text).upper()
    exact = LEARNERS.c.learner.in_([whole, f"L-{whole}"])
    digits = whole.removeprefix("L-")
    if digits != digits_of(whole) or len(digits) < FEWEST_DIGITS:
        return exact
    return _begins(LEARNERS.c.digits_backwards, digits[::-1])


def _in_group(centre: str | None, text: str) -> ColumnElement[bool]:
    """Find the members of the group of that number, or of that name."""
    number = clean(text).upper().removeprefix("G-")
    named = select(GROUPS.c.stream).where(GROUPS.c.name == folded(text))
    if centre is not None:
        named = named.where(GROUPS.c.centre == centre)
    members = select(MEMBERS.c.learner).where(
        (MEMBERS.c.group_stream == str(stream_of(f"G-{number}")))
        | MEMBERS.c.group_stream.in_(named)
    )
    return LEARNERS.c.learner.in_(members)


def known(row: Row[Any]) -> KnownLearner:
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
