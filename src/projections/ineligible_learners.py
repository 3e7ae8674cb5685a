"""Ineligible learners: everybody kept back from a submitted claim, until put right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, Column, Connection, Row, String, Table, select

from events.claim import (
    ClaimBegun,
    ClaimDeleted,
    ClaimLearnersChosen,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimWithdrawn,
    Why,
    Withheld,
)
from projections.paging import Page, page
from projections.read_model import METADATA, Moment, ReadModel
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
    Column("centre", String, nullable=False, index=True),
    Column("qualification", String, nullable=False, index=True),
    Column("registration", String, nullable=False),
    Column("award_type", String, nullable=False),
    Column("claimed_at", Moment, nullable=False, index=True),
    Column("cause", String, nullable=False),
    Column("reasons", JSON, nullable=False),
)


class Cause(StrEnum):
    """Why, in a word (I3); the third is no fault in what was claimed (M15)."""

    RULES = "Rules of combination not met"
    PATHWAY = "Wrong pathway"
    OTHERS = "Claimed or changed by somebody else"


BY_CODE = {
    "wrong-pathway": Cause.PATHWAY,
    "claimed-by-another": Cause.OTHERS,
    "changed-by-another": Cause.OTHERS,
    "not-approved": Cause.OTHERS,
}


def cause_of(reasons: Iterable[Why]) -> Cause:
    """Say which of the causes it is (I3)."""
    found = (BY_CODE[why.code] for why in reasons if why.code in BY_CODE)
    return next(found, Cause.RULES)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        stream = str(recorded.stream)
        match recorded.event:
            case ClaimBegun(claim=claim, centre=centre):
                values = {"stream": stream, "claim": claim, "centre": centre}
                rows.put(CLAIMS_TRIED, values)
            case ClaimQualificationChosen(qualification=qualification):
                rows.change(CLAIMS_TRIED, stream, qualification=qualification)
            case ClaimSubmitted(granted=granted, withheld=withheld):
                claim_row = rows.get(CLAIMS_TRIED, stream) or {}
                claim_row["claimed_at"] = recorded.recorded_at
                _drop(rows, stream, granted)
                for who, kept_back in withheld.items():
                    rows.put(INELIGIBLE, _row(claim_row, who, kept_back))
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


def _drop(rows: Rows, stream: str, learners: Iterable[str]) -> None:
    for who in learners:
        rows.remove(INELIGIBLE, stream, who)


def _row(claim: Values, learner: str, withheld: Withheld) -> Values:
    return {
        **claim,
        "learner": learner,
        "registration": withheld.registration,
        "award_type": withheld.award_type,
        "cause": cause_of(withheld.reasons),
        "reasons": [
            {
                "code": why.code,
                "message": why.message,
                "pathway": why.pathway,
                "units": list(why.units),
            }
            for why in withheld.reasons
        ],
    }


READ_MODEL = ReadModel(
    name="ineligible-learners",
    version=1,
    tables=(CLAIMS_TRIED, INELIGIBLE),
    fold=fold,
)


@dataclass(frozen=True, kw_only=True)
class Ineligible:
    """A learner kept back, by which claim, since when and why (I1)."""

    claim: str
    centre: str
    learner: str
    registration: str
    qualification: str
    award_type: str
    claimed_at: datetime
    cause: Cause
    reasons: tuple[Why, ...]


def _listed(row: Row[tuple[object, ...]]) -> Ineligible:
    return Ineligible(
        claim=row.claim,
        centre=row.centre,
        learner=row.learner,
        registration=row.registration,
        qualification=row.qualification,
        award_type=row.award_type,
        claimed_at=row.claimed_at,
        cause=Cause(row.cause),
        reasons=tuple(Why(**{**w, "units": tuple(w["units"])}) for w in row.reasons),
    )


def search(
    connection: Connection,
    *,
    centre: str | None,
    qualification: str | None = None,
    claim: str | None = None,
    cause: Cause | None = None,
    limit: int,
    cursor: str | None = None,
) -> Page[Ineligible]:
    """List a centre's ineligible learners (None: every centre's), oldest first."""
    query = select(INELIGIBLE)
    if centre is not None:
        query = query.where(INELIGIBLE.c.centre == centre)
    if qualification is not None:
        query = query.where(INELIGIBLE.c.qualification == qualification)
    if claim is not None:
        query = query.where(INELIGIBLE.c.claim == claim)
    if cause is not None:
        query = query.where(INELIGIBLE.c.cause == cause)
    return page(
        connection,
        query,
        by=(INELIGIBLE.c.claimed_at, INELIGIBLE.c.claim, INELIGIBLE.c.learner),
        make=_listed,
        limit=limit,
        cursor=cursor,
    )
