"""The status of a claim, and of each learner in it."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum

from catalogue import UNDECIDED
from events.claims.claim import Award, Granted, Withheld


class ClaimStatus(StrEnum):
    """The status of a learner in a claim, or of a whole claim."""

    DRAFT = "Draft"
    SUBMITTED = "Submitted"
    UNSUBMITTED = "Unsubmitted"
    PROCESSED = "Processed"
    WITHDRAWN = "Withdrawn"


OPEN = frozenset({ClaimStatus.DRAFT, ClaimStatus.UNSUBMITTED})
"""The statuses in which a learner's award and grades can still be changed."""

BY_URGENCY = (
    ClaimStatus.SUBMITTED,
    ClaimStatus.UNSUBMITTED,
    ClaimStatus.DRAFT,
    ClaimStatus.PROCESSED,
    ClaimStatus.WITHDRAWN,
)
"""The most urgent status first. A claim's status is its learners' most urgent one."""


def standing_of(learners: Collection[ClaimStatus]) -> ClaimStatus:
    """Return the status of a claim from those of its learners; Draft if it has none."""
    return next((s for s in BY_URGENCY if s in learners), ClaimStatus.DRAFT)


@dataclass(frozen=True, kw_only=True)
class ClaimLearner:
    """A learner in a claim: the award claimed and its result."""

    registration: str
    award: Award = field(default_factory=Award)
    standing: ClaimStatus = ClaimStatus.DRAFT
    granted: Granted | None = None
    withheld: Withheld | None = None
    certificate: str | None = None

    @property
    def is_open(self) -> bool:
        return self.standing in OPEN

    @property
    def is_undecided(self) -> bool:
        """Whether the learner waits because eligibility was not decided in time (M10)."""
        return self.is_open and is_undecided(self.withheld)

    def keep_units(self, units: Collection[str]) -> "ClaimLearner":
        """Keep only the grades of these units; a learner who is not open keeps all."""
        grades = {u: g for u, g in self.award.grades.items() if u in units}
        if not self.is_open or grades == self.award.grades:
            return self
        return replace(self, award=replace(self.award, grades=grades))

    def grant(self, granted: Granted) -> "ClaimLearner":
        return replace(
            self, standing=ClaimStatus.SUBMITTED, granted=granted, withheld=None
        )

    def withhold(self, withheld: Withheld) -> "ClaimLearner":
        return replace(self, standing=ClaimStatus.UNSUBMITTED, withheld=withheld)

    def withdraw(self) -> "ClaimLearner":
        return replace(self, standing=ClaimStatus.WITHDRAWN)

    def process(self, certificate: str) -> "ClaimLearner":
        return replace(self, standing=ClaimStatus.PROCESSED, certificate=certificate)


def is_undecided(withheld: Withheld | None) -> bool:
    """Whether a reason for withholding is that eligibility was not decided in time."""
    return withheld is not None and any(w.code == UNDECIDED for w in withheld.reasons)
