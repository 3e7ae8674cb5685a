"""Correcting a test outcome that was reported wrongly (B17)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from aggregates.bookings.booking import Booking
from aggregates.bookings.booking_refusals import SittingsOverlap, booking_over
from aggregates.bookings.sitting import (
    Attendance,
    grades_by_test,
    grades_passed,
    sittings_after,
)
from aggregates.bookings.timetable import Timetable
from aggregates.errors import RuleBroken
from aggregates.registrations.registration import Registration
from aggregates.registrations.registration_refusals import RegistrationIsCancelled
from catalogue import AwardType, Qualification, assess
from events.bookings.booking import BookingOutcomeCorrected, BookingResultAdded
from events.bookings.sitting import TestOutcomeCorrected
from events.bookings.timetable import SittingDropped, SittingPlanned
from events.registrations.registration import AwardClaimed


class NothingReported(RuleBroken):
    code = "nothing-reported"
    message = (
        "No outcome of {booking} is reported yet, so there is none to correct. Report"
        " how the test went."
    )


class ResultIsReliedOn(RuleBroken):
    code = "result-is-relied-on"
    message = (
        "The result of {booking} cannot be corrected: {claims} relies on it. Have that"
        " claim withdrawn, or its certificate revoked by an Account Specialist, first."
    )


def correct_outcome(
    booking: Booking,
    *,
    attendance: Attendance,
    result: BookingResultAdded | None,
    reason: str,
    person_id: UUID,
    now: datetime,
) -> list[BookingOutcomeCorrected]:
    """Replace the reported outcome by another; repeating it makes no event.

    Raises NothingReported, BookingIsOver, SatInFuture, SatBeforeWindow.
    """
    if booking.attendance is Attendance.BOOKED:
        raise NothingReported(booking=booking.made.booking)
    if booking.attendance is Attendance.CANCELLED:
        raise booking_over(booking.made.booking, booking.attendance, "corrected")
    if (attendance, result) == (booking.attendance, booking.result):
        return []
    if result is not None:
        booking.require_sat_in_time(result.sat_on, now)
    return [
        BookingOutcomeCorrected(
            attendance=attendance,
            is_pass=result.is_pass if result else None,
            grade=result.grade if result else None,
            sat_on=result.sat_on if result else None,
            mark=result.mark if result else None,
            person_id=person_id,
            reason=reason,
        )
    ]


def correct_test(
    registration: Registration,
    corrected: TestOutcomeCorrected,
    *,
    rules: Qualification,
    submitted: Collection[str] = (),
) -> list[TestOutcomeCorrected]:
    """Record the correction on the registration, which follows these ``rules``.

    ``submitted`` are claims that wait to be processed. Raises ResultIsReliedOn if an award
    that counts the old grade is in force or will be; RegistrationIsCancelled.
    """
    if registration.is_cancelled:
        raise RegistrationIsCancelled(
            registration=registration.registration, what="have a test corrected"
        )
    relying = [
        claim
        for claim, award in registration.counted_awards.items()
        if (claim not in registration.settled or claim in submitted)
        and _relies(award, registration, corrected, rules)
    ]
    if relying:
        raise ResultIsReliedOn(booking=corrected.booking, claims=", ".join(relying))
    return [corrected]


def _relies(
    award: AwardClaimed,
    registration: Registration,
    corrected: TestOutcomeCorrected,
    rules: Qualification,
) -> bool:
    """Whether an award counts the old grade of the test.

    Any award counts a pass. A fail matters only to a Full award whose rules count attempted
    units, if the corrected grades would not earn it.
    """
    unit = corrected.unit
    before = grades_by_test(registration.sittings).get(unit)
    after = grades_by_test(sittings_after(registration.sittings, corrected)).get(unit)
    if before is None or before == after or award.grades.get(unit) != before:
        return False
    if unit in grades_passed(registration.sittings):
        return True
    grades = {u: g for u, g in award.grades.items() if u != unit}
    grades |= {unit: after} if after else {}
    is_full = award.award_type == AwardType.FULL
    return is_full and not assess(rules, grades, pathway=registration.pathway).eligible


def plan_sitting(
    booking: Booking, timetable: Timetable, *, attendance: Attendance
) -> list[SittingPlanned | SittingDropped]:
    """Make the events by which a corrected attendance changes the learner's timetable (B7).

    Raises SittingsOverlap if the learner sat another test at that time.
    """
    if attendance is booking.attendance:
        return []
    name = booking.made.booking
    if attendance is Attendance.ABSENT:
        return [SittingDropped(booking=name)]
    starts, ends = booking.starts, booking.ends
    other = timetable.overlapping(starts, ends, but=name)
    if other is not None:
        raise SittingsOverlap(
            path=("attendance",),
            learner=booking.made.learner,
            booking=other,
            next_step=f"If the learner was at this one, cancel or amend {other} first.",
        )
    return [SittingPlanned(booking=name, starts=starts, ends=ends)]
