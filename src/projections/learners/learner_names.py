"""The names of learners, today and at positions of the log."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from sqlalchemy import Connection, Row, select

from aggregates.learners.details import ERASED
from events.identifier import stream_of
from projections.learners.learners import FORMER, IDENTITY, LEARNERS
from store import Position


@dataclass(frozen=True, kw_only=True)
class NamedLearner:
    """A learner's name and centre today."""

    learner: str
    given_name: str
    family_name: str
    centre: str


def names_of(
    connection: Connection, learners: Iterable[str]
) -> Mapping[str, NamedLearner]:
    """Return the names of these learners; withdrawn ones are left out (U11)."""
    streams = [str(stream_of(learner)) for learner in learners]
    its = LEARNERS.c
    query = select(its.learner, its.given_name, its.family_name, its.centre)
    found = connection.execute(query.where(its.stream.in_(streams)))
    named = (NamedLearner(**row._mapping) for row in found)  # noqa: SLF001 - public
    return {each.learner: each for each in named}


def identities_at(
    connection: Connection, moments: Collection[tuple[str, Position]]
) -> Mapping[tuple[str, Position], Mapping[str, Any]]:
    """Return the names and dates of birth that learners had at positions of the log.

    Learners erased since (H6), and unknown ones, are left out.
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
