"""What can happen to a certificate."""

from datetime import date
from uuid import UUID

from events.event import Event, Personal


class CertificateIssued(Event, topic="certificate.issued"):
    """A processed claim earned a learner a certificate, with the units it lists.

    ``supersedes`` is the certificate that this one is a reissue of.
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


class CertificatePrinted(Event, topic="certificate.printed"):
    """The certificate was printed."""


class CertificateTransferred(Event, topic="certificate.transferred"):
    """The learner was transferred: the certificate is that centre's to see."""

    centre: str


class CertificateSuperseded(Event, topic="certificate.superseded"):
    """The awarding organisation issued another certificate in place of this one."""

    by: str
    person_id: UUID
    reason: Personal[str]
