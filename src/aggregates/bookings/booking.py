"""Bookings: a learner's place at a test, from the order to the result."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hmac import compare_digest
from uuid import UUID

from aggregates.bookings.booking_refusals import (
    AnswersExist,
    ExtraTimeIsSpecialists,
    LaunchLinkInvalid,
    LaunchNotOnline,
    NotAnswerPackage,
    NotBeforeWindow,
    PackageIsStale,
    PinHasChanged,
    ResultExists,
    SatBeforeWindow,
    SatInFuture,
    TooFarAhead,
    TooShortNotice,
    WindowHasClosed,
    WindowHasOpened,
    WindowIsNotOpen,
    is_over,
)
from aggregates.bookings.booking_state import BookingState
from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import (
    YEARS,
    Delivery,
    Mode,
    earliest,
    has_closed,
    has_opened,
    is_too_far,
    window,
)
from aggregates.uk_time import LONDON, in_london
from catalogue import amount
from events.bookings.booking import (
    AnswersReceived,
    BookingAmended,
    BookingMissed,
    BookingResultAdded,
    BookingRoomGiven,
    BookingTaken,
    LaunchLinkMade,
    LaunchLinkUsed,
)

LAUNCH_LASTS = timedelta(minutes=5)
"""How long a launch link is good (d)."""


@dataclass(frozen=True, kw_only=True)
class Booking(BookingState):
    """The decisions on a booking."""

    def amend(
        self,
        *,
        starts: datetime,
        mode: str | None,
        extra_time: int,
        reason: str | None,
        person_id: UUID,
        now: datetime,
        by_specialist: bool | None = None,
    ) -> list[BookingAmended]:
        """Change time, mode or extra time before the window opens (B10).

        Another time keeps the notice, as a new booking would. ``by_specialist`` says
        who gives the extra time, None if nobody says anything of it: a centre does not
        undo what an Account Specialist gave (B6).
        """
        self._require_booked("amended")
        if has_opened(self.starts, now):
            raise WindowHasOpened(
                booking=self.made.booking, opened=in_london(window(self.starts)[0])
            )
        if starts != self.starts and starts < earliest(self.made.delivery, now):
            raise TooShortNotice(
                path=("starts",),
                delivery=self.made.delivery,
                earliest=in_london(earliest(self.made.delivery, now)),
            )
        if starts != self.starts and is_too_far(starts, now):
            raise TooFarAhead(
                path=("starts",), starts=in_london(starts), years=amount(YEARS, "year")
            )
        if by_specialist is None:
            by_specialist = self.by_specialist
        elif self.by_specialist and not by_specialist:
            if extra_time != self.extra_time:
                raise ExtraTimeIsSpecialists(
                    path=("extra_time",),
                    booking=self.made.booking,
                    extra_time=self.extra_time,
                )
            by_specialist = True
        present = (self.starts, self.mode, self.extra_time, self.by_specialist)
        if (starts, mode, extra_time, by_specialist) == present:
            return []
        return [
            BookingAmended(
                starts=starts,
                mode=mode,
                extra_time=extra_time,
                reason=reason,
                person_id=person_id,
                by_specialist=by_specialist,
            )
        ]

    def give_room(self, room: str | None) -> list[BookingRoomGiven]:
        """Say in which room the test is sat (B16); its packages stay good."""
        if self.attendance is Attendance.CANCELLED:
            self._require_booked("given a room")
        return [] if room == self.room else [BookingRoomGiven(room=room)]

    def require_cancellable(self, now: datetime) -> None:
        """Raise if the test is over, taken, missed or cancelled already (B9)."""
        self._require_booked("cancelled")
        if has_closed(self.starts, now):
            raise WindowHasClosed(
                booking=self.made.booking, closed=in_london(window(self.starts)[1])
            )

    def make_launch_link(self, digest: str, *, now: datetime) -> list[LaunchLinkMade]:
        """Give a link that starts an online test, inside its window (B12)."""
        self._require_booked("launched")
        if self.mode != Mode.ONLINE:
            can_be = self.mode and not has_opened(self.starts, now)
            raise LaunchNotOnline(
                booking=self.made.booking,
                mode=self.mode or "Paper",
                next_step="Amend its mode to Online first."
                if can_be
                else "Its mode cannot be amended any more."
                if self.mode
                else "Only tests that are sat online have one.",
            )
        self._require_inside(now)
        return [LaunchLinkMade(digest=digest, expires=now + LAUNCH_LASTS)]

    def use_launch_link(self, digest: str, *, now: datetime) -> list[LaunchLinkUsed]:
        """Start the test by its link: the last one made, once, and before it expires (B12)."""
        kept, expires = self.launch or ("", now)
        if not compare_digest(kept, digest) or now >= expires:
            raise LaunchLinkInvalid
        self._require_booked("launched")
        self._require_inside(now)
        return [LaunchLinkUsed(digest=digest)]

    def not_current(self, now: datetime) -> str | None:
        """Say why no package can be had of it, if none can (B13, first check)."""
        name = self.made.booking
        if self.mode != Mode.OFFLINE:
            return f"The test {name} is not sat offline: its mode is {self.mode or 'Paper'}."
        if self.attendance is not Attendance.BOOKED:
            return f"The booking {name} is {self.attendance.lower()}."
        if has_closed(self.starts, now):
            return (
                f"The window of {name} closed on {in_london(window(self.starts)[1])}."
            )
        return None

    def receive_answers(
        self, answers: AnswersReceived, *, revision: int, pin: str | None, now: datetime
    ) -> list[AnswersReceived | BookingTaken]:
        """Take the answers of an offline test; that says it was taken (B11, B15).

        ``revision`` is that of the booking as the answers say it; ``pin`` the present
        PIN of the user who downloaded the package (B14). An empty file that came back
        earlier does not stand in the way.
        """
        package, name = self.package(answers.package), self.made.booking
        if self.has_answers(answers.sha256):
            return []
        if revision != package.revision:
            why = f"it says revision {revision}, its package is of {package.revision}"
            raise NotAnswerPackage(booking=name, why=why)
        if package.revision != self.revision:
            raise PackageIsStale(path=("package",), package=answers.package)
        if package.pin != pin:
            raise PinHasChanged(path=("package",), package=answers.package)
        if self.answers is not None and self.answers.size:
            raise AnswersExist(booking=name, package=self.answers.package)
        return [answers, *self.record_taken(now)]

    def record_taken(self, now: datetime) -> list[BookingTaken]:
        """Record that the learner sat the test (B15)."""
        if self.attendance is Attendance.TAKEN:
            return []
        self._require_booked("taken")
        self._require_begun(now)
        return [BookingTaken()]

    def record_missed(self, now: datetime) -> list[BookingMissed]:
        """Record that the learner was absent (B15)."""
        if self.attendance is Attendance.ABSENT:
            return []
        self._require_booked("missed")
        self._require_begun(now)
        return [BookingMissed()]

    def add_result(
        self,
        *,
        is_pass: bool,
        grade: str,
        sat_on: date,
        mark: int | None,
        now: datetime,
    ) -> list[BookingTaken | BookingResultAdded]:
        """Record the result, and that the test was taken (B15).

        The day it was sat is from the one on which its window opened to today, in London.
        """
        added = BookingResultAdded(
            is_pass=is_pass, grade=grade, sat_on=sat_on, mark=mark
        )
        if self.result == added:
            return []
        if self.result is not None:
            known = result_said(self.result)
            raise ResultExists(booking=self.made.booking, known=known)
        require_not_in_future(sat_on, now)
        taken = self.record_taken(now)
        self.require_sat_in_time(sat_on, now)
        return [*taken, added]

    def require_sat_in_time(self, sat_on: date, now: datetime) -> None:
        """Raise SatInFuture, or SatBeforeWindow, if it cannot be the day (B15)."""
        require_not_in_future(sat_on, now)
        opens = window(self.starts)[0]
        if sat_on < opens.astimezone(LONDON).date():
            raise SatBeforeWindow(
                path=("sat_on",),
                booking=self.made.booking,
                opened=in_london(opens),
                day=sat_on,
            )

    def _require_booked(self, what: str) -> None:
        if self.attendance is not Attendance.BOOKED:
            raise is_over(self.made.booking, self.attendance, what)

    def _require_inside(self, now: datetime) -> None:
        opens, closes = window(self.starts)
        if not opens <= now < closes:
            raise WindowIsNotOpen(
                booking=self.made.booking,
                opens=in_london(opens),
                closes=in_london(closes),
            )

    def _require_begun(self, now: datetime) -> None:
        if not has_opened(self.starts, now):
            raise NotBeforeWindow(
                booking=self.made.booking, opens=in_london(window(self.starts)[0])
            )


def require_not_in_future(sat_on: date, now: datetime) -> None:
    """Raise SatInFuture of a day that is not there yet in London (B15)."""
    if sat_on > now.astimezone(LONDON).date():
        raise SatInFuture(path=("sat_on",), day=sat_on)


def mode_needed(delivery: str, mode: str | None) -> bool:
    """Tell whether a mode is missing (onscreen) or out of place (paper) (B5)."""
    return (delivery == Delivery.ONSCREEN) != (mode is not None)


def result_said(result: BookingResultAdded) -> str:
    """Say a result: ``Pass (30)``."""
    said = "Pass" if result.is_pass else "Fail"
    return said if result.mark is None else f"{said} ({result.mark})"
