"""Every list is read from an index in its order: asked of both databases (ADR 25)."""

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain, product
from typing import Any, TypeAlias

import pytest
from sqlalchemy import Connection, event, text

from aggregates.bookings.sitting import Attendance
from aggregates.claims.claim_status import ClaimStatus
from aggregates.registrations.invoice_line import InvoiceStatus
from aggregates.registrations.registration_state import Status
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
from benchmarks.lists import fill
from projections.bookings.bookings import (
    BookingFilter,
    bookings_of_learner,
    search_bookings,
    sitting,
)
from projections.bookings.offline_clients import search_offline_clients
from projections.bookings.sittings import SittingFilter, search_sittings
from projections.centres.centres import search_centres
from projections.centres.users import search_users, tokens_of
from projections.claims.claimable_learners import (
    ClaimableLearnerFilter,
    LearnerColumn,
    counts,
    search_claimable_learners,
)
from projections.claims.claims import list_claims_to_process, search_claims
from projections.claims.ineligible_learners import (
    list_claims_to_retry,
    search_ineligible_learners,
)
from projections.claims.result_certificates import certificates_of, search_certificates
from projections.claims.result_search import SORTS as RESULT_SORTS
from projections.claims.result_search import (
    ResultFilter,
    results_of_learner,
    search_results,
)
from projections.database import Database, open_database
from projections.learners.duplicates import search_duplicates
from projections.learners.learner_search import SORTS as LEARNER_SORTS
from projections.learners.learner_search import (
    LearnerFilter,
    alike,
    search_learners,
)
from projections.learners.learner_verifications import list_learners_to_verify
from projections.orders.order_search import OrderFilter, search_orders
from projections.orders.orders import OrderState
from projections.projection_tables import ProjectionTables, prepare
from projections.registrations.invoice_lines import search_invoice_lines
from projections.registrations.registrations import SORTS as REGISTRATION_SORTS
from projections.registrations.registrations import (
    registrations_of_learner,
    search_registrations,
)
from projections.uploads.uploads import (
    list_records_to_verify,
    rows_of,
    search_uploads,
    uploads_named,
)
from service import READ_MODELS

Ask: TypeAlias = Callable[[Connection], object]

CENTRE, NOW = "48213", datetime(2026, 11, 24, tzinfo=UTC)
LEARNER, CLAIM = "L-0000000017T", "AC-0000000001"


def each(search: Callable[..., object], **asked: Any) -> Iterator[tuple[str, Ask]]:
    """Ask a list within a centre and anywhere."""
    for centre in (CENTRE, None):
        name = f"{search.__name__} of {centre}: {asked}"
        yield name, partial(search, centre=centre, limit=50, **asked)


def every_list() -> Iterator[tuple[str, Ask]]:
    """Give each list with each of its sort keys and filters."""
    for backwards in ("", "-"):
        for sort in LEARNER_SORTS:
            by = f"{backwards}{sort}"
            yield from each(search_learners, filters=LearnerFilter(), sort=by)
        for sort in REGISTRATION_SORTS:
            yield from each(search_registrations, sort=f"{backwards}{sort}")
        for sort in RESULT_SORTS:
            by = f"{backwards}{sort}"
            yield from each(search_results, clauses=ResultFilter(), sort=by)
    for known in (
        {"created_from": date(2026, 1, 1)},
        {"learner": "017"},
        {"learner": LEARNER},
        {"name": "ann"},
        {"given_name": "ann"},
        {"family_name": "ann"},
        {"date_of_birth": date(2008, 2, 29)},
        {"uln": "1000102504"},
        {"centre_reference": "A/1"},
        {"group": "Autumn"},
        {"status": Status.ACTIVE},
        {"updated_since": NOW},
    ):
        yield from each(search_learners, filters=LearnerFilter(**known))
    for found in (
        {"learner": LEARNER},
        {"learner": "017"},
        {"product": ["Q-1"]},
        {"order": "O-0000000001"},
        {"status": Status.ACTIVE},
        {"parent": "R-0000000001"},
        {"name": "ann"},
        {"updated_since": NOW},
    ):
        yield from each(search_registrations, **found)
    for sought in (
        {"name": "ann"},
        {"given_name": "ann"},
        {"family_name": "ann"},
        {"learner_reference": "A/1"},
        {"products": ["Q-1"]},
        {"grade": "Pass"},
        {"updated_since": NOW},
    ):
        yield from each(search_results, clauses=ResultFilter(**sought))
    for column in LearnerColumn:
        claimable = ClaimableLearnerFilter()
        yield (
            f"claimable by {column}",
            partial(
                search_claimable_learners,
                centre=CENTRE,
                qualification="Q-1",
                filters=claimable,
                sort=column,
                limit=50,
            ),
        )
    yield "claimable qualifications", partial(counts, centre=CENTRE)
    for lists, clauses in (
        (search_claims, {"standing": ClaimStatus.DRAFT}),
        (search_claims, {"qualification": ["Q-1"]}),
        (search_claims, {"reference": CLAIM}),
        (search_claims, {"learner": LEARNER}),
        (search_claims, {"updated_since": NOW}),
        (search_certificates, {"waiting": True}),
        (search_certificates, {"in_force": True}),
        (search_certificates, {"qualification": ["Q-1"]}),
        (search_certificates, {"learner": LEARNER}),
        (search_certificates, {"updated_since": NOW}),
        (search_ineligible_learners, {"qualification": ["Q-1"]}),
        (search_ineligible_learners, {"claim": CLAIM}),
        (search_ineligible_learners, {"name": "ann"}),
        (search_invoice_lines, {"status": InvoiceStatus.INVOICED}),
        (search_invoice_lines, {"after": 5}),
        (search_invoice_lines, {"updated_since": NOW}),
        (search_duplicates, {}),
        (search_orders, {"filters": OrderFilter(state=OrderState.DRAFT)}),
        (search_orders, {"filters": OrderFilter(purchase_order="PO-1")}),
        (search_orders, {"filters": OrderFilter(reference="O-0000000001")}),
        (search_orders, {"filters": OrderFilter(learner=LEARNER)}),
        (search_orders, {"filters": OrderFilter(product=["Q-1"])}),
        (search_orders, {"filters": OrderFilter(updated_since=NOW)}),
        (search_bookings, {"filters": BookingFilter(unit="A/1")}),
        (search_bookings, {"filters": BookingFilter(attendance=Attendance.BOOKED)}),
        (search_bookings, {"filters": BookingFilter(learner=LEARNER)}),
        (search_bookings, {"filters": BookingFilter(name="ann")}),
        (search_bookings, {"filters": BookingFilter(group="Autumn")}),
        (search_bookings, {"filters": BookingFilter(starts_from=NOW)}),
        (search_bookings, {"filters": BookingFilter(updated_since=NOW)}),
    ):
        yield from each(lists, **clauses)


def lists_of_a_name() -> Iterator[tuple[str, Ask]]:
    """Give the lists that are sorted by name and asked for one, which are parted."""
    name = "ann bo"
    for way, by in product(("", "-"), ("family_name", "given_name")):
        known, sought = LearnerFilter(name=name), ResultFilter(name=name)
        yield from each(search_learners, filters=known, sort=f"{way}{by}")
        yield from each(search_results, clauses=sought, sort=f"{way}{by}")
    yield from each(search_registrations, name=name, sort="family_name")


def lists_of_the_centres() -> Iterator[tuple[str, Ask]]:
    """Give the lists of what centres have and do, beside learners."""
    for lists, clauses in (
        (search_sittings, {"filters": SittingFilter()}),
        (search_sittings, {"filters": SittingFilter(unit="A/1")}),
        (search_sittings, {"filters": SittingFilter(open_at=NOW)}),
        (search_uploads, {}),
        (search_uploads, {"name": "Autumn"}),
        (search_uploads, {"status": UploadStatus.DONE}),
        (search_uploads, {"updated_since": NOW}),
        (search_users, {}),
        (search_users, {"name": "an"}),
        (search_users, {"updated_since": NOW}),
        (search_offline_clients, {}),
        (search_offline_clients, {"updated_since": NOW}),
        (search_centres, {}),
        (search_centres, {"updated_since": NOW}),
    ):
        yield from each(lists, **clauses)
    some = partial(rows_of, states=[RecordState.VALID], limit=50)
    yield "rows of a group", partial(some, group="G-1")
    theirs = partial(tokens_of, user="ann", limit=50)
    yield "tokens", theirs
    yield "tokens since", partial(theirs, updated_since=NOW)


LISTS = dict(chain(every_list(), lists_of_a_name(), lists_of_the_centres()))
results = partial(search_results, centre=CENTRE, limit=50)
booked = partial(search_bookings, centre=CENTRE, limit=50)
orders = partial(search_orders, centre=CENTRE, limit=50)

LOOK_UPS: tuple[tuple[Ask, str], ...] = (
    (partial(alike, centre=CENTRE, likenesses=["a"]), "learners_alike"),
    (partial(alike, centre=CENTRE, likenesses=list("abcdef")), "learners_alike"),
    (
        partial(registrations_of_learner, centre=CENTRE, learner=LEARNER),
        "registrations_of_learner",
    ),
    (partial(results_of_learner, learner=LEARNER), "results_by_"),
    (partial(certificates_of, learner=LEARNER), "result_certificates_learner_stream"),
    (partial(sitting, centre=CENTRE, unit="A/1", starts=NOW), "bookings_of_sitting"),
    (partial(bookings_of_learner, learner=LEARNER), "ix_bookings_learner"),
    (
        partial(list_claims_to_retry, now=NOW, limit=5),
        "ix_ineligible_learners_again_at",
    ),
    (
        partial(list_claims_to_process, submitted_by=NOW, limit=5),
        "claim_learners_standing",
    ),
    (partial(list_records_to_verify, now=NOW, limit=5), "upload_records_due"),
    (partial(list_learners_to_verify, now=NOW, limit=5), "learner_verifications_due"),
)
"""What is looked up, not listed, and the index that finds it: never one that only orders."""

RARE: tuple[tuple[Ask, str], ...] = (
    (partial(results, clauses=ResultFilter(grade="Rare")), "results_by_grade_sorted"),
    (partial(results, clauses=ResultFilter(products=["Q-9"])), "results_by_qualif"),
    (
        partial(results, clauses=ResultFilter(products=["Q-9"])),
        "registrations_of_apprenticeship",
    ),
    (partial(orders, filters=OrderFilter(product=["Q-9"])), "order_products_product"),
)
"""What few rows have, and the index that says so."""
OF_NO_ROWS: tuple[tuple[Ask, str], ...] = (
    (partial(booked, filters=BookingFilter(unit="A/9")), "bookings_by_unit"),
    (
        partial(booked, filters=BookingFilter(attendance=Attendance.ABSENT)),
        "bookings_by_attendance",
    ),
)
"""The same, of tables without rows: PostgreSQL believes that any index will do."""
DECIDING = (
    "paging",
    "claims.claimable_learners",
    "claims.result_search",
    "learners.learner_search",
    "learners.names_sought",
    "orders.order_search",
)
"""The modules that ask whether few rows are found, or many."""
SMALL = {"registration_counts"}
"""Tables that do not grow with learners, or are read by the start of their key."""
FEW = "ORDER BY anon_1"
"""Sorts what a subquery found, which is limited to a thousand rows."""
BOUNDED = (
    # A count reads a thousand rows at most, or ten thousand: it has a limit.
    "count(*)",
    # The learners who share a birth with a hundred: looked up by their births.
    "learners.date_of_birth IN",
    # The groups of a name, and the words of a name: looked up, and never sorted.
    "FROM learner_groups",
    # Who is on the orders of one page, and entered for what: looked up by the orders.
    "GROUP BY order_learners.stream",
    "GROUP BY order_entries.stream",
)
SCAN = re.compile(r"^SCAN (?!anon_|CONSTANT)(\w+)(?! USING)\b.*$")


def asked_of(connection: Connection, ask: Ask) -> list[tuple[str, Any]]:
    """Note each statement that a list sends, with its values."""
    sent: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        if statement.lstrip().startswith("SELECT"):
            sent.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    try:
        ask(connection)
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return sent


def faults(connection: Connection, statement: str, values: Any) -> Iterator[str]:
    """Say where a statement scans a table, or sorts rows that nothing bounds."""
    is_bounded = FEW in statement or any(part in statement for part in BOUNDED)
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        for line in (row[3] for row in rows):
            scanned = SCAN.match(line)
            if scanned and "USING" not in line and scanned[1] not in SMALL:
                yield line
            if "AUTOMATIC" in line or (
                line == "USE TEMP B-TREE FOR ORDER BY" and not is_bounded
            ):
                yield line
        return
    for (line,) in connection.exec_driver_sql(f"EXPLAIN {statement}", values):
        scanned = re.search(r"Seq Scan on (\w+)", line)
        if scanned and scanned[1] not in SMALL:
            yield line
        if re.search(r"^\s*(->)?\s*Sort  \(", line) and not is_bounded:
            yield line


def require_rare(connection: Connection, *more: tuple[Ask, str]) -> None:
    """Require that what few rows have is asked of an index of its own."""
    is_sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    for ask, index in (*RARE, *more):
        plans = [
            str(row[3] if is_sqlite else row[0])
            for statement, values in asked_of(connection, ask)
            for row in connection.exec_driver_sql(f"{explain} {statement}", values)
        ]
        assert any(index in line for line in plans), "\n".join([str(ask), *plans])


def require_look_ups(connection: Connection, *more: tuple[Ask, str]) -> None:
    """Require that each look-up goes by its index."""
    is_sqlite = connection.dialect.name == "sqlite"
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    for ask, index in (*LOOK_UPS, *more):
        for statement, values in asked_of(connection, ask):
            plan = connection.exec_driver_sql(f"{explain} {statement}", values)
            lines = [str(row[3] if is_sqlite else row[0]) for row in plan]
            assert any(index in line for line in lines), "\n".join([str(ask), *lines])


@pytest.fixture(scope="module")
def sqlite_rows(tmp_path_factory: pytest.TempPathFactory) -> Generator[Database]:
    with closing(
        open_database(f"sqlite:///{tmp_path_factory.mktemp('rows')}")
    ) as database:
        prepare(database, [ProjectionTables(model, database) for model in READ_MODELS])
        yield database


@pytest.mark.parametrize("most", [1_000, -1], ids=["few", "many"])
def test_every_list_is_read_by_an_index_on_sqlite(
    sqlite_rows: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Both where few rows are found, which are sorted, and where many are."""
    for module in DECIDING:
        monkeypatch.setattr(f"projections.{module}.MOST_SORTED", most)
    with sqlite_rows.reading() as connection:
        found = {
            name: wrong
            for name, ask in LISTS.items()
            for statement, values in asked_of(connection, ask)
            if (wrong := [*faults(connection, statement, values)])
        }
    assert "\n".join(f"{name}: {wrong}" for name, wrong in found.items()) == ""


def test_every_look_up_goes_by_its_index_on_sqlite(sqlite_rows: Database) -> None:
    named = partial(uploads_named, centre=CENTRE, name="Autumn")
    with sqlite_rows.reading() as connection:
        require_look_ups(connection, (named, "uploads_named"))
        require_rare(connection, *OF_NO_ROWS)


@pytest.mark.postgres
def test_every_look_up_goes_by_its_index_on_postgresql(postgres_url: str) -> None:
    with closing(open_database(postgres_url)) as database:
        fill(database, 2_000)
        with database.reading() as connection:
            require_look_ups(connection)
            require_rare(connection)


@pytest.mark.postgres
@pytest.mark.parametrize("most", [1_000, -1], ids=["few", "many"])
def test_every_list_is_read_by_an_index_on_postgresql(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Asked as somebody who may read the tables and does not own them."""
    for module in DECIDING:
        monkeypatch.setattr(f"projections.{module}.MOST_SORTED", most)
    with closing(open_database(postgres_url)) as database:
        fill(database, 2_000)
        with database.writing() as connection:
            reader = "CREATE ROLE reader; GRANT USAGE ON SCHEMA read_models TO reader"
            connection.execute(text(reader))
            tables = "GRANT SELECT ON ALL TABLES IN SCHEMA read_models TO reader"
            connection.execute(text(tables))
        with database.reading() as connection:
            connection.execute(text("SET ROLE reader"))
            found = {
                name: wrong
                for name, ask in LISTS.items()
                for statement, values in asked_of(connection, ask)
                if (wrong := [*faults(connection, statement, values)])
            }
            connection.execute(text("RESET ROLE"))
        with database.writing() as connection:
            connection.execute(text("DROP OWNED BY reader; DROP ROLE reader"))
    assert "\n".join(f"{name}: {wrong}" for name, wrong in found.items()) == ""
