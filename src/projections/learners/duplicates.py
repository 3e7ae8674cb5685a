"""Duplicates: pairs of learners who may be one person, and the decisions on them."""

import base64
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import itemgetter
from typing import Annotated, Any, TypeAlias

import msgspec
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Row,
    String,
    Table,
    bindparam,
    or_,
    select,
    tuple_,
)

from aggregates.learners.details import ERASED
from aggregates.learners.duplicate import Face, MatchReason, why_alike
from events.learners.duplicate import Decision, DuplicateDecided
from projections.identifiers import equal_to
from projections.learners.learner_search import KnownLearner, known_learner
from projections.learners.learners import LEARNERS
from projections.paging import BadCursor, Page, as_check
from projections.read_model import METADATA, ReadModel
from projections.rows import Rows
from store import Recorded

DECISIONS = Table(
    "duplicate_decisions",
    METADATA,
    Column("first", String, primary_key=True),
    Column("second", String, primary_key=True),
    Column("centre", String),
    Column("decision", String, nullable=False),
    Index("duplicate_decisions_second", "second"),
)
Name: TypeAlias = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9-]{1,40}$|^~$")]
Key: TypeAlias = tuple[date, Name]
SAME = (
    select(DECISIONS.c.first, DECISIONS.c.second, DECISIONS.c.centre)
    .where(
        or_(
            DECISIONS.c.first == bindparam("learner"),
            DECISIONS.c.second == bindparam("learner"),
        ),
        DECISIONS.c.decision == Decision.SAME,
    )
    .order_by(DECISIONS.c.first, DECISIONS.c.second)
)
"""This query runs whenever a learner is shown, so it is built once."""
LAST: Key = (date.max, "~")
AT_A_TIME = 100
"""How many learners are read at a time, then compared with all others born that day."""
MOST_COMPARED = 2_000
"""About how many pairs one request compares before it answers (d)."""
A_LEARNER = 5
"""Reading a learner counts as so many comparisons."""
COMPARED = ("given_name", "family_name", "date_of_birth", "gender", "uln")


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        match recorded.event:
            case DuplicateDecided() as event:
                row = {"first": event.first, "second": event.second}
                about = {"centre": event.centre, "decision": event.decision}
                rows.put(DECISIONS, {**row, **about})
            case _:
                pass


READ_MODEL = ReadModel(
    name="duplicates",
    version=1,
    tables=(DECISIONS,),
    handles=frozenset({DuplicateDecided}),
    fold=fold,
)


@dataclass(frozen=True, kw_only=True)
class PairCursor:
    """The place of a pair in the list; ``second`` is LAST after all pairs of the first."""

    first: Key
    second: Key


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two learners side by side; the first has the earlier birth or the lower number."""

    first: KnownLearner
    second: KnownLearner
    why: MatchReason
    place: PairCursor

    @property
    def updated_at(self) -> datetime:
        """The time when either of the two was last changed."""
        return max(self.first.updated_at, self.second.updated_at)

    @property
    def differing(self) -> list[str]:
        """The fields in which the two learners differ."""
        return [
            each
            for each in (*COMPARED, "centre")
            if getattr(self.first, each) != getattr(self.second, each)
        ]


def search_duplicates(
    connection: Connection,
    *,
    centre: str | None,
    updated_since: datetime | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[Pair]:
    """Find undecided pairs of one centre, or of all (None).

    ``updated_since`` keeps the pairs with a learner changed since then. A page ends at
    ``limit`` pairs, or earlier after many comparisons; the next one goes on after the last
    learner compared. Raises BadCursor.
    """
    place = _place(cursor) if cursor is not None else None
    found: list[Pair] = []
    compared = 0
    while len(found) < limit and compared < MOST_COMPARED:
        firsts = _from(connection, centre, place)
        if not firsts:
            return Page(rows=tuple(found))
        others = _pairs_with(connection, centre, firsts)
        faces = {row.learner: _face(row) for row in (*firsts, *others)}
        by_birth: dict[date, list[Row[Any]]] = {}
        by_uln: dict[str, list[Row[Any]]] = {}
        for other in others:
            by_birth.setdefault(other.date_of_birth, []).append(other)
            if other.uln is not None:
                by_uln.setdefault(other.uln, []).append(other)
        pairs: list[Pair] = []
        for first in firsts:
            near = [*by_birth[first.date_of_birth], *by_uln.get(first.uln, ())]
            after = place.second if place and place.first == _key(first) else None
            pairs += _pairs(first, near, faces, after or _key(first))
            compared += len(near) + A_LEARNER
            place = PairCursor(first=_key(first), second=LAST)
            if compared >= MOST_COMPARED or len(found) + len(pairs) >= limit:
                break
        found += _without_decision(
            connection,
            [
                pair
                for pair in pairs
                if updated_since is None or pair.updated_at >= updated_since
            ],
        )
    if len(found) > limit:
        place = found[limit - 1].place
    return Page(
        rows=tuple(found[:limit]), next_cursor=_cursor(place) if place else None
    )


def same_as(connection: Connection, learner: str, *, centre: str | None) -> list[str]:
    """Return the learners who were said to be the same person, at one centre if given."""
    found = connection.execute(SAME, {"learner": learner})
    return [
        row.second if row.first == learner else row.first
        for row in found
        if centre in {None, row.centre}
    ]


def _from(
    connection: Connection, centre: str | None, place: PairCursor | None
) -> Sequence[Row[Any]]:
    """Select the next learners, starting with the one at the cursor."""
    its = LEARNERS.c
    query = select(LEARNERS).where(
        its.date_of_birth != ERASED.date_of_birth, *equal_to((its.centre, centre))
    )
    if place is not None:
        here = tuple_(its.date_of_birth, its.learner)
        is_done = place.second == LAST
        query = query.where(here > place.first if is_done else here >= place.first)
    ordered = query.order_by(its.date_of_birth, its.learner)
    return connection.execute(ordered.limit(AT_A_TIME)).all()


def _pairs_with(
    connection: Connection, centre: str | None, firsts: Sequence[Row[Any]]
) -> Sequence[Row[Any]]:
    """Select the learners who share a date of birth or a ULN with any of these."""
    its = LEARNERS.c
    at = [*equal_to((its.centre, centre))]
    births = {row.date_of_birth for row in firsts}
    born = select(LEARNERS).where(*at, its.date_of_birth.in_(births))
    found = {row.learner: row for row in connection.execute(born)}
    if ulns := {row.uln for row in firsts if row.uln is not None}:
        numbered = select(LEARNERS).where(its.uln_sorted.in_(ulns), *map(as_check, at))
        found |= {row.learner: row for row in connection.execute(numbered)}
    return sorted(found.values(), key=_key)


def _pairs(
    first: Row[Any], near: Collection[Row[Any]], faces: dict[str, Face], after: Key
) -> Iterator[Pair]:
    """Compare a learner with each later one, in order, starting at the cursor."""
    others = {key: other for other in near if (key := _key(other)) > after}
    for key, other in sorted(others.items(), key=itemgetter(0)):
        why = why_alike(faces[first.learner], faces[other.learner])
        if why is not None:
            place = PairCursor(first=_key(first), second=key)
            yield Pair(
                first=known_learner(first),
                second=known_learner(other),
                why=why,
                place=place,
            )


def _without_decision(connection: Connection, pairs: Sequence[Pair]) -> Iterator[Pair]:
    if not pairs:
        return
    names = [sorted((each.first.learner, each.second.learner)) for each in pairs]
    its = DECISIONS.c
    query = select(its.first, its.second).where(its.first.in_({n[0] for n in names}))
    decided = {(row.first, row.second) for row in connection.execute(query)}
    for each, (one, other) in zip(pairs, names, strict=True):
        if (one, other) not in decided:
            yield each


def _face(row: Row[Any]) -> Face:
    return Face.of(
        centre=row.centre,
        given_name=row.given_name,
        family_name=row.family_name,
        date_of_birth=row.date_of_birth,
        uln=row.uln,
    )


def _key(row: Row[Any]) -> Key:
    return row.date_of_birth, row.learner


def _cursor(place: PairCursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode()


def _place(cursor: str) -> PairCursor:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=PairCursor)
    except ValueError:
        raise BadCursor(path=("cursor",)) from None
