"""Duplicates: pairs of learners who may be one person, and decisions on them (L5)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from operator import eq
from typing import Self, TypeAlias
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.errors import Malformed
from aggregates.text import words
from events.learners.duplicate import Decision, DuplicateDecided

NEAR = 0.75
"""The least similarity of near names: at most one letter in four differs (d)."""

Words: TypeAlias = tuple[str, ...]


class WithOneself(Malformed):
    code = "with-oneself"
    message = "Learner {learner} is no duplicate of themselves. Name two learners."


class MatchReason(StrEnum):
    """The reasons why two learners may be one person."""

    ULN = "same ULN"
    NAMES = "same date of birth and like names"
    SWAPPED = "same date of birth and like names, given and family name swapped"


@dataclass(frozen=True, kw_only=True)
class Face:
    """The details by which learners are compared; names are folded words."""

    centre: str
    date_of_birth: date
    uln: str | None
    given: Words
    family: Words

    @classmethod
    def of(
        cls,
        *,
        centre: str,
        given_name: str,
        family_name: str,
        date_of_birth: date,
        uln: str | None,
    ) -> Self:
        """Make the comparable details of a learner; names lose case and accents."""
        return cls(
            centre=centre,
            date_of_birth=date_of_birth,
            uln=uln,
            given=words(given_name),
            family=words(family_name),
        )


def why_alike(one: Face, other: Face) -> MatchReason | None:
    """Return the reason why two learners may be one person, or None (L5, d).

    Within a centre near names are enough; across centres names must be equal.
    """
    if one.uln is not None and one.uln == other.uln:
        return MatchReason.ULN
    if one.date_of_birth != other.date_of_birth:
        return None
    agree: Callable[[Words, Words], bool] = (
        eq if one.centre != other.centre else are_near
    )
    if agree(one.given, other.given) and agree(one.family, other.family):
        return MatchReason.NAMES
    if agree(one.given, other.family) and agree(one.family, other.given):
        return MatchReason.SWAPPED
    return None


def are_near(one: Words, other: Words) -> bool:
    """Whether two names are similar, or one contains all words of the other."""
    if one == other:
        return True
    first, second = set(one), set(other)
    if first and second and (first <= second or second <= first):
        return True
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - 4 MB, for duplicates alone

    similarity = OSA.normalized_similarity("".join(one), "".join(other))
    return similarity >= NEAR


def pair(one: str, other: str) -> tuple[str, str]:
    """Return the two identifiers in ascending order. Raises WithOneself."""
    if one == other:
        raise WithOneself(learner=one)
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True, kw_only=True)
class Duplicate(Aggregate):
    """A pair of learners with the latest decision on it; neither learner is changed."""

    latest: DuplicateDecided

    @staticmethod
    def decide(
        known: "Duplicate | None",
        *,
        pair: tuple[str, str],
        centre: str | None,
        decision: Decision,
        reason: str,
        person_id: UUID,
    ) -> list[DuplicateDecided]:
        """Decide that two learners are one person or two; a later decision may differ (d).

        ``known`` is the pair as decided before, or None. Repeating a decision makes no
        event. ``person_id`` names the key that encrypts ``reason``.
        """
        if known is not None and known.latest.decision is decision:
            return []
        first, second = pair
        return [
            DuplicateDecided(
                first=first,
                second=second,
                centre=centre,
                decision=decision,
                person_id=person_id,
                reason=reason,
            )
        ]

    @classmethod
    def begin(cls, event: DuplicateDecided) -> Self:
        return cls(latest=event)

    def apply(self, event: DuplicateDecided) -> Self:
        return replace(self, latest=event)
