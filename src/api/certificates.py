"""Certificates over HTTP."""

from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AwareDatetime, BaseModel, Field

from aggregates.certificate import Certificate, CertificateKind
from api.answers import answer, show
from api.claim_view import (
    Grades,
    QualificationNamed,
    learners_named,
    qualification_named,
)
from api.dependencies import By, Now, ServiceOf
from api.retries import OnceOnly
from commands.certificate import (
    RecordPrinting,
    ReissueCertificate,
    read_certificate,
)
from commands.command import Done
from events.certificate import CertificatePrinted
from service import Service
from store import Actor

router = APIRouter(prefix="/certificates", tags=["certificates"])

Number = Annotated[str, Path(max_length=20, examples=["C-0000000017T"])]


class Reissue(BaseModel):
    reason: str = Field(max_length=1000, examples=["Lost in the post."])


class CertificateShown(BaseModel):
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


@router.get("/{number}")
def one(
    number: Number, response: Response, service: ServiceOf, by: By
) -> CertificateShown:
    """Show a certificate."""
    return shown(response, service, number, by)


@router.post("/{number}/printing")
def record_printing(
    number: Number, response: Response, service: ServiceOf, by: By, now: Now
) -> CertificateShown:
    """Say that the certificate has been printed (M13)."""
    done = service.send(RecordPrinting(by=by, at=now, certificate=number))
    return shown(response, service, number, by, done)


@router.post("/{number}/reissue", status_code=HTTPStatus.CREATED)
def reissue(
    number: Number,
    body: Reissue,
    response: Response,
    service: ServiceOf,
    retry: OnceOnly,
    now: Now,
) -> CertificateShown:
    """Issue another certificate in its place, with a number of its own (M13)."""
    done = retry.send(
        ReissueCertificate(by=retry.by, at=now, certificate=number, reason=body.reason)
    )
    stream = read_certificate(number, retry.by, service.desk)
    made = Certificate.replay(stream.events).superseded_by or ""
    response.headers["Location"] = f"/api/v1/certificates/{made}"
    return shown(response, service, made, retry.by, done)


def shown(
    response: Response,
    service: Service,
    number: str,
    by: Actor,
    done: Done | None = None,
) -> CertificateShown:
    stream = read_certificate(number, by, service.desk)
    show(response, stream)
    if done is not None:
        answer(response, done)
    certificate = Certificate.replay(stream.events)
    issued = certificate.issued
    learner = learners_named(service.desk, [issued.learner])[issued.learner]
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
        qualification=qualification_named(service.desk, issued.qualification),
        award_date=issued.award_date,
        overall_grade=issued.overall_grade,
        units=issued.units,
        issued_at=stream.history[0].recorded_at,
        printed_at=next((r.recorded_at for r in printed), None),
        supersedes=issued.supersedes,
        superseded_by=certificate.superseded_by,
    )
