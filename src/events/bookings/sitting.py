"""What can happen to a learner's tests, as the registration that they are for sees it."""

from datetime import date, datetime

from events.event import Event


class TestBooked(Event, topic="registration.test-booked"):
    """A booking gave the learner a place at a test of a unit, at that moment."""

    booking: str
    unit: str
    starts: datetime
    ends: datetime


class TestMoved(Event, topic="registration.test-moved"):
    """The test is at another moment now."""

    booking: str
    starts: datetime
    ends: datetime


class TestCalledOff(Event, topic="registration.test-called-off"):
    """The booking was cancelled before the test."""

    booking: str


class TestTaken(Event, topic="registration.test-taken"):
    """The learner sat the test."""

    booking: str


class TestMissed(Event, topic="registration.test-missed"):
    """The learner was absent from the test."""

    booking: str


class TestResultAdded(Event, topic="registration.test-result-added"):
    """The test has a result: a grade, which is a pass if it achieves the unit."""

    booking: str
    unit: str
    grade: str
    is_pass: bool
    sat_on: date
    mark: int | None = None


class TestOutcomeCorrected(Event, topic="registration.test-outcome-corrected"):
    """How the test went was reported wrongly: all of it as it is now."""

    booking: str
    unit: str
    attendance: str
    grade: str | None
    is_pass: bool | None
    sat_on: date | None
    mark: int | None
