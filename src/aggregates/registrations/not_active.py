"""Why a learner has no Active registration to use, and what to do about it."""

from typing import Any

from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status


def why_not_active(
    learner: str, product: str, last: Registration | None
) -> dict[str, Any]:
    """Return ``why`` and ``next_step``, for a refusal about the ``last`` registration.

    ``last`` is None if the centre has no registration of the learner on the product. An
    Active one is refused because the centre is not approved for the product ordered.
    """
    if last is None:
        return {
            "why": f"{learner} has no Active registration on {product} at this centre.",
            "next_step": "Order one",
        }
    name = f"The registration {last.registration} of {learner} on {product}"
    if last.status is Status.CANCELLED:
        return {"why": f"{name} is Cancelled.", "next_step": "Order another"}
    if last.status is Status.ACTIVE:
        ordered = last.apprenticeship or last.product
        return {
            "why": f"{name} was ordered by {ordered}, which your centre is not approved"
            " for.",
            "next_step": "Ask an Account Specialist to approve it",
        }
    done = last.completion
    if done is None:
        return {"why": f"{name} is Completed.", "next_step": "Order another"}
    revoked = ", which was revoked" if done.claim in last.revoked else ""
    withdraw = (
        "" if revoked else f"Withdraw {done.claim} if it is not processed yet, or "
    )
    ask = "Ask an Account Specialist to reopen the registration"
    return {
        "why": f"{name} is Completed, by the {done.award_type} award of"
        f" {done.claim}{revoked}.",
        "next_step": f"{withdraw}{ask[0].lower() if withdraw else ask[0]}{ask[1:]}",
    }
