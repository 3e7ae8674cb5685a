"""Certificates over HTTP: found, shown as issued, printed, reissued, revoked."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import Path
from pydantic import AwareDatetime, Field

from aggregates.claims.certificate import CertificateKind
from api.claims.claim_view import Grades
from api.http.idempotency import IdempotentRequestOf
from api.http.references import QualificationRef
from api.http.request_context import RequestContext, RequestContextOf
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from catalogue import Catalogue
from commands.claims.certificate import (
    RecordPrinting,
    ReissueCertificate,
    RevokeCertificate,
)
from projections.claims.result_certificates import CertificateRow
from queries.centres.centres import centre_names
from queries.claims.certificates import (
    ERASED_HOLDER,
    certificate_row,
    holder_name,
    titles_as_issued,
)
from repositories.aggregate_types import CERTIFICATE

router = Router(prefix="/certificates", tags=["certificates"])

Number = Annotated[str, Path(max_length=20, examples=["C-0000000017T"])]


class CertificateReissue(RequestBody, title="CertificateReissue"):
    reason: str = Field(max_length=1000, examples=["Lost in the post."])


class CertificateRevocation(RequestBody, title="CertificateRevocation"):
    reason: str = Field(max_length=1000, examples=["Graded by mistake."])


class CertificateResponse(ResponseBody, title="Certificate"):
    """A certificate as it was issued, with its later history.

    Names, date of birth, titles, units and grades are those of the day of issue.
    """

    certificate: str = Field(examples=["C-0000000017T"])
    kind: CertificateKind
    in_force: bool = Field(
        description="False once superseded or revoked, or its registration reopened."
    )
    claim: str = Field(examples=["AC-0000000042"])
    registration: str = Field(examples=["R-0000000042"])
    learner: str = Field(examples=["L-0000000017T"])
    holder: str = Field(
        examples=["Ann Lee"],
        description=f"The name printed on it; `{ERASED_HOLDER}` after an erasure.",
    )
    given_name: str | None = Field(description="Null after an erasure.")
    family_name: str | None
    date_of_birth: date | None
    centre: str = Field(examples=["48213"])
    centre_name: str | None = Field(examples=["Riverside Training"])
    qualification: QualificationRef
    award_date: date
    overall_grade: str | None = Field(examples=["Pass"])
    units: Grades
    unit_titles: dict[str, str] = Field(
        examples=[{"L/506/1788": "Manage personal performance and development"}]
    )
    issued_at: AwareDatetime
    printed_at: AwareDatetime | None
    supersedes: str | None = Field(
        examples=["C-0000000042Y"],
        description="What it took the place of: reissued, or an earlier notification.",
    )
    superseded_by: str | None = Field(
        description="What is in force in its place, or superseded by yet another."
    )
    superseded_at: AwareDatetime | None
    revoked_at: AwareDatetime | None = Field(
        description="When it was revoked, or the registration it completed reopened."
    )
    updated_at: AwareDatetime


@router.get("/{number}", operation_id="getCertificate")
def get_certificate(number: Number, context: RequestContextOf) -> CertificateResponse:
    """Show a certificate as it was issued."""
    return respond_with_certificate(context, number)


@router.post("/{number}/printing", operation_id="recordCertificatePrinting")
def record_printing(number: Number, context: RequestContextOf) -> CertificateResponse:
    """Record that the certificate has been printed (M13)."""
    return context.answer(
        RecordPrinting(**context.command_metadata, certificate=number),
        respond_with_certificate,
        number,
    )


@router.post(
    "/{number}/reissue",
    operation_id="reissueCertificate",
    status_code=HTTPStatus.CREATED,
)
def reissue(
    number: Number, body: CertificateReissue, context: IdempotentRequestOf
) -> CertificateResponse:
    """Issue another certificate in place of this one, with a new number (M13).

    It has the learner's present name; everything else is as on the first.
    """
    context.send(
        ReissueCertificate(
            **context.command_metadata, certificate=number, reason=body.reason
        )
    )
    made = context.load(CERTIFICATE, number)[1].superseded_by or ""
    context.set_location(f"/certificates/{made}")
    return respond_with_certificate(context, made)


@router.post("/{number}/revoke", operation_id="revokeCertificate")
def revoke_certificate(
    number: Number, body: CertificateRevocation, context: IdempotentRequestOf
) -> CertificateResponse:
    """Revoke the certificate without issuing another (M18).

    The grades of its award no longer count. The registration stays as it is: reopen it to
    claim for the learner again.
    """
    return context.answer(
        RevokeCertificate(
            **context.command_metadata, certificate=number, reason=body.reason
        ),
        respond_with_certificate,
        number,
    )


def respond_with_certificate(
    context: RequestContext, number: str
) -> CertificateResponse:
    stream, now = context.load_tagged(CERTIFICATE, number)
    row = certificate_row(context.command_context, stream, now)
    names = centre_names(context.command_context, [row.centre])
    return certificate_response(context.command_context.catalogue, row, names)


def certificate_response(
    catalogue: Catalogue, row: CertificateRow, names: Mapping[str, str]
) -> CertificateResponse:
    """Show a certificate as it was issued."""
    titles = titles_as_issued(catalogue, row)
    return CertificateResponse(
        **{
            **vars(row),
            "kind": CertificateKind(row.kind),
            "centre_name": names.get(row.centre),
            "holder": holder_name(row.given_name, row.family_name),
            "qualification": QualificationRef(
                reference=row.qualification, number=titles.number, title=titles.title
            ),
            "unit_titles": titles.units,
        }
    )
