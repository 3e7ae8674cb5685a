"""The state of a claim, folded from its events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.claims.claim_status import ClaimLearner, ClaimStatus, standing_of
from events.claims.claim import (
    ClaimBegun,
    ClaimDeleted,
    ClaimGradesSaved,
    ClaimLearnersChosen,
    ClaimProcessed,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimUnitsChosen,
    ClaimWithdrawn,
)

Chosen: TypeAlias = ClaimQualificationChosen | ClaimUnitsChosen | ClaimLearnersChosen

Later: TypeAlias = (
    Chosen
    | ClaimGradesSaved
    | ClaimSubmitted
    | ClaimWithdrawn
    | ClaimProcessed
    | ClaimDeleted
)


@dataclass(frozen=True, kw_only=True)
class ClaimState(Aggregate):
    """A request for certificates for learners of one centre on one qualification."""

    claim: str
    centre: str
    qualification: str | None = None
    units: tuple[str, ...] = ()
    learners: Mapping[str, ClaimLearner] = field(default_factory=dict)
    is_closed: bool = False
    is_deleted: bool = False

    @property
    def standing(self) -> ClaimStatus:
        if self.is_closed:
            return ClaimStatus.WITHDRAWN
        return standing_of([place.standing for place in self.learners.values()])

    @property
    def waiting(self) -> dict[str, ClaimLearner]:
        """The learners that submitting would assess."""
        return {who: place for who, place in self.learners.items() if place.is_open}

    @property
    def submitted_registrations(self) -> dict[str, str]:
        """The registrations of submitted learners, by learner; they stay in the claim."""
        return {
            who: place.registration
            for who, place in self.learners.items()
            if place.standing in {ClaimStatus.SUBMITTED, ClaimStatus.PROCESSED}
        }

    @property
    def undecided_learners(self) -> dict[str, ClaimLearner]:
        """The learners who wait because their eligibility was not decided in time (M10)."""
        return {who: place for who, place in self.waiting.items() if place.is_undecided}

    @property
    def outcomes(self) -> dict[str, dict[str, str]]:
        """The grades that the claim says were achieved, by registration (M10)."""
        if self.is_closed or self.is_deleted:
            return {}
        return {
            place.registration: place.award.grades
            for place in self.learners.values()
            if place.standing is not ClaimStatus.WITHDRAWN and place.award.grades
        }

    @property
    def display_name(self) -> str:
        """The claim's name in sentences: its number, once it has one."""
        return f"the claim {self.claim}" if self.claim else "this claim"

    @classmethod
    def begin(cls, event: ClaimBegun) -> Self:
        return cls(claim=event.claim, centre=event.centre)

    def apply(self, event: Later) -> Self:
        at, now = self.learners, self
        match event:
            case ClaimQualificationChosen(qualification=qualification):
                now = replace(self, qualification=qualification)
            case ClaimUnitsChosen(units=units):
                kept = {who: place.keep_units(units) for who, place in at.items()}
                now = replace(self._with_learners(kept), units=units)
            case ClaimLearnersChosen(learners=chosen):
                now = replace(self, learners=self._choose(chosen))
            case ClaimGradesSaved(awards=awards):
                now = self._with_learners(
                    {who: replace(at[who], award=a) for who, a in awards.items()}
                )
            case ClaimSubmitted(granted=granted, withheld=withheld):
                through = {who: at[who].grant(g) for who, g in granted.items()}
                back = {who: at[who].withhold(w) for who, w in withheld.items()}
                now = self._with_learners(through | back)
            case ClaimWithdrawn(learners=learners, whole=whole):
                taken_back = {who: at[who].withdraw() for who in learners}
                now = replace(self._with_learners(taken_back), is_closed=whole)
            case ClaimProcessed(certificates=certificates):
                now = self._with_learners(
                    {who: at[who].process(c) for who, c in certificates.items()}
                )
            case ClaimDeleted():
                now = replace(self, is_deleted=True)
            case _:
                assert_never(event)
        return now

    def _with_learners(self, places: Mapping[str, ClaimLearner]) -> Self:
        return replace(self, learners={**self.learners, **places})

    def _choose(self, registrations: Mapping[str, str]) -> dict[str, ClaimLearner]:
        """Choose learners; those chosen before keep what was typed for them.

        A withdrawn learner may be chosen again, with everything typed for them.
        """
        gone = {
            who: place
            for who, place in self.learners.items()
            if place.standing is ClaimStatus.WITHDRAWN and who not in registrations
        }
        stay = {
            who: place
            for who, place in self.learners.items()
            if place.standing is not ClaimStatus.WITHDRAWN
            and place.registration == registrations.get(who)
        }
        again = {
            who: ClaimLearner(
                registration=place.registration, award=place.award
            ).keep_units(self.units)
            for who, place in self.learners.items()
            if place.standing is ClaimStatus.WITHDRAWN
            and place.registration == registrations.get(who)
        }
        return gone | {
            who: stay.get(who)
            or again.get(who)
            or ClaimLearner(registration=registration)
            for who, registration in registrations.items()
        }
