"""Entering and sitting, whatever is asked by whom in whatever order."""

from copy import copy
from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from aggregates.bookings.sitting import Attendance
from commands.bookings.booking import AmendBooking, CancelBooking, ReportOutcome
from commands.bookings.entry_order import BeginEntryOrder, ConfirmEntryOrder
from events.bookings.entry_order import Entry
from repositories.aggregate_types import ENTRY_ORDER
from repositories.repository import load
from tests.claim_examples import A1, TESTED
from tests.commands.life.machine import (
    ALL_SEEING,
    NUMBERS,
    WHO,
    Drawn,
    act,
    centre_of,
    pick,
    who_may,
)
from tests.commands.life.model import (
    APPRENTICESHIP,
    AT_A_CENTRE,
    NOTICE,
    PARTS,
    SIDE,
    Seat,
    Wish,
    today,
)
from tests.commands.life.registrations import RegisteredLife
from tests.commands.life.world import USERS

AFTER = st.sampled_from([0, 60, 240, 1_680, -1])
"""How many minutes more than the notice that is needed."""
SLIPS = st.sampled_from([""] * 12 + ["unit", "mode", "extra", "way"])


class BookedLife(RegisteredLife):
    """Learners who are entered for tests."""

    @act(
        weight=4,
        who=who_may(BeginEntryOrder),
        learner=WHO,
        product=NUMBERS,
        delivery=st.sampled_from(["Onscreen", "Onscreen", "Onscreen", "Paper"]),
        after=AFTER,
        beside=st.sampled_from([None, None, 0, -1]),
        extra=st.sampled_from([0, 25]),
        slip=SLIPS,
        at_once=st.sampled_from([True, True, False]),
    )
    def enter(
        self,
        *,
        who: str,
        learner: int,
        product: int,
        delivery: str,
        after: int,
        beside: int | None,
        extra: int,
        slip: str,
        at_once: bool,
    ) -> None:
        name = self.learners[learner]
        on = pick(PARTS, product, lambda each: self.life.active(name, each))
        starts = self.now + NOTICE[delivery] + timedelta(minutes=after)
        planned = self.life.planned(name)
        if beside is not None and planned:
            starts = planned[-1].ends + timedelta(minutes=beside)
        held = self.life.active(name, on)
        is_part = held is not None and held.parent is not None
        who = self.host(who, name)
        wish = Wish(
            centre=centre_of(who),
            learner=name,
            product=on,
            apprenticeship=APPRENTICESHIP if is_part != (slip == "way") else None,
            unit=A1 if slip == "unit" else TESTED,
            delivery=delivery,
            mode="Online" if (delivery == "Onscreen") != (slip == "mode") else None,
            starts=starts,
            extra=50 if slip == "extra" else extra,
        )
        no = self.life.not_linked(wish)
        no = {"LearnerIsErased"} if name in self.life.erased else no
        if done := self.ask(who, BeginEntryOrder, no, entries=(entry_of(wish),)):
            self.entries.insert(0, Drawn(done.created_id, wish.centre, wish))
            if at_once:
                self.book(who, 0)

    @act(
        weight=2,
        needs=lambda self: self.entries,
        who=who_may(ConfirmEntryOrder),
        number=NUMBERS,
    )
    def book(self, who: str, number: int) -> None:
        """B2-B7, once however often it is sent."""
        entry = pick(self.entries, number, lambda each: not each.is_confirmed)
        done = entry.is_confirmed
        no = set() if done else self.life.not_booked(entry.wanted, self.now)
        asked = {"order": entry.name, "total": Decimal("14.50")}
        answer = self.ask(who, ConfirmEntryOrder, no, entry.centre, **asked)
        if answer and not done:
            entry.is_confirmed = True
            order = load(
                ENTRY_ORDER,
                entry.name,
                store=self.world.context.store,
                reader=ALL_SEEING,
            )[1]
            assert order.confirmed
            self.life.book(order.confirmed.entries[0].booking, entry.wanted)

    @act(
        weight=3,
        needs=lambda self: self.life.seats,
        who=who_may(AmendBooking),
        number=NUMBERS,
        after=st.none() | AFTER,
        mode=st.sampled_from([None, None, "Classroom"]),
        extra=st.sampled_from([None, 0, 25, 50]),
    )
    def amend(
        self,
        *,
        who: str,
        number: int,
        after: int | None,
        mode: str | None,
        extra: int | None,
    ) -> None:
        """B10."""
        seat = self.seat(number)
        new = copy(seat)
        if after is not None:
            new.starts = self.now + NOTICE[seat.delivery] + timedelta(minutes=after)
        new.mode = mode or seat.mode
        by_centre = USERS[who].role in AT_A_CENTRE
        if extra is not None:
            new.extra = extra
            new.by_specialist = seat.by_specialist or not by_centre
        no = self.life.not_amended(seat, new, self.now, by_centre=by_centre)
        asked = {
            "booking": seat.name,
            "starts": None if after is None else new.starts,
            "mode": mode,
            "extra_time": extra,
            "reason": None if by_centre else "Asked by the centre",
        }
        if self.ask(who, AmendBooking, no, seat.centre, **asked):
            self.life.seats[seat.name] = new

    @act(
        weight=1,
        needs=lambda self: self.life.seats,
        who=who_may(CancelBooking),
        number=NUMBERS,
    )
    def call_off(self, who: str, number: int) -> None:
        """B9."""
        seat = self.seat(number)
        no = set() if seat.state == "Booked" else {"BookingIsOver"}
        if self.now >= seat.starts + SIDE:
            no.add("WindowHasClosed")
        if self.ask(who, CancelBooking, no, seat.centre, booking=seat.name):
            seat.state = "Cancelled"
            self.life.take_back(seat.name)

    @act(
        weight=2,
        needs=lambda self: self.life.seats,
        number=NUMBERS,
        edge=st.sampled_from([-SIDE, timedelta(0), SIDE]),
        early=WHO,
    )
    def wait(self, number: int, edge: timedelta, early: int) -> None:
        """Let time pass to an edge of a testing window, or to just before it."""
        seat = self.seat(number)
        there = seat.starts + edge - timedelta(seconds=early)
        self.world.clock.now = max(self.now, there)

    @act(
        weight=6,
        needs=lambda self: self.life.seats,
        who=who_may(ReportOutcome),
        number=NUMBERS,
        outcome=st.sampled_from(["pass", "pass", "fail", "taken", "absent"]),
        late=st.sampled_from([0, 0, 0, 0, 0, 1]),
    )
    def report_outcome(self, who: str, number: int, outcome: str, late: int) -> None:
        """B15."""
        seats = self.life.seats.values()
        seat = pick(seats, number, lambda each: self.now >= each.starts - SIDE)
        sat_on = today(self.now) + timedelta(days=late)
        result = (outcome == "pass", sat_on) if outcome in {"pass", "fail"} else None
        state = "Absent" if outcome == "absent" else "Taken"
        no = set()
        is_known = seat.state == state and result in {None, seat.result}
        if not is_known:
            if seat.state not in {"Booked", state}:
                no.add("BookingIsOver")
            if seat.state == "Booked" and self.now < seat.starts - SIDE:
                no.add("NotBeforeWindow")
            if result and seat.result:
                no.add("ResultExists")
            if result and late:
                no.add("SatInFuture")
        asked = {
            "booking": seat.name,
            "attendance": Attendance(state),
            "is_pass": result[0] if result else None,
            "sat_on": sat_on if result else None,
        }
        if self.ask(who, ReportOutcome, no, **asked):
            seat.state, seat.result = state, result or seat.result

    def seat(self, number: int) -> Seat:
        seats = self.life.seats.values()
        return pick(seats, number, lambda seat: seat.state == "Booked")


def entry_of(wish: Wish) -> Entry:
    return Entry(
        learner=wish.learner,
        qualification=wish.product,
        unit=wish.unit,
        delivery=wish.delivery,
        apprenticeship=wish.apprenticeship,
        starts=wish.starts,
        mode=wish.mode,
        extra_time=wish.extra,
    )
