"""Duplicates: whether two learners may be one person, and what was decided of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from operator import eq
from typing import Self, TypeAlias
from uuid import UUID

from rapidfuzz.distance import OSA

from aggregates.aggregate import Aggregate
from aggregates.errors import Malformed
from aggregates.text import words
from events.learners.duplicate import Decision, DuplicateDecided

NEAR = 0.75
"""From which similarity on names are near: at most one letter in four differs (d)."""

Words: TypeAlias = tuple[str, ...]


class WithOneself(Malformed):
    code = "with-oneself"
    message = "Learner {learner} is no duplicate of themselves. Name two learners."


class MatchReason(StrEnum):
    """Why two learners may be one person."""

    ULN = "same ULN"
    NAMES = "same date of birth and like names"
    SWAPPED = "same date of birth and like names, given and family name swapped"


@dataclass(frozen=True, kw_only=True)
class Face:
    """What a learner is told from others by."""

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
        """Take the words of the names, case and accents apart."""
        return cls(
            centre=centre,
            date_of_birth=date_of_birth,
            uln=uln,
            given=words(given_name),
            family=words(family_name),
        )


def why_alike(one: Face, other: Face) -> MatchReason | None:
    """Say why two learners may be one person, or None (d).

    Of one centre their names may differ a little; of two they must agree.
    """
    if one.uln is not None and one.uln == other.uln:
        return MatchReason.ULN
    if one.date_of_birth != other.date_of_birth:
        return None
    are: Callable[[Words, Words], bool] = eq if one.centre != other.centre else are_near
    if are(one.given, other.given) and are(one.family, other.family):
        return MatchReason.NAMES
    if are(one.given, other.family) and are(one.family, other.given):
        return MatchReason.SWAPPED
    return None


def are_near(one: Words, other: Words) -> bool:
    """Tell whether names are near: by letters, or one has the other's words and more."""
    if one == other:
        return True
    first, second = set(one), set(other)
    if first and second and (first <= second or second <= first):
        return True
    similarity = OSA.normalized_similarity("".join(one), "".join(other))
    return similarity >= NEAR


def pair(one: str, other: str) -> tuple[str, str]:
    """Name a pair in one way, whichever is named first; raises WithOneself."""
    if one == other:
        raise WithOneself(learner=one)
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True, kw_only=True)
class Duplicate(Aggregate):
    """A pair of learners that was decided on; nothing of either is merged or deleted."""

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
        """Say that they are one person, or two; it may be said otherwise later (d)."""
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
