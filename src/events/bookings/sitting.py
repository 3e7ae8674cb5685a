"""What can happen to the tests that a learner sits for a registration."""

from datetime import date, datetime

from events.event import Event


class TestBooked(Event, topic="registration.test-booked"):
    """A test of a unit was booked for the learner, from ``starts`` until ``ends``."""

    booking: str
    unit: str
    starts: datetime
    ends: datetime


class TestMoved(Event, topic="registration.test-moved"):
    """The test was moved to another time."""

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
    """The test's result was reported; ``is_pass`` says whether the grade achieves the unit."""

    booking: str
    unit: str
    grade: str
    is_pass: bool
    sat_on: date
    mark: int | None = None


class TestOutcomeCorrected(Event, topic="registration.test-outcome-corrected"):
    """The reported outcome of the test was corrected; the fields hold all of it as it is now."""

    booking: str
    unit: str
    attendance: str
    grade: str | None
    is_pass: bool | None
    sat_on: date | None
    mark: int | None
