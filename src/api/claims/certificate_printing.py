"""Certificates over HTTP: listed, printed in batches, and reported as printed."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import Query, Request, Response
from pydantic import AwareDatetime, Field

from aggregates.claims.certificate import CertificateKind
from aggregates.errors import NotFound, RuleBroken
from api.claims.certificates import CertificateResponse, certificate_response
from api.http.dependencies import CurrentUser, PagingSince, Reads, ServiceOf, scope
from api.http.references import Filter, Name
from api.http.request_context import RequestContextOf
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from api.http.sheets import CsvStream
from api.orders.product_filters import Qualifications
from api.registrations.invoice_lines import CentreFilter
from commands.claims.certificate import RecordPrinting
from events.claims.certificate import CertificatePrinted
from projections.claims import result_certificates
from projections.claims.result_certificates import CertificateRow
from projections.paging import Page, every
from queries.centres.centres import centre_names
from repositories.aggregate_types import CERTIFICATE

router = Router(prefix="/certificates", tags=["certificates"])

MOST_REPORTED = 500
"""The most certificates that one report may contain (d)."""
PART = 200
COLUMNS = (
    "certificate",
    "kind",
    "holder",
    "date_of_birth",
    "qualification_number",
    "title",
    "award_date",
    "overall_grade",
    "units",
    "centre",
    "centre_name",
    "learner",
    "issued_at",
)
"""The printed values of a certificate, and where it is sent."""

Waiting = Annotated[
    bool | None,
    Query(description="Whether it waits to be printed: in force, and not printed yet."),
]
InForce = Annotated[bool | None, Query(description="Whether it is in force.")]
Kind = CertificateKind | None


class PrintingReport(RequestBody, title="CertificatePrintingReport"):
    """Certificates that were printed."""

    certificates: list[Annotated[Name, Field(examples=["C-0000000017T"])]] = Field(
        min_length=1, max_length=MOST_REPORTED
    )


class PrintingAnswer(ResponseBody, title="CertificatePrintingAnswer"):
    """The result of the report of one certificate."""

    certificate: str = Field(examples=["C-0000000017T"])
    outcome: Literal["recorded", "recorded-before", "refused"]
    message: str | None = Field(description="Why it was refused, and what to do.")
    printed_at: AwareDatetime | None


class PrintingAnswers(ResponseBody, title="CertificatePrintingAnswers"):
    """A result for each certificate reported, in the order of the report."""

    items: list[PrintingAnswer]


@router.get("", operation_id="listCertificates")
def list_certificates_to_print(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    part: PagingSince,
    qualification: Qualifications,
    waiting_to_print: Waiting = None,
    in_force: InForce = None,
    kind: Kind = None,
    learner: Filter = None,
    centre: CentreFilter = None,
) -> ListResponse[CertificateResponse]:
    """List certificates as they were issued, the oldest first (M13)."""
    found = result_certificates.search_certificates(
        reads,
        centre=scope(user, centre),
        waiting=waiting_to_print,
        in_force=in_force,
        kind=kind,
        qualification=qualification,
        learner=learner,
        updated_since=part.updated_since,
        limit=part.limit,
        cursor=part.cursor,
    )
    names = centre_names(service.context, {row.centre for row in found.rows})
    return list_response(
        request,
        response,
        found,
        lambda row: certificate_response(service.catalogue, row, names),
    )


@router.get(
    "/to-print.csv",
    operation_id="downloadCertificatesToPrint",
    response_class=CsvStream,
)
def batch(
    user: CurrentUser,
    service: ServiceOf,
    _: Reads,
    qualification: Qualifications,
    kind: Kind = None,
    centre: CentreFilter = None,
) -> CsvStream:
    """Download all certificates to be printed in one file, for the printer (M13).

    Report them with `POST /certificates/printing` once they are printed.
    """

    def rows() -> Iterator[dict[str, Any]]:
        with service.rows(scope(user)) as connection:

            def part(cursor: str | None) -> Page[CertificateRow]:
                return result_certificates.search_certificates(
                    connection,
                    centre=scope(user, centre),
                    waiting=True,
                    kind=kind,
                    qualification=qualification,
                    limit=PART,
                    cursor=cursor,
                )

            for row in every(part):
                names = centre_names(service.context, [row.centre])
                shown = certificate_response(service.catalogue, row, names)
                yield printed_row(shown)

    return CsvStream.make(
        "certificates-to-print.csv", COLUMNS, rows(), is_for_people=True
    )


@router.post("/printing", operation_id="reportCertificatesPrinted")
def report_printing(body: PrintingReport, context: RequestContextOf) -> PrintingAnswers:
    """Report that these certificates have been printed; each gets a result (M13).

    A refused certificate does not stop the others from being recorded. When the report is
    sent again, the recorded ones are said to be recorded before.
    """
    return PrintingAnswers(
        items=[report_one(number, context) for number in body.certificates]
    )


def report_one(number: str, context: RequestContextOf) -> PrintingAnswer:
    try:
        done = context.send(
            RecordPrinting(by=context.by, at=context.at, certificate=number)
        )
    except (RuleBroken, NotFound) as refusal:
        return PrintingAnswer(
            certificate=number,
            outcome="refused",
            message=str(refusal),
            printed_at=None,
        )
    history = context.load(CERTIFICATE, number)[0].history
    printed = (
        r.recorded_at for r in history if isinstance(r.event, CertificatePrinted)
    )
    return PrintingAnswer(
        certificate=number,
        outcome="recorded-before" if done.position is None else "recorded",
        message=None,
        printed_at=next(printed, None),
    )


def printed_row(certificate: CertificateResponse) -> dict[str, Any]:
    """Return the printed values of a certificate; its units are one cell, a line for each."""
    units = (
        f"{unit} {certificate.unit_titles.get(unit, '')}: {grade}"
        for unit, grade in certificate.units.items()
    )
    return {
        **vars(certificate),
        "qualification_number": certificate.qualification.number,
        "title": certificate.qualification.title,
        "units": "\n".join(units),
    }
