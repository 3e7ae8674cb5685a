"""What a change would remove of what was typed into a claim, in words (M1, M3 to M6)."""

from collections.abc import Collection, Iterable, Mapping

from aggregates.claims.claim_status import ClaimLearner
from aggregates.loss import several
from catalogue.rule import join_words
from events.claims.claim import Award

AWARD_PARTS: Mapping[str, str] = {
    "award_type": "the award type",
    "award_date": "the award date",
    "grades": "the grades",
}
"""The parts of an award, with their names in sentences."""


def awards_lost(learners: Mapping[str, ClaimLearner]) -> list[str]:
    """Name each of these learners for whom an award or grades were typed."""
    graded = [who for who, place in learners.items() if place.award != Award()]
    return [f"the award and grades of {several(graded)}"] if graded else []


def parts_lost(
    learners: Mapping[str, ClaimLearner], left_out: Mapping[str, Collection[str]]
) -> list[str]:
    """Name the typed parts of awards that the request leaves out."""
    return [
        f"{title} of {several(whose)}"
        for part, title in AWARD_PARTS.items()
        if (
            whose := [
                who
                for who, place in learners.items()
                if part in left_out.get(who, ()) and getattr(place.award, part)
            ]
        )
    ]


def grades_lost(units: Mapping[str, Iterable[str]]) -> list[str]:
    """Name the units that would lose grades, grouped by the learners who lose them."""
    whose: dict[str, tuple[str, ...]] = {}
    for who, gone in units.items():
        for unit in gone:
            whose[unit] = (*whose.get(unit, ()), who)
    return [
        f"the grades of {several(learners)} for"
        f" {join_words(tuple(unit for unit in whose if whose[unit] == learners))}"
        for learners in dict.fromkeys(whose.values())
    ]
