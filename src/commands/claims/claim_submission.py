"""Submitting, withdrawing and processing a claim."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from aggregates.claims.claim import Claim
from aggregates.claims.claim_hindrances import busy_with
from aggregates.claims.claim_refusals import ClaimHasMoved, RegisteredMeanwhile
from aggregates.claims.claim_status import ClaimStatus
from aggregates.claims.claimable import require
from aggregates.errors import raise_all
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import COMPLETING
from commands.claims.claim import ClaimCommand, changed_outcomes
from commands.claims.claim_assessment import ClaimFacts, claimed_in
from commands.claims.issued_certificates import issue_certificates, reliances
from commands.command import CommandContext, CommandResult, handles
from commands.learners.erased_learners import erased_learners
from commands.registrations.apprenticeship import completed_parents, reopened_parents
from commands.registrations.registration import active_reservation, read_active_key
from events.claims.claim import ClaimSubmitted, Granted, Withheld, WithheldReason
from events.identifier import stream_of
from events.registrations.registration import AwardClaimed
from repositories.aggregate_types import CENTRE, CLAIM, REGISTRATION
from repositories.repository import load_many
from store import AlreadyReserved, Conflict, Stream

PATIENCE = 3
"""After this many conflicts on a registration, its learner alone is set aside."""


@dataclass(frozen=True, kw_only=True)
class SubmitClaim(ClaimCommand):
    """Assess every waiting learner, and submit the eligible ones (M10)."""

    title: ClassVar = "submit a claim"


@dataclass(frozen=True, kw_only=True)
class JudgeClaimAgain(ClaimCommand):
    """Assess again the learners whose eligibility was not decided in time (M10)."""

    title: ClassVar = "judge a claim again"


@dataclass(frozen=True, kw_only=True)
class WithdrawClaim(ClaimCommand):
    """Withdraw a submitted claim, whole or for one learner, with a reason (M16)."""

    title: ClassVar = "withdraw a claim"

    reason: str
    learner: str | None = None


@dataclass(frozen=True, kw_only=True)
class ProcessClaim(ClaimCommand):
    """Issue the certificates of the learners submitted at that moment or before (M13)."""

    title: ClassVar = "process a claim"

    submitted_by: datetime


@dataclass(kw_only=True)
class ConcurrentChanges:
    """Other people's changes to registrations while a claim on them is being submitted."""

    conflicts: Counter[UUID] = field(default_factory=Counter)
    set_aside: dict[UUID, WithheldReason] = field(default_factory=dict)
    parts: dict[UUID, UUID] = field(default_factory=dict)
    """The claim's registration for which each parent was loaded (O7)."""

    def note(self, conflict: Conflict) -> None:
        """Set a learner aside if others claimed for them, or after too many conflicts (M15)."""
        at = self.parts.get(conflict.stream, conflict.stream)
        self.conflicts[at] += 1
        if self.conflicts[at] >= PATIENCE:
            last = conflict.between[-1] if conflict.between else None
            who = f"{last.user} ({last.role})" if last else "Somebody"
            self.set_aside[at] = busy_with(who)
        for recorded in conflict.between:
            if isinstance(recorded.event, AwardClaimed):
                self.set_aside[at] = claimed_in(recorded, recorded.event)


@handles(JudgeClaimAgain)
def judge_claim_again(
    command: JudgeClaimAgain, context: CommandContext
) -> CommandResult:
    """Submit the learners who can be decided on now, and no others who wait."""
    return _submit_once_still(command, context)


@handles(SubmitClaim)
def submit_claim(command: SubmitClaim, context: CommandContext) -> CommandResult:
    """Submit every waiting learner who is eligible (M10)."""
    return _submit_once_still(command, context)


def _submit_once_still(
    command: SubmitClaim | JudgeClaimAgain, context: CommandContext
) -> CommandResult:
    """Submit the claim; after a conflict on a registration, load that again.

    If somebody else claimed for a learner meanwhile, that learner is withheld and the
    reason names the other; the rest are submitted. If the claim itself changed, raises
    ClaimHasMoved, or Conflict if the command expected a version.
    """
    stream, claim = context.load(CLAIM, command.claim, command)
    concurrent = ConcurrentChanges()
    centre = CENTRE.stream_id(claim.centre)
    while True:
        try:
            return _submit(command, context, stream, claim, concurrent)
        except Conflict as conflict:
            if conflict.stream == stream.id:
                if command.expect is not None or not conflict.between:
                    raise
                last = conflict.between[-1]
                raise ClaimHasMoved(
                    user=last.user, role=last.role, claim=claim.claim
                ) from conflict
            if conflict.stream != centre:
                concurrent.note(conflict)


def _submit(
    command: SubmitClaim | JudgeClaimAgain,
    context: CommandContext,
    stream: Stream,
    claim: Claim,
    concurrent: ConcurrentChanges,
) -> CommandResult:
    judged = claim.waiting
    if isinstance(command, JudgeClaimAgain):
        judged = claim.undecided_learners
        if not judged:
            return CommandResult(position=context.store.head(), created_id=claim.claim)
    claim.require_submittable(today=command.today)
    facts = ClaimFacts.of(
        context,
        claim,
        today=command.today,
        learners=judged,
        set_aside=concurrent.set_aside,
    )
    rules = context.catalogue.qualification(claim.qualification or "")
    require(facts.conditions, title=rules.title, path=("qualification",))
    verdicts: dict[str, Granted | Withheld] = {}
    unchanged, changes = [facts.centre], []
    completed: dict[str, Registration] = {}
    for who, place in judged.items():
        at, registration = facts.opened[place.registration]
        verdicts[who] = verdict = facts.judge(who)
        if isinstance(verdict, Granted):
            awarded = registration.claim_award(claim=claim.claim, granted=verdict)
            is_over = verdict.award_type in COMPLETING
            release = active_reservation(registration) if is_over else ()
            changes.append(at.change(awarded, release=release))
            if is_over and registration.parent is not None:
                completed[registration.parent] = registration
                concurrent.parts[stream_of(registration.parent)] = at.id
        elif at.id not in concurrent.set_aside:
            unchanged.append(at)
    changes += completed_parents(context, completed)
    submitted = stream.change(claim.submit(verdicts))
    return context.record(
        command, submitted, *changes, created_id=claim.claim, unchanged=unchanged
    )


@handles(WithdrawClaim)
def withdraw_claim(command: WithdrawClaim, context: CommandContext) -> CommandResult:
    stream, claim = context.load(CLAIM, command.claim, command)
    withdrawn = claim.withdraw(
        reason=command.reason, learner=command.learner, person_id=stream.id
    )
    after = claim.after(withdrawn)
    outcomes = {c.stream: c for c in changed_outcomes(context, claim, after)}
    taken_back = [
        place.registration
        for who, place in claim.learners.items()
        if place.standing is ClaimStatus.SUBMITTED
        and after.learners[who].standing is ClaimStatus.WITHDRAWN
    ]
    reopened: dict[str, Registration] = {}
    registrations = load_many(REGISTRATION, taken_back, store=context.store)
    what = f"{claim.claim} cannot be withdrawn"
    raise_all(
        refusal
        for _, registration in registrations.values()
        for refusal in reliances(context, registration, claim.claim, what=what)
    )
    for at, registration in registrations.values():
        done = registration.completion
        is_over = done is not None and done.claim == claim.claim
        if is_over and registration.parent is not None:
            reopened[registration.parent] = registration
        grades = outcomes.pop(at.id, None)
        outcomes[at.id] = at.change(
            [
                *registration.withdraw_award(claim=claim.claim),
                *(grades.events if grades else ()),
            ],
            reserve=active_reservation(registration) if is_over else (),
        )
    try:
        position = context.store.append(
            stream.change(withdrawn),
            *outcomes.values(),
            *reopened_parents(context, reopened),
            by=command.by,
        )
    except AlreadyReserved as error:
        learner, product = read_active_key(error.held.key)
        raise RegisteredMeanwhile(learner=learner, qualification=product) from error
    return CommandResult(position=position, created_id=claim.claim)


@handles(ProcessClaim)
def process_claim(command: ProcessClaim, context: CommandContext) -> CommandResult:
    stream, claim = context.load(CLAIM, command.claim, command)
    due = submitted_by(stream, command.submitted_by) - erased_learners(
        context, claim.learners
    )
    issue = issue_certificates(
        context,
        claim,
        [
            who
            for who, place in claim.learners.items()
            if place.standing is ClaimStatus.SUBMITTED and who in due
        ],
    )
    processed = stream.change(claim.process(issue.numbers))
    return context.record(
        command,
        processed,
        *issue.changes,
        created_id=claim.claim,
        unchanged=issue.unchanged,
    )


def submitted_by(stream: Stream, moment: datetime) -> set[str]:
    """Return the learners of a claim whose last submission was at that moment or before."""
    last: dict[str, datetime] = {}
    for recorded in stream.history:
        if isinstance(recorded.event, ClaimSubmitted):
            last |= dict.fromkeys(recorded.event.granted, recorded.recorded_at)
    return {who for who, at in last.items() if at <= moment}
