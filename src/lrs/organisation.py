"""Our organisation at LRS, and the certificate that it shows."""

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


class CertificateUnusable(Exception):
    """The client's certificate or key is missing, malformed or expired."""


@dataclass(frozen=True, kw_only=True)
class Organisation:
    """Our organisation as LRS knows it; ``authority`` signs LRS's own certificate."""

    ukprn: str
    password: str = field(repr=False)
    user: str
    certificate: Path
    key: Path
    authority: Path | None = None

    def require_valid(self, now: datetime) -> datetime:
        """Return the time when the certificate ends. Raises CertificateUnusable."""
        from cryptography import x509  # noqa: PLC0415 - slow, for a real LRS alone

        try:
            found = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        except OSError as error:
            fault = f"{self.certificate} cannot be read: {error.strerror}."
            raise CertificateUnusable(
                f"{fault} See that this user may read it."
            ) from None
        except ValueError:
            fault = f"{self.certificate} holds no certificate. Name a PEM file."
            raise CertificateUnusable(fault) from None
        ends, begins = found.not_valid_after_utc, found.not_valid_before_utc
        if now < begins:
            fault = f"{self.certificate} is not valid until {begins:%d %B %Y}."
            raise CertificateUnusable(f"{fault} Use another until then.")
        if ends <= now:
            raise CertificateUnusable(
                f"{self.certificate} expired on {ends:%d %B %Y}. Renew it."
            )
        return ends

    def ssl_context(self) -> ssl.SSLContext:
        """Make the TLS context, with the client certificate. Raises CertificateUnusable."""
        try:
            context = ssl.create_default_context(cafile=self.authority)
        except OSError as error:
            fault = f"{self.authority} cannot be used: {error.strerror or error}."
            raise CertificateUnusable(fault) from None
        try:
            context.load_cert_chain(self.certificate, self.key, password=_no_password)
        except (OSError, ValueError) as error:
            fault = (
                f"{self.certificate} with the key {self.key} cannot be used:"
                f" {error.strerror if isinstance(error, OSError) else error}."
            )
            raise CertificateUnusable(fault) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


def _no_password() -> str:
    raise ValueError("the key has a password; save it without one")
