"""The certificate as a document: what its face says, its QR code, and the PDF."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import segno
from starlette.responses import Response

from files.pdf import write_pdf
from projections.claims.result_certificates import CertificateRow
from queries.centres.centres import centre_names
from queries.claims.certificates import IssuedTitles, holder_name, titles_as_issued
from queries.claims.verification_code import verification_code
from web.http.context import PageContext
from web.http.rendering import templates
from web.http.static_files import FOLDER

VERIFY = "/verify"


@dataclass(frozen=True, kw_only=True)
class CertificateFace:
    """What is printed on a certificate, as it was issued; ``link`` is where it is checked."""

    row: CertificateRow
    holder: str
    titles: IssuedTitles
    centre: str
    code: str
    link: str
    picture: str
    """A QR code of the link, as the address of an image."""

    @property
    def host(self) -> str:
        return f"{urlsplit(self.link).netloc}{VERIFY}"


def certificate_faces(
    context: PageContext, rows: Iterable[CertificateRow]
) -> list[CertificateFace]:
    """Say what is printed on each certificate."""
    listed = [*rows]
    names = centre_names(context.command_context, {row.centre for row in listed})
    return [_face(context, row, names.get(row.centre, row.centre)) for row in listed]


def _face(context: PageContext, row: CertificateRow, centre: str) -> CertificateFace:
    code = verification_code(context.service.store, row.certificate)
    link = f"{context.public_address}{VERIFY}/{code}"
    return CertificateFace(
        row=row,
        holder=holder_name(row.given_name, row.family_name),
        titles=titles_as_issued(context.service.catalogue, row),
        centre=centre,
        code=code,
        link=link,
        picture=segno.make(link, error="m").svg_data_uri(scale=4, border=2),
    )


def pdf_of(name: str, title: str, faces: list[CertificateFace]) -> Response:
    """Give certificates as one PDF, each on a sheet of its own. Raises PdfUnavailable."""
    page = templates().get_template("certificates/document.html")
    content = write_pdf(page.render(title=title, faces=faces), folder=FOLDER)
    disposition = f'inline; filename="{name}"'
    return Response(
        content,
        media_type="application/pdf",
        headers={"Content-Disposition": disposition},
    )
