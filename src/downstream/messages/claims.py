"""The public messages about claims, and about the certificates that they issue."""

from collections.abc import Mapping
from datetime import date

from downstream.messages.message import Message, tells
from events.claims import certificate, claim


def registrations_in(
    judged: Mapping[str, claim.Granted | claim.Withheld],
) -> tuple[str, ...]:
    """Return the registrations of assessed learners, by learner."""
    return tuple(each.registration for each in judged.values())


@tells(
    claim.ClaimSubmitted,
    subject="claim",
    derived={
        "granted": lambda event, _: registrations_in(event.granted),
        "withheld": lambda event, _: registrations_in(event.withheld),
    },
)
class ClaimSubmittedMessage(Message, frozen=True, kw_only=True):
    """Each learner was assessed: submitted if eligible, otherwise withheld.

    ``granted`` and ``withheld`` are their registrations.
    """

    claim: str
    granted: tuple[str, ...]
    withheld: tuple[str, ...]


@tells(claim.ClaimWithdrawn, subject="claim")
class ClaimWithdrawnMessage(Message, frozen=True, kw_only=True):
    """The claim was withdrawn for these learners; ``whole`` closes it for good."""

    claim: str
    learners: tuple[str, ...]
    whole: bool


@tells(
    claim.ClaimProcessed,
    subject="claim",
    derived={"certificates": lambda event, _: tuple(event.certificates.values())},
)
class ClaimProcessedMessage(Message, frozen=True, kw_only=True):
    """These certificates were issued."""

    claim: str
    certificates: tuple[str, ...]


@tells(certificate.CertificateIssued, subject="certificate")
class CertificateIssuedMessage(Message, frozen=True, kw_only=True):
    """A processed claim earned a learner a certificate.

    ``supersedes`` is the certificate that it replaces.
    """

    certificate: str
    kind: str
    claim: str
    registration: str
    learner: str
    qualification: str
    award_date: date
    supersedes: str | None


@tells(certificate.CertificatePrinted, subject="certificate")
class CertificatePrintedMessage(Message, frozen=True, kw_only=True):
    """The certificate was printed."""

    certificate: str


@tells(certificate.CertificateTransferred, subject="certificate")
class CertificateTransferredMessage(Message, frozen=True, kw_only=True):
    """The learner was transferred: the certificate belongs to this centre now."""

    certificate: str


@tells(certificate.CertificateSuperseded, subject="certificate")
class CertificateSupersededMessage(Message, frozen=True, kw_only=True):
    """Another certificate was issued in place of this one."""

    certificate: str
    by: str


@tells(certificate.CertificateRevoked, subject="certificate")
class CertificateRevokedMessage(Message, frozen=True, kw_only=True):
    """The awarding organisation took the certificate out of force."""

    certificate: str
    by_reopening: bool
