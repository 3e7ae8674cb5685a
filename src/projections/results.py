"""Results: every award ever submitted for, by learner, with what became of it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    Row,
    Select,
    String,
    Table,
    func,
    select,
)

from aggregates.details import ERASED, Details
from aggregates.names import searchable_words, words
from aggregates.standing import Standing
from events.claim import (
    ClaimBegun,
    ClaimProcessed,
    ClaimQualificationChosen,
    ClaimSubmitted,
    ClaimWithdrawn,
    Granted,
    Withheld,
)
from events.identifier import Kind
from events.learner import (
    LearnerCreated,
    LearnerDetailsAmended,
    LearnerErased,
    LearnerIdentityAmended,
    LearnerTransferred,
)
from events.registration import RegistrationMade
from projections.identifiers import is_called
from projections.paging import Page, page
from projections.read_model import METADATA, Moment, ReadModel
from projections.result_certificates import CERTIFICATES, fold_certificate
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
)
APPRENTICESHIPS = Table(
    "result_apprenticeships",
    METADATA,
    Column("registration", String, primary_key=True),
    Column("apprenticeship", String, nullable=False),
)
"""Which registrations came with an apprenticeship, and with which (O7)."""


def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
    for recorded in batch:
        kind = recorded.event.topic.partition(".")[0]
        if kind in FOLDS:
            FOLDS[kind](rows, recorded, str(recorded.stream))


def _fold_learner(rows: Rows, recorded: Recorded, stream: str) -> None:
    match recorded.event:
        case LearnerCreated() as event:
            row = {"stream": stream, "learner": event.learner, **_named(event)}
            theirs = {
                "centre": event.centre,
                "centre_reference": event.centre_reference,
            }
            rows.put(LEARNERS, {**row, **theirs})
        case LearnerIdentityAmended() as event:
            rows.change(LEARNERS, stream, **_named(event))
        case LearnerDetailsAmended(centre_reference=reference):
            rows.change(LEARNERS, stream, centre_reference=reference)
        case LearnerTransferred(centre=centre):
            rows.change(LEARNERS, stream, centre=centre)
        case LearnerErased():
            rows.change(LEARNERS, stream, **_named(ERASED), centre_reference=None)
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
                rows.put(RESULTS, {**row, **_granted(given), "learner": who})
            for who, kept in withheld.items():
                _keep_back(rows, {**row, "learner": who}, kept)
        case ClaimWithdrawn(learners=learners):
            for who in learners:
                rows.change(RESULTS, stream, who, standing=Standing.WITHDRAWN)
        case ClaimProcessed(certificates=certificates):
            processed = {
                "standing": Standing.PROCESSED,
                "processed_at": recorded.recorded_at,
            }
            for who, number in certificates.items():
                rows.change(RESULTS, stream, who, certificate=number, **processed)
        case _:
            pass


def _fold_certificate(rows: Rows, recorded: Recorded, stream: str) -> None:
    fold_certificate(rows, recorded, stream, RESULTS)


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


def _named(event: LearnerCreated | LearnerIdentityAmended | Details) -> Values:
    """Keep names as written, and their words as they are searched by."""
    return {
        "given_name": event.given_name,
        "family_name": event.family_name,
        "given_words": in_words(event.given_name),
        "family_words": in_words(event.family_name),
    }


def in_words(name: str) -> str:
    """Put a space before each folded word, so that its start can be found.

    O'Brien is sorted as ``obrien``, and found by ``brien`` too.
    """
    as_written = words(name)
    others = sorted(searchable_words(name).difference(as_written))
    return "".join(f" {word}" for word in (*as_written, *others))


def _granted(granted: Granted) -> Values:
    return {
        "registration": granted.registration,
        "award_type": granted.award_type,
        "award_date": granted.award_date,
        "is_eligible": True,
        "standing": Standing.SUBMITTED,
        "overall_grade": granted.overall_grade,
        "grades": granted.grades,
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
        "standing": Standing.UNSUBMITTED,
        "grades": withheld.grades,
    }


READ_MODEL = ReadModel(
    name="results",
    version=5,
    tables=(LEARNERS, CLAIMS, RESULTS, APPRENTICESHIPS, CERTIFICATES),
    fold=fold,
)


@dataclass(frozen=True, kw_only=True)
class Result:
    """An award that was submitted for, and what became of it (R2)."""

    learner: str
    given_name: str
    family_name: str
    centre_reference: str | None
    centre: str
    qualification: str
    registration: str
    claim: str
    award_type: str
    award_date: date
    is_eligible: bool
    standing: Standing
    submitted_at: datetime
    processed_at: datetime | None
    printed_at: datetime | None
    certificate: str | None
    overall_grade: str | None
    grades: dict[str, str]
    apprenticeship: str | None


@dataclass(frozen=True, kw_only=True)
class Clauses:
    """What is looked for, all of it together (R1); each word must begin a word there.

    ``products`` are those whose titles were found, qualifications and apprenticeships;
    None for any.
    """

    first_name: str = ""
    last_name: str = ""
    learner_reference: str = ""
    products: Collection[str] | None = None
    grade: str = ""


def search(
    connection: Connection,
    *,
    centre: str | None,
    clauses: Clauses,
    limit: int,
    cursor: str | None = None,
) -> Page[Result]:
    """Find the centre's results (None: everybody's), by name (R1)."""
    query = _every(centre)
    for column, text in (
        (LEARNERS.c.given_words, clauses.first_name),
        (LEARNERS.c.family_words, clauses.last_name),
    ):
        for word in words(text):
            query = query.where(column.contains(f" {word}", autoescape=True))
    if clauses.learner_reference:
        given = clauses.learner_reference
        is_learner = is_called(RESULTS.c.learner, Kind.LEARNER, given)
        is_centres = func.upper(LEARNERS.c.centre_reference) == given.strip().upper()
        query = query.where(is_learner | is_centres)
    if clauses.products is not None:
        is_on = RESULTS.c.qualification.in_(clauses.products)
        came_with = APPRENTICESHIPS.c.apprenticeship.in_(clauses.products)
        query = query.where(is_on | came_with)
    if clauses.grade:
        is_grade = func.upper(RESULTS.c.overall_grade) == clauses.grade.strip().upper()
        query = query.where(is_grade)
    return page(
        connection,
        query,
        by=(
            LEARNERS.c.family_words,
            LEARNERS.c.given_words,
            RESULTS.c.learner,
            RESULTS.c.claim,
        ),
        make=_made,
        limit=limit,
        cursor=cursor,
    )


def of_learner(connection: Connection, learner: str) -> list[Result]:
    """Give a learner's whole history, oldest first (R2)."""
    query = _every(None).where(RESULTS.c.learner == learner)
    query = query.order_by(RESULTS.c.submitted_at, RESULTS.c.claim)
    return [_made(row) for row in connection.execute(query)]


def export(connection: Connection, *, centre: str | None) -> Iterator[Result]:
    """Give every result of the centre (None: everybody's), by learner, oldest first."""
    query = _every(centre).order_by(
        RESULTS.c.learner, RESULTS.c.submitted_at, RESULTS.c.claim
    )
    yield from map(_made, connection.execute(query))


def _every(centre: str | None) -> Select[tuple[object, ...]]:
    its = APPRENTICESHIPS.c.registration == RESULTS.c.registration
    query = (
        select(
            RESULTS,
            LEARNERS.c.given_name,
            LEARNERS.c.family_name,
            LEARNERS.c.centre_reference,
            APPRENTICESHIPS.c.apprenticeship,
        )
        .join(LEARNERS, LEARNERS.c.learner == RESULTS.c.learner)
        .outerjoin(APPRENTICESHIPS, its)
    )
    return query if centre is None else query.where(LEARNERS.c.centre == centre)


def _made(row: Row[tuple[object, ...]]) -> Result:
    values = {each.name: getattr(row, each.name) for each in fields(Result)}
    return Result(**{**values, "standing": Standing(row.standing)})
