"""A learner's registrations: on single qualifications, and on apprenticeships (L4)."""

from collections.abc import Mapping

from pydantic import AwareDatetime, Field

from aggregates.bookings.sitting import Attendance
from aggregates.registrations.invoice_line import InvoiceStatus
from aggregates.uk_time import in_london
from api.http.dependencies import By, Reads, ServiceOf, centre_of
from api.http.references import learner_ref, with_centre_name
from api.http.routing.router import Router
from api.http.schemas import ResponseBody
from api.learners.learners import Called
from api.registrations.registrations import RegistrationResponse, registration_response
from catalogue import Catalogue
from commands.registrations.invoice import read_lines
from projections.bookings import bookings
from projections.bookings.bookings import BookingRow
from projections.registrations import registrations
from projections.registrations.registration_rows import RegistrationRow
from queries.registrations.registrations import invoicing
from queries.titles import unit_title
from repositories.aggregate_types import LEARNER
from repositories.repository import load

router = Router(prefix="/learners", tags=["learners"])


class TestOfRegistration(ResponseBody, title="RegistrationTest"):
    """A test's time and its status."""

    booking: str = Field(examples=["B-0000000042"])
    unit: str = Field(examples=["F/506/1934"])
    unit_title: str | None = Field(examples=["Participate in a project"])
    starts: AwareDatetime
    when: str = Field(examples=["10 December 2026 at 10:00"])
    attendance: Attendance
    is_pass: bool | None
    invoice_status: InvoiceStatus


class WithTests(RegistrationResponse, title="RegistrationWithTests"):
    """A registration on a qualification, with its tests by time."""

    tests: list[TestOfRegistration]


class ApprenticeshipRegistration(
    RegistrationResponse, title="ApprenticeshipRegistration"
):
    """A registration on an apprenticeship, with those on its qualifications."""

    qualifications: list[WithTests]


class RegistrationsOfLearner(ResponseBody, title="LearnerRegistrations"):
    """All present and past registrations of a learner, newest first."""

    qualifications: list[WithTests]
    """Those that did not come with an apprenticeship."""
    apprenticeships: list[ApprenticeshipRegistration]


@router.get("/{learner}/registrations", operation_id="listLearnerRegistrations")
def list_learner_registrations(
    learner: Called, service: ServiceOf, by: By, reads: Reads
) -> RegistrationsOfLearner:
    """Show a learner's present and past registrations (L4, O7)."""
    _, person = load(LEARNER, learner, store=service.store, reader=by)
    rows = registrations.registrations_of_learner(
        reads, centre=person.centre, learner=learner
    )
    by_name = {row.registration: row for row in rows}
    statuses = invoicing(service.context, rows)
    tests = bookings.bookings_of_learner(reads, learner)
    lines = read_lines([test.booking for test in tests], service.context)
    charged = {name: line.status for name, line in lines.items()}

    def named_registration(row: RegistrationRow) -> RegistrationResponse:
        return with_centre_name(
            service.context,
            registration_response(
                row, learner_ref(person), service.catalogue, statuses, to=centre_of(by)
            ),
        )

    def with_tests(row: RegistrationRow) -> WithTests:
        its = [test for test in tests if test.registration == row.registration]
        return WithTests(
            **vars(named_registration(row)),
            tests=[test_response(test, charged, service.catalogue) for test in its],
        )

    return RegistrationsOfLearner(
        qualifications=[
            with_tests(row) for row in rows if row.parent is None and not row.parts
        ],
        apprenticeships=[
            ApprenticeshipRegistration(
                **vars(named_registration(row)),
                qualifications=[
                    with_tests(by_name[part]) for part in row.parts if part in by_name
                ],
            )
            for row in rows
            if row.parts
        ],
    )


def test_response(
    row: BookingRow, charged: Mapping[str, InvoiceStatus], catalogue: Catalogue
) -> TestOfRegistration:
    return TestOfRegistration(
        booking=row.booking,
        unit=row.unit,
        unit_title=unit_title(catalogue, row.qualification, row.unit),
        starts=row.starts,
        when=in_london(row.starts),
        attendance=row.attendance,
        is_pass=row.is_pass,
        invoice_status=charged[row.booking],
    )
