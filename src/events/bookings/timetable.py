"""What can happen to a learner's timetable: when they sit tests, whichever centre books them."""

from datetime import datetime

from events.event import Event


class SittingPlanned(Event, topic="timetable.sitting-planned"):
    """The learner sits a booked test at this time, in place of any earlier time of the booking."""

    booking: str
    starts: datetime
    ends: datetime


class SittingDropped(Event, topic="timetable.sitting-dropped"):
    """The learner does not sit that test."""

    booking: str
