"""Results: every award submitted for, by learner, with its status."""

from collections.abc import Sequence

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
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
from events.learners.learner import LearnerErased, LearnerTransferred
from projections.claims.result_certificates import (
    CERTIFICATES,
    erase_holder,
    fetch_certificates,
    fold_certificate,
)
from projections.read_model import METADATA, Moment, ReadModel, events_of, in_order
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
    Column("learner_stream", String, nullable=False, index=True),
    Column("claim", String, nullable=False),
    Column("centre", String, nullable=False),
    Column("owner", String, nullable=False),
    Column("qualification", String, nullable=False),
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
    Column("grade_sorted", String),
    Column("grades", JSON, nullable=False),
    Column("rules_version", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
    *in_order(
        "results",
        ("learner", "claim"),
        ("award_date", "learner", "claim"),
        ("submitted_at", "learner", "claim"),
        ("updated_at", "learner", "claim"),
        ("qualification",),
        ("grade_sorted",),
        of="owner",
    ),
)
"""``centre`` made the claim; ``owner`` is the learner's present centre."""
OWNERS = Table(
    "result_owners",
    METADATA,
    Column("learner_stream", String, primary_key=True),
    Column("centre", String, nullable=False),
)
"""The present centres of transferred learners."""


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    fetch_certificates(rows, batch)
    for recorded in rows.following(batch):
        stream, kind = str(recorded.stream), recorded.event.topic.partition(".")[0]
        if kind == "claim":
            _fold_claim(rows, recorded, stream)
        elif kind == "certificate":
            fold_certificate(rows, recorded, stream, into=RESULTS)
        elif isinstance(recorded.event, LearnerErased):
            erase_holder(rows, stream, into=RESULTS)
        elif isinstance(recorded.event, LearnerTransferred):
            _move(rows, stream, recorded.event)


def _move(rows: Rows, learner_stream: str, event: LearnerTransferred) -> None:
    """Show a learner's results to the centre they moved to; ``updated_at`` stays."""
    rows.put(OWNERS, {"learner_stream": learner_stream, "centre": event.centre})
    for row in rows.where(RESULTS, learner_stream=learner_stream):
        rows.put(
            RESULTS, row | {"owner": event.centre, "updated_at": row["updated_at"]}
        )


def _fold_claim(rows: Rows, recorded: Recorded, stream: str) -> None:
    match recorded.event:
        case ClaimBegun(claim=claim, centre=centre):
            rows.put(CLAIMS, {"stream": stream, "claim": claim, "centre": centre})
        case ClaimQualificationChosen(qualification=qualification):
            rows.change(CLAIMS, stream, qualification=qualification)
        case ClaimSubmitted() as event:
            _submit(rows, recorded, stream, event)
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


def _submit(rows: Rows, recorded: Recorded, stream: str, event: ClaimSubmitted) -> None:
    row = rows.get(CLAIMS, stream) or {}
    row["submitted_at"] = recorded.recorded_at
    theirs = {who: str(stream_of(who)) for who in (*event.granted, *event.withheld)}
    rows.fetch(OWNERS, theirs.values())
    for who, learner_stream in theirs.items():
        moved = rows.get(OWNERS, learner_stream) or row
        its = {"learner_stream": learner_stream, "owner": moved["centre"]}
        whole = row | its | {"learner": who}
        if who in event.granted:
            rows.put(RESULTS, whole | _award_columns(event.granted[who]))
        if who in event.withheld:
            _keep_back(rows, whole, event.withheld[who])


def _award_columns(granted: Granted) -> Values:
    return {
        "registration": granted.registration,
        "registered": str(stream_of(granted.registration)),
        "award_type": granted.award_type,
        "award_date": granted.award_date,
        "is_eligible": True,
        "standing": ClaimStatus.SUBMITTED,
        "overall_grade": granted.overall_grade,
        "grade_sorted": granted.overall_grade and granted.overall_grade.upper(),
        "grades": granted.grades,
        "rules_version": granted.rules_version,
    }


def _keep_back(rows: Rows, row: Values, withheld: Withheld) -> None:
    """Record that an award was withheld, if it has a type and a date."""
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
    version=11,
    tables=(CLAIMS, RESULTS, OWNERS, CERTIFICATES),
    handles=events_of("certificate")
    | {
        LearnerErased,
        LearnerTransferred,
        ClaimBegun,
        ClaimQualificationChosen,
        ClaimSubmitted,
        ClaimWithdrawn,
        ClaimProcessed,
    },
    fold=fold,
)
