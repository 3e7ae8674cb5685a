"""One certificate: as it was issued, what became of it, and what may be done (M13, M18)."""

from starlette.responses import Response

from aggregates.claims.certificate import Certificate
from commands.claims.certificate import (
    RecordPrinting,
    ReissueCertificate,
    RevokeCertificate,
)
from commands.command import Command
from projections.claims.result_certificates import CertificateRow
from queries.claims.certificates import certificate_row
from repositories.aggregate_types import CERTIFICATE
from web.certificates.certificates import CERTIFICATES
from web.certificates.document import certificate_faces, pdf_of
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("certificates")

ONE = CERTIFICATES + "/{certificate}"


@pages.get(ONE)
def show_certificate(context: PageContext, certificate: str) -> Response:
    """Show a certificate as it was issued, and what has become of it since."""
    return certificate_page(context, certificate)


@pages.get(ONE + "/certificate.pdf")
def download_certificate(context: PageContext, certificate: str) -> Response:
    """Give the certificate as a PDF that assistive technology reads."""
    row, _ = _load(context, certificate)
    faces = certificate_faces(context, [row])
    return pdf_of(f"{certificate}.pdf", f"Certificate {certificate}", faces)


@pages.post(ONE + "/printing")
def record_printing(context: PageContext, certificate: str) -> Response:
    """Say that it was printed."""
    _load(context, certificate)
    return _change(
        context,
        RecordPrinting(**context.command_metadata(), certificate=certificate),
        "It is recorded as printed.",
    )


@pages.post(ONE + "/reissue")
def reissue_certificate(context: PageContext, certificate: str) -> Response:
    """Issue another in its place, and go on to that one."""
    _load(context, certificate)
    return _change(
        context,
        ReissueCertificate(
            **context.command_metadata(),
            certificate=certificate,
            reason=context.form.text("reissue-reason"),
        ),
        f"This was issued in place of {certificate}.",
    )


@pages.post(ONE + "/revoke")
def revoke_certificate(context: PageContext, certificate: str) -> Response:
    """Take it out of force, for no other."""
    _load(context, certificate)
    return _change(
        context,
        RevokeCertificate(
            **context.command_metadata(),
            certificate=certificate,
            reason=context.form.text("revoke-reason"),
        ),
        "The certificate is not in force any more.",
    )


def _change(
    context: PageContext,
    command: RecordPrinting | ReissueCertificate | RevokeCertificate,
    said: str,
) -> Response:
    try:
        done = context.send(command)
    except REFUSED as refused:
        return certificate_page(context, command.certificate, refused)
    now = context.load(CERTIFICATE, command.certificate)[1]
    is_reissue = isinstance(command, ReissueCertificate)
    shown = (now.superseded_by if is_reissue else None) or command.certificate
    return context.redirect(f"{CERTIFICATES}/{shown}", said=said, after=done)


def certificate_page(
    context: PageContext, certificate: str, refused: Exception | None = None
) -> Response:
    row, now = _load(context, certificate)
    commands: tuple[type[Command], ...] = (
        RecordPrinting,
        ReissueCertificate,
        RevokeCertificate,
    )
    return context.page(
        "certificates/certificate.html",
        title=f"Certificate {row.certificate}",
        crumbs=[("Certificates", CERTIFICATES)],
        refused=refused,
        face=certificate_faces(context, [row])[0],
        now=now,
        may_change=all(map(context.may, commands)),
    )


def _load(context: PageContext, certificate: str) -> tuple[CertificateRow, Certificate]:
    stream, now = context.load(CERTIFICATE, certificate)
    return certificate_row(context.command_context, stream, now), now
