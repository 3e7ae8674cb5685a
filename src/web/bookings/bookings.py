"""Manage bookings: the tests that are to come, and those that were (B8)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from starlette.responses import Response

from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import window
from aggregates.errors import Refusal
from aggregates.learners.learner import Learner
from aggregates.uk_time import in_london, midnight
from catalogue import Catalogue
from commands.bookings.booking import AmendBooking, CancelBooking
from commands.bookings.entry_order import BeginEntryOrder
from projections.bookings.bookings import BookingFilter, BookingRow, search_bookings
from projections.paging import Page
from queries.learners.learners import open_learners
from queries.titles import title_of, unit_title
from web.bookings.times import TestWindow
from web.http.context import PageContext
from web.http.inputs import read_choice, read_day
from web.http.lists import LISTED, MOST_COUNTED
from web.http.page_router import PageRouter
from web.http.to_do import ToDo, count_in_words

pages = PageRouter("bookings")

BOOKINGS = "/bookings"
PICKED = "picked"
"""The bookings that are ticked, also on pages before."""
FIELDS = ("name", "date_from", "date_to", "attendance", "group", "past")


@dataclass(frozen=True, kw_only=True)
class ShownBooking:
    """A booking as pages show it: who, which test, when it may start."""

    row: BookingRow
    learner: str
    unit: str
    qualification: str
    when: str
    window: TestWindow
    is_open: bool
    is_over: bool


@pages.get(BOOKINGS)
def list_bookings(context: PageContext) -> Response:
    """Show the tests to come, soonest first; past ones too if that is asked."""
    refused, found = None, Page[BookingRow](rows=())
    try:
        with context.rows() as connection:
            found = search_bookings(
                connection,
                centre=context.centre,
                filters=read_filters(context),
                limit=LISTED,
                cursor=context.parameter("after"),
            )
    except Refusal as error:
        refused = error
    here = {row.booking for row in found.rows}
    return context.page(
        "bookings/list.html",
        title="Manage bookings",
        refused=refused,
        bookings=[*describe_bookings(context, found.rows)],
        sought={name: context.parameter(name) or "" for name in FIELDS},
        is_narrowed=any(map(context.parameter, FIELDS)),
        may_book=context.may(BeginEntryOrder),
        attendances=[(each.value, each.value) for each in Attendance],
        after=found.next_cursor,
        picked=(picked := context.request.query_params.getlist(PICKED)),
        elsewhere=[each for each in dict.fromkeys(picked) if each not in here],
        everything=context.address_with(everything="yes", after=None).replace(
            BOOKINGS, f"{BOOKINGS}/together", 1
        ),
        may_amend=context.may(AmendBooking),
        may_cancel=context.may(CancelBooking),
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


def read_filters(context: PageContext) -> BookingFilter:
    """Read what is searched by. Raises Malformed, at its field."""
    return BookingFilter(
        name=context.parameter("name"),
        group=context.parameter("group"),
        date_from=read_day(context.parameter("date_from"), "date_from"),
        date_to=read_day(context.parameter("date_to"), "date_to"),
        attendance=read_choice(
            Attendance, context.parameter("attendance"), "attendance"
        ),
        open_at=None if context.parameter("past") else context.at,
    )


def describe_bookings(
    context: PageContext, rows: Iterable[BookingRow]
) -> Iterator[ShownBooking]:
    """Say who sits which test when, of each."""
    listed = [*rows]
    people = open_learners(
        context.command_context,
        {row.learner for row in listed},
        seen_by=context.centre,
    )
    for row in listed:
        catalogue = context.service.catalogue
        yield describe_booking(row, people[row.learner], catalogue, context.at)


def describe_booking(
    row: BookingRow, person: Learner, catalogue: Catalogue, at: datetime
) -> ShownBooking:
    opens, closes = window(row.starts)
    drawn = TestWindow.of(row.starts, at)
    return ShownBooking(
        row=row,
        learner=person.full_name,
        unit=unit_title(catalogue, row.qualification, row.unit) or row.unit,
        qualification=title_of(catalogue, row.qualification) or row.qualification,
        when=in_london(row.starts),
        window=drawn,
        is_open=opens <= at <= closes,
        is_over=closes < at,
    )


def say_what_is_soon(context: PageContext, connection: Connection) -> Iterator[ToDo]:
    """Say which tests there are today and tomorrow."""
    until = midnight(context.today, days=2)
    filters = BookingFilter(
        attendance=Attendance.BOOKED,
        open_at=context.at,
        starts_before=until + timedelta(seconds=1),
    )
    found = search_bookings(
        connection,
        centre=context.centre,
        filters=filters,
        count_to=MOST_COUNTED,
        limit=1,
    )
    if found.rows:
        tests = count_in_words(found, "test", "tests")
        first = in_london(found.rows[0].starts)
        yield ToDo(
            text=f"{tests} today and tomorrow",
            href=BOOKINGS,
            detail=f"The first is on {first}.",
            urgency=1,
        )
