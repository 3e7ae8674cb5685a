"""Several bookings at once: chosen on the list, amended or cancelled, each answered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.responses import Response

from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import Mode
from aggregates.errors import Malformed, NotFound
from catalogue.rule import amount
from commands.bookings.booking import AmendBooking, CancelBooking
from projections.bookings.bookings import search_bookings
from projections.paging import LARGEST
from queries.bookings.bookings import booking_row
from queries.learners.learners import open_learners
from repositories.aggregate_types import BOOKING
from web.bookings.booking import ANY_EXTRA, CENTRES_EXTRA
from web.bookings.bookings import (
    BOOKINGS,
    PICKED,
    ShownBooking,
    describe_booking,
    read_filters,
)
from web.bookings.entry_schedule import MODES
from web.bookings.times import read_moment
from web.http.context import PageContext
from web.http.faults import REFUSED, sentence_of
from web.http.inputs import read_choice, read_number
from web.http.page_router import PageRouter

pages = PageRouter("bookings")

TOGETHER = BOOKINGS + "/together"
FIELDS = ("date", "time", "mode", "extra_time", "reason")


class What(StrEnum):
    """What is done to several bookings at once."""

    AMEND = "amend"
    CANCEL = "cancel"


class NothingToAmend(Malformed):
    code = "nothing-to-amend"
    message = "Give a date and time, a mode or extra time, and send this again."


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one booking; ``why_not`` is a sentence, empty if it was done."""

    booking: ShownBooking
    why_not: str


@pages.get(TOGETHER)
def show_chosen(context: PageContext) -> Response:
    """Show the bookings that are ticked, and ask what is to be changed."""
    return together_page(context)


@pages.post(TOGETHER)
def change_chosen(context: PageContext) -> Response:
    """Amend or cancel each; what one is refused with leaves the others as they are."""
    what = _what(context)
    for name in _names_chosen(context):
        context.load(BOOKING, name)
    try:
        changes = _read_changes(context) if what is What.AMEND else {}
    except REFUSED as refused:
        return together_page(context, refused)
    outcomes = [*_change_each(context, what, changes)]
    done = sum(not each.why_not for each in outcomes)
    return context.page(
        "bookings/outcomes.html",
        title=f"{amount(done, 'booking')} {'amended' if what is What.AMEND else 'cancelled'}",
        crumbs=[("Bookings", BOOKINGS)],
        outcomes=outcomes,
        done=done,
        what=what,
    )


def _what(context: PageContext) -> What:
    asked = context.form.text("do") or context.parameter("do")
    return read_choice(What, asked, "do") or What.AMEND


def _read_changes(context: PageContext) -> dict[str, Any]:
    """Read what is amended of all. Raises what ``read_moment`` does, NothingToAmend."""
    form, changes = context.form, dict[str, Any]()
    if form.text("date") or form.text("time"):
        changes["starts"] = read_moment(context, "date", "time")
    if mode := read_choice(Mode, form.text("mode"), "mode"):
        changes["mode"] = str(mode)
    extra = read_number(form.text("extra_time"))
    if extra is not None:
        changes["extra_time"] = extra
    if not changes:
        raise NothingToAmend(path=("date",))
    return changes | {"reason": form.text("reason") or None}


def _change_each(
    context: PageContext, what: What, changes: dict[str, Any]
) -> Iterator[Outcome]:
    for name in _names_chosen(context):
        metadata = context.command_metadata()
        command = (
            CancelBooking(**metadata, booking=name)
            if what is What.CANCEL
            else AmendBooking(**metadata, booking=name, **changes)
        )
        why_not = ""
        try:
            context.send(command)
        except REFUSED as refused:
            why_not = sentence_of(refused, context.at)
        yield Outcome(booking=_describe_one(context, name), why_not=why_not)


def _names_chosen(context: PageContext) -> Sequence[str]:
    """Give the bookings that are ticked, or all that match the list; 200 at most."""
    form = context.form
    picked = form.all(PICKED) or context.request.query_params.getlist(PICKED)
    if context.parameter("everything") and not picked:
        with context.rows() as connection:
            picked = [
                row.booking
                for row in search_bookings(
                    connection,
                    centre=context.centre,
                    filters=read_filters(context),
                    limit=LARGEST,
                ).rows
                if row.attendance is Attendance.BOOKED
            ]
    return [*dict.fromkeys(picked)][:LARGEST]


def _describe_one(context: PageContext, name: str) -> ShownBooking:
    stream, state = context.load(BOOKING, name)
    row = booking_row(stream, state)
    people = open_learners(
        context.command_context, [row.learner], seen_by=context.centre or row.centre
    )
    catalogue = context.service.catalogue
    return describe_booking(row, people[row.learner], catalogue, context.at)


def together_page(context: PageContext, refused: Exception | None = None) -> Response:
    """Write the page; an unknown booking among those chosen is Not Found."""
    what = _what(context)
    try:
        shown = [_describe_one(context, name) for name in _names_chosen(context)]
    except NotFound as unknown:
        return context.refusal_page(unknown)
    command = CancelBooking if what is What.CANCEL else AmendBooking
    noun = amount(len(shown), "booking")
    return context.page(
        "bookings/together.html",
        title=f"{'Cancel' if what is What.CANCEL else 'Amend'} {noun}",
        crumbs=[("Bookings", BOOKINGS)],
        refused=refused,
        chosen=shown,
        what=what,
        typed={name: context.form.text(name) for name in FIELDS},
        modes=MODES,
        extra=CENTRES_EXTRA if context.user.role.is_of_a_centre else ANY_EXTRA,
        needs_reason=not context.user.role.is_of_a_centre,
        may=context.may(command),
    )
