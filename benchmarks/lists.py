"""Every list at several sizes: what a page of it takes, asked of the database itself.

Prints a table, and writes the same to ``build/lists.json``. ``SIZES=10000,100000`` says
how many learners there are; all are at one centre, each with a registration, every
fourth with a result; a million are ten copies of the rows of 100,000.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Table,
    case,
    func,
    insert,
    select,
    text,
)

from aggregates.registrations.registration_state import Status
from benchmarks.pairs import ROOT
from catalogue.reading.loading import load
from events.claims.claim import (
    ClaimBegun,
    ClaimQualificationChosen,
    ClaimSubmitted,
    Granted,
)
from events.event import Event
from events.identifier import Kind, identifier, stream_of
from events.learners.learner import LearnerCreated
from events.registrations.registration import RegistrationMade
from projections.bookings.bookings import BookingFilter, search_bookings
from projections.claims import claimable_learners
from projections.claims.claimable_learners import ClaimableLearnerFilter, LearnerColumn
from projections.claims.claims import CLAIMS, search_claims
from projections.claims.ineligible_learners import search_ineligible_learners
from projections.claims.result_certificates import search_certificates
from projections.claims.result_search import (
    SORTS as RESULT_SORTS,
)
from projections.claims.result_search import (
    ResultFilter,
    search_results,
)
from projections.claims.results import RESULTS
from projections.database import Database, open_database
from projections.learners.duplicates import search_duplicates
from projections.learners.learner_search import SORTS as LEARNER_SORTS
from projections.learners.learner_search import LearnerFilter, search_learners
from projections.learners.learners import LEARNERS, WORDS
from projections.orders.order_search import search_orders
from projections.projection_tables import ProjectionTables, prepare
from projections.registrations.invoice_lines import (
    INVOICE_LINES,
    search_invoice_lines,
)
from projections.registrations.registration_rows import REGISTRATIONS
from projections.registrations.registrations import (
    SORTS as REGISTRATION_SORTS,
)
from projections.registrations.registrations import (
    search_registrations,
)
from service import READ_MODELS
from store import Recorded
from tests.postgres import DURABLE, database, server

SIZES = [int(size) for size in os.environ.get("SIZES", "10000,100000").split(",")]
WRITTEN = ROOT / "build" / "lists.json"
CENTRE = "48213"
QUALIFICATIONS = tuple(sorted(load(ROOT / "catalogue").qualifications))
GIVEN = ("Amira", "Ben", "Chloë", "Dev", "Esme", "Finn", "Grace", "Hana", "Idris")
FAMILY = ("D'Arcy", "Haddad", "Ivanova", "Jones", "Khan", "Mensah", "Nair", "O'Neill")
BEGINNING = datetime(2026, 1, 5, 9, tzinfo=UTC)
AT_ONCE, ON_A_CLAIM, TIMES, PAGE = 5_000, 200, 15, 50
MOST_FOLDED = 100_000
COPIED = (LEARNERS, WORDS, REGISTRATIONS, INVOICE_LINES, RESULTS, CLAIMS)
STREAMS = {"stream", "learner_stream", "registered"}
IDENTIFIERS = {"learner", "registration", "claim", "order", "line"}
List: TypeAlias = Callable[[Connection], object]


def facts(learners: int) -> Iterator[tuple[str, Event]]:
    """Tell what happened to so many learners, in order, each with whose stream it is in."""
    awards: dict[str, Granted] = {}
    for number in range(learners):
        learner, registration = (
            identifier(kind, number) for kind in (Kind.LEARNER, Kind.REGISTRATION)
        )
        yield learner, created(learner, number)
        yield registration, registered(registration, learner, number)
        if number % 4 == 0:
            awards[learner] = granted(registration)
        if len(awards) == ON_A_CLAIM:
            claim = identifier(Kind.CLAIM, number)
            yield claim, ClaimBegun(claim=claim, centre=CENTRE)
            yield claim, ClaimQualificationChosen(qualification=QUALIFICATIONS[0])
            yield claim, ClaimSubmitted(granted=awards, withheld={})
            awards = {}


def created(learner: str, number: int) -> LearnerCreated:
    # A family name of its own for every hundredth: rare ones are looked for, too.
    rare = f"Rare{number // 2_000}" if number % 100 == 1 else FAMILY[number // 9 % 8]
    return LearnerCreated(
        learner=learner,
        centre=CENTRE,
        group=None,
        person_id=UUID(int=number),
        given_name=GIVEN[number % 9],
        family_name=rare,
        date_of_birth=date(1990, 1, 1) + timedelta(days=number * 7 % 6_000),
        centre_reference=f"A/{number}",
    )


def registered(name: str, learner: str, number: int) -> RegistrationMade:
    return RegistrationMade(
        registration=name,
        learner=learner,
        centre=CENTRE,
        product=QUALIFICATIONS[number % len(QUALIFICATIONS)],
        pathway=None,
        rules_version=1,
        order=identifier(Kind.ORDER, number // 200),
        price=Decimal(100),
        purchase_order=None,
        course_starts=date(2026, 9, 1) + timedelta(days=number % 90),
        course_ends=date(2027, 7, 1) + timedelta(days=number % 90),
    )


def granted(registration: str) -> Granted:
    return Granted(
        registration=registration,
        award_type="Full",
        award_date=date(2026, 11, 1),
        grades={},
        overall_grade="Pass",
        rules_version=1,
    )


def fill(kept: Database, learners: int) -> None:
    """Fold what happened to so many learners; of more than 100,000, make copies of those."""
    copies = max(1, learners // MOST_FOLDED)
    copied = COPIED if copies > 1 else ()
    indexes = [index for table in copied for index in table.indexes]
    tables = [ProjectionTables(model, kept) for model in READ_MODELS]
    prepare(kept, tables)
    with kept.writing() as connection:
        for index in indexes:
            index.drop(connection)
    numbered = enumerate(facts(min(learners, MOST_FOLDED)), start=1)
    while some := [*islice(numbered, AT_ONCE)]:
        batch = [recorded(position, *fact) for position, fact in some]
        with kept.writing() as connection:
            for each in tables:
                each.model.fold_into(
                    connection, each.model.pick_handled(batch), each.tables
                )
    with kept.writing() as connection:
        for copy in range(1, copies):
            for table in copied:
                connection.execute(copying(table, copy))
        for index in indexes:
            index.create(connection)
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))


def copying(table: Table, copy: int) -> Insert:
    """Put in all rows of the first learners once more, with identifiers of their own."""
    digit, letter = str(copy), chr(ord("f") + copy)  # no stream begins with that letter
    values: dict[str, ColumnElement[Any]] = {c.name: c for c in table.columns}
    for name, its in values.items():
        if name in STREAMS:
            values[name] = letter + func.substr(its, 2)
        elif name in IDENTIFIERS:
            values[name] = func.substr(its, 1, 2) + digit + func.substr(its, 4)
        elif name in ("family_name", "family_sorted", "word"):
            apart = func.substr(its, 1, 4) + digit + func.substr(its, 5)
            values[name] = case((func.lower(its).like("rare%"), apart), else_=its)
    if "digits_backwards" in values:
        its = values["digits_backwards"]
        values["digits_backwards"] = func.substr(its, 1, func.length(its) - 1) + digit
        values["reference_sorted"] = values["reference_sorted"] + f"/{copy}"
    of = table.c.line if table is INVOICE_LINES else table.c.stream
    place, first = (3, "1") if table is INVOICE_LINES else (1, "g")
    rows = select(*values.values()).where(func.substr(of, place, 1) < first)
    return insert(table).from_select(list(values), rows)


def recorded(position: int, name: str, event: Event) -> Recorded:
    return Recorded(
        position=position,
        stream=stream_of(name),
        version=1,
        recorded_at=BEGINNING + timedelta(milliseconds=position // 10),
        user="admin",
        role="Centre Administrator",
        centre=CENTRE,
        owner=CENTRE,
        channel="api",
        request=None,
        correlation=None,
        cause=None,
        event=event,
    )


def lists() -> Mapping[str, List]:
    """Give each list by name, for a page of it."""

    def of(search: Callable[..., object], **asked: object) -> List:
        return partial(search, centre=CENTRE, limit=PAGE, **asked)

    claimable = partial(
        of,
        claimable_learners.search_claimable_learners,
        qualification=QUALIFICATIONS[1],
    )
    asked: dict[str, List] = {}
    for sort in LEARNER_SORTS:
        found = of(search_learners, filters=LearnerFilter(), sort=sort)
        asked[f"learners by {sort}"] = found
    for name, filters in (
        ("called Khan", LearnerFilter(name="Khan")),
        ("called Grace Khan", LearnerFilter(name="grace khan")),
        ("called Rare0", LearnerFilter(name="rare0")),
        ("of an ID's end", LearnerFilter(learner="4711")),
        ("of a birth", LearnerFilter(date_of_birth=date(1990, 1, 8))),
        ("registered, Active", LearnerFilter(status=Status.ACTIVE)),
    ):
        asked[f"learners {name}"] = of(search_learners, filters=filters)
    asked["learners, counted"] = of(
        search_learners, filters=LearnerFilter(), count_to=10_000
    )
    for sort in REGISTRATION_SORTS:
        asked[f"registrations by {sort}"] = of(search_registrations, sort=sort)
    asked |= {
        "registrations, Cancelled": of(search_registrations, status=Status.CANCELLED),
        "registrations, Active": of(search_registrations, status=Status.ACTIVE),
        "registrations on one": of(search_registrations, product=[QUALIFICATIONS[3]]),
        "registrations called Khan": of(search_registrations, name="Khan"),
        "registrations called Rare0": of(search_registrations, name="Rare0"),
    }
    for sort in RESULT_SORTS:
        found = of(search_results, clauses=ResultFilter(), sort=sort)
        asked[f"results by {sort}"] = found
    for name, clauses in (
        ("called Khan", ResultFilter(name="Khan")),
        ("called Rare0", ResultFilter(name="Rare0")),
        ("of a centre's reference", ResultFilter(learner_reference="A/4000")),
        ("graded Pass", ResultFilter(grade="Pass")),
    ):
        asked[f"results {name}"] = of(search_results, clauses=clauses)
    for column in LearnerColumn:
        found = claimable(filters=ClaimableLearnerFilter(), sort=column)
        asked[f"claimable learners by {column}"] = found
    asked["claimable learners called Khan"] = claimable(
        filters=ClaimableLearnerFilter(family_name="Khan")
    )
    return asked | {
        "claimable qualifications": partial(claimable_learners.counts, centre=CENTRE),
        "duplicates": of(search_duplicates),
        "claims": of(search_claims),
        "certificates": of(search_certificates),
        "ineligible learners": of(search_ineligible_learners),
        "invoice lines": of(search_invoice_lines),
        "bookings": of(search_bookings, filters=BookingFilter()),
        "orders": of(search_orders),
    }


def measured(kept: Database) -> dict[str, float]:
    """Give the median of some pages of each list, in milliseconds."""
    taken: dict[str, float] = {}
    for name, ask in lists().items():
        times: list[float] = []
        for _ in range(TIMES):
            with kept.reading() as connection:
                start = perf_counter()
                ask(connection)
                times.append((perf_counter() - start) * 1000)
        taken[name] = median(times)
    return taken


def run() -> None:
    figures: dict[str, dict[int, dict[str, float]]] = {}
    for size in SIZES:
        with TemporaryDirectory() as folder, server(DURABLE) as address:
            with database(address) as url:
                for name, where in (
                    ("SQLite", f"sqlite:///{folder}"),
                    ("PostgreSQL", url),
                ):
                    with closing(open_database(where)) as kept:
                        fill(kept, size)
                        figures.setdefault(name, {})[size] = measured(kept)
            print(
                f"{size:,} learners: {mib(Path(folder)):.0f} MiB of read models",
                flush=True,
            )
    for name, by_size in figures.items():
        print(f"\n{name:40}" + "".join(f"{size:>12,}" for size in SIZES) + "   ms")
        for each in lists():
            row = "".join(f"{by_size[size][each]:12.2f}" for size in SIZES)
            print(f"{each:40}{row}")
    WRITTEN.parent.mkdir(exist_ok=True)
    WRITTEN.write_text(json.dumps(figures, indent=1))


def mib(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.iterdir()) / 2**20


if __name__ == "__main__":
    run()
