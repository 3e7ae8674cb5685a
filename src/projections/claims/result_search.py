"""Results, searched by several clauses; and the whole history of a learner."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import (
    Column,
    Connection,
    Row,
    Select,
    false,
    func,
    select,
    union_all,
)

from aggregates.claims.claim_status import ClaimStatus
from aggregates.text import fold
from projections.claims.result_certificates import CERTIFICATES, former_holders
from projections.claims.results import RESULTS
from projections.identifiers import equal_to
from projections.learners.learners import LEARNERS
from projections.learners.names_sought import NAMES, id_matches, named_so
from projections.paging import (
    MOST_SORTED,
    Narrowed,
    Page,
    count,
    few,
    page,
    sorting,
)
from projections.registrations.registration_rows import REGISTRATIONS
from projections.rows import CHUNK
from store import Position


@dataclass(frozen=True, kw_only=True)
class Result:
    """An award submitted for, with its status (R2).

    ``in_force`` says whether its certificate is, if it has one; the holder is named as
    issued.
    """

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
    standing: ClaimStatus
    submitted_at: datetime
    processed_at: datetime | None
    printed_at: datetime | None
    certificate: str | None
    overall_grade: str | None
    grades: dict[str, str]
    apprenticeship: str | None
    updated_at: datetime
    in_force: bool
    holder_given_name: str | None
    holder_family_name: str | None


@dataclass(frozen=True, kw_only=True)
class ResultFilter:
    """Search criteria; all must match (R1). Each given word must begin a word there.

    ``products`` are qualifications and apprenticeships whose titles match; None does not
    restrict.
    """

    name: str = ""
    given_name: str = ""
    family_name: str = ""
    learner_reference: str = ""
    products: Collection[str] | None = None
    grade: str = ""
    updated_since: datetime | None = None


ResultSort = Literal[
    "family_name",
    "-family_name",
    "given_name",
    "-given_name",
    "learner",
    "-learner",
    "award_date",
    "-award_date",
    "submitted_at",
    "-submitted_at",
    "updated_at",
    "-updated_at",
]
KEY = (RESULTS.c.learner, RESULTS.c.claim)
NAMED = (LEARNERS.c.learner, RESULTS.c.claim)
SORTS: Mapping[str, Sequence[Column[Any]]] = {
    "family_name": (LEARNERS.c.family_sorted, LEARNERS.c.given_sorted, *NAMED),
    "given_name": (LEARNERS.c.given_sorted, LEARNERS.c.family_sorted, *NAMED),
    "learner": KEY,
    "award_date": (RESULTS.c.award_date, *KEY),
    "submitted_at": (RESULTS.c.submitted_at, *KEY),
    "updated_at": (RESULTS.c.updated_at, *KEY),
}


def search_results(
    connection: Connection,
    *,
    centre: str | None,
    clauses: ResultFilter,
    sort: ResultSort | None = None,
    count_to: int = 0,
    limit: int,
    cursor: str | None = None,
) -> Page[Result]:
    """Find the centre's results (None: everybody's), by name (R1).

    With ``updated_since`` they are sorted by when they changed, unless ``sort`` says
    otherwise.
    """
    its, since = RESULTS.c, clauses.updated_since
    chosen = sorting(SORTS, sort or ("updated_at" if since else "family_name"))
    first = chosen["by"][0]
    whose = LEARNERS.c.centre if first.table is LEARNERS else its.owner
    changed = [] if since is None else [its.updated_at >= since]
    is_first = first is its.updated_at
    narrowed = Narrowed(
        within=[*equal_to((whose, centre)), *(changed if is_first else ())],
        kinds=() if is_first else changed,
    ).also(
        _of_grade(clauses.grade),
        _on(connection, clauses.products),
        named_so(connection, clauses.given_name, NAMES[:1], by=first),
        named_so(connection, clauses.family_name, NAMES[1:], by=first),
        named_so(connection, clauses.name, by=first),
    )
    if clauses.learner_reference:
        narrowed = narrowed.also(_referred_to(clauses.learner_reference))
    found = page(
        connection,
        _every(None),
        **chosen,
        make=lambda row: row,
        limit=limit,
        cursor=cursor,
        count_to=count_to,
        narrowed=narrowed,
    )
    return Page(
        rows=_results(connection, found.rows),
        next_cursor=found.next_cursor,
        total=found.total,
        is_at_least=found.is_at_least,
    )


def _of_grade(grade: str) -> Narrowed:
    """Match the whole overall grade, without case."""
    if not grade:
        return Narrowed()
    return Narrowed(kinds=[RESULTS.c.grade_sorted == grade.strip().upper()])


def _on(connection: Connection, products: Collection[str] | None) -> Narrowed:
    """Match these qualifications, or registrations that came with these apprenticeships."""
    if products is None:
        return Narrowed()
    its, came_with = RESULTS.c.qualification, REGISTRATIONS.c.apprenticeship
    came = select(REGISTRATIONS.c.learner).where(came_with.in_(products))
    is_on, is_with = its.in_(products), came_with.in_(products)
    if count(connection, came, MOST_SORTED) > MOST_SORTED:
        return Narrowed(checks=[is_on | is_with])
    others = Narrowed(sought=[RESULTS.c.learner.in_(few(came))], checks=[is_with])
    not_on = Narrowed(checks=[its.not_in(products)])
    return Narrowed(apart=[(Narrowed(kinds=[is_on]), others.also(not_on))])


def _referred_to(text: str) -> Narrowed:
    """Match a learner ID, whole or by its last digits, or a centre's own reference."""
    its, given = LEARNERS.c, text.strip()
    is_centres = func.upper(its.centre_reference) == given.upper()
    found = union_all(
        select(its.stream).where(id_matches(given)),
        select(its.stream).where(its.reference_sorted == fold(given), is_centres),
    )
    return Narrowed(sought=[its.stream.in_(found)])


def results_of_learner(connection: Connection, learner: str) -> list[Result]:
    """Return a learner's whole history, oldest first (R2)."""
    query = _every(None).where(RESULTS.c.learner == learner)
    query = query.order_by(RESULTS.c.submitted_at, RESULTS.c.claim)
    return [*_results(connection, connection.execute(query).all())]


def export(connection: Connection, *, centre: str | None) -> Iterator[Result]:
    """Yield every result of the centre (None: everybody's), by learner, oldest first."""
    query = _every(centre).order_by(
        RESULTS.c.learner, RESULTS.c.submitted_at, RESULTS.c.claim
    )
    for rows in connection.execute(query).partitions(CHUNK):
        yield from _results(connection, rows)


def _every(centre: str | None) -> Select[tuple[object, ...]]:
    query = (
        select(
            RESULTS,
            LEARNERS.c.given_name,
            LEARNERS.c.family_name,
            LEARNERS.c.centre_reference,
            REGISTRATIONS.c.apprenticeship,
            CERTIFICATES.c.position,
            CERTIFICATES.c.title,
            func.coalesce(CERTIFICATES.c.in_force, false()).label("in_force"),
            CERTIFICATES.c.given_name.label("holder_given_name"),
            CERTIFICATES.c.family_name.label("holder_family_name"),
        )
        .join(LEARNERS, LEARNERS.c.stream == RESULTS.c.learner_stream)
        .outerjoin(REGISTRATIONS, REGISTRATIONS.c.stream == RESULTS.c.registered)
        .outerjoin(CERTIFICATES, CERTIFICATES.c.certificate == RESULTS.c.certificate)
    )
    return query if centre is None else query.where(RESULTS.c.owner == centre)


def _results(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[Result, ...]:
    holders = former_holders(connection, rows)
    return tuple(_result(row, holders) for row in rows)


def _result(
    row: Row[Any], holders: Mapping[tuple[str, Position], Mapping[str, Any]]
) -> Result:
    values = {each.name: getattr(row, each.name) for each in fields(Result)}
    values["standing"] = ClaimStatus(row.standing)
    if holder := holders.get((row.learner, row.position)):
        values |= {f"holder_{name}": holder[name] for name in NAMES}
    return Result(**values)
