"""The rules of tests by hand: who sits where, and who is where meanwhile."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.commands.life.model import (
    MINUTES,
    NOTICE,
    SIDE,
    Held,
    No,
    Paper,
    Seat,
    Wish,
    mode_faults,
    overlap,
)


@dataclass
class Seats:
    """All that a few learners come to, each at one centre after the other.

    ``at`` is where each of them is, ``seen`` where they have been, by learner (L6).
    """

    tested: str
    at: dict[str, str] = field(default_factory=dict)
    seen: dict[str, set[str]] = field(default_factory=dict)
    erased: set[str] = field(default_factory=set)
    registrations: dict[str, Held] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)
    lines: dict[str, tuple[str, str | None, str | None]] = field(default_factory=dict)

    def move(self, learner: str, centre: str) -> None:
        """L6."""
        self.at[learner] = centre
        self.seen.setdefault(learner, set()).add(centre)

    def active_at(self, centre: str, learner: str, product: str) -> Held | None:
        """M4, B2, L6."""
        is_there = self.at[learner] == centre
        return self.active(learner, product) if is_there else None

    def active(self, learner: str, product: str) -> Held | None:
        found = [
            held
            for held in self.registrations.values()
            if (held.learner, held.product) == (learner, product)
            and held.status == "Active"
        ]
        assert len(found) <= 1, "O6"
        return found[0] if found else None

    def seats_of(self, held: Held) -> list[Seat]:
        return [seat for seat in self.seats.values() if seat.held is held]

    def planned(self, learner: str, *, but: Seat | None = None) -> list[Seat]:
        return [
            seat
            for seat in self.seats.values()
            if seat.held.learner == learner
            and seat is not but
            and seat.state in {"Booked", "Taken"}
        ]

    def not_linked(self, wish: Wish) -> No:
        """B1, B2, L6."""
        held = self.active_at(wish.centre, wish.learner, wish.product)
        if held is None:
            is_there = self.at[wish.learner] == wish.centre
            was_there = wish.centre in self.seen[wish.learner]
            return {
                "NotRegisteredForTest"
                if is_there or not was_there
                else "LearnerHasLeft"
            }
        came = held.parent.product if held.parent else None
        no = set()
        if came != wish.apprenticeship:
            no.add("ThroughApprenticeship" if came else "NotThroughApprenticeship")
        if wish.unit != self.tested:
            no.add("NotTestable")
        return no

    def not_booked(self, wish: Wish, now: datetime) -> No:
        """B2-B7."""
        no = self.not_linked(wish)
        no |= mode_faults(wish.delivery, wish.mode)
        if wish.extra not in {0, 25}:
            no.add("ExtraTimeNotCentres")
        if wish.starts - now < NOTICE[wish.delivery]:
            no.add("TooShortNotice")
        held, booked = self.active_at(wish.centre, wish.learner, wish.product), None
        for seat in self.seats_of(held) if held and wish.unit == self.tested else ():
            if seat.result and seat.result[0]:
                no.add("UnitPassed")
            if seat.state == "Booked":
                no.add("UnitBooked")
                booked = seat
        ends = wish.starts + timedelta(minutes=MINUTES[wish.extra])
        if overlap(self.planned(wish.learner, but=booked), wish.starts, ends):
            no.add("SittingsOverlap")
        return no

    def book(self, name: str, wish: Wish) -> None:
        held = self.active(wish.learner, wish.product)
        assert held is not None
        self.seats[name] = Seat(
            name, wish.centre, held, wish.delivery, wish.mode, wish.starts, wish.extra
        )
        self.lines[name] = ("Not invoiced", None, None)

    def not_amended(
        self, seat: Seat, new: Seat, now: datetime, *, by_centre: bool
    ) -> No:
        """B3, B5-B7, B10."""
        no = mode_faults(seat.delivery, new.mode)
        if seat.state != "Booked":
            no.add("BookingIsOver")
        if now >= seat.starts - SIDE:
            no.add("WindowHasOpened")
        if new.starts != seat.starts and new.starts - now < NOTICE[seat.delivery]:
            no.add("TooShortNotice")
        if by_centre and new.extra not in {0, 25, seat.extra}:
            no.add("ExtraTimeNotCentres")
        if by_centre and seat.by_specialist and new.extra != seat.extra:
            no.add("ExtraTimeIsSpecialists")
        if overlap(self.planned(seat.held.learner, but=seat), new.starts, new.ends):
            no.add("SittingsOverlap")
        return no
