"""A certificate as it was issued, with its later history."""

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
"""Shown in place of the holder's name once their personal data are erased (H6)."""


@dataclass(frozen=True, kw_only=True)
class IssuedTitles:
    """The titles of a qualification and its units when a certificate was issued."""

    number: str
    title: str
    level: int
    units: Mapping[str, str]


def titles_as_issued(catalogue: Catalogue, row: CertificateRow) -> IssuedTitles:
    """Return the titles kept in a certificate, else those of the rules that it was assessed by."""
    rules = catalogue.qualification(row.qualification, version=row.rules_version)
    known = {unit.reference: unit.title for unit in rules.units}
    return IssuedTitles(
        number=row.qualification_number or rules.number,
        title=row.title or rules.title,
        level=rules.level,
        units=row.unit_titles or {unit: known[unit] for unit in row.units},
    )


def holder_name(given_name: str | None, family_name: str | None) -> str:
    """Return the holder's name, or ERASED_HOLDER for an erased person (H6)."""
    if given_name is None:
        return ERASED_HOLDER
    return f"{given_name} {family_name}"


def certificate_row(
    context: CommandContext, stream: Stream, certificate: Certificate
) -> CertificateRow:
    """Build the list's row of a certificate from events alone (M13)."""
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
