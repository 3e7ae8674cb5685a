"""Registrations: one learner on one product, until an award completes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self, TypeAlias, TypeVar, assert_never

from aggregates.aggregate import Aggregate
from aggregates.errors import RuleBroken
from catalogue import Assessment, AwardType, Qualification, assess
from events.claim import Award, Granted, Why, Withheld
from events.registration import (
    AwardClaimed,
    AwardWithdrawn,
    OutcomesRecorded,
    OutcomesTakenBack,
    RegistrationMade,
)

COMPLETING = frozenset({AwardType.FULL, AwardType.FALLBACK})
"""The award types after which there is no more to come (M7, M9)."""

T = TypeVar("T")

Later: TypeAlias = OutcomesRecorded | OutcomesTakenBack | AwardClaimed | AwardWithdrawn


class Status(StrEnum):
    """What has become of a registration."""

    ACTIVE = "Active"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"


class RegistrationIsCompleted(RuleBroken):
    message = (
        "{learner} already has a {award_type} award on {qualification}, by the claim "
        "{claim}. An Account Specialist can reopen the registration."
    )


@dataclass(frozen=True, kw_only=True)
class Registration(Aggregate):
    """One learner on one product at one centre.

    ``outcomes`` are the grades that each claim says were achieved; ``awards`` those
    that were submitted and not withdrawn, by claim, oldest first.
    """

    registration: str
    learner: str
    centre: str
    product: str
    pathway: str | None
    rules_version: int
    outcomes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    awards: Mapping[str, AwardClaimed] = field(default_factory=dict)

    @property
    def completion(self) -> AwardClaimed | None:
        """The award that completed it, if one did."""
        completing = (a for a in self.awards.values() if a.award_type in COMPLETING)
        return next(completing, None)

    @property
    def status(self) -> Status:
        return Status.COMPLETED if self.completion else Status.ACTIVE

    def grades_to_date(self, *, claim: str, typed: Mapping[str, str]) -> dict[str, str]:
        """Put the grades of earlier awards under those typed in a claim (M8, M12).

        What is typed for a unit stands in place of what an earlier claim says of it.
        Units passed by test join here.
        """
        carried: dict[str, str] = {}
        for award in self.awards.values():
            if award.claim != claim:
                carried.update(award.grades)
        return carried | dict(typed)

    def assess(self, *, claim: str, award: Award, rules: Qualification) -> Assessment:
        """Assess what is claimed, by the rules of the registration (M10)."""
        return assess(
            rules,
            self.grades_to_date(claim=claim, typed=award.grades),
            award_type=AwardType(award.award_type or AwardType.FULL),
            pathway=self.pathway,
        )

    def judge(
        self, *, claim: str, award: Award, rules: Qualification
    ) -> Granted | Withheld:
        """Decide whether a complete award may be submitted, else say why not (M7-M11).

        Raises ValueError if the award type or date has not been given.
        """
        if award.award_type is None or award.award_date is None:
            raise ValueError(f"The award for {self.learner} is not complete.")
        assessment = self.assess(claim=claim, award=award, rules=rules)
        if not assessment.eligible:
            return self.withhold(claim=claim, award=award, reasons=reasons(assessment))
        return Granted(
            registration=self.registration,
            award_type=award.award_type,
            award_date=award.award_date,
            grades=self.grades_to_date(claim=claim, typed=award.grades),
            overall_grade=assessment.overall_grade,
            rules_version=self.rules_version,
            warnings=assessment.warnings,
        )

    def withhold(
        self, *, claim: str, award: Award, reasons: tuple[Why, ...]
    ) -> Withheld:
        """Keep a complete award back for these reasons (M10)."""
        if award.award_type is None or award.award_date is None:
            raise ValueError(f"The award for {self.learner} is not complete.")
        return Withheld(
            registration=self.registration,
            award_type=award.award_type,
            award_date=award.award_date,
            grades=self.grades_to_date(claim=claim, typed=award.grades),
            rules_version=self.rules_version,
            reasons=reasons,
        )

    def record_outcomes(
        self, *, claim: str, grades: Mapping[str, str]
    ) -> list[OutcomesRecorded | OutcomesTakenBack]:
        """Take down what a claim now says was achieved (C2): no grades, nothing."""
        if dict(self.outcomes.get(claim, {})) == dict(grades):
            return []
        if not grades:
            return [OutcomesTakenBack(claim=claim)]
        return [OutcomesRecorded(claim=claim, grades=dict(grades))]

    def claim_award(self, *, claim: str, granted: Granted) -> list[AwardClaimed]:
        """Take down a submitted award; Full and Fallback complete the registration."""
        done = self.completion
        if done is not None:
            raise RegistrationIsCompleted(
                learner=self.learner,
                award_type=done.award_type,
                qualification=self.product,
                claim=done.claim,
            )
        return [
            AwardClaimed(
                claim=claim,
                award_type=granted.award_type,
                award_date=granted.award_date,
                grades=granted.grades,
                overall_grade=granted.overall_grade,
                rules_version=granted.rules_version,
            )
        ]

    def withdraw_award(self, *, claim: str) -> list[AwardWithdrawn]:
        """Give the award up: what it completed is Active again (M16)."""
        return [AwardWithdrawn(claim=claim)] if claim in self.awards else []

    @classmethod
    def begin(cls, event: RegistrationMade) -> Self:
        return cls(
            registration=event.registration,
            learner=event.learner,
            centre=event.centre,
            product=event.product,
            pathway=event.pathway,
            rules_version=event.rules_version,
        )

    def apply(self, event: Later) -> Self:
        match event:
            case OutcomesRecorded(claim=claim, grades=grades):
                return replace(self, outcomes={**self.outcomes, claim: grades})
            case OutcomesTakenBack(claim=claim):
                return replace(self, outcomes=_without(self.outcomes, claim))
            case AwardClaimed(claim=claim):
                return replace(self, awards={**self.awards, claim: event})
            case AwardWithdrawn(claim=claim):
                return replace(self, awards=_without(self.awards, claim))
            case _:
                assert_never(event)


def reasons(assessment: Assessment) -> tuple[Why, ...]:
    """Write down why an assessment failed, pathway by pathway (M11).

    Where no unit is achieved, an Interim or Fallback award fails on that alone.
    """
    found = [
        Why(
            code=reason.code,
            message=reason.message,
            pathway=pathway.code,
            units=reason.units,
        )
        for pathway in assessment.pathways
        for reason in pathway.reasons
    ]
    nothing = [why for why in found if why.code == "no-unit-achieved"]
    return tuple(nothing[:1] or found)


def _without(values: Mapping[str, T], key: str) -> dict[str, T]:
    return {k: v for k, v in values.items() if k != key}
