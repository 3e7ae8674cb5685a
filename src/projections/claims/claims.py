"""The list of claims, newest first."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    Row,
    String,
    Table,
    func,
    select,
)

from aggregates.claims.claim_status import ClaimStatus, standing_of
from events.claims.claim import (
    ClaimBegun,
    ClaimDeleted,
    ClaimLearnersChosen,
    ClaimProcessed,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimUnitsChosen,
    ClaimWithdrawn,
)
from events.identifier import Kind
from projections.identifiers import as_called, equal_to
from projections.learners.names_sought import is_learner
from projections.paging import Narrowed, Page, page, since
from projections.read_model import METADATA, Moment, ReadModel, events_of, in_order
from projections.rows import Rows
from store import Recorded

CLAIMS = Table(
    "claims",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("claim", String, nullable=False, index=True),
    Column("centre", String, nullable=False),
    Column("qualification", String),
    Column("standing", String, nullable=False),
    Column("units", Integer, nullable=False),
    Column("learners", Integer, nullable=False),
    Column("submitted", Integer, nullable=False),
    Column("unsubmitted", Integer, nullable=False),
    Column("processed", Integer, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("begun_by", String, nullable=False),
    Column("changed_at", Moment, nullable=False),
    *in_order(
        "claims",
        ("begun_at", "claim"),
        ("changed_at", "begun_at", "claim"),
        ("standing", "begun_at"),
        ("qualification", "begun_at"),
    ),
)
CLAIM_LEARNERS = Table(
    "claim_learners",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("learner", String, primary_key=True),
    Column("standing", String, nullable=False),
    Column("submitted_at", Moment),
    Index("claim_learners_of_learner", "learner", "stream"),
    Index("claim_learners_standing", "standing", "submitted_at"),
)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        if isinstance(recorded.event, ClaimBegun):
            _begin(rows, recorded, recorded.event)
        elif recorded.event.topic.startswith("claim."):
            _follow(rows, recorded)


def _begin(rows: Rows, recorded: Recorded, event: ClaimBegun) -> None:
    rows.put(
        CLAIMS,
        {
            "stream": str(recorded.stream),
            "claim": event.claim,
            "centre": event.centre,
            "standing": ClaimStatus.DRAFT,
            "units": 0,
            "learners": 0,
            "submitted": 0,
            "unsubmitted": 0,
            "processed": 0,
            "begun_at": recorded.recorded_at,
            "begun_by": recorded.user,
            "changed_at": recorded.recorded_at,
        },
    )


def _follow(rows: Rows, recorded: Recorded) -> None:
    stream = str(recorded.stream)
    rows.change(CLAIMS, stream, changed_at=recorded.recorded_at)
    match recorded.event:
        case ClaimQualificationChosen(qualification=qualification):
            rows.change(CLAIMS, stream, qualification=qualification)
        case ClaimUnitsChosen(units=units):
            rows.change(CLAIMS, stream, units=len(units))
        case ClaimLearnersChosen(learners=chosen):
            _choose(rows, stream, chosen)
        case ClaimSubmitted(granted=granted, withheld=withheld):
            at = recorded.recorded_at
            _stand(rows, stream, granted, ClaimStatus.SUBMITTED, submitted_at=at)
            _stand(rows, stream, withheld, ClaimStatus.UNSUBMITTED)
        case ClaimProcessed(certificates=certificates):
            _stand(rows, stream, certificates, ClaimStatus.PROCESSED)
        case ClaimWithdrawn(learners=learners):
            _stand(rows, stream, learners, ClaimStatus.WITHDRAWN)
        case ClaimDeleted():
            rows.remove_where(CLAIM_LEARNERS, stream=stream)
            rows.remove(CLAIMS, stream)
        case _:
            pass


def _choose(rows: Rows, stream: str, chosen: Collection[str]) -> None:
    """Add new learners and remove those left out; withdrawn learners stay."""
    places = {row["learner"]: row for row in rows.where(CLAIM_LEARNERS, stream=stream)}
    for who, row in places.items():
        if who not in chosen and row["standing"] != ClaimStatus.WITHDRAWN:
            rows.remove(CLAIM_LEARNERS, stream, who)
    for who in chosen:
        if who not in places or places[who]["standing"] == ClaimStatus.WITHDRAWN:
            values = {"stream": stream, "learner": who, "standing": ClaimStatus.DRAFT}
            rows.put(CLAIM_LEARNERS, values)
    _count(rows, stream)


def _stand(
    rows: Rows,
    stream: str,
    learners: Collection[str],
    standing: ClaimStatus,
    *,
    submitted_at: datetime | None = None,
) -> None:
    for who in learners:
        values = {"stream": stream, "learner": who, "standing": standing}
        rows.put(CLAIM_LEARNERS, {**values, "submitted_at": submitted_at})
    _count(rows, stream)


def _count(rows: Rows, stream: str) -> None:
    found = rows.where(CLAIM_LEARNERS, stream=stream)
    standings = [ClaimStatus(row["standing"]) for row in found]
    rows.change(
        CLAIMS,
        stream,
        standing=standing_of(standings),
        learners=len(standings) - standings.count(ClaimStatus.WITHDRAWN),
        submitted=standings.count(ClaimStatus.SUBMITTED),
        unsubmitted=standings.count(ClaimStatus.UNSUBMITTED),
        processed=standings.count(ClaimStatus.PROCESSED),
    )


READ_MODEL = ReadModel(
    name="claims",
    version=3,
    tables=(CLAIMS, CLAIM_LEARNERS),
    handles=events_of("claim"),
    fold=fold,
)


@dataclass(frozen=True, kw_only=True)
class ListedClaim:
    """A claim in a list; ``learners`` does not count those withdrawn."""

    claim: str
    centre: str
    qualification: str | None
    standing: ClaimStatus
    units: int
    learners: int
    submitted: int
    unsubmitted: int
    processed: int
    begun_at: datetime
    begun_by: str
    changed_at: datetime


def _claim_row(row: Row[tuple[object, ...]]) -> ListedClaim:
    return ListedClaim(
        claim=row.claim,
        centre=row.centre,
        qualification=row.qualification,
        standing=ClaimStatus(row.standing),
        units=row.units,
        learners=row.learners,
        submitted=row.submitted,
        unsubmitted=row.unsubmitted,
        processed=row.processed,
        begun_at=row.begun_at,
        begun_by=row.begun_by,
        changed_at=row.changed_at,
    )


def search_claims(
    connection: Connection,
    *,
    centre: str | None,
    standing: ClaimStatus | None = None,
    qualification: Collection[str] | None = None,
    reference: str | None = None,
    learner: str | None = None,
    updated_since: datetime | None = None,
    count_to: int = 0,
    limit: int,
    cursor: str | None = None,
) -> Page[ListedClaim]:
    """List the centre's claims (None: everybody's), newest first.

    ``reference`` is one, or its last three digits or more.
    """
    its = CLAIMS.c
    narrowed = Narrowed(
        within=[*equal_to((its.centre, centre))],
        kinds=[*equal_to((its.standing, standing), (its.qualification, qualification))],
    ).also(as_called((its.claim, Kind.CLAIM, reference)))
    if learner is not None:
        of = is_learner(CLAIM_LEARNERS, learner)
        theirs = select(CLAIM_LEARNERS.c.stream).where(*of.sought)
        narrowed = narrowed.also(Narrowed(sought=[its.stream.in_(theirs)]))
    return page(
        connection,
        select(CLAIMS),
        by=(CLAIMS.c.begun_at, CLAIMS.c.claim),
        make=_claim_row,
        count_to=count_to,
        limit=limit,
        cursor=cursor,
        descending=True,
        since=since(CLAIMS.c.changed_at, updated_since),
        narrowed=narrowed,
    )


@dataclass(frozen=True, kw_only=True)
class LearnersOnClaims:
    """The number of learners on claims by status; withdrawn ones are not counted."""

    draft: int
    unsubmitted: int
    submitted: int
    processed: int


def count_learners(connection: Connection, *, centre: str | None) -> LearnersOnClaims:
    """Count the learners on a centre's claims (None: everybody's) by status."""
    its = CLAIMS.c
    counted = (its.learners, its.unsubmitted, its.submitted, its.processed)
    query = select(*(func.coalesce(func.sum(each), 0) for each in counted))
    row = connection.execute(query.where(*equal_to((its.centre, centre)))).one()
    learners, unsubmitted, submitted, processed = map(int, row)
    return LearnersOnClaims(
        draft=learners - unsubmitted - submitted - processed,
        unsubmitted=unsubmitted,
        submitted=submitted,
        processed=processed,
    )


def list_claims_to_process(
    connection: Connection, *, submitted_by: datetime, limit: int
) -> list[str]:
    """Find claims with learners submitted by that moment and not yet processed (M13)."""
    query = (
        select(CLAIMS.c.claim)
        .join(CLAIM_LEARNERS, CLAIM_LEARNERS.c.stream == CLAIMS.c.stream)
        .where(
            CLAIM_LEARNERS.c.standing == ClaimStatus.SUBMITTED,
            CLAIM_LEARNERS.c.submitted_at <= submitted_by,
        )
    )
    return sorted({*connection.scalars(query)})[:limit]
