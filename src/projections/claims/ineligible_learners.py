"""Ineligible learners: each learner withheld from a submitted claim, until submitted."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    Select,
    String,
    Table,
    case,
    select,
)
from sqlalchemy.sql import ColumnElement

from aggregates.claims.claim_hindrances import (
    Cause,
    cause_of,
    changed_since,
    learner_transferred,
    not_approved,
    registration_cancelled,
)
from aggregates.registrations.registration_state import Status
from events.centres.centre import ApprovalGranted, ApprovalWithdrawn
from events.claims.claim import (
    ClaimBegun,
    ClaimDeleted,
    ClaimGradesSaved,
    ClaimLearnersChosen,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimWithdrawn,
    Withheld,
    WithheldReason,
)
from events.identifier import Kind, stream_of
from projections.identifiers import as_called, equal_to
from projections.learners.names_sought import of_learner
from projections.paging import Narrowed, Page, page, since
from projections.read_model import METADATA, Moment, ReadModel, in_order
from projections.registrations.registration_rows import REGISTRATIONS
from projections.rows import Rows, Values
from store import Recorded

CLAIMS_TRIED = Table(
    "ineligible_claims",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("claim", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("qualification", String),
)
INELIGIBLE = Table(
    "ineligible_learners",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("learner", String, primary_key=True),
    Column("claim", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("centre_stream", String, nullable=False),
    Column("qualification", String, nullable=False),
    Column("registration", String, nullable=False),
    Column("registered", String, nullable=False),
    Column("award_type", String),
    Column("claimed_at", Moment, nullable=False),
    Column("position", Integer, nullable=False),
    Column("is_amended", Boolean, nullable=False),
    Column("kept_back", String, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("again_at", Moment, index=True),
    Column("updated_at", Moment, nullable=False),
    *in_order(
        "ineligible_learners",
        ("claimed_at", "claim", "learner"),
        ("qualification", "claimed_at"),
    ),
    Index("ineligible_learners_of_claim", "claim"),
    Index("ineligible_learners_of_learner", "learner"),
)
"""``registered`` is the registration's stream; ``kept_back`` the cause at that time.

``tries`` are those to decide that the time did not suffice for, one after the other;
``again_at`` is when it is tried again.
"""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=10), timedelta(days=1)
"""The pause before a learner is assessed again; it doubles each time, up to a day."""
APPROVALS = Table(
    "ineligible_approvals",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("product", String, primary_key=True),
)


PASSING = (Cause.CLAIMED, Cause.CANCELLED, Cause.TRANSFERRED, Cause.NOT_APPROVED)
"""Causes that are facts in themselves: once a fact no longer holds, its cause is unknown."""


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        kind = recorded.event.topic.partition(".")[0]
        if kind in FOLDS:
            FOLDS[kind](rows, recorded, str(recorded.stream))


def _fold_claim(rows: Rows, recorded: Recorded, stream: str) -> None:
    match recorded.event:
        case ClaimBegun(claim=claim, centre=centre):
            values = {"stream": stream, "claim": claim, "centre": centre}
            rows.put(CLAIMS_TRIED, values)
        case ClaimQualificationChosen(qualification=qualification):
            rows.change(CLAIMS_TRIED, stream, qualification=qualification)
        case ClaimGradesSaved(awards=awards):
            for who in awards:
                rows.change(INELIGIBLE, stream, who, is_amended=True)
        case ClaimSubmitted(granted=granted, withheld=withheld):
            claim_row = rows.get(CLAIMS_TRIED, stream) or {}
            claim_row["claimed_at"] = recorded.recorded_at
            claim_row["position"] = recorded.position
            _drop(rows, stream, granted)
            rows.fetch(INELIGIBLE, [(stream, who) for who in withheld])
            for who, kept_back in withheld.items():
                row = _row(claim_row, who, kept_back)
                before = rows.get(INELIGIBLE, stream, who)
                rows.put(
                    INELIGIBLE, row | _retry_columns(row, before, recorded.recorded_at)
                )
        case ClaimLearnersChosen(learners=chosen):
            waiting = rows.where(INELIGIBLE, stream=stream)
            _drop(rows, stream, {row["learner"] for row in waiting} - {*chosen})
        case ClaimWithdrawn(learners=learners):
            _drop(rows, stream, learners)
        case ClaimDeleted():
            rows.remove_where(INELIGIBLE, stream=stream)
            rows.remove(CLAIMS_TRIED, stream)
        case _:
            pass


def _fold_centre(rows: Rows, recorded: Recorded, stream: str) -> None:
    match recorded.event:
        case ApprovalGranted(product=product):
            rows.put(APPROVALS, {"stream": stream, "product": product})
        case ApprovalWithdrawn(product=product):
            rows.remove(APPROVALS, stream, product)
        case _:
            return
    for row in rows.where(INELIGIBLE, centre_stream=stream):
        rows.touch(INELIGIBLE, row["stream"], row["learner"])


FOLDS: Mapping[str, Callable[[Rows, Recorded, str], None]] = {
    "claim": _fold_claim,
    "centre": _fold_centre,
}
"""The fold of each aggregate's events, by the first word of their topics."""


def _drop(rows: Rows, stream: str, learners: Iterable[str]) -> None:
    for who in learners:
        rows.remove(INELIGIBLE, stream, who)


def _row(claim: Values, learner: str, withheld: Withheld) -> Values:
    return {
        **claim,
        "learner": learner,
        "registration": withheld.registration,
        "registered": str(stream_of(withheld.registration)),
        "centre_stream": str(stream_of(f"centre:{claim['centre']}")),
        "award_type": withheld.award_type,
        "is_amended": False,
        "kept_back": cause_of(withheld.reasons),
        "reasons": msgspec.to_builtins(withheld.reasons),
    }


def _retry_columns(row: Values, before: Values | None, now: datetime) -> Values:
    """Return how often deciding has failed, and when it is tried again."""
    if row["kept_back"] != Cause.NOT_DECIDED:
        return {"tries": 0, "again_at": None}
    tried = before["tries"] if before else 0
    wait = min(FIRST_WAIT * 2 ** min(tried, 10), LONGEST_WAIT)
    since = before["claimed_at"] if before and tried else now
    return {"tries": tried + 1, "again_at": now + wait, "claimed_at": since}


READ_MODEL = ReadModel(
    name="ineligible-learners",
    version=6,
    tables=(CLAIMS_TRIED, INELIGIBLE, APPROVALS),
    handles=frozenset(
        {
            ApprovalGranted,
            ApprovalWithdrawn,
            ClaimBegun,
            ClaimQualificationChosen,
            ClaimGradesSaved,
            ClaimLearnersChosen,
            ClaimSubmitted,
            ClaimWithdrawn,
            ClaimDeleted,
        }
    ),
    fold=fold,
)


@dataclass(frozen=True, kw_only=True)
class Ineligible:
    """A learner withheld: from which claim, since when and why (I1)."""

    claim: str
    centre: str
    learner: str
    registration: str
    qualification: str
    award_type: str | None
    claimed_at: datetime
    cause: Cause
    reasons: tuple[WithheldReason, ...]
    updated_at: datetime


def _ineligible_row(row: Row[tuple[object, ...]]) -> Ineligible:
    cause = Cause(row.cause)
    kept_back = [msgspec.convert(why, WithheldReason) for why in row.reasons]
    today = {
        Cause.CLAIMED: lambda: msgspec.convert(row.completion, WithheldReason),
        Cause.CANCELLED: lambda: registration_cancelled(row.learner, row.registration),
        Cause.TRANSFERRED: lambda: learner_transferred(row.learner),
        Cause.NOT_APPROVED: lambda: not_approved(
            row.learner, row.apprenticeship or row.product
        ),
        Cause.CHANGED: lambda: changed_since(row.learner),
    }
    return Ineligible(
        claim=row.claim,
        centre=row.centre,
        learner=row.learner,
        registration=row.registration,
        qualification=row.qualification,
        award_type=row.award_type,
        claimed_at=row.claimed_at,
        cause=cause,
        reasons=(today[cause](),) if cause in today else tuple(kept_back),
        updated_at=row.changed_at,
    )


def _cause() -> ColumnElement[str]:
    """Select the cause that holds today: a fact first, else the stored cause if it still holds."""
    its, on = INELIGIBLE.c, REGISTRATIONS.c
    is_approved = (
        select(APPROVALS.c.product)
        .where(
            APPROVALS.c.stream == its.centre_stream,
            APPROVALS.c.product.in_([on.product, on.apprenticeship]),
        )
        .exists()
    )
    is_over = (
        its.kept_back.in_(PASSING) | its.is_amended | (on.judged_at > its.position)
    )
    return case(
        (on.centre != its.centre, Cause.TRANSFERRED),
        (on.status == Status.COMPLETED, Cause.CLAIMED),
        (on.status == Status.CANCELLED, Cause.CANCELLED),
        (~is_approved, Cause.NOT_APPROVED),
        (is_over, Cause.CHANGED),
        else_=its.kept_back,
    )


def list_claims_to_retry(
    connection: Connection, *, now: datetime, limit: int
) -> list[str]:
    """Find claims with learners who are due to be assessed again (M10)."""
    query = select(INELIGIBLE.c.claim).where(INELIGIBLE.c.again_at <= now)
    return sorted({*connection.scalars(query)})[:limit]


def _changed_at() -> ColumnElement[datetime]:
    """Select the time of the last change to a row or to its cause."""
    its, on = INELIGIBLE.c.updated_at, REGISTRATIONS.c.updated_at
    return case((on > its, on), else_=its)


def search_ineligible_learners(
    connection: Connection,
    *,
    centre: str | None,
    qualification: Collection[str] | None = None,
    claim: str | None = None,
    cause: Cause | None = None,
    name: str | None = None,
    updated_since: datetime | None = None,
    count_to: int = 0,
    limit: int,
    cursor: str | None = None,
) -> Page[Ineligible]:
    """List a centre's ineligible learners (None: every centre's), oldest first.

    The cause and the reasons are those that hold today (I1, I3).
    """
    changed = _changed_at()
    narrowed = asked_for(connection, centre, claim=claim, name=name).also(
        Narrowed(
            kinds=[*equal_to((INELIGIBLE.c.qualification, qualification))],
            checks=[*equal_to((_cause(), cause))],
        )
    )
    return page(
        connection,
        with_registration().add_columns(changed.label("changed_at")),
        by=(INELIGIBLE.c.claimed_at, INELIGIBLE.c.claim, INELIGIBLE.c.learner),
        make=_ineligible_row,
        count_to=count_to,
        limit=limit,
        cursor=cursor,
        since=since(changed, updated_since),
        narrowed=narrowed,
    )


def with_registration() -> Select[Any]:
    """Select those kept back with their registration and the cause that holds today."""
    on = REGISTRATIONS.c
    holds = _cause().label("cause")
    query = select(INELIGIBLE, on.product, on.apprenticeship, on.completion, holds)
    return query.join(REGISTRATIONS, on.stream == INELIGIBLE.c.registered)


def asked_for(
    connection: Connection, centre: str | None, *, claim: str | None, name: str | None
) -> Narrowed:
    """Narrow the list to a centre, a claim and a learner's name, as far as they are given."""
    its = INELIGIBLE.c
    narrowed = Narrowed(within=[*equal_to((its.centre, centre))]).also(
        as_called((its.claim, Kind.CLAIM, claim))
    )
    if name is None:
        return narrowed
    return narrowed.also(of_learner(connection, INELIGIBLE, centre, name))
