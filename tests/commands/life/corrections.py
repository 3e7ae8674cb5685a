"""Putting right how a test went, whatever was claimed meanwhile (B17)."""

from datetime import timedelta

from hypothesis import strategies as st

from aggregates.bookings.sitting import Attendance
from commands.bookings.booking_correction import CorrectOutcome
from tests.claim_examples import TESTED
from tests.commands.life.erasure import ErasedLife
from tests.commands.life.machine import NUMBERS, WHY, act, pick, who_may
from tests.commands.life.model import No, Seat, overlap, today


class CorrectedLife(ErasedLife):
    """Learners whose tests were reported wrongly, now and then."""

    @act(
        weight=4,
        needs=lambda self: self.life.seats,
        who=who_may(CorrectOutcome),
        number=NUMBERS,
        outcome=st.sampled_from(["pass", "fail", "fail", "taken", "absent"]),
        late=st.sampled_from([0, 0, 0, 0, 0, 1]),
    )
    def correct(self, who: str, number: int, outcome: str, late: int) -> None:
        """B17."""
        seats = self.life.seats.values()
        seat = pick(seats, number, lambda each: each.state in {"Taken", "Absent"})
        sat_on = today(self.now) + timedelta(days=late)
        result = (outcome == "pass", sat_on) if outcome in {"pass", "fail"} else None
        state = "Absent" if outcome == "absent" else "Taken"
        is_same = (seat.state, seat.result) == (state, result)
        no: No = set()
        if seat.state == "Booked":
            no = {"NothingReported"}
        elif seat.state == "Cancelled":
            no = {"BookingIsOver"}
        elif not is_same:
            no = self.not_corrected(seat, state, is_pass=outcome == "pass")
            no |= {"SatInFuture"} if result and late else set()
        asked = {
            "booking": seat.name,
            "attendance": Attendance(state),
            "is_pass": result[0] if result else None,
            "sat_on": sat_on if result else None,
            "reason": WHY,
        }
        if self.ask(who, CorrectOutcome, no, **asked) and not is_same:
            seat.state, seat.result, seat.is_corrected = state, result, True

    def not_corrected(self, seat: Seat, state: str, *, is_pass: bool) -> No:
        """B7, B17: somebody counts on it, or it cannot have been so."""
        no: No = set()
        held = seat.held
        if held.is_cancelled:
            no.add("RegistrationIsCancelled")
        planned = self.life.planned(held.learner, but=seat)
        is_back = state == "Taken" and seat.state == "Absent"
        if is_back and overlap(planned, seat.starts, seat.ends):
            no.add("SittingsOverlap")
        others = [s for s in self.life.seats_of(held) if s is not seat]
        stays = is_pass or any(s.result and s.result[0] for s in others)
        was_passed = bool(seat.result and seat.result[0])
        relying = [
            name
            for name, award in held.counted.items()
            if TESTED in award.grades
            and (not award.is_settled or self.is_submitted(name, held.learner))
        ]
        if was_passed and not stays and relying:
            no.add("ResultIsReliedOn")
        return no

    def is_submitted(self, claim: str, learner: str) -> bool:
        return self.life.papers[claim].rows[learner].standing == "Submitted"
