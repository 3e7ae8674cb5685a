"""One learner: who they are, what they are registered on, what comes next (L1, L4)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from aggregates.bookings.sitting import Attendance
from aggregates.learners.date_of_birth import shown_birth
from aggregates.registrations.registration_state import Status
from catalogue import Qualification
from commands.bookings.entry_order import BeginEntryOrder
from commands.claims.claim import BeginClaim
from commands.learners.learner import AmendLearner
from commands.learners.learner_erasure import EraseLearner
from commands.orders.order import BeginOrder
from projections.bookings.bookings import BookingRow, bookings_of_learner
from projections.learners import duplicates
from projections.registrations import registrations
from projections.registrations.registration_rows import RegistrationRow
from projections.uploads import uploads
from queries.titles import title_of, unit_title
from repositories.aggregate_types import LEARNER
from web.http.context import PageContext
from web.http.page_router import PageRouter
from web.learners.learners import LEARNERS

pages = PageRouter("learners")


@dataclass(frozen=True, kw_only=True)
class ShownRegistration:
    """A registration with its tests, and what can be done next: texts and addresses."""

    row: RegistrationRow
    title: str
    number: str
    tests: Sequence[tuple[BookingRow, str]]
    steps: Sequence[tuple[str, str]]
    parts: Sequence["ShownRegistration"] = ()


@pages.get(LEARNERS + "/{learner}")
def show_learner(context: PageContext, learner: str) -> Response:
    """Show a learner as they are now, and all that they are or were registered on."""
    _, person = context.load(LEARNER, learner)
    with context.rows() as connection:
        rows = registrations.registrations_of_learner(
            connection, centre=person.centre, learner=learner
        )
        groups = uploads.names_of(connection, filter(None, [person.group]))
        tests = bookings_of_learner(connection, learner)
        same = duplicates.same_as(connection, learner, centre=context.centre)
    return context.page(
        "learners/learner.html",
        title=person.full_name,
        crumbs=[("Learners", LEARNERS)],
        learner=person,
        born=shown_birth(person.details.date_of_birth),
        group=groups.get(person.group or ""),
        same=same,
        qualifications=[
            _show_registration(context, row, tests)
            for row in rows
            if row.parent is None and not row.parts
        ],
        apprenticeships=[*_apprenticeships(context, rows, tests)],
        may_order=context.may(BeginOrder),
        may_amend=context.may(AmendLearner),
        may_erase=context.may(EraseLearner),
    )


def _apprenticeships(
    context: PageContext, rows: Sequence[RegistrationRow], tests: Sequence[BookingRow]
) -> Iterator[ShownRegistration]:
    """Give the registrations on apprenticeships, each with those of its parts (O7)."""
    by_name = {row.registration: row for row in rows}
    for row in rows:
        if row.parts:
            parts = [by_name[each] for each in row.parts if each in by_name]
            yield _show_registration(context, row, tests, parts)


def _show_registration(
    context: PageContext,
    row: RegistrationRow,
    tests: Sequence[BookingRow],
    parts: Sequence[RegistrationRow] = (),
) -> ShownRegistration:
    catalogue = context.service.catalogue
    rules = catalogue.qualifications.get(row.product)
    its = [test for test in tests if test.registration == row.registration]
    return ShownRegistration(
        row=row,
        title=title_of(catalogue, row.product) or row.product,
        number=rules.number if rules else "",
        tests=[
            (test, unit_title(catalogue, test.qualification, test.unit) or test.unit)
            for test in its
        ],
        steps=[*_next_steps(context, row, rules, its)],
        parts=[_show_registration(context, part, tests) for part in parts],
    )


def _next_steps(
    context: PageContext,
    row: RegistrationRow,
    rules: Qualification | None,
    tests: Sequence[BookingRow],
) -> Iterator[tuple[str, str]]:
    """Say what can be done next with a registration: book, claim, look at what came."""
    if row.status is Status.COMPLETED:
        yield "See the results", f"{LEARNERS}/{row.learner}/results"
    if row.status is not Status.ACTIVE or rules is None:
        return
    settled = {
        test.unit
        for test in tests
        if test.attendance is Attendance.BOOKED or test.is_pass
    }
    open_tests = [u for u in rules.testable_units if u.reference not in settled]
    if open_tests and context.may(BeginEntryOrder):
        asked = {
            "kind": "apprenticeship" if row.apprenticeship else "qualification",
            "search": row.product,
            "learner": row.learner,
        }
        yield "Book a test", f"/bookings/new?{urlencode(asked)}"
    if rules.internal_units and context.may(BeginClaim):
        asked = {"qualification": row.product, "learner": row.learner}
        yield "Claim", f"/claims/new?{urlencode(asked)}"
