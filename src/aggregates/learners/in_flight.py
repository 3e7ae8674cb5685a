"""What is under way for a learner and must be settled before an erasure or transfer (H6, L6)."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

from aggregates.bookings.sitting import Attendance
from aggregates.claims.claim import Claim
from aggregates.claims.claim_status import OPEN, ClaimStatus
from aggregates.errors import Refusal, RuleBroken, join_sentences
from aggregates.orders.offer import in_words
from aggregates.registrations.registration import Registration
from catalogue import amount

UNSETTLED = OPEN | {ClaimStatus.SUBMITTED}
"""The statuses in which a claim can still change a registration."""


class NotErasableYet(RuleBroken):
    code = "not-erasable-yet"
    message = (
        "Learner {learner} cannot be erased yet. {sentences} To have all of it ended with"
        " the erasure, send end_in_flight: true."
    )


class RecordsAreKept(RuleBroken):
    code = "records-are-kept"
    message = (
        "The records of learner {learner} are kept until {until}, {years} after the"
        " last award. Erase them from that day on."
    )


class TestIsBooked(RuleBroken):
    code = "test-is-booked"
    message = "The test {booking} is booked. Cancel it, or wait until its outcome is reported."


class ClaimIsUnsettled(RuleBroken):
    code = "claim-is-unsettled"
    message = "The claim {claim} is {standing} for the learner. {next_step} first."

    @classmethod
    def of(cls, claim: str, standing: ClaimStatus) -> Self:
        """Make the refusal, which says what settles a claim with this status."""
        next_step = (
            "Have it processed, or withdraw it for the learner,"
            if standing is ClaimStatus.SUBMITTED
            else "Take the learner out of it"
        )
        return cls(claim=claim, standing=standing, next_step=next_step)


class CertificateIsUnprinted(RuleBroken):
    code = "certificate-is-unprinted"
    message = (
        "The certificate {certificate} is not printed yet. Print it, and report that."
    )


class IsOnDraftOrder(RuleBroken):
    code = "is-on-draft-order"
    message = "The learner is on the draft order {order}. Take them off it first."


@dataclass(frozen=True, kw_only=True)
class InFlight:
    """Everything under way for a learner.

    ``claims`` are those that include the learner, ``unprinted`` the certificates in force
    that are not printed yet, ``orders`` the draft orders of registrations and of entries.
    """

    learner: str
    registrations: Collection[Registration]
    claims: Mapping[str, Claim]
    unprinted: Collection[str]
    orders: Collection[str]

    @property
    def unsettled_claims(self) -> dict[str, ClaimStatus]:
        """The claims that can still lead to an award for the learner."""
        standings = {
            name: claim.learners[self.learner].standing
            for name, claim in self.claims.items()
            if self.learner in claim.learners
        }
        return {name: s for name, s in standings.items() if s in UNSETTLED}

    @property
    def hindrances(self) -> list[Refusal]:
        """Make a refusal for each thing under way, which says what would settle it."""
        return [
            *(each for r in self.registrations for each in booked_tests(r)),
            *(
                ClaimIsUnsettled.of(name, standing)
                for name, standing in self.unsettled_claims.items()
            ),
            *(CertificateIsUnprinted(certificate=name) for name in self.unprinted),
            *(IsOnDraftOrder(order=name) for name in self.orders),
        ]

    def require_settled(self) -> None:
        """Raise NotErasableYet with everything under way (H6)."""
        found = self.hindrances
        if found:
            sentences = join_sentences(found)
            raise NotErasableYet(
                learner=self.learner, sentences=sentences, others=found
            )

    def require_retained_long_enough(self, *, today: date, retention: int) -> None:
        """Raise RecordsAreKept before the first day on which the records may be erased (H6).

        ``retention`` is the number of years that records are kept after the last award.
        """
        until = self.kept_until(retention)
        if until is not None and today < until:
            raise RecordsAreKept(
                learner=self.learner,
                until=in_words(until),
                years=amount(retention, "year"),
            )

    def kept_until(self, retention: int) -> date | None:
        """Return the first day on which the records may be erased; None without any award."""
        awarded = [
            place.granted.award_date
            for claim in self.claims.values()
            if (place := claim.learners.get(self.learner))
            and place.certificate
            and place.granted
        ]
        return years_after(max(awarded), retention) if awarded else None


def years_after(day: date, years: int) -> date:
    """Return the same day some years later; 29 February may become 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def booked_tests(registration: Registration) -> Iterator[Refusal]:
    """Refuse each test that is booked and not sat yet."""
    for booking, sitting in registration.sittings.items():
        if sitting.attendance is Attendance.BOOKED:
            yield TestIsBooked(booking=booking)


def unsettled_claims(
    registration: Registration, claims: Mapping[str, Claim]
) -> Iterator[Refusal]:
    """Refuse each claim that can still change the registration."""
    for name in sorted(claims_on(registration)):
        place = claims[name].learners.get(registration.learner)
        if place is not None and place.standing in UNSETTLED:
            yield ClaimIsUnsettled.of(name, place.standing)


def claims_on(registration: Registration) -> set[str]:
    """Return the claims that the registration mentions."""
    return {*registration.outcomes, *registration.awards}
