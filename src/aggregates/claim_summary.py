"""The summary of a claim, always in view: what each stage lacks, what to beware of."""

from collections.abc import Collection
from dataclasses import dataclass

from aggregates.claim import Claim
from aggregates.claim_refusals import LearnersNeeded, QualificationNeeded, UnitsNeeded
from aggregates.errors import said
from aggregates.register import LearnerHasLeft


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One of the four stages (M1): done, or a sentence that says what is missing."""

    name: str
    missing: str | None

    @property
    def is_complete(self) -> bool:
        return self.missing is None


def stages(claim: Claim, *, left: Collection[str] = ()) -> tuple[Stage, ...]:
    """Say of each of the four stages (M1) that it is complete, or what it lacks.

    ``left`` are learners who were transferred to another centre since (L6).
    """
    gone = [LearnerHasLeft(learner=who) for who in claim.waiting if who in left]
    problems = {
        "qualification": not claim.qualification and str(QualificationNeeded()),
        "units": not claim.units and str(UnitsNeeded()),
        "learners": said(gone) if claim.learners else str(LearnersNeeded()),
        "grades": _missing_awards(claim),
    }
    return tuple(Stage(name=n, missing=m or None) for n, m in problems.items())


def warnings(claim: Claim) -> tuple[str, ...]:
    """Say what is allowed but not good practice: learners claimed differently (M5)."""
    awards = [place.award for place in claim.waiting.values() if place.award.grades]
    said = []
    if len({award.award_type for award in awards if award.award_type}) > 1:
        said.append(
            "The learners have different award types. It is safer to make a claim of "
            "its own for each award type."
        )
    if len({frozenset(award.grades) for award in awards}) > 1:
        said.append(
            "The learners have grades for different units. It is safer to claim "
            "together only for learners with the same units."
        )
    return tuple(said)


def _missing_awards(claim: Claim) -> str | None:
    if not claim.learners:
        return "Choose learners, then give their grades."
    lacking = [
        who
        for who, place in claim.waiting.items()
        if place.award.award_type is None or place.award.award_date is None
    ]
    if not lacking:
        return None
    rest = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
    return f"Give an award type and an award date to {lacking[0]}{rest}."
