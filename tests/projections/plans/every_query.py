"""Every list with its filters and orders, and every look-up: what the plans are asked of."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain, product
from typing import Any, TypeAlias

from sqlalchemy import Connection

from aggregates.bookings.sitting import Attendance
from aggregates.claims.claim_status import ClaimStatus
from aggregates.registrations.invoice_line import InvoiceStatus
from aggregates.registrations.registration_state import Status
from aggregates.uploads.record import RecordState
from aggregates.uploads.upload_progress import UploadStatus
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
)

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
