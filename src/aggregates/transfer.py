"""Transferring a learner to another centre: what must be settled before (L6)."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from aggregates.claim import Claim
from aggregates.errors import Malformed, Refusal, RuleBroken
from aggregates.registration import Registration, Status
from aggregates.sitting import Attendance
from aggregates.standing import OPEN, Standing

UNSETTLED = OPEN | {Standing.SUBMITTED}
"""Where a claim may still change what stands on a registration."""


class NotSettledYet(RuleBroken):
    message = "Learner {learner} cannot be transferred yet. {sentences}"


class IsThereAlready(RuleBroken):
    message = "Learner {learner} is at centre {centre} already. Name another centre."


class TransferNeedsReason(Malformed):
    message = "Say why learner {learner} is transferred: the reason is kept."


class UlnIsHeldThere(RuleBroken):
    message = (
        "Learner {other} of centre {centre} has ULN {uln} already. If they are one"
        " person, say so among the duplicates, and clear the ULN of one of them."
    )


class TestIsBooked(RuleBroken):
    message = (
        "The test {booking} is booked. Cancel it, or have it reported how it went,"
        " first."
    )


class ClaimIsUnsettled(RuleBroken):
    message = (
        "The claim {claim} is {standing} for the learner. Have it processed or withdrawn,"
        " or take the learner out of it, first."
    )


class CentreNotApproved(RuleBroken):
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
    """Raise all that is to be settled before a learner goes to a centre, at once (L6).

    ``claims`` are those that say anything of the registrations, ``approvals`` those of
    the other centre.
    """
    hindrances: list[Refusal] = [
        hindrance
        for registration in registrations
        for hindrance in (
            *_booked(registration),
            *_claimed(registration, claims),
            *_not_approved(registration, centre, approvals),
        )
    ]
    if hindrances:
        said = " ".join(map(str, hindrances))
        raise NotSettledYet(learner=learner, sentences=said, others=hindrances)


def claims_on(registration: Registration) -> set[str]:
    """Name the claims that say anything of a registration."""
    return {*registration.outcomes, *registration.awards}


def _booked(registration: Registration) -> Iterator[Refusal]:
    for booking, sitting in registration.sittings.items():
        if sitting.attendance is Attendance.BOOKED:
            yield TestIsBooked(booking=booking)


def _claimed(
    registration: Registration, claims: Mapping[str, Claim]
) -> Iterator[Refusal]:
    for name in sorted(claims_on(registration)):
        place = claims[name].learners.get(registration.learner)
        if place is not None and place.standing in UNSETTLED:
            yield ClaimIsUnsettled(claim=name, standing=place.standing)


def _not_approved(
    registration: Registration, centre: str, approvals: Collection[str]
) -> Iterator[Refusal]:
    """An Active registration goes on there, by the product that was ordered (O7)."""
    is_ordered = registration.parent is None
    is_active = registration.status is Status.ACTIVE
    if is_ordered and is_active and registration.product not in approvals:
        yield CentreNotApproved(
            centre=centre,
            product=registration.product,
            registration=registration.registration,
        )
