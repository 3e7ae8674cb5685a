"""Correcting how a test went, which had been reported wrongly (B17)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from aggregates.booking import Booking
from aggregates.booking_refusals import BookingIsOver
from aggregates.errors import RuleBroken
from aggregates.registration import Registration
from aggregates.registration_refusals import RegistrationIsCancelled
from aggregates.sitting import Attendance, passed, sittings_after
from events.booking import BookingOutcomeCorrected, BookingResultAdded
from events.sitting import TestOutcomeCorrected


class NothingReported(RuleBroken):
    message = (
        "Nothing was reported of {booking} yet, so nothing can be corrected. Report how"
        " the test went."
    )


class ResultIsReliedOn(RuleBroken):
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
    """Put another outcome in place of the one that was reported; twice is once.

    Raises NothingReported, BookingIsOver, SatInFuture, SatBeforeWindow.
    """
    if booking.attendance is Attendance.BOOKED:
        raise NothingReported(booking=booking.made.booking)
    if booking.attendance is Attendance.CANCELLED:
        raise BookingIsOver(
            booking=booking.made.booking, state=booking.attendance, what="corrected"
        )
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
    submitted: Collection[str] = (),
) -> list[TestOutcomeCorrected]:
    """Take down the same of the registration.

    ``submitted`` are claims that wait to be processed. Raises ResultIsReliedOn if an
    award that counts the former grade is in force, or will be; RegistrationIsCancelled.
    """
    if registration.is_cancelled:
        raise RegistrationIsCancelled(
            registration=registration.registration, what="have a test corrected"
        )
    after = passed(sittings_after(registration.sittings, corrected))
    before = passed(registration.sittings).get(corrected.unit)
    relying = [
        claim
        for claim, award in registration.counted_awards.items()
        if before is not None
        and before != after.get(corrected.unit)
        and award.grades.get(corrected.unit) == before
        and (claim not in registration.settled or claim in submitted)
    ]
    if relying:
        raise ResultIsReliedOn(booking=corrected.booking, claims=", ".join(relying))
    return [corrected]
