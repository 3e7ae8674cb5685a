"""What can happen to a certificate."""

from datetime import date

from events.event import Event


class CertificateIssued(Event, topic="certificate.issued"):
    """A processed claim earned a learner a certificate, with the units it lists."""

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


class CertificatePrinted(Event, topic="certificate.printed"):
    """The certificate was printed."""
