"""Transferring a learner to another centre: what must be settled first (L6)."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from aggregates.claims.claim import Claim
from aggregates.errors import Refusal, RuleBroken
from aggregates.learners.in_flight import booked_tests, unsettled_claims
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_state import Status


class NotSettledYet(RuleBroken):
    code = "not-settled-yet"
    message = "Learner {learner} cannot be transferred yet. {sentences}"


class IsThereAlready(RuleBroken):
    code = "is-there-already"
    message = "Learner {learner} is at centre {centre} already. Name another centre."


class UlnIsHeldThere(RuleBroken):
    code = "uln-is-held-there"
    message = (
        "Learner {other} of centre {centre} has ULN {uln} already. If they are one"
        " person, say so among the duplicates, and clear the ULN of one of them."
    )


class CentreNotApproved(RuleBroken):
    code = "centre-not-approved"
    message = (
        "Centre {centre} is not approved for {product}, which registration {registration}"
        " is on. Approve the centre first."
    )


def require_transferable(
    learner: str,
    registrations: Iterable[Registration],
    *,
    claims: Mapping[str, Claim],
    centre: str,
    approvals: Collection[str],
) -> None:
    """Raise everything that must be settled before the transfer (L6).

    ``claims`` are the claims that the registrations mention; ``approvals`` are those of the
    other centre.
    """
    hindrances: list[Refusal] = [
        hindrance
        for registration in registrations
        for hindrance in (
            *booked_tests(registration),
            *unsettled_claims(registration, claims),
            *_not_approved(registration, centre, approvals),
        )
    ]
    if hindrances:
        said = " ".join(map(str, hindrances))
        raise NotSettledYet(learner=learner, sentences=said, others=hindrances)


def _not_approved(
    registration: Registration, centre: str, approvals: Collection[str]
) -> Iterator[Refusal]:
    """Refuse an Active registration on a product that the other centre is not approved for (O7)."""
    is_ordered = registration.parent is None
    is_active = registration.status is Status.ACTIVE
    if is_ordered and is_active and registration.product not in approvals:
        yield CentreNotApproved(
            centre=centre,
            product=registration.product,
            registration=registration.registration,
        )
