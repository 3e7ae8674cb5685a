"""The certificates of results: the one in force, and those that it superseded (R2)."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, select

from events.certificate import (
    CertificateIssued,
    CertificatePrinted,
    CertificateSuperseded,
)
from events.identifier import stream_of
from projections.read_model import METADATA, Moment
from projections.rows import Rows
from store import Recorded

CERTIFICATES = Table(
    "result_certificates",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("certificate", String, nullable=False),
    Column("claim", String, nullable=False),
    Column("learner", String, nullable=False, index=True),
    Column("issued_at", Moment, nullable=False),
    Column("printed_at", Moment),
    Column("superseded_at", Moment),
    Column("superseded_by", String),
)


def fold_certificate(rows: Rows, recorded: Recorded, stream: str, into: Table) -> None:
    """Keep a certificate, and in ``into`` what is shown of the one in force."""
    at = recorded.recorded_at
    match recorded.event:
        case CertificateIssued(certificate=number, claim=claim, learner=learner) as new:
            of = {"certificate": number, "claim": claim, "learner": learner}
            rows.put(CERTIFICATES, {"stream": stream, "issued_at": at, **of})
            if new.supersedes is not None:
                key = str(stream_of(claim)), learner
                rows.change(into, *key, certificate=number, printed_at=None)
        case CertificatePrinted():
            row = rows.get(CERTIFICATES, stream)
            if row is not None:
                rows.change(CERTIFICATES, stream, printed_at=at)
                key = str(stream_of(row["claim"])), row["learner"]
                rows.change(into, *key, printed_at=at)
        case CertificateSuperseded(by=other):
            changed = {"superseded_by": other, "superseded_at": at}
            rows.change(CERTIFICATES, stream, **changed)
        case _:
            pass


@dataclass(frozen=True, kw_only=True)
class EarlierCertificate:
    """A certificate that another has superseded (M13)."""

    certificate: str
    claim: str
    issued_at: datetime
    printed_at: datetime | None
    superseded_at: datetime
    superseded_by: str


def earlier_certificates(
    connection: Connection, learner: str
) -> list[EarlierCertificate]:
    """Give those of a learner that are not in force any more, oldest first."""
    its = CERTIFICATES.c
    query = (
        select(*(its[each.name] for each in fields(EarlierCertificate)))
        .where(its.learner == learner, its.superseded_by.is_not(None))
        .order_by(its.issued_at, its.superseded_at)
    )
    rows = connection.execute(query).mappings()
    return [EarlierCertificate(**row) for row in rows]
