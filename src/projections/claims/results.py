"""Results: every award ever submitted for, by learner, with what became of it."""

from collections.abc import Sequence

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    String,
    Table,
)

from aggregates.claims.claim_status import ClaimStatus
from events.claims.claim import (
    ClaimBegun,
    ClaimProcessed,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimWithdrawn,
    Granted,
    Withheld,
)
from events.identifier import stream_of
from events.learners.learner import LearnerErased
from projections.claims.result_certificates import (
    CERTIFICATES,
    erase_holder,
    fold_certificate,
)
from projections.read_model import METADATA, Moment, ReadModel, events_of
from projections.rows import Rows, Values
from store import Recorded

CLAIMS = Table(
    "result_claims",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("claim", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("qualification", String),
)
RESULTS = Table(
    "results",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("learner", String, primary_key=True),
    Column("claim", String, nullable=False),
    Column("centre", String, nullable=False, index=True),
    Column("qualification", String, nullable=False, index=True),
    Column("registration", String, nullable=False),
    Column("registered", String, nullable=False),
    Column("award_type", String, nullable=False),
    Column("award_date", Date, nullable=False),
    Column("is_eligible", Boolean, nullable=False),
    Column("standing", String, nullable=False),
    Column("submitted_at", Moment, nullable=False),
    Column("processed_at", Moment),
    Column("printed_at", Moment),
    Column("certificate", String),
    Column("overall_grade", String),
    Column("grades", JSON, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("results_updated", "updated_at"),
)


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        stream, kind = str(recorded.stream), recorded.event.topic.partition(".")[0]
        if kind == "claim":
            _fold_claim(rows, recorded, stream)
        elif kind == "certificate":
            fold_certificate(rows, recorded, stream, into=RESULTS)
        elif isinstance(recorded.event, LearnerErased):
            erase_holder(rows, stream, into=RESULTS)


def _fold_claim(rows: Rows, recorded: Recorded, stream: str) -> None:
    match recorded.event:
        case ClaimBegun(claim=claim, centre=centre):
            rows.put(CLAIMS, {"stream": stream, "claim": claim, "centre": centre})
        case ClaimQualificationChosen(qualification=qualification):
            rows.change(CLAIMS, stream, qualification=qualification)
        case ClaimSubmitted(granted=granted, withheld=withheld):
            row = rows.get(CLAIMS, stream) or {}
            row["submitted_at"] = recorded.recorded_at
            for who, given in granted.items():
                rows.put(RESULTS, {**row, **_award_columns(given), "learner": who})
            for who, kept in withheld.items():
                _keep_back(rows, {**row, "learner": who}, kept)
        case ClaimWithdrawn(learners=learners):
            for who in learners:
                rows.change(RESULTS, stream, who, standing=ClaimStatus.WITHDRAWN)
        case ClaimProcessed(certificates=certificates):
            processed = {
                "standing": ClaimStatus.PROCESSED,
                "processed_at": recorded.recorded_at,
            }
            for who, number in certificates.items():
                rows.change(RESULTS, stream, who, certificate=number, **processed)
        case _:
            pass


def _award_columns(granted: Granted) -> Values:
    return {
        "registration": granted.registration,
        "registered": str(stream_of(granted.registration)),
        "award_type": granted.award_type,
        "award_date": granted.award_date,
        "is_eligible": True,
        "standing": ClaimStatus.SUBMITTED,
        "overall_grade": granted.overall_grade,
        "grades": granted.grades,
        "rules_version": granted.rules_version,
    }


def _keep_back(rows: Rows, row: Values, withheld: Withheld) -> None:
    """Note who was kept back from an award; without type and date there is none."""
    if withheld.award_type is None or withheld.award_date is None:
        rows.remove(RESULTS, row["stream"], row["learner"])
    else:
        rows.put(RESULTS, row | _withheld(withheld))


def _withheld(withheld: Withheld) -> Values:
    return {
        "registration": withheld.registration,
        "registered": str(stream_of(withheld.registration)),
        "award_type": withheld.award_type,
        "award_date": withheld.award_date,
        "is_eligible": False,
        "standing": ClaimStatus.UNSUBMITTED,
        "grades": withheld.grades,
        "rules_version": withheld.rules_version,
    }


READ_MODEL = ReadModel(
    name="results",
    version=9,
    tables=(CLAIMS, RESULTS, CERTIFICATES),
    handles=events_of("certificate")
    | {
        LearnerErased,
        ClaimBegun,
        ClaimQualificationChosen,
        ClaimSubmitted,
        ClaimWithdrawn,
        ClaimProcessed,
    },
    fold=fold,
)
