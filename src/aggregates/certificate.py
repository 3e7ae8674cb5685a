"""Certificates: what a processed claim earns, numbered, then printed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self, assert_never

from aggregates.aggregate import Aggregate
from catalogue import AwardType, Qualification
from events.certificate import CertificateIssued, CertificatePrinted
from events.claim import Granted


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


@dataclass(frozen=True, kw_only=True)
class Certificate(Aggregate):
    """A certificate, as it was issued."""

    issued: CertificateIssued
    is_printed: bool = False

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
        return [] if self.is_printed else [CertificatePrinted()]

    @classmethod
    def begin(cls, event: CertificateIssued) -> Self:
        return cls(issued=event)

    def apply(self, event: CertificatePrinted) -> Self:
        match event:
            case CertificatePrinted():
                return replace(self, is_printed=True)
            case _:
                assert_never(event)
