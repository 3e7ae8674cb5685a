"""Results: every award ever submitted for, by learner, with what became of it."""

from collections.abc import Callable, Mapping, Sequence

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
from aggregates.learners.details import ERASED, Details
from aggregates.text import searchable_words, words
from events.claims.claim import (
    ClaimBegun,
    ClaimProcessed,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimWithdrawn,
    Granted,
    Withheld,
)
from events.learners.learner import (
    LearnerCreated,
    LearnerDetailsAmended,
    LearnerErased,
    LearnerIdentityAmended,
    LearnerTransferred,
)
from events.registrations.registration import RegistrationMade
from projections.claims.result_certificates import (
    CERTIFICATES,
    erase_holder,
    fold_certificate,
)
from projections.read_model import METADATA, Moment, ReadModel, events_of
from projections.rows import Rows, Values
from store import Recorded

LEARNERS = Table(
    "result_learners",
    METADATA,
    Column("stream", String, primary_key=True),
    Column("learner", String, nullable=False, index=True),
    Column("centre", String, nullable=False, index=True),
    Column("given_name", String, nullable=False),
    Column("family_name", String, nullable=False),
    Column("given_words", String, nullable=False),
    Column("family_words", String, nullable=False),
    Column("date_of_birth", Date),
    Column("centre_reference", String),
)
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
APPRENTICESHIPS = Table(
    "result_apprenticeships",
    METADATA,
    Column("registration", String, primary_key=True),
    Column("apprenticeship", String, nullable=False),
)
"""Which registrations came with an apprenticeship, and with which (O7)."""


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in rows.following(batch):
        kind = recorded.event.topic.partition(".")[0]
        if kind in FOLDS:
            FOLDS[kind](rows, recorded, str(recorded.stream))


def _fold_learner(rows: Rows, recorded: Recorded, stream: str) -> None:
    match recorded.event:
        case LearnerCreated() as event:
            row = {"stream": stream, "learner": event.learner, **_name_columns(event)}
            theirs = {
                "centre": event.centre,
                "centre_reference": event.centre_reference,
            }
            rows.put(LEARNERS, {**row, **theirs})
        case LearnerIdentityAmended() as event:
            rows.change(LEARNERS, stream, **_name_columns(event))
        case LearnerDetailsAmended(centre_reference=reference):
            rows.change(LEARNERS, stream, centre_reference=reference)
        case LearnerTransferred(centre=centre):
            rows.change(LEARNERS, stream, centre=centre)
        case LearnerErased():
            rows.change(
                LEARNERS, stream, **_name_columns(ERASED), centre_reference=None
            )
            learner = (rows.get(LEARNERS, stream) or {}).get("learner", "")
            erase_holder(rows, learner, into=RESULTS)
        case _:
            pass


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


def _fold_certificate(rows: Rows, recorded: Recorded, stream: str) -> None:
    fold_certificate(rows, recorded, stream, into=RESULTS, people=LEARNERS)


def _fold_registration(rows: Rows, recorded: Recorded, _: str) -> None:
    match recorded.event:
        case RegistrationMade(registration=name, apprenticeship=str() as product):
            row = {"registration": name, "apprenticeship": product}
            rows.put(APPRENTICESHIPS, row)
        case _:
            pass


FOLDS: Mapping[str, Callable[[Rows, Recorded, str], None]] = {
    "learner": _fold_learner,
    "claim": _fold_claim,
    "registration": _fold_registration,
    "certificate": _fold_certificate,
}
"""What is folded, by what it happened to: the first word of its topic."""


def _name_columns(event: LearnerCreated | LearnerIdentityAmended | Details) -> Values:
    """Keep names as written, and their words as they are searched by."""
    return {
        "given_name": event.given_name,
        "family_name": event.family_name,
        "given_words": in_words(event.given_name),
        "family_words": in_words(event.family_name),
        "date_of_birth": event.date_of_birth,
    }


def in_words(name: str) -> str:
    """Put a space before each folded word, so that its start can be found.

    O'Brien is sorted as ``obrien``, and found by ``brien`` too.
    """
    as_written = words(name)
    others = sorted(searchable_words(name).difference(as_written))
    return "".join(f" {word}" for word in (*as_written, *others))


def _award_columns(granted: Granted) -> Values:
    return {
        "registration": granted.registration,
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
        "award_type": withheld.award_type,
        "award_date": withheld.award_date,
        "is_eligible": False,
        "standing": ClaimStatus.UNSUBMITTED,
        "grades": withheld.grades,
        "rules_version": withheld.rules_version,
    }


READ_MODEL = ReadModel(
    name="results",
    version=8,
    tables=(LEARNERS, CLAIMS, RESULTS, APPRENTICESHIPS, CERTIFICATES),
    handles=events_of("certificate")
    | {
        LearnerCreated,
        LearnerIdentityAmended,
        LearnerDetailsAmended,
        LearnerTransferred,
        LearnerErased,
        ClaimBegun,
        ClaimQualificationChosen,
        ClaimSubmitted,
        ClaimWithdrawn,
        ClaimProcessed,
        RegistrationMade,
    },
    fold=fold,
)
