"""Why a learner is withheld from a claim: causes, and reasons in sentences (I3)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from aggregates.claims.claimable import ClaimableCondition
from aggregates.learners.learner import LearnerIsErased
from aggregates.uk_time import in_london
from catalogue import UNDECIDED
from events.claims.claim import WithheldReason
from events.registrations.registration import AwardClaimed


class Cause(StrEnum):
    """The cause for which a learner is withheld, as things stand (I3); the codes never change."""

    RULES = "rules-not-met"
    PATHWAY = "wrong-pathway"
    NOTHING_NEW = "nothing-new"
    AWARD = "award-incomplete"
    AWARD_DATE = "award-date"
    CLAIMED = "claimed-by-another"
    BUSY = "changed-by-another"
    CANCELLED = "registration-cancelled"
    TRANSFERRED = "learner-transferred"
    ERASED = "learner-erased"
    NOT_APPROVED = "not-approved"
    CHANGED = "changed-since"
    NOT_DECIDED = UNDECIDED


IN_WORDS: Mapping[Cause, str] = {
    Cause.RULES: "Rules of combination not met",
    Cause.PATHWAY: "Wrong pathway",
    Cause.NOTHING_NEW: "Nothing new since the last award",
    Cause.AWARD: "Award type or award date missing",
    Cause.AWARD_DATE: "Award date out of bounds",
    Cause.CLAIMED: "Claimed meanwhile by somebody else",
    Cause.BUSY: "Changed by somebody else at the same moment",
    Cause.CANCELLED: "Registration cancelled",
    Cause.TRANSFERRED: "Learner moved to another centre",
    Cause.ERASED: "Learner's personal data erased",
    Cause.NOT_APPROVED: "Centre not approved",
    Cause.CHANGED: "Changed since: submit again",
    Cause.NOT_DECIDED: "Not decided in time: tried again later",
}


def cause_of(reasons: Iterable[WithheldReason]) -> Cause:
    """Return the cause of the first reason whose code is a cause's code (I3).

    Other codes, such as ``not-claimable`` and ``not-registered``, are no causes: if all
    reasons have such codes, the cause is RULES.
    """
    known = {cause.value: cause for cause in Cause}
    return next((known[w.code] for w in reasons if w.code in known), Cause.RULES)


def learner_transferred(learner: str) -> WithheldReason:
    """The learner was transferred to another centre (L6)."""
    return WithheldReason(
        code="learner-transferred",
        message=(
            f"{learner} has moved to another centre. Take them out of the claim, then"
            " submit."
        ),
    )


def learner_erased(learner: str) -> WithheldReason:
    """The learner was erased (H6)."""
    return WithheldReason(
        code="learner-erased", message=str(LearnerIsErased(learner=learner))
    )


def claimed_by(
    award: AwardClaimed, *, user: str, role: str, recorded_at: datetime
) -> WithheldReason:
    """Somebody else has claimed for the learner: who, what, and by which claim (M15)."""
    return WithheldReason(
        code="claimed-by-another",
        message=(
            f"Claimed meanwhile by {user} ({role}): the {award.award_type} award for"
            f" this learner, by {award.claim} on {in_london(recorded_at)}. Look at that"
            " claim first."
        ),
    )


def busy_with(who: str) -> WithheldReason:
    """The registration was changed by others at each attempt to submit (M15)."""
    return WithheldReason(
        code="changed-by-another",
        message=(
            f"{who} was changing this learner's registration at the same moment. "
            "Submit the claim again."
        ),
    )


def registration_cancelled(learner: str, registration: str) -> WithheldReason:
    """The registration has been cancelled since the learner was chosen (C1)."""
    return WithheldReason(
        code="registration-cancelled",
        message=(
            f"The registration {registration} was cancelled. Take {learner} out of the"
            " claim, then submit."
        ),
    )


def not_approved(learner: str, product: str) -> WithheldReason:
    """The approval for the product that registered the learner was withdrawn (M2, O7)."""
    return WithheldReason(
        code="not-approved",
        message=(
            f"Your centre is no longer approved for {product}, by which {learner} was"
            " registered. Ask an Account Specialist."
        ),
    )


def not_registered(learner: str, qualification: str) -> WithheldReason:
    """There is nothing to claim on: no confirmed order registered the learner (M4)."""
    return WithheldReason(
        code="not-registered",
        message=(
            f"{learner} was never registered on {qualification} here. Order a"
            " registration first."
        ),
    )


def not_claimable(
    conditions: Iterable[ClaimableCondition],
) -> tuple[WithheldReason, ...]:
    """The conditions of the qualification that no longer hold, if any (M2)."""
    unmet = [c.sentence for c in conditions if not c.is_met]
    return (
        (WithheldReason(code="not-claimable", message=" ".join(unmet)),)
        if unmet
        else ()
    )


def changed_since(learner: str) -> WithheldReason:
    """The facts have changed since the learner was withheld: submit again (I1)."""
    return WithheldReason(
        code="changed-since",
        message=(
            f"The pathway, the grades or the results of {learner} have changed since."
            " Submit the claim again."
        ),
    )
