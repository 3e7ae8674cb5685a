"""The refusals of bookings and of entries."""

from collections.abc import Mapping

from aggregates.bookings.sitting import Attendance
from aggregates.errors import Malformed, NotFound, RuleBroken
from aggregates.orders.order_refusals import DIVIDE_GROUP


class BookingIsOver(RuleBroken):
    code = "booking-is-over"
    message = "{booking} {state}, so it cannot be {what}; nothing was changed. {next}"


OVER: Mapping[Attendance, tuple[str, str]] = {
    Attendance.CANCELLED: ("is cancelled", "Book the test anew, if it is to be sat."),
    Attendance.TAKEN: ("was sat already", "Book another test, if one is to be sat."),
    Attendance.ABSENT: (
        "was reported Absent",
        "Book the test anew, if it is to be sat.",
    ),
}
"""The state of a booking that is over, in words, and what can be done next."""

REPORTED: Mapping[str, str] = {"taken": "reported Taken", "missed": "reported Absent"}
"""The outcomes that the awarding organisation reports and can correct."""


def booking_over(booking: str, attendance: Attendance, what: str) -> BookingIsOver:
    """Refuse to do something to a booking that is no longer Booked."""
    state, following = OVER[attendance]
    if what in REPORTED and attendance is not Attendance.CANCELLED:
        state = f"was reported {attendance}"
        following = "If that is wrong, correct the outcome, with a reason."
    if what == "cancelled" and attendance is Attendance.CANCELLED:
        what = "cancelled again"
    return BookingIsOver(
        booking=booking, state=state, what=REPORTED.get(what, what), next=following
    )


class WindowHasOpened(RuleBroken):
    code = "window-has-opened"
    message = (
        "The window of {booking} opened on {opened}, so the booking cannot be amended."
        " It can still be cancelled until the window closes."
    )


class WindowHasClosed(RuleBroken):
    code = "window-has-closed"
    message = (
        "The window of {booking} closed on {closed}, so it cannot be cancelled. Wait"
        " until the awarding organisation reports how the test went."
    )


class WindowIsNotOpen(RuleBroken):
    code = "window-is-not-open"
    message = (
        "The test {booking} can be started from {opens} until {closes}. Ask for its"
        " launch link then."
    )


class NotBeforeWindow(RuleBroken):
    code = "not-before-window"
    message = (
        "The window of {booking} opens on {opens}; nothing can be reported before then."
        " Report it once the test was sat."
    )


class TooShortNotice(RuleBroken):
    code = "too-short-notice"
    message = (
        "{delivery} tests need more notice: the earliest time is {earliest}. Choose"
        " that, or a later one."
    )


class NobodySits(NotFound):
    code = "nobody-sits"
    message = (
        "Nobody of your centre sits {unit} at that time ({starts}). See GET /sittings"
        " for the times."
    )


class TooFarAhead(RuleBroken):
    code = "too-far-ahead"
    message = (
        "The test would be on {starts}, more than {years} from now. Correct the year."
    )


class LaunchNotOnline(RuleBroken):
    code = "launch-not-online"
    message = (
        "The test {booking} is not sat online ({mode}), so it has no launch link."
        " {next_step}"
    )


class LaunchLinkInvalid(NotFound):
    code = "launch-link-invalid"
    message = (
        "This launch link has been used, has run out, or was never given. Ask for"
        " another at the booking."
    )


class PackageUnknown(RuleBroken):
    code = "package-unknown"
    message = (
        "The package {package} was never downloaded for {booking}. Check whether these"
        " are the answers of another booking."
    )


class PackageIsStale(RuleBroken):
    code = "package-is-stale"
    message = (
        "The booking was amended after the package {package} was downloaded, so its"
        " answers cannot be taken. Download the package again; if the test was sat with"
        " this one, tell the awarding organisation."
    )


class PinHasChanged(PackageIsStale):
    code = "pin-has-changed"
    message = (
        "The user who downloaded the package {package} has another PIN since, so its"
        " answers cannot be taken. Download the package again; if the test was sat with"
        " this one, tell the awarding organisation."
    )


class AnswersExist(RuleBroken):
    code = "answers-exist"
    message = (
        "{booking} already has answers, from the package {package}. Different ones were"
        " sent; nothing was changed. If the first are the wrong ones, send these to the"
        " awarding organisation, which marks them and reports the result."
    )


class ResultExists(RuleBroken):
    code = "result-exists"
    message = (
        "{booking} already has the result {known}. A different one was sent; nothing was"
        " changed. If the first is wrong, correct the outcome, with a reason."
    )


class SatInFuture(Malformed):
    code = "sat-in-future"
    message = "{day} is in the future. Give the day on which the test was sat."


class SatBeforeWindow(Malformed):
    code = "sat-before-window"
    message = (
        "The window of {booking} opened on {opened}, so the test was not sat on {day}."
        " Give the day on which it was sat."
    )


# Entries


class NotTestable(Malformed):
    code = "not-testable"
    message = "{unit} is not a testable unit of {qualification}. {next_step}"


class DeliveryNotOffered(Malformed):
    code = "delivery-not-offered"
    message = "{unit} is not delivered as {delivery}. Choose {offered}."


class ModeNeeded(Malformed):
    code = "mode-needed"
    message = "Choose a mode for an onscreen test: Classroom, Offline or Online."


class ModeOutOfPlace(Malformed):
    code = "mode-out-of-place"
    message = "A paper test has no mode: leave it out."


class TimeNeeded(RuleBroken):
    code = "time-needed"
    message = "Choose a date and time for the test of {unit} by {learner}."


class ExtraTimeNotCentres(RuleBroken):
    code = "extra-time-not-centres"
    message = (
        "A centre may give 25 % extra time, or none. For {extra_time} %, ask an Account"
        " Specialist."
    )


class ExtraTimeIsSpecialists(RuleBroken):
    code = "extra-time-is-specialists"
    message = (
        "An Account Specialist gave {booking} {extra_time} % extra time; nothing was"
        " changed. Leave extra_time out to keep it, or ask an Account Specialist to"
        " change it."
    )


class ExtraTimeTooMuch(Malformed):
    code = "extra-time-too-much"
    message = "{extra_time} % extra time cannot be given. Choose 0 to {most} %."


class NotRegisteredForTest(RuleBroken):
    code = "not-registered-for-test"
    message = "{why} {next_step} first.{or_else}"


class ThroughApprenticeship(RuleBroken):
    code = "through-apprenticeship"
    message = (
        "{learner} came to {qualification} through the apprenticeship {apprenticeship}:"
        " book through it."
    )


class NotThroughApprenticeship(RuleBroken):
    code = "not-through-apprenticeship"
    message = (
        "{learner} is registered on {qualification} by itself, not through"
        " {apprenticeship}: leave the apprenticeship out."
    )


class UnitPassed(RuleBroken):
    code = "unit-passed"
    message = "{learner} has passed {unit} already. Leave this test out."


class UnitBooked(RuleBroken):
    code = "unit-booked"
    message = (
        "{learner} is booked for {unit} already, by {booking}. Amend or cancel that"
        " booking."
    )


class SittingsOverlap(RuleBroken):
    code = "sittings-overlap"
    message = "{learner} sits another test at that time, by {booking}. {next_step}"


ANOTHER_TIME = "Choose another time."


class EntriesMissing(RuleBroken):
    code = "entries-missing"
    message = "There are no tests in the order. Choose at least one."


class EntryTwice(Malformed):
    code = "entry-twice"
    message = "{learner} is entered for {unit} twice. Keep one."


class TooManyEntries(Malformed):
    code = "too-many-entries"
    message = (
        "An order has at most {most:,} entries; these are {number:,}. Make {orders} of"
        " them. "
    ) + DIVIDE_GROUP


class EntriesRefused(RuleBroken):
    code = "entries-refused"
    message = (
        "The entries cannot be booked as they are: {things} in the way. See to each,"
        " then confirm."
    )


class EntryTotalHasChanged(RuleBroken):
    code = "entry-total-has-changed"
    message = (
        "The entries come to £{total} now, and £{seen} was seen. Look at the prices"
        " again, then confirm."
    )


class EntryOrderIsConfirmed(RuleBroken):
    code = "entry-order-is-confirmed"
    message = "The order {order} has been confirmed. Amend or cancel its bookings."


class AnswersEmpty(Malformed):
    code = "answers-empty"
    message = (
        "The file is empty. Send the answer package that the offline client saved for"
        " {booking}."
    )


class NotAnswerPackage(Malformed):
    code = "not-answer-package"
    message = (
        "This file is not an answer package: {why}. Send the file that the offline"
        " client saved for {booking}."
    )


class AnswersOfAnotherBooking(RuleBroken):
    code = "answers-of-another-booking"
    message = (
        "These answers are for {theirs}, not for {booking}; nothing was changed. Send"
        " them to {theirs}, and those of {booking} here."
    )


class AnswersOfAnotherPackage(RuleBroken):
    code = "answers-of-another-package"
    message = (
        "These answers are from the package {theirs}, not from {package}; nothing was"
        " changed. Leave the package out of the request, or name {theirs}."
    )
