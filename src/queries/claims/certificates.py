"""A certificate as it was issued, and what has become of it since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aggregates.claims.certificate import Certificate
from catalogue import Catalogue
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

ERASED_HOLDER = "holder erased"
"""What is shown for the holder once their personal data were erased (H6)."""


@dataclass(frozen=True, kw_only=True)
class IssuedTitles:
    """What a qualification and its units were called when a certificate was issued."""

    number: str
    title: str
    level: int
    units: Mapping[str, str]


def titles_as_issued(catalogue: Catalogue, row: CertificateRow) -> IssuedTitles:
    """Give the titles kept in a certificate, else those of the rules it was earned by."""
    rules = catalogue.qualification(row.qualification, version=row.rules_version)
    known = {unit.reference: unit.title for unit in rules.units}
    return IssuedTitles(
        number=row.qualification_number or rules.number,
        title=row.title or rules.title,
        level=rules.level,
        units=row.unit_titles or {unit: known[unit] for unit in row.units},
    )


def holder_name(given_name: str | None, family_name: str | None) -> str:
    """Name the holder of a certificate; somebody erased is named no more (H6)."""
    if given_name is None:
        return ERASED_HOLDER
    return f"{given_name} {family_name}"


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
