"""Certificates over HTTP."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import AwareDatetime, Field

from aggregates.certificate import Certificate, CertificateKind
from api.claim_view import Grades
from api.named import QualificationNamed, learners_named, qualification_named
from api.retries import OnceOnly
from api.schemas import RequestBody, ResponseBody
from api.visit import Visit, Visiting
from commands.certificate import RecordPrinting, ReissueCertificate, read_certificate
from events.certificate import CertificatePrinted

router = APIRouter(prefix="/certificates", tags=["certificates"])

Number = Annotated[str, Path(max_length=20, examples=["C-0000000017T"])]


class Reissue(RequestBody, title="CertificateReissue"):
    reason: str = Field(max_length=1000, examples=["Lost in the post."])


class CertificateShown(ResponseBody, title="Certificate"):
    """A certificate as it was issued, with the learner's name as it is now."""

    certificate: str = Field(examples=["C-0000000017T"])
    kind: CertificateKind
    claim: str = Field(examples=["AC-0000000042"])
    registration: str = Field(examples=["R-0000000042"])
    learner: str = Field(examples=["L-0000000017T"])
    given_name: str
    family_name: str
    centre: str = Field(examples=["48213"])
    qualification: QualificationNamed
    award_date: date
    overall_grade: str | None = Field(examples=["Pass"])
    units: Grades
    issued_at: AwareDatetime
    printed_at: AwareDatetime | None
    supersedes: str | None = Field(
        examples=["C-0000000042Y"], description="What it is a reissue of."
    )
    superseded_by: str | None = Field(
        description="What is in force in its place, or superseded by yet another."
    )


@router.get("/{number}", operation_id="getCertificate")
def one(number: Number, visit: Visiting) -> CertificateShown:
    """Show a certificate."""
    return shown(visit, number)


@router.post("/{number}/printing", operation_id="recordCertificatePrinting")
def record_printing(number: Number, visit: Visiting) -> CertificateShown:
    """Say that the certificate has been printed (M13)."""
    visit.send(RecordPrinting(**visit.said, certificate=number))
    return shown(visit, number)


@router.post(
    "/{number}/reissue",
    operation_id="reissueCertificate",
    status_code=HTTPStatus.CREATED,
)
def reissue(number: Number, body: Reissue, visit: OnceOnly) -> CertificateShown:
    """Issue another certificate in its place, with a number of its own (M13)."""
    visit.send(ReissueCertificate(**visit.said, certificate=number, reason=body.reason))
    stream = read_certificate(number, visit.by, visit.desk)
    made = Certificate.replay(stream.events).superseded_by or ""
    visit.made(f"/certificates/{made}")
    return shown(visit, made)


def shown(visit: Visit, number: str) -> CertificateShown:
    stream = read_certificate(number, visit.by, visit.desk)
    visit.show(stream)
    certificate = Certificate.replay(stream.events)
    issued = certificate.issued
    learner = learners_named(visit.desk, [issued.learner], seen_by=None)[issued.learner]
    printed = (r for r in stream.history if isinstance(r.event, CertificatePrinted))
    return CertificateShown(
        certificate=issued.certificate,
        kind=CertificateKind(issued.kind),
        claim=issued.claim,
        registration=issued.registration,
        learner=issued.learner,
        given_name=learner.details.given_name,
        family_name=learner.details.family_name,
        centre=issued.centre,
        qualification=qualification_named(visit.desk, issued.qualification),
        award_date=issued.award_date,
        overall_grade=issued.overall_grade,
        units=issued.units,
        issued_at=stream.history[0].recorded_at,
        printed_at=next((r.recorded_at for r in printed), None),
        supersedes=issued.supersedes,
        superseded_by=certificate.superseded_by,
    )
