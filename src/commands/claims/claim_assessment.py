"""Assessing a claim's learners as if it were submitted now (M10)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from aggregates.claims.award import award_faults
from aggregates.claims.claim import Claim
from aggregates.claims.claim_hindrances import (
    claimed_by,
    learner_erased,
    learner_transferred,
    not_approved,
    not_claimable,
    registration_cancelled,
)
from aggregates.claims.claim_status import is_undecided
from aggregates.claims.claimable import (
    Approved,
    ClaimableCondition,
    approved_for,
    on_facts,
)
from aggregates.registrations.registration import Registration
from commands.claims.claim import rules_of
from commands.command import CommandContext
from commands.learners.erased_learners import erased_learners
from commands.registrations.registration import approvals_of
from events.claims.claim import Granted, Withheld, WithheldReason
from events.registrations.registration import AwardClaimed
from repositories.aggregate_types import REGISTRATION
from repositories.repository import load_many
from store import Recorded, Stream


@dataclass(frozen=True, kw_only=True)
class ClaimFacts:
    """The facts on which a claim is judged today.

    ``conditions`` are those of the qualification (M2). ``set_aside`` are the registrations
    that somebody else is changing at this moment, with the reason (M15).
    """

    context: CommandContext
    claim: Claim
    today: date
    centre: Stream
    approved: Approved
    conditions: tuple[ClaimableCondition, ...]
    opened: Mapping[str, tuple[Stream, Registration]]
    erased: Collection[str]
    set_aside: Mapping[UUID, WithheldReason] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        context: CommandContext,
        claim: Claim,
        *,
        today: date,
        learners: Collection[str] | None = None,
        set_aside: Mapping[UUID, WithheldReason] | None = None,
    ) -> "ClaimFacts":
        """Load the centre and the registrations of these learners (None: of all)."""
        centre, approvals = approvals_of(context, claim.centre)
        reference = claim.qualification or ""
        approved = approved_for(context.catalogue, reference, approvals)
        rules = context.catalogue.qualifications.get(reference)
        judged = claim.learners if learners is None else learners
        names = [claim.learners[who].registration for who in judged]
        return cls(
            context=context,
            claim=claim,
            today=today,
            centre=centre,
            approved=approved,
            conditions=on_facts(rules, approved=approved, today=today) if rules else (),
            opened=load_many(
                REGISTRATION, names, store=context.store, seen_by=claim.centre
            ),
            erased=erased_learners(context, judged),
            set_aside=set_aside or {},
        )

    def hindrance(self, learner: str) -> WithheldReason | None:
        """Return the reason why a learner would be withheld whatever they achieved, if any."""
        name = self.claim.learners[learner].registration
        return next((why for rule in HINDRANCES if (why := rule(self, name))), None)

    def hindrances(self) -> dict[str, WithheldReason]:
        """Return the hindrances of all learners who wait to be submitted."""
        found = ((who, self.hindrance(who)) for who in self.claim.waiting)
        return {who: why for who, why in found if why is not None}

    def judge(self, learner: str) -> Granted | Withheld:
        """Decide on one learner: eligible, or withheld for these reasons (M7-M11).

        The last verdict is kept beside the registration until that or the award changes,
        because every page of a claim asks for it.
        """
        place = self.claim.learners[learner]
        at, registration = self.opened[place.registration]
        if why := self.hindrance(learner):
            return registration.withhold(
                claim=self.claim.claim, award=place.award, reasons=(why,)
            )
        faults = award_faults(place.award, learner=learner, today=self.today)
        asked = (self.claim.claim, place.award, faults)
        version, kept = at.folded.get(ClaimFacts, (0, None))
        if kept and version == at.version and kept[0] == asked:
            known: Granted | Withheld = kept[1]
            return known
        verdict = registration.judge(
            claim=self.claim.claim,
            award=place.award,
            rules=rules_of(self.context, registration),
            faults=faults,
        )
        if isinstance(verdict, Granted) or not is_undecided(verdict):
            at.folded[ClaimFacts] = (at.version, (asked, verdict))
        return verdict


def transfer_reason(facts: ClaimFacts, name: str) -> WithheldReason | None:
    at, registration = facts.opened[name]
    is_theirs = at.owner == facts.claim.centre
    return None if is_theirs else learner_transferred(registration.learner)


def erasure_reason(facts: ClaimFacts, name: str) -> WithheldReason | None:
    learner = facts.opened[name][1].learner
    return learner_erased(learner) if learner in facts.erased else None


def set_aside_reason(facts: ClaimFacts, name: str) -> WithheldReason | None:
    return facts.set_aside.get(facts.opened[name][0].id)


def claimed_reason(facts: ClaimFacts, name: str) -> WithheldReason | None:
    at, registration = facts.opened[name]
    done = registration.completion
    if done is None:
        return None
    return claimed_in(next(r for r in at.history if r.event == done), done)


def cancellation_reason(facts: ClaimFacts, name: str) -> WithheldReason | None:
    registration = facts.opened[name][1]
    if not registration.is_cancelled:
        return None
    return registration_cancelled(registration.learner, name)


def approval_reason(facts: ClaimFacts, name: str) -> WithheldReason | None:
    registration = facts.opened[name][1]
    if facts.approved.covers(registration.apprenticeship):
        return None
    product = registration.apprenticeship or registration.product
    return not_approved(registration.learner, product)


def condition_reason(facts: ClaimFacts, _: str) -> WithheldReason | None:
    """Return a condition of the qualification that no longer holds, if any (M2)."""
    return next(iter(not_claimable(facts.conditions)), None)


HINDRANCES: tuple[Callable[[ClaimFacts, str], WithheldReason | None], ...] = (
    transfer_reason,
    erasure_reason,
    set_aside_reason,
    claimed_reason,
    cancellation_reason,
    approval_reason,
    condition_reason,
)
"""The reasons to withhold a learner whatever they achieved; the first one is given."""


def claimed_in(recorded: Recorded, award: AwardClaimed) -> WithheldReason:
    """Name who claimed for the learner, and when (M15)."""
    return claimed_by(
        award,
        user=recorded.user,
        role=recorded.role,
        recorded_at=recorded.recorded_at,
    )
