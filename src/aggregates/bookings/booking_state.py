"""The state of a booking, folded from its events."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self, TypeAlias, assert_never

from aggregates.aggregate import Aggregate
from aggregates.bookings.booking_refusals import (
    PackageUnknown,
)
from aggregates.bookings.sitting import Attendance
from aggregates.bookings.sitting_time import (
    CENTRES_EXTRA_TIME,
    duration,
)
from events.bookings.booking import (
    AnswersReceived,
    BookingAmended,
    BookingCancelled,
    BookingMade,
    BookingMissed,
    BookingOutcomeCorrected,
    BookingResultAdded,
    BookingRoomGiven,
    BookingTaken,
    LaunchLinkMade,
    LaunchLinkUsed,
    PackageDownloaded,
)
from events.event import Event

ATTENDANCE_AFTER: Mapping[type[Event], Attendance] = {
    BookingCancelled: Attendance.CANCELLED,
    BookingTaken: Attendance.TAKEN,
    BookingMissed: Attendance.ABSENT,
}

Later: TypeAlias = (
    BookingAmended
    | BookingCancelled
    | BookingRoomGiven
    | LaunchLinkMade
    | LaunchLinkUsed
    | PackageDownloaded
    | AnswersReceived
    | BookingTaken
    | BookingMissed
    | BookingResultAdded
    | BookingOutcomeCorrected
)


@dataclass(frozen=True, kw_only=True)
class BookingState(Aggregate):
    """A learner's place at a test; ``revision`` counts its versions, from 1.

    ``by_specialist``: an Account Specialist set the extra time. ``packages`` are the
    downloaded ones, by name, oldest first. ``launch`` is the valid launch link: its digest
    and when it expires.
    """

    made: BookingMade
    starts: datetime
    mode: str | None
    extra_time: int
    by_specialist: bool = False
    room: str | None = None
    revision: int = 1
    attendance: Attendance = Attendance.BOOKED
    packages: dict[str, PackageDownloaded]
    launch: tuple[str, datetime] | None = None
    answers: AnswersReceived | None = None
    result: BookingResultAdded | None = None

    @property
    def ends(self) -> datetime:
        """When the sitting ends, extra time included."""
        return self.starts + duration(self.made.minutes, self.extra_time)

    @property
    def minutes(self) -> int:
        """The length of the sitting, extra time included (B6)."""
        return int((self.ends - self.starts).total_seconds()) // 60

    def package(self, name: str) -> PackageDownloaded:
        """Return a downloaded package. Raises PackageUnknown."""
        if name not in self.packages:
            raise PackageUnknown(
                path=("package",), package=name, booking=self.made.booking
            )
        return self.packages[name]

    def last_package(self, user: str, client: str | None) -> PackageDownloaded | None:
        """Return the last package that a user downloaded, for this client if one is given."""
        return next(
            (
                package
                for package in reversed(self.packages.values())
                if package.user == user and client in {None, package.client}
            ),
            None,
        )

    def amended_since(self, package: PackageDownloaded) -> str | None:
        """Say that the booking was amended after the package; None if it was not (B11)."""
        if package.revision == self.revision:
            return None
        return amended_since(self.made.booking, package.package)

    def why_stale(self, package: PackageDownloaded, *, pin: str | None) -> str | None:
        """Say why a package can no longer be used; None if it can (B11, B14).

        ``pin`` is the present PIN of the user who downloaded it.
        """
        new_pin = another_pin(package.user, package.package)
        return self.amended_since(package) or (new_pin if package.pin != pin else None)

    def has_answers(self, sha256: str) -> bool:
        """Whether answers with this SHA-256 have come back already."""
        return self.answers is not None and self.answers.sha256 == sha256

    def _with_attendance(
        self, event: BookingTaken | BookingMissed | BookingOutcomeCorrected
    ) -> Self:
        if isinstance(event, BookingOutcomeCorrected):
            attendance = Attendance(event.attendance)
            return replace(self, attendance=attendance, result=result_in(event))
        is_taken = isinstance(event, BookingTaken)
        attendance = Attendance.TAKEN if is_taken else Attendance.ABSENT
        return replace(self, attendance=attendance)

    @classmethod
    def begin(cls, event: BookingMade) -> Self:
        return cls(
            made=event,
            starts=event.starts,
            mode=event.mode,
            extra_time=event.extra_time,
            packages={},
        )

    def apply(self, event: Later) -> Self:
        now = self
        match event:
            case BookingAmended(extra_time=extra_time):
                is_special = extra_time not in CENTRES_EXTRA_TIME
                now = replace(
                    self,
                    starts=event.starts,
                    mode=event.mode,
                    extra_time=extra_time,
                    by_specialist=event.by_specialist or is_special,
                    revision=self.revision + 1,
                    launch=None,
                )
            case BookingCancelled() | BookingTaken() | BookingMissed():
                now = replace(self, attendance=ATTENDANCE_AFTER[type(event)])
            case BookingRoomGiven(room=room):
                now = replace(self, room=room)
            case LaunchLinkMade(digest=digest, expires=expires):
                now = replace(self, launch=(digest, expires))
            case LaunchLinkUsed():
                now = replace(self, launch=None)
            case PackageDownloaded(package=package):
                now = replace(self, packages={**self.packages, package: event})
            case AnswersReceived():
                now = replace(self, answers=event)
            case BookingResultAdded():
                now = replace(self, result=event)
            case BookingTaken() | BookingMissed() | BookingOutcomeCorrected():
                now = self._with_attendance(event)
            case _:
                assert_never(event)
        return now


def result_in(event: BookingOutcomeCorrected) -> BookingResultAdded | None:
    """Return the result in a correction, if it has one (B17)."""
    if event.grade is None or event.sat_on is None:
        return None
    return BookingResultAdded(
        is_pass=bool(event.is_pass),
        grade=event.grade,
        sat_on=event.sat_on,
        mark=event.mark,
    )


def amended_since(booking: str, package: str) -> str:
    """Say that a booking was amended after a package was downloaded (B11)."""
    return (
        f"{booking} was amended after the package {package} was downloaded. Download it"
        " again."
    )


def another_pin(user: str, package: str) -> str:
    """Say that a user's PIN was changed after a package was downloaded (B14)."""
    return (
        f"{user} has another PIN since the package {package} was downloaded. Download it"
        " again."
    )
