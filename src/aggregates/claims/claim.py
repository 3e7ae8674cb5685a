"""Claims: requests for certificates, put together in four stages in any order."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aggregates.claims.award import award_date_refusals, award_refusals, grade_refusals
from aggregates.claims.claim_losses import awards_lost, grades_lost, parts_lost
from aggregates.claims.claim_refusals import (
    ClaimIsWithdrawn,
    LearnerNotInClaim,
    LearnersNeeded,
    NobodyToSubmit,
    NotRegistered,
    NotSubmitted,
    QualificationIsFixed,
    QualificationNeeded,
    UnitNotOffered,
    claim_is_processed,
    claim_was_submitted,
    learner_is_submitted,
)
from aggregates.claims.claim_state import Chosen, ClaimState
from aggregates.claims.claim_status import OPEN, ClaimStatus
from aggregates.errors import Refusal, raise_all
from aggregates.loss import require_no_loss, several
from aggregates.reason import require_reason
from aggregates.registrations.not_active import why_not_active
from aggregates.registrations.registration import Registration
from catalogue import Qualification
from events.claims.claim import (
    Award,
    ClaimDeleted,
    ClaimGradesSaved,
    ClaimLearnersChosen,
    ClaimProcessed,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimUnitsChosen,
    ClaimWithdrawn,
    Granted,
    Withheld,
)


@dataclass(frozen=True, kw_only=True)
class Claim(ClaimState):
    """The decisions on a claim."""

    def choose_qualification(
        self,
        qualification: str,
        *,
        offered: Collection[str],
        confirm_loss: bool = False,
    ) -> list[Chosen]:
        """Choose the qualification; units and learners that do not fit it are removed (M1).

        Raises WorkWouldBeLost if any would be removed without ``confirm_loss``.
        """
        self._require_not_closed()
        if qualification == self.qualification:
            return []
        if any(not place.is_open for place in self.learners.values()):
            raise QualificationIsFixed(
                path=("qualification",), claim=self.claim, standing=self.standing
            )
        events: list[Chosen] = [ClaimQualificationChosen(qualification=qualification)]
        kept = tuple(unit for unit in self.units if unit in offered)
        gone = [unit for unit in self.units if unit not in offered]
        lost = [f"the choice of {several(gone)}"] if gone else []
        lost += [f"the choice of {several([*self.learners])}"] if self.learners else []
        lost += awards_lost(self.learners)
        require_no_loss(lost, confirm_loss=confirm_loss, path=("qualification",))
        if kept != self.units:
            events.append(ClaimUnitsChosen(units=kept))
        if self.learners:
            events.append(ClaimLearnersChosen(learners={}))
        return events

    def choose_units(
        self,
        units: Sequence[str],
        *,
        offered: Collection[str],
        confirm_loss: bool = False,
    ) -> list[ClaimUnitsChosen]:
        """Choose the units that may be graded (M3), from those ``offered``.

        Raises WorkWouldBeLost if a unit with grades is left out without ``confirm_loss``.
        """
        self._require_not_closed()
        qualification = self._require_qualification()
        raise_all(
            UnitNotOffered(path=("units", at), unit=unit, qualification=qualification)
            for at, unit in enumerate(units)
            if unit not in offered
        )
        chosen = tuple(dict.fromkeys(units))
        lost = grades_lost(
            {
                who: [unit for unit in place.award.grades if unit not in chosen]
                for who, place in self.waiting.items()
            }
        )
        require_no_loss(lost, confirm_loss=confirm_loss, path=("units",))
        return [] if chosen == self.units else [ClaimUnitsChosen(units=chosen)]

    def choose_learners(
        self,
        registrations: Mapping[str, str | None],
        *,
        last: Mapping[str, Registration] | None = None,
        confirm_loss: bool = False,
    ) -> list[ClaimLearnersChosen]:
        """Choose the learners to claim for (M4), each with an Active registration or None.

        ``last`` are the last registrations of learners without an Active one that can be
        claimed on. Submitted learners stay and must be among those chosen. Raises
        WorkWouldBeLost if a learner for whom something was typed is left out without
        ``confirm_loss``.
        """
        self._require_not_closed()
        qualification = self._require_qualification()
        fixed = self.submitted_registrations
        chosen: dict[str, str] = {}
        problems: list[Refusal] = [
            learner_is_submitted(
                self.claim, who, self.learners[who], path=("learners",)
            )
            for who in fixed
            if who not in registrations
        ]
        for at, (who, registration) in enumerate(registrations.items()):
            found = fixed.get(who, registration)
            if found is None:
                problems.append(
                    NotRegistered(
                        path=("learners", at),
                        **why_not_active(who, qualification, (last or {}).get(who)),
                    )
                )
            else:
                chosen[who] = found
        raise_all(problems)
        gone = [w for w, p in self.waiting.items() if chosen.get(w) != p.registration]
        lost = awards_lost({who: self.learners[who] for who in gone})
        require_no_loss(lost, confirm_loss=confirm_loss, path=("learners",))
        present = {
            who: place.registration
            for who, place in self.learners.items()
            if place.standing is not ClaimStatus.WITHDRAWN
        }
        if list(chosen.items()) == list(present.items()):
            return []
        return [ClaimLearnersChosen(learners=chosen)]

    def leave_out(self, learner: str) -> list[ClaimLearnersChosen]:
        """Remove a learner who was not submitted; the others stay as they are."""
        others = {
            who: place.registration
            for who, place in self.learners.items()
            if who != learner and place.standing is not ClaimStatus.WITHDRAWN
        }
        return [ClaimLearnersChosen(learners=others)]

    def save_grades(
        self,
        awards: Mapping[str, Award],
        *,
        rules: Mapping[str, Qualification],
        today: date,
        left_out: Mapping[str, Collection[str]] | None = None,
        confirm_loss: bool = False,
    ) -> list[ClaimGradesSaved]:
        """Save the awards of these learners (M5, M6); the others stay as they are.

        ``rules`` are those under which each learner was registered. Awards may be
        incomplete until the claim is submitted. ``left_out`` are the parts of an award that
        the request does not mention. Raises WorkWouldBeLost if such a part had been typed,
        or if a unit would lose its grade, without ``confirm_loss``.
        """
        self._require_not_closed()
        problems: list[Refusal] = []
        for at, (who, award) in enumerate(awards.items()):
            path = ("awards", at)
            place = self.learners.get(who)
            if place is None or place.standing is ClaimStatus.WITHDRAWN:
                problems.append(
                    LearnerNotInClaim(path=path, learner=who, claim=self.display_name)
                )
            elif award == place.award:
                continue
            elif not place.is_open:
                problems.append(learner_is_submitted(self.claim, who, place, path=path))
            else:
                problems += grade_refusals(
                    award, units=self.units, rules=rules[who], at=path
                )
                if award.award_date:
                    problems += award_date_refusals(
                        award.award_date, today=today, path=(*path, "award_date")
                    )
        raise_all(problems)
        changed = {
            who: award
            for who, award in awards.items()
            if award != self.learners[who].award
        }
        unsaid = left_out or {}
        lost = parts_lost({who: self.learners[who] for who in changed}, unsaid)
        lost += grades_lost(
            {
                who: [
                    u for u in self.learners[who].award.grades if u not in award.grades
                ]
                for who, award in changed.items()
                if "grades" not in unsaid.get(who, ())
            }
        )
        require_no_loss(lost, confirm_loss=confirm_loss, path=("awards",))
        return [ClaimGradesSaved(awards=changed)] if changed else []

    def require_submittable(self, *, today: date) -> None:
        """Raise what stops the claim from being assessed (M6, M10).

        A learner with an incomplete or badly dated award is withheld alone. Only if that is
        so for every learner, all these refusals are raised.
        """
        self._require_not_closed()
        self._require_qualification()
        if not self.learners:
            raise LearnersNeeded(path=("learners",))
        if not self.waiting:
            raise NobodyToSubmit(claim=self.claim, standing=self.standing)
        problems = [
            award_refusals(place.award, learner=who, today=today)
            for who, place in self.waiting.items()
        ]
        if all(problems):
            raise_all(refusal for found in problems for refusal in found)

    def submit(
        self, verdicts: Mapping[str, Granted | Withheld]
    ) -> list[ClaimSubmitted]:
        """Record the assessment of every waiting learner (M10)."""
        return [
            ClaimSubmitted(
                granted={w: v for w, v in verdicts.items() if isinstance(v, Granted)},
                withheld={w: v for w, v in verdicts.items() if isinstance(v, Withheld)},
            )
        ]

    def withdraw(
        self, *, reason: str, learner: str | None, person_id: UUID
    ) -> list[ClaimWithdrawn]:
        """Withdraw a submitted claim before processing, whole or for one learner (M16)."""
        require_reason(
            reason, code="reason-needed", message="Say why the claim is withdrawn."
        )
        if learner is None:
            learners = self._withdrawable()
        else:
            learners = self._withdrawable_one(learner)
        if not learners:
            return []
        return [
            ClaimWithdrawn(
                person_id=person_id,
                learners=learners,
                whole=learner is None,
                reason=reason.strip(),
            )
        ]

    def process(self, certificates: Mapping[str, str]) -> list[ClaimProcessed]:
        """Record the certificates issued to submitted learners, by learner (M13)."""
        issued = {
            who: certificate
            for who, certificate in certificates.items()
            if self.learners[who].standing is ClaimStatus.SUBMITTED
        }
        return [ClaimProcessed(certificates=issued)] if issued else []

    def delete(self) -> list[ClaimDeleted]:
        """Delete a claim in which no learner was submitted."""
        self._require_not_closed()
        if any(not place.is_open for place in self.learners.values()):
            raise claim_was_submitted(self.claim, self.learners.values())
        return [ClaimDeleted()]

    def _require_not_closed(self) -> None:
        if self.is_closed:
            raise ClaimIsWithdrawn(claim=self.claim)

    def _require_qualification(self) -> str:
        if self.qualification is None:
            raise QualificationNeeded(path=("qualification",))
        return self.qualification

    def _withdrawable(self) -> tuple[str, ...]:
        """Return every learner not yet withdrawn, if the whole claim can be withdrawn."""
        if self.is_closed:
            return ()
        standings = {place.standing for place in self.learners.values()}
        if ClaimStatus.PROCESSED in standings:
            raise claim_is_processed(self.claim, self.learners.values())
        if standings <= {ClaimStatus.DRAFT}:
            raise NotSubmitted(
                what=f"The claim {self.claim} is only a draft",
                next_step="Delete it, or take the learner out.",
            )
        return tuple(
            who
            for who, place in self.learners.items()
            if place.standing is not ClaimStatus.WITHDRAWN
        )

    def _withdrawable_one(self, learner: str) -> tuple[str, ...]:
        if learner not in self.learners:
            raise LearnerNotInClaim(
                path=("learner",), learner=learner, claim=self.display_name
            )
        standing = self.learners[learner].standing
        if standing is ClaimStatus.PROCESSED:
            raise claim_is_processed(self.claim, [self.learners[learner]])
        if standing in OPEN:
            raise NotSubmitted(
                path=("learner",),
                what=f"{learner} is {standing} in the claim {self.claim}",
                next_step="Take them out of it: there is nothing to withdraw.",
            )
        return (learner,) if standing is ClaimStatus.SUBMITTED else ()
