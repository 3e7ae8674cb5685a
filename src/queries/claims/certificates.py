"""A certificate as it was issued, and what has become of it since."""

from typing import Any

from aggregates.claims.certificate import Certificate
from commands.claims.issued_certificates import as_issued
from commands.command import CommandContext
from events.claims.certificate import (
    CertificatePrinted,
    CertificateRevoked,
    CertificateSuperseded,
)
from events.event import Event
from projections.claims.result_certificates import CertificateRow
from store import Stream


def certificate_row(
    context: CommandContext, stream: Stream, certificate: Certificate
) -> CertificateRow:
    """Make the row that the list has of a certificate, from the facts alone (M13)."""
    issued = as_issued(context, stream)
    kept = {
        name: getattr(issued, name, None)
        for name in CertificateRow.__dataclass_fields__
    }
    return CertificateRow(
        **{
            **kept,
            "issued_at": stream.history[0].recorded_at,
            "printed_at": _recorded_when(stream, CertificatePrinted),
            "superseded_at": _recorded_when(stream, CertificateSuperseded),
            "superseded_by": certificate.superseded_by,
            "revoked_at": _recorded_when(stream, CertificateRevoked),
            "in_force": certificate.is_in_force,
            "updated_at": stream.history[-1].recorded_at,
        }
    )


def _recorded_when(stream: Stream, kind: type[Event]) -> Any:
    happened = (r.recorded_at for r in stream.history if isinstance(r.event, kind))
    return next(happened, None)
