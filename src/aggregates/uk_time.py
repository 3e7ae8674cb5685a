"""Dates and times in London: every date and time that people read or write is local there."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def in_london(moment: datetime) -> str:
    """Write a time in London: 10 December 2026 at 10:00."""
    there = moment.astimezone(LONDON)
    return f"{there.day} {there:%B %Y} at {clock_in_london(moment)}"


def clock_in_london(moment: datetime) -> str:
    """Write the clock time in London: 10:00; in the repeated hour, 01:30 BST or 01:30 GMT."""
    there = moment.astimezone(LONDON)
    is_twice = there.utcoffset() != there.replace(fold=1 - there.fold).utcoffset()
    return f"{there:%H:%M %Z}" if is_twice else f"{there:%H:%M}"


def day_or_moment(text: str, now: datetime) -> datetime:
    """Read a moment, in London if it names no zone; a day alone means its end (H3).

    The end of today is ``now``. Raises ValueError.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        read = datetime.fromisoformat(text)
        return read if read.tzinfo else read.replace(tzinfo=LONDON)
    is_today = day == now.astimezone(LONDON).date()
    return now if is_today else end_of(day)


def end_of(day: date) -> datetime:
    """Return the last moment of the day in London."""
    return midnight(day, days=1) - timedelta(microseconds=1)


def midnight(day: date, *, days: int = 0) -> datetime:
    """Return the start of the day in London, ``days`` later.

    The last possible date has no later day: its own start is returned.
    """
    later = day + timedelta(days=days if day < date.max else 0)
    return datetime.combine(later, time(), tzinfo=LONDON)
