"""Registrations: one learner on one product, until an award completes it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from aggregates.bookings.sitting import (
    grades_passed,
)
from aggregates.catalogue_refusals import PathwayUnknown
from aggregates.claims import earlier_awards
from aggregates.registrations.registration_refusals import (
    IsOnApprenticeship,
    RegistrationIsActive,
    RegistrationIsCancelled,
    RegistrationIsCompleted,
)
from aggregates.registrations.registration_state import (
    RegistrationState,
)
from catalogue import Assessment, AwardType, Qualification, assess
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
    RegistrationReopened,
    RegistrationTransferred,
)


@dataclass(frozen=True, kw_only=True)
class Registration(RegistrationState):
    """The decisions on a registration."""

    def assess(self, *, claim: str, award: Award, rules: Qualification) -> Assessment:
        """Assess the award of a claim by the rules of the registration (M10).

        It does not refuse an award that repeats an earlier one; ``why_not`` does.
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
        """Return the reasons why the award cannot be submitted; none if it can (M7-M11, M17).

        The assessment fails, or the award adds nothing new.
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
        """Whether Interim awards of other claims have no notification in force.

        This is so after the latest notification, which superseded the others, was revoked
        (M8).
        """
        others = [
            name
            for name, award in self.awards.items()
            if award.award_type == AwardType.INTERIM and name != claim
        ]
        return bool(others) and others[-1] in self.revoked

    def _others(self, claim: str) -> list[AwardClaimed]:
        """Return the counting awards of other claims, oldest first."""
        return [each for each in self.counted_awards.values() if each.claim != claim]

    def judge(
        self,
        *,
        claim: str,
        award: Award,
        rules: Qualification,
        faults: tuple[WithheldReason, ...] = (),
    ) -> Granted | Withheld:
        """Decide whether an award may be submitted, or why not (M7-M11).

        ``faults`` are those of the award itself. Raises ValueError if the award type or
        date is missing and ``faults`` is empty.
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
        """Withhold an award for these reasons (M10)."""
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
        """Record the units that a claim now says were achieved (C2); no grades take them back."""
        if self.is_cancelled or dict(self.outcomes.get(claim, {})) == dict(grades):
            return []
        if not grades:
            return [OutcomesTakenBack(claim=claim)]
        return [OutcomesRecorded(claim=claim, grades=dict(grades))]

    def claim_award(self, *, claim: str, granted: Granted) -> list[AwardClaimed]:
        """Record a submitted award; Full and Fallback complete the registration."""
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
        """Move the learner to another pathway of the same rules (M11).

        Raises PathwayUnknown, RegistrationIsCancelled, RegistrationIsCompleted.
        """
        self.require_pathway(pathway, rules)
        self._require_open("have another pathway")
        if pathway == self.pathway:
            return []
        return [PathwayChanged(pathway=pathway, person_id=person_id, reason=reason)]

    def reopen(self, *, reason: str, person_id: UUID) -> list[RegistrationReopened]:
        """Make the registration Active again; its awards stay (M14)."""
        self.require_single("be reopened")
        if self.is_cancelled:
            raise RegistrationIsCancelled(
                registration=self.registration, what="be reopened"
            )
        if self.completion is None:
            raise RegistrationIsActive(registration=self.registration)
        return [RegistrationReopened(person_id=person_id, reason=reason)]

    def transfer(self, centre: str) -> list[RegistrationTransferred]:
        """Move the registration to another centre, with the learner (L6)."""
        return [RegistrationTransferred(centre=centre)]

    def erase_holder(self) -> list[HolderErased]:
        """Record the learner's erasure, so that a claim at the same moment conflicts (H6)."""
        return [HolderErased()]

    def require_single(self, what: str) -> None:
        """Raise IsOnApprenticeship if ``what`` is for the qualifications' registrations (O7)."""
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
        """Withdraw the award; a registration that it completed is Active again (M16)."""
        return [AwardWithdrawn(claim=claim)] if claim in self.awards else []

    def relying_awards(
        self, claim: str, *, ending: Collection[str] = ()
    ) -> dict[str, tuple[str, ...]]:
        """Return the later awards that count the claim's units: those units, by claim.

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
        """Record that the award's certificate is revoked: its grades no longer count (M18)."""
        return [AwardRevoked(claim=claim)] if claim in self.counted_awards else []

    def complete_part(self, part: str) -> list[PartCompleted]:
        """Record that a part is completed; the last one completes the apprenticeship (O7)."""
        is_known = part in self.completed_parts
        return [] if is_known else [PartCompleted(part=part)]

    def reopen_part(self, part: str) -> list[PartReopened]:
        """Record that a part is Active again, and the apprenticeship with it (O7)."""
        return [PartReopened(part=part)] if part in self.completed_parts else []


def reasons(assessment: Assessment) -> tuple[WithheldReason, ...]:
    """Turn a failed assessment into reasons, pathway by pathway (M11).

    An Interim or Fallback award without an achieved unit fails for that reason alone.
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
