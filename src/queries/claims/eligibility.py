"""What hinders a claim today, for a learner or at a centre, whatever was achieved (M10)."""

from dataclasses import dataclass
from datetime import date

from aggregates.claims.claim import Claim
from aggregates.claims.claim_hindrances import (
    learner_transferred,
    not_claimable,
    not_registered,
)
from aggregates.claims.claim_status import ClaimLearner
from aggregates.claims.claimable import approved_for, on_facts
from aggregates.errors import NotFound
from aggregates.registrations.registration import Registration
from catalogue import Qualification
from commands.claims.claim import rules_of
from commands.claims.claim_assessment import HINDRANCES, ClaimFacts
from commands.command import CommandContext
from commands.registrations.registration import approvals_of, last_registrations
from events.claims.claim import WithheldReason
from events.identifier import stream_of
from events.learners.learner import LearnerCreated
from store import Actor


@dataclass(frozen=True, kw_only=True)
class LearnerFacts:
    """A learner's registration on a qualification, and what hinders a claim on it.

    ``registration`` and ``rules`` are None if there is no registration.
    """

    registration: Registration | None = None
    rules: Qualification | None = None
    hindrances: tuple[WithheldReason, ...] = ()


def hindrances_of_centre(
    context: CommandContext,
    qualification: Qualification,
    *,
    centre: str | None,
    today: date,
) -> tuple[WithheldReason, ...]:
    """List why nobody can be claimed for on a qualification today (M2); empty if somebody can.

    If ``centre`` is None, approval is not checked.
    """
    reference = qualification.reference
    approvals = approvals_of(context, centre)[1] if centre else frozenset({reference})
    approved = approved_for(context.catalogue, reference, approvals)
    return not_claimable(on_facts(qualification, approved=approved, today=today))


def facts_of_learner(
    context: CommandContext,
    learner: str,
    qualification: Qualification,
    *,
    by: Actor,
    today: date,
) -> LearnerFacts:
    """Find a learner's registration, and the hindrances that a draft claim would show (M10).

    Raises NotFound unless the learner is, or was, at the user's centre.
    """
    stream = context.store.open(stream_of(learner))
    is_learner = stream.history and isinstance(stream.events[0], LearnerCreated)
    centre = by.centre or stream.owner or ""
    if not is_learner or not stream.seen_by(centre).history:
        raise NotFound(what="learner", name=learner)
    if stream.owner != centre:
        return LearnerFacts(hindrances=(learner_transferred(learner),))
    reference = qualification.reference
    last = last_registrations(context, [learner], reference, centre=centre)
    registration = last.get(learner)
    if registration is None:
        hindrances = (
            not_registered(learner, reference),
            *hindrances_of_centre(context, qualification, centre=centre, today=today),
        )
        return LearnerFacts(hindrances=hindrances)
    name = registration.registration
    claim = Claim(
        claim="",
        centre=centre,
        qualification=reference,
        learners={learner: ClaimLearner(registration=name)},
    )
    facts = ClaimFacts.of(context, claim, today=today)
    return LearnerFacts(
        registration=registration,
        rules=rules_of(context, registration),
        hindrances=tuple(why for rule in HINDRANCES if (why := rule(facts, name))),
    )
