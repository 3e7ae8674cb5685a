"""The refusals of claims."""

from collections.abc import Collection, Iterable

from aggregates.claims.claim_status import ClaimLearner
from aggregates.errors import FieldPath, Malformed, RuleBroken
from catalogue import AwardType

MOST_NAMED = 3
"""The most certificates or registrations a sentence names; it counts the others."""


class QualificationNeeded(RuleBroken):
    code = "qualification-needed"
    message = "Choose the qualification to claim for."


class UnknownQualification(Malformed):
    code = "unknown-qualification"
    message = (
        "There is no qualification {qualification}. Check the reference and try again."
    )


class ApprenticeshipNotClaimable(Malformed):
    code = "apprenticeship-not-claimable"
    message = (
        "{title} is an apprenticeship. Claim for its qualifications, one by one:"
        " {qualifications}."
    )


class UnitsNeeded(RuleBroken):
    code = "units-needed"
    message = "Choose the units that the learners have achieved."


class LearnersNeeded(RuleBroken):
    code = "learners-needed"
    message = "Choose the learners to claim for."


class AwardIncomplete(RuleBroken):
    code = "award-incomplete"
    message = "Give {learner} an award type and an award date, then submit."


class QualificationIsFixed(RuleBroken):
    code = "qualification-is-fixed"
    message = (
        "The claim {claim} has been submitted for learners, so its qualification "
        "stays. Begin another claim for the other qualification."
    )


class UnitNotOffered(RuleBroken):
    code = "unit-not-offered"
    message = (
        "{qualification} has no internally assessed unit {unit}. Check the reference, or"
        " take the unit out."
    )


class NotRegistered(RuleBroken):
    code = "not-registered"
    message = "{why} {next_step}, or leave the learner out."


class LearnerIsSubmitted(RuleBroken):
    code = "learner-is-submitted"
    message = "{learner} has been {standing} in the claim {claim}. {next_step}"


class LearnerNotInClaim(RuleBroken):
    code = "learner-not-in-claim"
    message = "{learner} is not in {claim}. Name a learner who is."


class NobodyToSubmit(RuleBroken):
    code = "nobody-to-submit"
    message = (
        "The claim {claim} is {standing}, and nobody in it waits to be submitted. Choose"
        " more learners first, or begin another claim."
    )


class RegisteredMeanwhile(RuleBroken):
    code = "registered-meanwhile"
    message = (
        "{learner} has been registered on {qualification} again since, so the award that"
        " completed the earlier registration cannot be withdrawn. Cancel the later"
        " registration first."
    )


class ClaimHasMoved(RuleBroken):
    code = "claim-has-moved"
    message = (
        "{user} ({role}) changed the claim {claim} while it was being submitted. Look "
        "at it again, then submit."
    )


class NotSubmitted(RuleBroken):
    code = "not-submitted"
    message = "{what}. {next_step}"


class ClaimIsProcessed(RuleBroken):
    code = "claim-is-processed"
    message = (
        "{claim} is processed and has issued {certificates}, so it cannot be withdrawn."
        " {next_step}"
    )


class AwardIsReliedOn(RuleBroken):
    code = "award-is-relied-on"
    message = (
        "{what} for {learner}: the {award_type} claim {other} counts {units} from"
        " {claim}. {next_step}"
    )


class ClaimIsWithdrawn(RuleBroken):
    code = "claim-is-withdrawn"
    message = "The claim {claim} has been withdrawn. Begin another one."


class ClaimWasSubmitted(RuleBroken):
    code = "claim-was-submitted"
    message = (
        "The claim {claim} has been submitted for learners, so it cannot be deleted."
        " {next_step}"
    )


def learner_is_submitted(
    claim: str, learner: str, place: ClaimLearner, *, path: FieldPath
) -> LearnerIsSubmitted:
    """Refuse a change to a submitted award, and say what would allow it (M16, M18)."""
    is_processed = bool(place.certificate)
    return LearnerIsSubmitted(
        path=path,
        learner=learner,
        standing="processed" if is_processed else "submitted",
        claim=claim,
        next_step=about_certificates([place])
        if is_processed
        else "To change anything, withdraw the claim for this learner first.",
    )


def claim_was_submitted(
    claim: str, places: Collection[ClaimLearner]
) -> ClaimWasSubmitted:
    """Refuse to delete a submitted claim, and say what can be done (M16, M18)."""
    is_processed = any(place.certificate for place in places)
    return ClaimWasSubmitted(
        claim=claim,
        next_step=about_certificates(places)
        if is_processed
        else "Withdraw it instead.",
    )


def claim_is_processed(
    claim: str, places: Collection[ClaimLearner]
) -> ClaimIsProcessed:
    """Refuse a withdrawal, and say who can deal with issued certificates (M16, M18)."""
    certificates = _join_names([str(p.certificate) for p in places if p.certificate])
    return ClaimIsProcessed(
        claim=claim,
        certificates=certificates,
        next_step=about_certificates(places),
    )


def about_certificates(places: Iterable[ClaimLearner]) -> str:
    """Say what an Account Specialist can do about issued certificates."""
    issued = [place for place in places if place.certificate]
    certificates = _join_names([str(place.certificate) for place in issued])
    completed = [
        place.registration
        for place in issued
        if place.granted and place.granted.award_type != AwardType.INTERIM
    ]
    reopen = f", or reopen {_join_names(completed)} to claim anew" if completed else ""
    return f"An Account Specialist can revoke {certificates}{reopen}."


def _join_names(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
