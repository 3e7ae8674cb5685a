"""Certificates: what a processed claim earns, numbered, then printed, reissued."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self, TypeAlias, assert_never
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.errors import RuleBroken
from catalogue import AwardType, Qualification
from events.certificate import (
    CertificateIssued,
    CertificatePrinted,
    CertificateSuperseded,
    CertificateTransferred,
)
from events.claim import Granted

Later: TypeAlias = CertificatePrinted | CertificateSuperseded | CertificateTransferred


class CertificateKind(StrEnum):
    """What is issued for each award type (M7, M8, M9)."""

    FULL = "Full certificate"
    PERFORMANCE = "Notification of performance"
    UNITS = "Unit certificate"


KIND: Mapping[AwardType, CertificateKind] = {
    AwardType.FULL: CertificateKind.FULL,
    AwardType.INTERIM: CertificateKind.PERFORMANCE,
    AwardType.FALLBACK: CertificateKind.UNITS,
}


class NotInForce(RuleBroken):
    message = (
        "Certificate {certificate} was superseded by {by}, so it cannot be {done} any"
        " more. Use {by}."
    )


@dataclass(frozen=True, kw_only=True)
class Certificate(Aggregate):
    """A certificate, as it was issued; in force until another supersedes it."""

    issued: CertificateIssued
    is_printed: bool = False
    superseded_by: str | None = None

    @staticmethod
    def issue(
        *,
        certificate: str,
        claim: str,
        learner: str,
        centre: str,
        granted: Granted,
        rules: Qualification,
    ) -> list[CertificateIssued]:
        """Certify an award: all units achieved to date, by grade (M8, M13)."""
        achieved = {
            unit: grade
            for unit, grade in granted.grades.items()
            if rules.unit(unit).achieves(grade)
        }
        return [
            CertificateIssued(
                certificate=certificate,
                kind=KIND[AwardType(granted.award_type)],
                claim=claim,
                registration=granted.registration,
                learner=learner,
                centre=centre,
                qualification=rules.reference,
                award_date=granted.award_date,
                overall_grade=granted.overall_grade,
                units=achieved,
            )
        ]

    def record_printing(self) -> list[CertificatePrinted]:
        """Take down that it was printed (M13); once is enough."""
        if self.is_printed:
            return []
        self._require_in_force("printed")
        return [CertificatePrinted()]

    def reissue(
        self, *, certificate: str, reason: str, person_id: UUID
    ) -> tuple[list[CertificateSuperseded], list[CertificateIssued]]:
        """Put another certificate in place of this one, the same but for its number.

        Gives what happens to this one, which stays, and to the other (M13). Raises
        NotInForce: of a certificate reissued before, the latest alone is reissued.
        """
        self._require_in_force("reissued")
        superseded = CertificateSuperseded(
            by=certificate, person_id=person_id, reason=reason
        )
        issued = replace(
            self.issued, certificate=certificate, supersedes=self.issued.certificate
        )
        return [superseded], [issued]

    def transfer(self, centre: str) -> list[CertificateTransferred]:
        """Let another centre see it, whose the learner is now (L6)."""
        return [CertificateTransferred(centre=centre)]

    def _require_in_force(self, done: str) -> None:
        if self.superseded_by is not None:
            raise NotInForce(
                certificate=self.issued.certificate, by=self.superseded_by, done=done
            )

    @classmethod
    def begin(cls, event: CertificateIssued) -> Self:
        return cls(issued=event)

    def apply(self, event: Later) -> Self:
        match event:
            case CertificatePrinted():
                return replace(self, is_printed=True)
            case CertificateSuperseded(by=other):
                return replace(self, superseded_by=other)
            case CertificateTransferred():
                return self
            case _:
                assert_never(event)
