"""Registrations: one learner on one product, until an award completes it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self, TypeAlias, TypeVar, assert_never
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.bookings.sitting import (
    SittingEvent,
    Sittings,
    grades_by_test,
    grades_passed,
    sittings_after,
)
from aggregates.catalogue_refusals import PathwayUnknown
from aggregates.claims import earlier_awards
from aggregates.registrations.registration_refusals import (
    IsOnApprenticeship,
    RegistrationIsActive,
    RegistrationIsCancelled,
    RegistrationIsCompleted,
)
from catalogue import Assessment, AwardType, Qualification, assess
from events.bookings.sitting import (
    TestBooked,
    TestCalledOff,
    TestMissed,
    TestMoved,
    TestOutcomeCorrected,
    TestResultAdded,
    TestTaken,
)
from events.claims.claim import Award, Granted, Withheld, WithheldReason
from events.registrations.registration import (
    AwardClaimed,
    AwardRevoked,
    AwardWithdrawn,
    HolderErased,
    OutcomesRecorded,
    OutcomesTakenBack,
    PartCompleted,
    PartReopened,
    PathwayChanged,
    RegistrationCancelled,
    RegistrationMade,
    RegistrationReopened,
    RegistrationTransferred,
)

COMPLETING = frozenset({AwardType.FULL, AwardType.FALLBACK})
"""The award types after which there is no more to come (M7, M9)."""

T = TypeVar("T")

Later: TypeAlias = (
    OutcomesRecorded
    | OutcomesTakenBack
    | AwardClaimed
    | AwardWithdrawn
    | AwardRevoked
    | PathwayChanged
    | PartCompleted
    | PartReopened
    | RegistrationReopened
    | RegistrationCancelled
    | RegistrationTransferred
    | HolderErased
    | SittingEvent
)


class Status(StrEnum):
    """What has become of a registration."""

    ACTIVE = "Active"
    COMPLETED = "Completed"
    CANCELLED = "Cancelled"


@dataclass(frozen=True, kw_only=True)
class Registration(Aggregate):
    """One learner on one product at one centre.

    ``outcomes`` are the grades that each claim says were achieved; ``awards`` those
    that were submitted and not withdrawn, by claim, oldest first; ``settled`` those
    of them from before it was last reopened; ``revoked`` those whose certificate was
    revoked, which count no more. ``sittings`` are its tests, by booking. On an
    apprenticeship, ``parts`` are the registrations on its qualifications; each of those
    has this one as its ``parent`` (O7).
    """

    registration: str
    learner: str
    centre: str
    product: str
    pathway: str | None
    rules_version: int
    parent: str | None = None
    apprenticeship: str | None = None
    parts: tuple[str, ...] = ()
    completed_parts: tuple[str, ...] = ()
    outcomes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    awards: Mapping[str, AwardClaimed] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()
    revoked: frozenset[str] = frozenset()
    sittings: Sittings = field(default_factory=dict)
    is_cancelled: bool = False

    @property
    def completion(self) -> AwardClaimed | None:
        """The award that completed it since it was last opened, if one did (M14)."""
        completing = (
            award
            for award in self.awards.values()
            if award.award_type in COMPLETING and award.claim not in self.settled
        )
        return next(completing, None)

    @property
    def status(self) -> Status:
        if self.is_cancelled:
            return Status.CANCELLED
        is_whole = bool(self.parts) and set(self.parts) <= set(self.completed_parts)
        is_over = is_whole or self.completion is not None
        return Status.COMPLETED if is_over else Status.ACTIVE

    @property
    def counted_awards(self) -> dict[str, AwardClaimed]:
        """The awards whose grades count, by claim, oldest first (M12)."""
        return {c: award for c, award in self.awards.items() if c not in self.revoked}

    def grades_to_date(self, *, claim: str, typed: Mapping[str, str]) -> dict[str, str]:
        """Put the grades of earlier awards under those typed in a claim (M8, M12).

        What is typed for a unit stands in place of what a test or an earlier claim says
        of it; a test whose outcome was corrected stands in place of earlier claims (B17).
        One that was failed is an attempt.
        """
        carried: dict[str, str] = {}
        for award in self.counted_awards.values():
            if award.claim != claim:
                carried.update(award.grades)
        for sitting in self.sittings.values():
            if sitting.is_corrected:
                carried.pop(sitting.unit, None)
        return carried | grades_by_test(self.sittings) | dict(typed)

    @property
    def every_grade(self) -> dict[str, str]:
        """All that tests, awards and claims not yet submitted say was achieved."""
        saved: dict[str, str] = {}
        for claim, grades in self.outcomes.items():
            saved.update({} if claim in self.revoked else grades)
        return self.grades_to_date(claim="", typed=saved)

    def assess(self, *, claim: str, award: Award, rules: Qualification) -> Assessment:
        """Assess what is claimed, by the rules of the registration (M10).

        An award that repeats an earlier one is for ``why_not`` to tell.
        """
        kind = AwardType(award.award_type or AwardType.FULL)
        grades = self.grades_to_date(claim=claim, typed=award.grades)
        found = assess(rules, grades, award_type=kind, pathway=self.pathway)
        warnings = earlier_awards.warnings(
            self._others(claim),
            award_type=kind,
            carried=self.grades_to_date(claim=claim, typed={}),
            grades=grades,
            rules=rules,
        )
        return replace(found, warnings=(*found.warnings, *warnings))

    def why_not(
        self, assessment: Assessment, *, claim: str, award: Award, rules: Qualification
    ) -> tuple[WithheldReason, ...]:
        """Say why the award cannot be submitted: what fails, or that nothing is new.

        Empty if it can be (M7-M11, M17).
        """
        if not assessment.eligible:
            return reasons(assessment)
        kind = AwardType(award.award_type or AwardType.FULL)
        if kind is AwardType.INTERIM and self._is_unnotified(claim):
            return ()
        repeated = earlier_awards.nothing_new(
            self._others(claim),
            award_type=kind,
            award_date=award.award_date,
            grades=self.grades_to_date(claim=claim, typed=award.grades),
            overall_grade=assessment.overall_grade,
            rules=rules,
        )
        return (repeated,) if repeated else ()

    def _is_unnotified(self, claim: str) -> bool:
        """Tell whether no notification tells of the Interim awards by other claims.

        So it is once the latest was revoked, which had taken the place of the others (M8).
        """
        others = [
            name
            for name, award in self.awards.items()
            if award.award_type == AwardType.INTERIM and name != claim
        ]
        return bool(others) and others[-1] in self.revoked

    def _others(self, claim: str) -> list[AwardClaimed]:
        """Give the awards by other claims that count, oldest first."""
        return [each for each in self.counted_awards.values() if each.claim != claim]

    def judge(
        self,
        *,
        claim: str,
        award: Award,
        rules: Qualification,
        faults: tuple[WithheldReason, ...] = (),
    ) -> Granted | Withheld:
        """Decide whether an award may be submitted, else say why not (M7-M11).

        ``faults`` are those of the award itself. Raises ValueError if there are none
        although the award type or date has not been given.
        """
        assessment = self.assess(claim=claim, award=award, rules=rules)
        why_not = self.why_not(assessment, claim=claim, award=award, rules=rules)
        if against := (*faults, *why_not):
            return self.withhold(claim=claim, award=award, reasons=against)
        if award.award_type is None or award.award_date is None:
            raise ValueError(f"The award for {self.learner} is not complete.")
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
        self, *, claim: str, award: Award, reasons: tuple[WithheldReason, ...]
    ) -> Withheld:
        """Keep an award back for these reasons (M10)."""
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
        if self.is_cancelled or dict(self.outcomes.get(claim, {})) == dict(grades):
            return []
        if not grades:
            return [OutcomesTakenBack(claim=claim)]
        return [OutcomesRecorded(claim=claim, grades=dict(grades))]

    def claim_award(self, *, claim: str, granted: Granted) -> list[AwardClaimed]:
        """Take down a submitted award; Full and Fallback complete the registration."""
        self._require_open("be claimed for")
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

    def require_pathway(self, pathway: str, rules: Qualification) -> None:
        """Raise PathwayUnknown unless the rules have that pathway (M11)."""
        codes = [each.code for each in rules.pathways]
        if pathway not in codes:
            raise PathwayUnknown(
                path=("pathway",),
                title=self.product,
                pathway=pathway,
                pathways=", ".join(codes),
            )

    def change_pathway(
        self, pathway: str, *, rules: Qualification, reason: str, person_id: UUID
    ) -> list[PathwayChanged]:
        """Put the learner on another pathway of the same rules (M11).

        Raises PathwayUnknown, RegistrationIsCancelled, RegistrationIsCompleted.
        """
        self.require_pathway(pathway, rules)
        self._require_open("have another pathway")
        if pathway == self.pathway:
            return []
        return [PathwayChanged(pathway=pathway, person_id=person_id, reason=reason)]

    def reopen(self, *, reason: str, person_id: UUID) -> list[RegistrationReopened]:
        """Make it Active again; the awards stay (M14)."""
        self.require_single("be reopened")
        if self.is_cancelled:
            raise RegistrationIsCancelled(
                registration=self.registration, what="be reopened"
            )
        if self.completion is None:
            raise RegistrationIsActive(registration=self.registration)
        return [RegistrationReopened(person_id=person_id, reason=reason)]

    def transfer(self, centre: str) -> list[RegistrationTransferred]:
        """Go on at another centre, with the learner (L6)."""
        return [RegistrationTransferred(centre=centre)]

    def erase_holder(self) -> list[HolderErased]:
        """Take down that the learner was erased, so that who claims meanwhile looks (H6)."""
        return [HolderErased()]

    def require_single(self, what: str) -> None:
        """Raise IsOnApprenticeship if that is asked of its parts instead (O7)."""
        if self.parts:
            parts = ", ".join(self.parts)
            raise IsOnApprenticeship(
                registration=self.registration, what=what, parts=parts
            )

    def _require_open(self, what: str) -> None:
        if self.is_cancelled:
            raise RegistrationIsCancelled(registration=self.registration, what=what)
        done = self.completion
        if done is not None:
            raise RegistrationIsCompleted(
                learner=self.learner,
                award_type=done.award_type,
                qualification=self.product,
                claim=done.claim,
            )

    def withdraw_award(self, *, claim: str) -> list[AwardWithdrawn]:
        """Give the award up: what it completed is Active again (M16)."""
        return [AwardWithdrawn(claim=claim)] if claim in self.awards else []

    def relying_awards(
        self, claim: str, *, ending: Collection[str] = ()
    ) -> dict[str, tuple[str, ...]]:
        """Find the later awards that count the claim's units, by claim, and which.

        ``ending`` are the claims that end together with it.
        """
        return earlier_awards.relying_awards(
            claim,
            self.counted_awards,
            outcomes=self.outcomes,
            tested=grades_passed(self.sittings),
            ending=ending,
        )

    def revoke_award(self, *, claim: str) -> list[AwardRevoked]:
        """Count the award's grades no more: its certificate is revoked (M18)."""
        return [AwardRevoked(claim=claim)] if claim in self.counted_awards else []

    def complete_part(self, part: str) -> list[PartCompleted]:
        """Take down that a part was completed: the last one completes this too (O7)."""
        is_known = part in self.completed_parts
        return [] if is_known else [PartCompleted(part=part)]

    def reopen_part(self, part: str) -> list[PartReopened]:
        """Take down that a part is Active again, and so is this (O7)."""
        return [PartReopened(part=part)] if part in self.completed_parts else []

    @classmethod
    def begin(cls, event: RegistrationMade) -> Self:
        return cls(
            registration=event.registration,
            learner=event.learner,
            centre=event.centre,
            product=event.product,
            pathway=event.pathway,
            rules_version=event.rules_version,
            parent=event.parent,
            apprenticeship=event.apprenticeship,
            parts=event.parts,
        )

    def apply(self, event: Later) -> Self:
        now = self
        match event:
            case OutcomesRecorded(claim=claim, grades=grades):
                now = replace(self, outcomes={**self.outcomes, claim: grades})
            case OutcomesTakenBack(claim=claim):
                now = replace(self, outcomes=_without(self.outcomes, claim))
            case AwardClaimed() | AwardWithdrawn() | AwardRevoked():
                now = self._with_award(event)
            case PathwayChanged() | RegistrationTransferred() | HolderErased():
                now = self._elsewhere(event)
            case PartCompleted() | PartReopened():
                done = tuple(p for p in self.completed_parts if p != event.part)
                done += (event.part,) if isinstance(event, PartCompleted) else ()
                now = replace(self, completed_parts=done)
            case RegistrationReopened():
                now = replace(self, settled=frozenset(self.awards))
            case RegistrationCancelled():
                now = replace(self, is_cancelled=True)
            case (
                TestBooked()
                | TestMoved()
                | TestCalledOff()
                | TestTaken()
                | TestMissed()
                | TestResultAdded()
                | TestOutcomeCorrected()
            ):
                now = replace(self, sittings=sittings_after(self.sittings, event))
            case _:
                assert_never(event)
        return now

    def _with_award(self, event: AwardClaimed | AwardWithdrawn | AwardRevoked) -> Self:
        claim = event.claim
        match event:
            case AwardClaimed():
                return replace(self, awards={**self.awards, claim: event})
            case AwardRevoked():
                return replace(self, revoked=self.revoked | {claim})
            case AwardWithdrawn():
                return replace(
                    self,
                    awards=_without(self.awards, claim),
                    settled=self.settled - {claim},
                )

    def _elsewhere(
        self, event: PathwayChanged | RegistrationTransferred | HolderErased
    ) -> Self:
        if isinstance(event, PathwayChanged):
            return replace(self, pathway=event.pathway)
        if isinstance(event, RegistrationTransferred):
            return replace(self, centre=event.centre)
        return self


def reasons(assessment: Assessment) -> tuple[WithheldReason, ...]:
    """Write down why an assessment failed, pathway by pathway (M11).

    Where no unit is achieved, an Interim or Fallback award fails on that alone.
    """
    found = [
        WithheldReason(
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
