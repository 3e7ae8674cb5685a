"""The summary of a claim: what each stage lacks, and warnings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.claims.award import award_refusals
from aggregates.claims.claim import Claim
from aggregates.claims.claim_refusals import (
    AwardIncomplete,
    LearnersNeeded,
    QualificationNeeded,
    UnitsNeeded,
)
from aggregates.claims.claimable import ClaimableCondition
from aggregates.errors import MOST_SAID
from events.claims.claim import WithheldReason


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One of the four stages (M1): complete, or with a sentence on what is missing."""

    name: str
    missing: str | None

    @property
    def is_complete(self) -> bool:
        return self.missing is None


def stages(
    claim: Claim,
    *,
    today: date,
    conditions: Iterable[ClaimableCondition] = (),
    hindrances: Mapping[str, WithheldReason] | None = None,
) -> tuple[Stage, ...]:
    """Return the four stages (M1), each complete or with what it lacks.

    ``conditions`` are those of the qualification today (M2). ``hindrances`` are the reasons
    why waiting learners would be withheld, whatever they achieved.
    """
    unmet = [c.sentence for c in conditions if not c.is_met]
    why_not = [why.message for why in (hindrances or {}).values()]
    problems = {
        "qualification": " ".join(unmet)
        if claim.qualification
        else str(QualificationNeeded()),
        "units": not claim.units and str(UnitsNeeded()),
        "learners": _several(why_not) if claim.learners else str(LearnersNeeded()),
        "grades": _missing_awards(claim, today),
    }
    return tuple(Stage(name=n, missing=m or None) for n, m in problems.items())


def warnings(claim: Claim) -> tuple[str, ...]:
    """Warn of what is allowed but not good practice: differences between learners (M5)."""
    awards = [place.award for place in claim.waiting.values() if place.award.grades]
    said = []
    if len({award.award_type for award in awards if award.award_type}) > 1:
        said.append(
            "The learners have different award types. It is safer to make"
            " a separate claim for each award type."
        )
    if len({frozenset(award.grades) for award in awards}) > 1:
        said.append(
            "The learners have grades for different units. It is safer to claim "
            "together only for learners with the same units."
        )
    return tuple(said)


def _missing_awards(claim: Claim, today: date) -> str | None:
    if not claim.learners:
        return "Choose learners, then give their grades."
    refusals = [
        refusal
        for who, place in claim.waiting.items()
        for refusal in award_refusals(place.award, learner=who, today=today)
    ]
    lacking = [r.values["learner"] for r in refusals if isinstance(r, AwardIncomplete)]
    rest = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
    sentences = [str(r) for r in refusals if not isinstance(r, AwardIncomplete)]
    if lacking:
        give = f"Give an award type and an award date to {lacking[0]}{rest}."
        sentences.insert(0, give)
    return _several(sentences) or None


def _several(sentences: Sequence[str]) -> str:
    """Join the first few sentences, and count the rest."""
    more = len(sentences) - MOST_SAID
    said = " ".join(sentences[:MOST_SAID])
    return f"{said} And {more:,} more." if more > 0 else said
