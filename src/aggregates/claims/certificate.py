"""Certificates: issued for a processed claim, then printed, superseded or revoked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Self, TypeAlias, assert_never
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.claims.earlier_awards import achieving_grades
from aggregates.errors import RuleBroken
from catalogue import AwardType, Qualification
from events.claims.certificate import (
    CertificateIssued,
    CertificatePrinted,
    CertificateRevoked,
    CertificateSuperseded,
    CertificateTransferred,
)
from events.claims.claim import Granted

Later: TypeAlias = (
    CertificatePrinted
    | CertificateSuperseded
    | CertificateRevoked
    | CertificateTransferred
)


class CertificateKind(StrEnum):
    """The document that each award type issues (M7, M8, M9)."""

    FULL = "Full certificate"
    PERFORMANCE = "Notification of performance"
    UNITS = "Unit certificate"


KIND: Mapping[AwardType, CertificateKind] = {
    AwardType.FULL: CertificateKind.FULL,
    AwardType.INTERIM: CertificateKind.PERFORMANCE,
    AwardType.FALLBACK: CertificateKind.UNITS,
}


LATER_NOTIFICATION = "A later notification lists all units to date."


class NotInForce(RuleBroken):
    code = "not-in-force"
    message = (
        "Certificate {certificate} was superseded by {by}, so it cannot be {done} any"
        " more. {next_step}"
    )


class CertificateRegistrationReopened(RuleBroken):
    code = "certificate-registration-reopened"
    message = (
        "Certificate {certificate} is not in force since registration {registration} was"
        " reopened, so it cannot be {done}. Claim for the learner again."
    )


CLAIM_AGAIN = (
    "Claim for the learner again; an Account Specialist reopens registration"
    " {registration} first if it is Completed."
)


class CertificateIsRevoked(RuleBroken):
    code = "certificate-is-revoked"
    message = "Certificate {certificate} was revoked, so it cannot be {done}. " + (
        CLAIM_AGAIN
    )


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The learner a certificate is issued to, with name and date of birth of that day.

    ``person_id`` names the key that name and date of birth are encrypted under. They
    are None if the learner's personal data were erased.
    """

    learner: str
    person_id: UUID
    given_name: str | None = None
    family_name: str | None = None
    date_of_birth: date | None = None


@dataclass(frozen=True, kw_only=True)
class Certificate(Aggregate):
    """A certificate as it was issued.

    It is in force until another certificate supersedes it, it is revoked, or the
    registration that it completed is reopened (M13, M18). ``superseded_by`` is the
    number of the certificate that superseded it. ``superseded_by_claim`` is the claim of
    that certificate if it is a later notification; it is None for a reissue.
    """

    issued: CertificateIssued
    is_printed: bool = False
    superseded_by: str | None = None
    superseded_by_claim: str | None = None
    is_revoked: bool = False
    is_reopened: bool = False

    @property
    def is_in_force(self) -> bool:
        is_superseded = self.superseded_by is not None
        return not (is_superseded or self.is_revoked or self.is_reopened)

    @property
    def is_reissued(self) -> bool:
        """Whether it was superseded by a reissue, and not by a later notification."""
        return self.superseded_by is not None and self.superseded_by_claim is None

    @staticmethod
    def issue(
        *,
        certificate: str,
        claim: str,
        holder: Holder,
        centre: str,
        granted: Granted,
        rules: Qualification,
        supersedes: str | None = None,
    ) -> list[CertificateIssued]:
        """Issue the certificate of an award, with all units achieved to date (M8, M13).

        ``certificate`` is its number. It keeps the holder's name and the titles in
        ``rules`` as they are now. ``supersedes`` is the number of the notification that
        it supersedes, or None (M8).
        """
        units = achieving_grades(granted.grades, rules)
        return [
            CertificateIssued(
                certificate=certificate,
                kind=KIND[AwardType(granted.award_type)],
                claim=claim,
                registration=granted.registration,
                learner=holder.learner,
                centre=centre,
                qualification=rules.reference,
                award_date=granted.award_date,
                overall_grade=granted.overall_grade,
                units=units,
                supersedes=supersedes,
                person_id=holder.person_id,
                given_name=holder.given_name,
                family_name=holder.family_name,
                date_of_birth=holder.date_of_birth,
                title=rules.title,
                qualification_number=rules.number,
                unit_titles={unit: rules.unit(unit).title for unit in units},
            )
        ]

    def record_printing(
        self, *, in_place: str | None = None
    ) -> list[CertificatePrinted]:
        """Record that it was printed (M13); if it was before, there is no event.

        ``in_place`` is the number of the certificate that is in force in its place, or
        None; a refusal names it. Raises NotInForce, CertificateIsRevoked,
        CertificateRegistrationReopened.
        """
        if self.is_printed:
            return []
        self._require_in_force("printed", in_place)
        return [CertificatePrinted()]

    def supersede(
        self, *, by: CertificateIssued, person_id: UUID
    ) -> list[CertificateSuperseded]:
        """Record that a later notification, ``by``, supersedes this one (M8)."""
        return [
            CertificateSuperseded(
                by=by.certificate,
                by_claim=by.claim,
                person_id=person_id,
                reason=LATER_NOTIFICATION,
            )
        ]

    def reissue(
        self,
        *,
        certificate: str,
        reason: str,
        holder: Holder,
        as_issued: CertificateIssued,
        in_place: str | None = None,
    ) -> tuple[list[CertificateSuperseded], list[CertificateIssued]]:
        """Reissue it under the number ``certificate``, in the holder's present name (M13).

        ``as_issued`` is what this one says, with its titles filled in; the new one is
        the same except for number and holder. Returns the events of this one, which is
        kept, and those of the new one. Raises NotInForce, CertificateIsRevoked,
        CertificateRegistrationReopened.
        """
        self._require_in_force("reissued", in_place)
        superseded = CertificateSuperseded(
            by=certificate, person_id=holder.person_id, reason=reason
        )
        issued = replace(
            as_issued,
            certificate=certificate,
            supersedes=self.issued.certificate,
            person_id=holder.person_id,
            given_name=holder.given_name,
            family_name=holder.family_name,
            date_of_birth=holder.date_of_birth,
        )
        return [superseded], [issued]

    def revoke(
        self, *, reason: str, person_id: UUID, in_place: str | None = None
    ) -> list[CertificateRevoked]:
        """Take it out of force without another in its place (M18).

        One that is out of force by a later notification or by a reopening can be revoked
        too: its award then no longer counts. Raises NotInForce if it was reissued,
        CertificateIsRevoked if it was revoked.
        """
        if self.is_reissued or self.is_revoked:
            self._require_in_force("revoked", in_place)
        return [CertificateRevoked(person_id=person_id, reason=reason)]

    def end_by_reopening(
        self, *, reason: str, person_id: UUID
    ) -> list[CertificateRevoked]:
        """Take it out of force because the registration it completed is reopened (M14).

        There is no event if it is not in force.
        """
        if not self.is_in_force:
            return []
        return [
            CertificateRevoked(person_id=person_id, reason=reason, by_reopening=True)
        ]

    def transfer(self, centre: str) -> list[CertificateTransferred]:
        """Move the certificate to the centre that the learner was transferred to (L6)."""
        return [CertificateTransferred(centre=centre)]

    def _require_in_force(self, done: str, in_place: str | None) -> None:
        """Raise the refusal that says why it cannot be ``done``, as ``printed``."""
        number, registration = self.issued.certificate, self.issued.registration
        if self.is_revoked:
            again = "revoked again" if done == "revoked" else done
            raise CertificateIsRevoked(
                certificate=number, done=again, registration=registration
            )
        if self.superseded_by is not None:
            again = f"None is in force in its place. {CLAIM_AGAIN}"
            raise NotInForce(
                certificate=number,
                by=self.superseded_by,
                done=done,
                next_step=f"Use {in_place}."
                if in_place
                else again.format(registration=registration),
            )
        if self.is_reopened:
            raise CertificateRegistrationReopened(
                certificate=number, done=done, registration=registration
            )

    @classmethod
    def begin(cls, event: CertificateIssued) -> Self:
        return cls(issued=event)

    def apply(self, event: Later) -> Self:
        match event:
            case CertificatePrinted():
                return replace(self, is_printed=True)
            case CertificateSuperseded(by=other, by_claim=claim):
                return replace(self, superseded_by=other, superseded_by_claim=claim)
            case CertificateRevoked(by_reopening=True):
                return replace(self, is_reopened=True)
            case CertificateRevoked():
                return replace(self, is_revoked=True)
            case CertificateTransferred():
                return self
            case _:
                assert_never(event)
