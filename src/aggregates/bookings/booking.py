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
    booking_over,
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
"""How long a launch link is valid (d)."""


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

        A new time must keep the notice, as a new booking would. ``by_specialist`` says
        whether an Account Specialist gives the extra time; None means that the request does
        not mention it. A centre cannot change what an Account Specialist gave (B6).
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
        """Set the room in which the test is sat (B16); packages stay valid."""
        if self.attendance is Attendance.CANCELLED:
            self._require_booked("given a room")
        return [] if room == self.room else [BookingRoomGiven(room=room)]

    def require_cancellable(self, now: datetime) -> None:
        """Raise a refusal if the window has closed, or the test is no longer Booked (B9)."""
        self._require_booked("cancelled")
        if has_closed(self.starts, now):
            raise WindowHasClosed(
                booking=self.made.booking, closed=in_london(window(self.starts)[1])
            )

    def make_launch_link(self, digest: str, *, now: datetime) -> list[LaunchLinkMade]:
        """Make a link that starts an online test, inside its window (B12)."""
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
        """Start the test by its last launch link, once, before the link expires (B12)."""
        kept, expires = self.launch or ("", now)
        if not compare_digest(kept, digest) or now >= expires:
            raise LaunchLinkInvalid
        self._require_booked("launched")
        self._require_inside(now)
        return [LaunchLinkUsed(digest=digest)]

    def not_current(self, now: datetime) -> str | None:
        """Say why no package can be made of the booking; None if one can (B13, first check)."""
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
        """Record the answers of an offline test, and that it was taken (B11, B15).

        ``revision`` is the booking's revision according to the answers. ``pin`` is the
        present PIN of the user who downloaded the package (B14). New answers may replace an
        empty file.
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

        ``sat_on`` may be any day from the opening of the window to today, in London.
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
        """Raise SatInFuture or SatBeforeWindow if the day is not possible (B15)."""
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
            raise booking_over(self.made.booking, self.attendance, what)

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
    """Raise SatInFuture if the day is after today in London (B15)."""
    if sat_on > now.astimezone(LONDON).date():
        raise SatInFuture(path=("sat_on",), day=sat_on)


def mode_needed(delivery: str, mode: str | None) -> bool:
    """Whether a mode is missing (onscreen) or not allowed (paper) (B5)."""
    return (delivery == Delivery.ONSCREEN) != (mode is not None)


def result_said(result: BookingResultAdded) -> str:
    """Write a result: ``Pass (30)``."""
    said = "Pass" if result.is_pass else "Fail"
    return said if result.mark is None else f"{said} ({result.mark})"
