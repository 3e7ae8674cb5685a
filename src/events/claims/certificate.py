"""What can happen to a certificate."""

from dataclasses import field
from datetime import date
from typing import Any
from uuid import UUID

from events.event import Event, Personal

NOBODY = UUID(int=0)
"""Stands in certificates that were issued before they named their holder."""


class CertificateIssued(Event, topic="certificate.issued", version=2):
    """A processed claim earned a learner a certificate, which lists these units.

    ``supersedes`` is the certificate that it replaces: a reissued one, or an earlier
    notification. Holder and titles are as on that day; they are None or empty in
    certificates issued before they were kept.
    """

    certificate: str
    kind: str
    claim: str
    registration: str
    learner: str
    centre: str
    qualification: str
    award_date: date
    overall_grade: str | None
    units: dict[str, str]
    supersedes: str | None = None
    person_id: UUID = NOBODY
    given_name: Personal[str | None] = None
    family_name: Personal[str | None] = None
    date_of_birth: Personal[date | None] = None
    title: str | None = None
    qualification_number: str | None = None
    unit_titles: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
        """Leave out holder and titles: they are looked up when shown."""
        return data


class CertificatePrinted(Event, topic="certificate.printed"):
    """The certificate was printed."""


class CertificateTransferred(Event, topic="certificate.transferred"):
    """The learner was transferred: the certificate belongs to that centre now."""

    centre: str


class CertificateSuperseded(Event, topic="certificate.superseded"):
    """Another certificate was issued in place of this one.

    ``by_claim`` is the later claim if the other is its notification; it is None for a
    reissue.
    """

    by: str
    person_id: UUID
    reason: Personal[str]
    by_claim: str | None = None


class CertificateRevoked(Event, topic="certificate.revoked"):
    """The awarding organisation took the certificate out of force and issued no other.

    ``by_reopening``: because the registration it completed was reopened.
    """

    person_id: UUID
    reason: Personal[str]
    by_reopening: bool = False
