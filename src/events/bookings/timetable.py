"""What can happen to a learner's timetable: when they sit tests, whoever books them."""

from datetime import datetime

from events.event import Event


class SittingPlanned(Event, topic="timetable.sitting-planned"):
    """The learner sits a test then, by that booking; an earlier time of it goes."""

    booking: str
    starts: datetime
    ends: datetime


class SittingDropped(Event, topic="timetable.sitting-dropped"):
    """The learner does not sit that test."""

    booking: str
