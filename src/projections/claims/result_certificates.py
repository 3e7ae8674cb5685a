"""The certificates of results: each as issued, with its later history (R2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    Row,
    String,
    Table,
    select,
)

from events.claims.certificate import (
    CertificateIssued,
    CertificatePrinted,
    CertificateRevoked,
    CertificateSuperseded,
    CertificateTransferred,
)
from events.identifier import stream_of
from projections.identifiers import equal_to
from projections.learners.learner_names import identities_at
from projections.learners.names_sought import is_learner
from projections.paging import Narrowed, Page, page, since
from projections.read_model import METADATA, Moment, in_order
from projections.rows import Rows, Values
from store import Position, Recorded

CERTIFICATES = Table(
    "result_certificates",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("certificate", String, nullable=False, index=True),
    Column("kind", String, nullable=False),
    Column("claim", String, nullable=False),
    Column("registration", String, nullable=False),
    Column("learner", String, nullable=False, index=True),
    Column("learner_stream", String, nullable=False, index=True),
    Column("centre", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("qualification", String, nullable=False),
    Column("award_date", Date, nullable=False),
    Column("overall_grade", String),
    Column("units", JSON, nullable=False),
    Column("given_name", String),
    Column("family_name", String),
    Column("date_of_birth", Date),
    Column("title", String),
    Column("qualification_number", String),
    Column("unit_titles", JSON, nullable=False),
    Column("rules_version", Integer),
    Column("issued_at", Moment, nullable=False),
    Column("printed_at", Moment),
    Column("supersedes", String),
    Column("superseded_at", Moment),
    Column("superseded_by", String),
    Column("revoked_at", Moment),
    Column("position", BigInteger, nullable=False),
    Column("in_force", Boolean, nullable=False),
    Column("is_waiting", Boolean, nullable=False),
    Column("updated_at", Moment, nullable=False),
    *in_order(
        "result_certificates",
        ("issued_at", "certificate"),
        ("updated_at", "issued_at", "certificate"),
        ("is_waiting", "issued_at", "certificate"),
        ("qualification", "issued_at"),
        of="owner",
    ),
)
"""``owner`` is the centre that may see it, ``centre`` the one it was issued to, ``position``
that of its issue in the log.

``is_waiting`` to be printed: in force, and not printed yet (M13).
"""

OUT_OF_FORCE: Values = {"in_force": False, "is_waiting": False}
ERASED_HOLDER: Values = {"given_name": None, "family_name": None, "date_of_birth": None}


def fetch_certificates(rows: Rows, batch: Sequence[Recorded]) -> None:
    """Prefetch the certificates that this batch changes."""
    its = [each for each in batch if each.event.topic.startswith("certificate.")]
    new = {each.stream for each in its if isinstance(each.event, CertificateIssued)}
    rows.fetch(CERTIFICATES, [str(r.stream) for r in its if r.stream not in new])


def fold_certificate(rows: Rows, recorded: Recorded, stream: str, into: Table) -> None:
    """Store a certificate; write its number and printing date ``into`` the results.

    If it does not name its holder and titles, the row has the version of the rules with the
    titles, and the holder is looked up.
    """
    at = recorded.recorded_at
    match recorded.event:
        case CertificateIssued() as issued:
            key = str(stream_of(issued.claim)), issued.learner
            new = {"stream": stream, "issued_at": at, "position": recorded.position}
            if issued.title is None:
                result = rows.get(into, *key) or {}
                new["rules_version"] = result.get("rules_version")
            rows.put(CERTIFICATES, new | _as_issued(issued))
            if issued.supersedes is not None:
                number = issued.certificate
                rows.change(into, *key, certificate=number, printed_at=None)
        case CertificatePrinted():
            _change(rows, stream, into, printed_at=at, is_waiting=False)
        case CertificateSuperseded(by=other):
            ended = {"superseded_by": other, "superseded_at": at}
            _change(rows, stream, into, **ended, **OUT_OF_FORCE)
        case CertificateRevoked():
            _change(rows, stream, into, revoked_at=at, **OUT_OF_FORCE)
        case CertificateTransferred(centre=centre):
            rows.change(CERTIFICATES, stream, owner=centre)
        case _:
            pass


def _change(rows: Rows, stream: str, into: Table, **values: Any) -> None:
    """Change a certificate; change ``into`` the award if this is its latest certificate."""
    row = rows.get(CERTIFICATES, stream)
    if row is None:
        return
    rows.change(CERTIFICATES, stream, **values)
    key = str(stream_of(row["claim"])), row["learner"]
    if "printed_at" in values:
        rows.change(into, *key, printed_at=values["printed_at"])
    else:
        rows.touch(into, *key)


def _as_issued(issued: CertificateIssued) -> Values:
    names = [column.name for column in CERTIFICATES.columns]
    as_issued = {n: getattr(issued, n) for n in names if hasattr(issued, n)}
    return {
        **as_issued,
        "learner_stream": str(stream_of(issued.learner)),
        "owner": issued.centre,
        "in_force": True,
        "is_waiting": True,
    }


def erase_holder(rows: Rows, learner_stream: str, *, into: Table) -> None:
    """Erase the holder from a learner's certificates, and from their results ``into`` (H6)."""
    for row in rows.where(CERTIFICATES, learner_stream=learner_stream):
        rows.change(CERTIFICATES, row["stream"], is_waiting=False, **ERASED_HOLDER)
        rows.touch(into, str(stream_of(row["claim"])), row["learner"])


def former_holders(
    connection: Connection, rows: Collection[Row[Any]]
) -> Mapping[tuple[str, Position], Mapping[str, Any]]:
    """Return the holders of those certificates that do not name theirs (H6)."""
    moments = {
        (row.learner, row.position) for row in rows if row.position and not row.title
    }
    return identities_at(connection, moments) if moments else {}


@dataclass(frozen=True, kw_only=True)
class CertificateRow:
    """A certificate as it was issued, with its later history.

    The holder is None once erased. Titles are None or empty if they must come from the
    catalogue.
    """

    certificate: str
    kind: str
    claim: str
    registration: str
    learner: str
    centre: str
    qualification: str
    award_date: date
    overall_grade: str | None
    units: dict[str, str]
    given_name: str | None
    family_name: str | None
    date_of_birth: date | None
    title: str | None
    qualification_number: str | None
    unit_titles: dict[str, str]
    rules_version: int | None
    issued_at: datetime
    printed_at: datetime | None
    supersedes: str | None
    superseded_at: datetime | None
    superseded_by: str | None
    revoked_at: datetime | None
    in_force: bool
    updated_at: datetime


def certificates_of(connection: Connection, learner: str) -> list[CertificateRow]:
    """Return all certificates of a learner, oldest first."""
    its = CERTIFICATES.c
    theirs = its.learner_stream == str(stream_of(learner))
    query = select(CERTIFICATES).where(theirs)
    rows = connection.execute(query.order_by(its.position)).all()
    holders = former_holders(connection, rows)
    return [_row(row, holders) for row in rows]


def search_certificates(
    connection: Connection,
    *,
    centre: str | None,
    waiting: bool | None = None,
    in_force: bool | None = None,
    qualification: Collection[str] | None = None,
    learner: str | None = None,
    kind: str | None = None,
    updated_since: datetime | None = None,
    count_to: int = 0,
    limit: int,
    cursor: str | None = None,
) -> Page[CertificateRow]:
    """List the centre's certificates (None: everybody's), oldest first (M13).

    ``waiting``: to be printed; None is any. With ``updated_since`` they are in the order of
    change.
    """
    its = CERTIFICATES.c
    narrowed = Narrowed(
        within=[*equal_to((its.owner, centre))],
        kinds=[
            *equal_to((its.is_waiting, waiting), (its.qualification, qualification))
        ],
        checks=[*equal_to((its.in_force, in_force), (its.kind, kind))],
    ).also(is_learner(CERTIFICATES, learner))
    found = page(
        connection,
        select(CERTIFICATES),
        by=(its.issued_at, its.certificate),
        make=lambda row: row,
        count_to=count_to,
        limit=limit,
        cursor=cursor,
        since=since(its.updated_at, updated_since),
        narrowed=narrowed,
    )
    holders = former_holders(connection, found.rows)
    return Page(
        rows=tuple(_row(row, holders) for row in found.rows),
        next_cursor=found.next_cursor,
        total=found.total,
        is_at_least=found.is_at_least,
    )


def _row(
    row: Row[Any], holders: Mapping[tuple[str, Position], Mapping[str, Any]]
) -> CertificateRow:
    names = CertificateRow.__dataclass_fields__
    values = {name: getattr(row, name) for name in names}
    return CertificateRow(**{**values, **holders.get((row.learner, row.position), {})})
