"""A test that was reported wrongly is put right, and what relied on it with it (B17)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from access.policy import send
from aggregates.bookings.booking_correction import NothingReported, ResultIsReliedOn
from aggregates.bookings.booking_refusals import (
    BookingIsOver,
    SatBeforeWindow,
    SatInFuture,
    SittingsOverlap,
)
from aggregates.bookings.outcome import AbsentHasNoResult, DayMissing, ResultMissing
from aggregates.bookings.sitting import Attendance
from aggregates.bookings.timetable import Timetable
from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import NotAllowed
from aggregates.reason import ReasonMissing
from aggregates.registrations.registration_refusals import RegistrationIsCancelled
from commands.bookings.booking import CancelBooking, ReportOutcome
from commands.bookings.booking_correction import CorrectOutcome
from commands.bookings.entry_order import BeginEntryOrder
from commands.registrations.cancellation import CancelRegistration, ReopenRegistration
from events.bookings.booking import BookingOutcomeCorrected
from events.bookings.entry_order import Entry
from events.centres.user import Role
from repositories.aggregate_types import BOOKING, TIMETABLE
from repositories.repository import load
from store import Actor, EventStore
from tests.claim_examples import TESTED, award
from tests.clock import Clock
from tests.commands.bookings.test_entries import confirm
from tests.commands.claim_centre import ADMINISTRATOR
from tests.commands.frameworks import Provider
from tests.commands.order_centre import SINGLE
from tests.commands.upload_centre import SPECIALIST
from tests.order_examples import ANN

ASSESSMENT = Actor(user="assessment", role=Role.ASSESSMENT, centre=None, channel="api")
WHY = "Two answers were misread."
TAKEN, ABSENT = Attendance.TAKEN, Attendance.ABSENT


class Hall:
    """Where one learner sits a test, and it is reported how it went."""

    def __init__(self, store: EventStore, clock: Clock) -> None:
        self.provider = Provider.open(store, clock)
        self.clock = clock
        self.provider.order_centre.confirm(self.provider.order_centre.ready(ANN))
        (self.made,) = self.provider.order_centre.made()
        self.booking = self.book()
        clock.advance(hours=3)

    def book(self, *, hours: int = 3) -> str:
        entry = Entry(
            learner=ANN,
            qualification=SINGLE,
            unit=TESTED,
            delivery="Onscreen",
            starts=self.clock.now + timedelta(hours=hours),
            mode="Online",
        )
        command = BeginEntryOrder(by=ADMINISTRATOR, at=self.clock(), entries=(entry,))
        order = self.provider.order_centre.send(command).created_id
        return confirm(self.provider, order).booking

    def report(self, outcome: Mapping[str, Any], booking: str | None = None) -> None:
        command = ReportOutcome(
            by=ASSESSMENT, at=self.clock(), booking=booking or self.booking, **outcome
        )
        send(command, self.provider.order_centre.context)

    def correct(
        self, outcome: Mapping[str, Any], *, by: Actor = ASSESSMENT, reason: str = WHY
    ) -> None:
        command = CorrectOutcome(
            by=by, at=self.clock(), booking=self.booking, reason=reason, **outcome
        )
        send(command, self.provider.order_centre.context)

    def result(self, *, is_pass: bool, days: int = 0, mark: int = 30) -> dict[str, Any]:
        sat_on = self.clock.now.date() + timedelta(days=days)
        return {
            "attendance": TAKEN,
            "is_pass": is_pass,
            "sat_on": sat_on,
            "mark": mark,
        }

    def claim(self, kind: str = "Interim") -> str:
        """Claim for the unit that was passed by the test, and submit the claim."""
        claim = self.provider.claim_centre.begin(
            {ANN: award(kind, grades={})}, qualification=SINGLE
        )
        self.provider.claim_centre.submit(claim)
        return claim

    @property
    def grades(self) -> dict[str, str]:
        registration = self.provider.claim_centre.registration(self.made.registration)
        return registration.grades_to_date(claim="", typed={})

    @property
    def planned(self) -> list[str]:
        stream = self.provider.order_centre.store.open(TIMETABLE.stream_id(ANN))
        return [*Timetable.replay(stream.events).sittings]


@pytest.fixture
def hall(any_store: EventStore, clock: Clock) -> Hall:
    return Hall(any_store, clock)


def test_eligibility_follows_a_result_that_is_put_right(hall: Hall) -> None:
    """B17, M12: both ways, however often."""
    hall.report(hall.result(is_pass=False))
    for is_pass in (True, False, True):
        hall.correct(hall.result(is_pass=is_pass))
        assert hall.grades == {TESTED: "P" if is_pass else "U"}
        claim = hall.claim()
        state = ClaimStatus.SUBMITTED if is_pass else ClaimStatus.UNSUBMITTED
        assert hall.provider.claim_centre.standings(claim) == {ANN: state}
        if is_pass:
            hall.provider.claim_centre.withdraw(claim)


def test_before_and_after_and_why_stay_in_the_history(hall: Hall) -> None:
    """B17, H1, H2."""
    hall.report(hall.result(is_pass=False))
    hall.correct(hall.result(is_pass=True))
    hall.correct(hall.result(is_pass=True))
    stream, booking = load(
        BOOKING,
        hall.booking,
        store=hall.provider.order_centre.context.store,
        reader=ASSESSMENT,
    )
    *_, reported, corrected = stream.history
    assert reported.event.topic == "booking.result-added"
    assert isinstance(corrected.event, BookingOutcomeCorrected)
    assert (corrected.event.reason, corrected.user) == (WHY, "assessment")
    assert booking.result is not None
    assert (booking.result.is_pass, booking.result.mark) == (True, 30)


def test_a_result_is_put_right_by_who_reports_them_and_says_why(hall: Hall) -> None:
    """B17, domain 2."""
    hall.report(hall.result(is_pass=False))
    for by in (ADMINISTRATOR, SPECIALIST):
        with pytest.raises(NotAllowed):
            hall.correct(hall.result(is_pass=True), by=by)
    with pytest.raises(ReasonMissing):
        hall.correct(hall.result(is_pass=True), reason=" ")
    assert hall.grades == {TESTED: "U"}


def test_what_was_not_reported_cannot_be_put_right(hall: Hall) -> None:
    """B17."""
    with pytest.raises(NothingReported, match="Report how"):
        hall.correct({"attendance": ABSENT})
    hall.provider.order_centre.send(
        CancelBooking(by=ADMINISTRATOR, at=hall.clock(), booking=hall.booking)
    )
    with pytest.raises(BookingIsOver):
        hall.correct({"attendance": ABSENT})


def test_a_result_that_is_put_right_keeps_the_rules_of_results(hall: Hall) -> None:
    """B15, B17."""
    hall.report(hall.result(is_pass=False))
    with pytest.raises(SatInFuture):
        hall.correct(hall.result(is_pass=True, days=1))
    with pytest.raises(SatBeforeWindow):
        hall.correct(hall.result(is_pass=True, days=-1))
    for lacking, refusal in (
        ({"sat_on": None}, DayMissing),
        ({"is_pass": None}, ResultMissing),
        ({"attendance": ABSENT}, AbsentHasNoResult),
    ):
        with pytest.raises(refusal):
            hall.correct(hall.result(is_pass=True) | lacking)


@pytest.mark.parametrize("kind", ["Interim", "Fallback"])
@pytest.mark.parametrize("is_processed", [False, True])
def test_a_result_that_a_claim_relies_on_stays_and_the_claim_is_named(
    hall: Hall, kind: str, *, is_processed: bool
) -> None:
    """B17: until the claim is withdrawn."""
    hall.report(hall.result(is_pass=True))
    claim = hall.claim(kind)
    if is_processed:
        hall.provider.claim_centre.process(claim)
    for wrong in (hall.result(is_pass=False), {"attendance": ABSENT}):
        with pytest.raises(ResultIsReliedOn, match=claim):
            hall.correct(wrong)
    hall.correct(hall.result(is_pass=True, mark=31))
    if not is_processed:
        hall.provider.claim_centre.withdraw(claim)
        hall.correct(hall.result(is_pass=False))
        assert hall.grades == {TESTED: "U"}


def test_what_was_claimed_before_reopening_follows_the_test(hall: Hall) -> None:
    """B17, M12, M14: an earlier award does not carry a grade that was none."""
    hall.report(hall.result(is_pass=True))
    waiting, last = hall.claim("Interim"), hall.claim("Fallback")
    hall.provider.claim_centre.process(last)
    reopen = ReopenRegistration(
        by=SPECIALIST,
        at=hall.clock(),
        registration=hall.made.registration,
        reason="Claimed too early",
    )
    hall.provider.order_centre.send(reopen)
    with pytest.raises(ResultIsReliedOn, match=waiting):
        hall.correct(hall.result(is_pass=False))
    hall.provider.claim_centre.process(waiting)
    hall.correct(hall.result(is_pass=False))
    assert hall.grades == {TESTED: "U"}
    hall.correct(hall.result(is_pass=True))
    assert hall.grades == {TESTED: "P"}


def test_who_was_reported_absent_may_have_been_there_and_the_other_way_round(
    hall: Hall,
) -> None:
    """B7, B15, B17: the timetable goes with it."""
    hall.report({"attendance": ABSENT})
    assert hall.planned == []
    hall.correct(hall.result(is_pass=True))
    assert (hall.planned, hall.grades) == ([hall.booking], {TESTED: "P"})
    hall.correct({"attendance": TAKEN})
    assert (hall.planned, hall.grades) == ([hall.booking], {})
    hall.correct({"attendance": ABSENT})
    assert hall.planned == []


def test_nobody_was_at_two_tests_at_once(any_store: EventStore, clock: Clock) -> None:
    """B7, B17: absent from one, booked for another meanwhile."""
    hall = Hall(any_store, clock)
    clock.advance(hours=-3)
    hall.report({"attendance": ABSENT})
    other = hall.book()
    with pytest.raises(SittingsOverlap, match=f"cancel or amend {other} first"):
        hall.correct({"attendance": TAKEN})


def test_nothing_comes_of_a_registration_that_was_cancelled(hall: Hall) -> None:
    """B17, C2."""
    hall.report({"attendance": ABSENT})
    hall.provider.order_centre.send(
        CancelRegistration(
            by=ADMINISTRATOR,
            at=hall.clock(),
            registration=hall.made.registration,
            reason="By mistake",
        )
    )
    with pytest.raises(RegistrationIsCancelled):
        hall.correct({"attendance": TAKEN})
