"""What the learners of a claim would come to if it were submitted now (M10)."""

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
    """All that a claim is judged on, as it stands today.

    ``conditions`` are those that must hold for anybody to be submitted (M2), ``set_aside``
    the learners' registrations that somebody else is changing at this moment (M15).
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
        """Open the centre and the registrations of these learners, None for all."""
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
        """Say why a learner would be kept back whatever they achieved, if they would."""
        name = self.claim.learners[learner].registration
        return next((why for rule in HINDRANCES if (why := rule(self, name))), None)

    def hindrances(self) -> dict[str, WithheldReason]:
        """Give those of everybody who waits to be submitted."""
        found = ((who, self.hindrance(who)) for who in self.claim.waiting)
        return {who: why for who, why in found if why is not None}

    def judge(self, learner: str) -> Granted | Withheld:
        """Decide on one learner: eligible, or kept back for these reasons (M7-M11).

        What was decided last is kept beside the registration until it, or the award,
        changes: each page of a claim asks it of everybody.
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


def is_transferred(facts: ClaimFacts, name: str) -> WithheldReason | None:
    at, registration = facts.opened[name]
    is_theirs = at.owner == facts.claim.centre
    return None if is_theirs else learner_transferred(registration.learner)


def is_erased(facts: ClaimFacts, name: str) -> WithheldReason | None:
    learner = facts.opened[name][1].learner
    return learner_erased(learner) if learner in facts.erased else None


def is_set_aside(facts: ClaimFacts, name: str) -> WithheldReason | None:
    return facts.set_aside.get(facts.opened[name][0].id)


def is_claimed_meanwhile(facts: ClaimFacts, name: str) -> WithheldReason | None:
    at, registration = facts.opened[name]
    done = registration.completion
    if done is None:
        return None
    return claimed_in(next(r for r in at.history if r.event == done), done)


def is_cancelled(facts: ClaimFacts, name: str) -> WithheldReason | None:
    registration = facts.opened[name][1]
    if not registration.is_cancelled:
        return None
    return registration_cancelled(registration.learner, name)


def is_not_approved(facts: ClaimFacts, name: str) -> WithheldReason | None:
    registration = facts.opened[name][1]
    if facts.approved.covers(registration.apprenticeship):
        return None
    product = registration.apprenticeship or registration.product
    return not_approved(registration.learner, product)


def is_not_claimable(facts: ClaimFacts, _: str) -> WithheldReason | None:
    """Find whether nobody can be claimed for on the qualification any more (M2)."""
    return next(iter(not_claimable(facts.conditions)), None)


HINDRANCES: tuple[Callable[[ClaimFacts, str], WithheldReason | None], ...] = (
    is_transferred,
    is_erased,
    is_set_aside,
    is_claimed_meanwhile,
    is_cancelled,
    is_not_approved,
    is_not_claimable,
)
"""What keeps a learner back whatever they achieved; the first that holds is said."""


def claimed_in(recorded: Recorded, award: AwardClaimed) -> WithheldReason:
    """Name who claimed for the learner, and when (M15)."""
    return claimed_by(
        award,
        user=recorded.user,
        role=recorded.role,
        recorded_at=recorded.recorded_at,
    )
