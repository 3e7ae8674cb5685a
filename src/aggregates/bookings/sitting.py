"""Sittings: a learner's tests on one registration, with their outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias, assert_never

from events.bookings.sitting import (
    TestBooked,
    TestCalledOff,
    TestMissed,
    TestMoved,
    TestOutcomeCorrected,
    TestResultAdded,
    TestTaken,
)

SittingEvent: TypeAlias = (
    TestBooked
    | TestMoved
    | TestCalledOff
    | TestTaken
    | TestMissed
    | TestResultAdded
    | TestOutcomeCorrected
)


class Attendance(StrEnum):
    """The status of a booked test."""

    BOOKED = "Booked"
    CANCELLED = "Cancelled"
    TAKEN = "Taken"
    ABSENT = "Absent"


@dataclass(frozen=True, kw_only=True)
class TestResult:
    """A grade and the day on which the test was sat."""

    grade: str
    is_pass: bool
    sat_on: date
    mark: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sitting:
    """One booked test of a unit, from ``starts`` to ``ends`` (extra time included).

    ``is_corrected``: its outcome had been reported differently before (B17).
    """

    unit: str
    starts: datetime
    ends: datetime
    attendance: Attendance = Attendance.BOOKED
    result: TestResult | None = None
    is_corrected: bool = False


Sittings: TypeAlias = Mapping[str, Sitting]
"""Sittings by booking, oldest first."""


def sittings_after(sittings: Sittings, event: SittingEvent) -> Sittings:
    """Apply an event to the sittings of a registration."""
    if isinstance(event, TestBooked):
        sitting = Sitting(unit=event.unit, starts=event.starts, ends=event.ends)
        return {**sittings, event.booking: sitting}
    was = sittings[event.booking]
    match event:
        case TestMoved(starts=starts, ends=ends):
            now = replace(was, starts=starts, ends=ends)
        case TestCalledOff():
            now = replace(was, attendance=Attendance.CANCELLED)
        case TestTaken():
            now = replace(was, attendance=Attendance.TAKEN)
        case TestMissed():
            now = replace(was, attendance=Attendance.ABSENT)
        case TestResultAdded():
            result = TestResult(
                grade=event.grade,
                is_pass=event.is_pass,
                sat_on=event.sat_on,
                mark=event.mark,
            )
            now = replace(was, attendance=Attendance.TAKEN, result=result)
        case TestOutcomeCorrected():
            now = _correct_sitting(was, event)
        case _:
            assert_never(event)
    return {**sittings, event.booking: now}


def _correct_sitting(was: Sitting, event: TestOutcomeCorrected) -> Sitting:
    result = None
    if event.grade is not None and event.sat_on is not None:
        result = TestResult(
            grade=event.grade,
            is_pass=bool(event.is_pass),
            sat_on=event.sat_on,
            mark=event.mark,
        )
    attendance = Attendance(event.attendance)
    return replace(was, attendance=attendance, result=result, is_corrected=True)


def grades_passed(sittings: Sittings) -> dict[str, str]:
    """Return the units passed by test, with the grade of the last pass of each (M12)."""
    return {
        sitting.unit: sitting.result.grade
        for sitting in sittings.values()
        if sitting.result is not None and sitting.result.is_pass
    }


def grades_by_test(sittings: Sittings) -> dict[str, str]:
    """Return the grade of each tested unit: of the last pass, else of the last fail.

    A failed test is an attempt, which rules may count (M12).
    """
    failed = {
        sitting.unit: sitting.result.grade
        for sitting in sittings.values()
        if sitting.result is not None and not sitting.result.is_pass
    }
    return failed | grades_passed(sittings)
