"""Bookings over HTTP: found, amended, cancelled."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import AwareDatetime, Field

from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import Mode, duration, read_time, window
from aggregates.uk_time import clock_in_london, in_london
from api.http.dependencies import CurrentUser, Now, PagingSince, Reads, ServiceOf, scope
from api.http.idempotency import IdempotentRequestOf
from api.http.references import (
    CentreName,
    Filter,
    LearnerRef,
    NameFilter,
    learner_refs,
    learner_refs_by_id,
    with_centre_name,
)
from api.http.request_context import (
    ConditionalContextOf,
    RequestContext,
    RequestContextOf,
)
from api.http.responses import ListResponse, list_response
from api.http.routing.router import Router
from api.http.schemas import RequestBody, ResponseBody
from api.orders.product_filters import Qualifications
from catalogue import Catalogue
from commands.bookings.booking import AmendBooking, CancelBooking
from projections.bookings import bookings
from projections.bookings.bookings import BookingFilter, BookingRow, PackageRow
from queries.bookings.bookings import booking_row, packages_of
from queries.titles import title_of, unit_title
from repositories.aggregate_types import BOOKING

router = Router(prefix="/bookings", tags=["bookings"])

Booked = Annotated[str, Path(alias="booking", max_length=20, examples=["B-0000000042"])]


class PackageResponse(ResponseBody, title="BookingPackage"):
    """A downloaded package, and why it can no longer be used, if so (B11, B14)."""

    package: str = Field(examples=["0f3c2d1b5a69788796a50f3c2d1b5a69"])
    user: str = Field(examples=["admin.riverside"])
    client: str = Field(examples=["0f3c2d1b5a69788796a50f3c2d1b5a69"])
    client_name: str | None = Field(examples=["Laptop 7"])
    downloaded_at: AwareDatetime
    is_stale: bool
    why_stale: str | None = Field(
        examples=["B-0000000042 was amended after the package 0f3c… was downloaded."]
    )


class OutcomeBefore(ResponseBody, title="BookingOutcomeBefore"):
    """The outcome of a test as it was reported before a correction (B17)."""

    attendance: Attendance
    is_pass: bool | None
    grade: str | None
    mark: int | None
    sat_on: date | None
    corrected_at: AwareDatetime


class BookingResponse(ResponseBody, title="Booking"):
    """A booking as it is now; times in UTC, and the window in London in words (B4)."""

    booking: str = Field(examples=["B-0000000042"])
    order: str = Field(examples=["O-0000000042"])
    registration: str = Field(examples=["R-0000000042"])
    learner: str = Field(examples=["L-0000000017T"])
    given_name: str = Field(examples=["Chloë"])
    family_name: str = Field(examples=["D'Arcy"])
    centre: str
    centre_name: CentreName = None
    qualification: str = Field(examples=["Q-0005001227"])
    title: str | None = Field(examples=["Level 2 Diploma in Team Leading"])
    unit: str = Field(examples=["F/506/1934"])
    unit_title: str | None = Field(examples=["Participate in a project"])
    delivery: str
    mode: str | None
    starts: AwareDatetime
    opens: AwareDatetime
    closes: AwareDatetime
    window: str = Field(examples=["10 December 2026 at 06:00 to 14:00"])
    minutes: int = Field(description="Extra time included.")
    extra_time: int = Field(description="In per cent.")
    attendance: Attendance
    is_pass: bool | None
    grade: str | None
    mark: int | None
    sat_on: date | None
    room: str | None = Field(examples=["Hall B"])
    corrections: list[OutcomeBefore] = Field(
        description="What had been reported before it was put right, oldest first."
    )
    updated_at: AwareDatetime
    packages: list[PackageResponse] = Field(
        description="Those that were downloaded, oldest first."
    )


class Amendment(RequestBody, title="BookingAmendment"):
    """The changes; what is left out stays. An Account Specialist gives a reason."""

    starts: Annotated[str, Field(max_length=40)] | None = Field(
        default=None, examples=["2026-12-11T10:00"]
    )
    mode: Mode | None = None
    extra_time: int | None = Field(
        default=None, ge=0, le=1000, description="In per cent.", examples=[25]
    )
    reason: str | None = Field(
        default=None, max_length=1000, examples=["Letter of 3 November."]
    )


@router.get("", operation_id="listBookings")
def list_bookings(
    request: Request,
    response: Response,
    user: CurrentUser,
    service: ServiceOf,
    reads: Reads,
    part: PagingSince,
    now: Now,
    qualification: Qualifications,
    learner: Filter = None,
    name: NameFilter = None,
    group: Annotated[
        str | None, Query(max_length=1000, description="A group's number, or its name.")
    ] = None,
    mode: Mode | None = None,
    date_from: Annotated[
        date | None, Query(description="The first day in London.")
    ] = None,
    date_to: Annotated[
        date | None, Query(description="The last day in London.")
    ] = None,
    registration: Filter = None,
    unit: Filter = None,
    order: Filter = None,
    attendance: Attendance | None = None,
    starts_from: AwareDatetime | None = None,
    starts_before: AwareDatetime | None = None,
    centre: Filter = None,
    *,
    past: Annotated[bool, Query(description="Those that are over as well.")] = False,
) -> ListResponse[BookingResponse]:
    """List bookings by time: present and future, or past ones too (B8).

    With ``updated_since``, those that are over are listed as well.
    """
    found = bookings.search_bookings(
        reads,
        centre=scope(user, centre),
        filters=BookingFilter(
            learner=learner,
            name=name,
            group=group,
            mode=mode,
            registration=registration,
            qualification=qualification,
            unit=unit,
            order=order,
            attendance=attendance,
            date_from=date_from,
            date_to=date_to,
            starts_from=starts_from,
            starts_before=starts_before,
            open_at=None if past or part.updated_since else now,
            updated_since=part.updated_since,
        ),
        limit=part.limit,
        cursor=part.cursor,
    )
    people = learner_refs_by_id(
        reads,
        service.context,
        {row.learner for row in found.rows},
        seen_by=scope(user),
    )
    packages = bookings.packages_of(reads, [row.booking for row in found.rows])

    def show_row(row: BookingRow) -> BookingResponse:
        its = packages.get(row.booking, ())
        return row_response(row, people[row.learner], its, service.catalogue)

    return list_response(request, response, found, show_row)


@router.get("/{booking}", operation_id="getBooking")
def get_booking(booking: Booked, context: RequestContextOf) -> BookingResponse:
    """Show a booking as it is now."""
    return respond_with_booking(context, booking)


@router.patch("/{booking}", operation_id="updateBooking")
def amend_booking(
    booking: Booked, body: Amendment, context: ConditionalContextOf
) -> BookingResponse:
    """Change time, mode or extra time, before the window opens (B6, B10).

    Packages downloaded before are then stale; ``packages`` says so.
    """
    return context.answer(
        AmendBooking(
            **context.command_metadata,
            booking=booking,
            starts=read_time(body.starts, path=("starts",)) if body.starts else None,
            mode=body.mode,
            extra_time=body.extra_time,
            reason=body.reason,
        ),
        respond_with_booking,
        booking,
    )


@router.post("/{booking}/cancel", operation_id="cancelBooking")
def cancel_booking(booking: Booked, context: IdempotentRequestOf) -> BookingResponse:
    """Cancel a booking, until its window has closed (B9)."""
    return context.answer(
        CancelBooking(**context.command_metadata, booking=booking),
        respond_with_booking,
        booking,
    )


def minutes_of(minutes: int, extra_time: int) -> int:
    return int(duration(minutes, extra_time).total_seconds()) // 60


def row_response(
    row: BookingRow,
    person: LearnerRef,
    packages: Iterable[PackageRow],
    catalogue: Catalogue,
) -> BookingResponse:
    opens, closes = window(row.starts)
    values = {**vars(row), "minutes": minutes_of(row.minutes, row.extra_time)}
    return BookingResponse(
        **values,
        given_name=person.given_name,
        family_name=person.family_name,
        title=title_of(catalogue, row.qualification),
        unit_title=unit_title(catalogue, row.qualification, row.unit),
        opens=opens,
        closes=closes,
        window=f"{in_london(opens)} to {clock_in_london(closes)}",
        packages=[
            PackageResponse(**vars(each), is_stale=each.why_stale is not None)
            for each in packages
        ],
    )


def respond_with_booking(context: RequestContext, name: str) -> BookingResponse:
    stream, state = context.load_tagged(BOOKING, name)
    row = booking_row(stream, state)
    (person,) = learner_refs(context.command_context, [row.learner], seen_by=row.centre)
    packages = packages_of(context.command_context, stream, state)
    return with_centre_name(
        context.command_context,
        row_response(row, person, packages, context.command_context.catalogue),
    )
