"""One booking: looked at, amended, cancelled (B6, B9, B10)."""

from typing import cast

from starlette.responses import Response

from aggregates.bookings.sitting_time import Mode
from commands.bookings.booking import AmendBooking, CancelBooking
from queries.bookings.bookings import booking_row
from queries.learners.learners import open_learners
from repositories.aggregate_types import BOOKING
from web.bookings.bookings import BOOKINGS, describe_booking
from web.bookings.entry_schedule import MODES
from web.bookings.times import read_moment, write_typed_day, write_typed_time
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.inputs import read_number, read_version
from web.http.page_router import PageRouter

pages = PageRouter("bookings")

ONE = BOOKINGS + "/{booking}"
CENTRES_EXTRA = (("0", "None"), ("25", "25 %"))
ANY_EXTRA = tuple((str(each), f"{each} %") for each in (0, 10, 25, 50, 75, 100))
"""The extra time that a centre gives, and that an Account Specialist does (B6)."""


@pages.get(ONE)
def show_booking(context: PageContext, booking: str) -> Response:
    """Show a booking as it is now."""
    return booking_page(context, booking)


@pages.post(ONE + "/amend")
def amend_booking(context: PageContext, booking: str) -> Response:
    """Change time, mode or extra time, before the window opens."""
    form = context.form
    try:
        done = context.send(
            AmendBooking(
                **context.command_metadata(read_version(form.text("version"))),
                booking=booking,
                starts=read_moment(context, "date", "time"),
                mode=cast("Mode", form.text("mode")) or None,
                extra_time=read_number(form.text("extra_time")),
                reason=form.text("reason") or None,
            )
        )
    except REFUSED as refused:
        return booking_page(context, booking, refused)
    return context.redirect(f"{BOOKINGS}/{booking}", said="Saved.", after=done)


@pages.post(ONE + "/cancel")
def cancel_booking(context: PageContext, booking: str) -> Response:
    """Give the place up, until the window has closed."""
    try:
        done = context.send(
            CancelBooking(**context.command_metadata(), booking=booking)
        )
    except REFUSED as refused:
        return booking_page(context, booking, refused)
    return context.redirect(
        f"{BOOKINGS}/{booking}", said="The booking was cancelled.", after=done
    )


def booking_page(
    context: PageContext, booking: str, refused: Exception | None = None
) -> Response:
    stream, state = context.load(BOOKING, booking)
    row = booking_row(stream, state)
    people = open_learners(
        context.command_context, [row.learner], seen_by=context.centre or row.centre
    )
    shown = describe_booking(
        row, people[row.learner], context.service.catalogue, context.at
    )
    form = context.form
    return context.page(
        "bookings/booking.html",
        title=f"{shown.learner}: {shown.unit}",
        crumbs=[("Bookings", BOOKINGS)],
        refused=refused,
        booking=shown,
        version=stream.version,
        typed_day=write_typed_day(row.starts),
        typed={
            "date": form.text("date") or write_typed_day(row.starts),
            "time": form.text("time") or write_typed_time(row.starts),
            "mode": form.text("mode") or row.mode,
            "extra_time": form.text("extra_time") or str(row.extra_time),
            "reason": form.text("reason"),
        },
        modes=MODES if row.mode else (),
        may_amend=context.may(AmendBooking),
        may_cancel=context.may(CancelBooking),
        needs_reason=not context.user.role.is_of_a_centre,
    )
