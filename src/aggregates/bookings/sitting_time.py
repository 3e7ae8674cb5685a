"""When a test may be sat: notice, window, duration, and London time (B3-B6)."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import ceil

from aggregates.errors import FieldPath, Malformed
from aggregates.uk_time import LONDON

EITHER_SIDE = timedelta(hours=4)
"""The length of the testing window on either side of the chosen time (B4)."""

CENTRES_EXTRA_TIME = frozenset({0, 25})
"""The extra times, in per cent, that a centre may give (B6)."""

MOST_EXTRA_TIME = 300
"""The most extra time that anybody may give, in per cent (d)."""

TO_THE_MINUTE = re.compile(
    r"[2-8]\d{3}-\d\d-\d\dT\d\d:\d\d(:00(\.0+)?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
"""The form of a time: to the minute (d), in a year from 2000 to 8999."""


class Delivery(StrEnum):
    """How a test is delivered."""

    ONSCREEN = "Onscreen"
    PAPER = "Paper"


class Mode(StrEnum):
    """How an onscreen test reaches the learner (B5); a paper test has no mode."""

    CLASSROOM = "Classroom"
    OFFLINE = "Offline"
    ONLINE = "Online"


NOTICE = {Delivery.ONSCREEN: timedelta(hours=2), Delivery.PAPER: timedelta(hours=288)}
"""How long before the chosen time a test must be booked (B3)."""


YEARS = 5
"""How far ahead a test can be booked (d); a later day is probably a typing error."""


class TimeMalformed(Malformed):
    code = "time-malformed"
    message = "{text} is not a time. Write it as 2026-12-10T10:00."


class TimeSkipped(Malformed):
    code = "time-skipped"
    message = (
        "{text} does not exist in London: the clocks go forward over it. Choose a time"
        " an hour later."
    )


def window(starts: datetime) -> tuple[datetime, datetime]:
    """Return the testing window: its first moment, and the first moment after it (B4)."""
    return starts - EITHER_SIDE, starts + EITHER_SIDE


def has_opened(starts: datetime, now: datetime) -> bool:
    return now >= window(starts)[0]


def has_closed(starts: datetime, now: datetime) -> bool:
    return now >= window(starts)[1]


def earliest(delivery: str, now: datetime) -> datetime:
    """Return the earliest time that keeps the notice (B3)."""
    return now + NOTICE[Delivery(delivery)]


def is_too_far(starts: datetime, now: datetime) -> bool:
    """Whether a time is so far ahead that it is probably a typing error (B3)."""
    return starts > now + timedelta(days=YEARS * 366)


def duration(minutes: int, extra_time: int) -> timedelta:
    """Return the length of a test with extra time in per cent, rounded up (B6)."""
    return timedelta(minutes=ceil(minutes * (100 + extra_time) / 100))


def read_time(text: str, *, path: FieldPath) -> datetime:
    """Read a time, in London unless an offset is given; of a repeated time, the first (B4).

    Raises TimeMalformed, TimeSkipped.
    """
    try:
        read = datetime.fromisoformat(text if TO_THE_MINUTE.fullmatch(text) else "")
    except ValueError:
        raise TimeMalformed(path=path, text=text) from None
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    moment = read.replace(tzinfo=LONDON).astimezone(UTC)
    if moment.astimezone(LONDON).replace(tzinfo=None) != read:
        raise TimeSkipped(path=path, text=text)
    return moment
