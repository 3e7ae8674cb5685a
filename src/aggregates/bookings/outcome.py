"""The reported outcome of a test: complete, with a valid grade and mark of its unit (B15)."""

from datetime import date

from aggregates.bookings.sitting import Attendance
from aggregates.errors import Malformed
from catalogue import Unit
from catalogue.unit import FAIL, TRANSFERRED
from events.bookings.booking import BookingResultAdded


class DayMissing(Malformed):
    code = "day-missing"
    message = (
        "The day on which {booking} was sat is missing. Give it as sat_on, beside the"
        " result."
    )


class ResultMissing(Malformed):
    code = "result-missing"
    message = (
        "{what} of {booking} was sent without a result. Give the result, Pass or Fail,"
        " and the day it was sat; or leave {what} out."
    )


class AbsentHasNoResult(Malformed):
    code = "absent-has-no-result"
    message = (
        "{booking} was reported Absent, and with {what}. Report Absent alone; or, if the"
        " learner sat the test, Taken with the result."
    )


class MarkTooHigh(Malformed):
    code = "mark-too-high"
    message = (
        "{mark} is more than the {most} marks of {unit}. Give a mark of 0 to {most}."
    )


class GradeNotOfUnit(Malformed):
    code = "grade-not-of-unit"
    message = "{grade} is not a grade of {unit} that {what}. Give one of: {allowed}."


def result_of(
    unit: Unit,
    *,
    booking: str,
    attendance: Attendance,
    is_pass: bool | None,
    sat_on: date | None,
    grade: str | None,
    mark: int | None,
) -> BookingResultAdded | None:
    """Return the result in a reported outcome; None if it has none (B15).

    A pass without a grade gets the unit's lowest one. Raises AbsentHasNoResult,
    ResultMissing, DayMissing, MarkTooHigh, GradeNotOfUnit.
    """
    parts = {"result": is_pass, "sat_on": sat_on, "grade": grade, "mark": mark}
    given = [part for part, value in parts.items() if value is not None]
    if not given:
        return None
    if attendance is Attendance.ABSENT:
        raise AbsentHasNoResult(path=("attendance",), booking=booking, what=given[0])
    if is_pass is None:
        raise ResultMissing(path=("result",), booking=booking, what=given[0])
    if sat_on is None:
        raise DayMissing(path=("sat_on",), booking=booking)
    most = unit.maximum_mark
    if mark is not None and most is not None and mark > most:
        raise MarkTooHigh(path=("mark",), mark=mark, most=most, unit=unit.reference)
    return BookingResultAdded(
        is_pass=is_pass,
        grade=_grade(grade, unit, is_pass=is_pass),
        sat_on=sat_on,
        mark=mark,
    )


def _grade(given: str | None, unit: Unit, *, is_pass: bool) -> str:
    """Return the grade of the result: one that achieves the unit, or one that fails it."""
    may = [g for g in unit.grades if unit.achieves(g) == is_pass]
    may = may if is_pass else [*dict.fromkeys([*may, FAIL])]
    grade = given or may[0]
    if grade not in may or grade == TRANSFERRED:
        raise GradeNotOfUnit(
            path=("grade",),
            grade=grade,
            unit=unit.reference,
            what="passes" if is_pass else "fails",
            allowed=", ".join(may),
        )
    return grade
