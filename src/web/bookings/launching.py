"""Starting an online test: what must hold, then a link that is good once (B12)."""

from datetime import datetime
from http import HTTPStatus

from starlette.responses import Response

from aggregates.bookings.booking import LAUNCH_LASTS
from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import Mode, window
from aggregates.errors import Refusal
from aggregates.uk_time import clock_in_london
from commands.bookings.booking import AmendBooking, MakeLaunchLink
from queries.bookings.bookings import booking_row
from queries.bookings.launch_links import launch_path
from queries.learners.learners import open_learners
from repositories.aggregate_types import BOOKING
from web.bookings.booking import ONE
from web.bookings.bookings import BOOKINGS, describe_booking
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("bookings")


@pages.get(ONE + "/launch")
def show_launch(context: PageContext, booking: str) -> Response:
    """Say whether the test can be started now."""
    return launch_page(context, booking)


@pages.post(ONE + "/launch")
def launch_test(context: PageContext, booking: str) -> Response:
    """Give a link that starts the test; the same form sent again, the same link."""
    store = context.service.store
    once = context.form.text("_once")
    secret = store.make_key(f"secret of launch {booking} {once}")
    try:
        context.send(
            MakeLaunchLink(**context.command_metadata(), booking=booking, secret=secret)
        )
    except REFUSED as refused:
        return launch_page(context, booking, refused=refused)
    link = context.public_address + launch_path(store, booking, secret)
    return launch_page(context, booking, link=link)


def launch_page(
    context: PageContext,
    booking: str,
    *,
    link: str = "",
    refused: Exception | None = None,
) -> Response:
    stream, state = context.load(BOOKING, booking)
    row = booking_row(stream, state)
    people = open_learners(
        context.command_context, [row.learner], seen_by=context.centre or row.centre
    )
    shown = describe_booking(
        row, people[row.learner], context.service.catalogue, context.at
    )
    why_not = ""
    try:
        state.make_launch_link("", now=context.at)
    except Refusal as no:
        why_not = str(no)
    return context.page(
        "bookings/launch.html",
        title=f"Launch the test: {shown.learner}",
        crumbs=[("Bookings", BOOKINGS), (shown.unit, f"{BOOKINGS}/{booking}")],
        refused=refused,
        status=HTTPStatus.OK if refused is None else HTTPStatus.CONFLICT,
        booking=shown,
        checks=[
            (row.attendance is Attendance.BOOKED, f"The booking: {row.attendance}"),
            (row.mode == Mode.ONLINE, f"How it is sat: {row.mode or row.delivery}"),
            (
                _is_inside(row.starts, context.at),
                f"When it may start: {shown.window.when}, {shown.window.words}",
            ),
        ],
        why_not=why_not,
        link=link,
        expires=clock_in_london(context.at + LAUNCH_LASTS),
        may_launch=context.may(MakeLaunchLink),
        may_amend=context.may(AmendBooking),
    )


def _is_inside(starts: datetime, now: datetime) -> bool:
    opens, closes = window(starts)
    return opens <= now < closes
