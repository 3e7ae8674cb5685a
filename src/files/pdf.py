"""Accessible PDF (PDF/UA), made from HTML."""

from pathlib import Path
from threading import Lock

from aggregates.errors import RuleBroken


class PdfUnavailable(RuleBroken):
    code = "pdf-unavailable"
    message = (
        "This installation cannot make PDF files: the libraries of Pango are missing on"
        " its machine. All else works; print the page instead. Who runs the service"
        " installs them (on Debian and Ubuntu, the package libpangoft2-1.0-0)."
    )


_ONE_AT_A_TIME = Lock()


def write_pdf(html: str, *, folder: Path) -> bytes:
    """Make a tagged PDF (PDF/UA-1) of a whole page; fonts are files in the folder.

    Nothing is fetched from elsewhere. Raises PdfUnavailable if Pango is missing.
    """
    with _ONE_AT_A_TIME:
        try:
            import weasyprint  # noqa: PLC0415 - slow to import, and few need it
        except OSError as error:
            raise PdfUnavailable from error
        page = weasyprint.HTML(
            string=html,
            base_url=f"{folder.as_uri()}/",
            url_fetcher=weasyprint.urls.URLFetcher(allowed_protocols={"file", "data"}),
        )
        made: bytes = page.write_pdf(pdf_variant="pdf/ua-1")
        return made
