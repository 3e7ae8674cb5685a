"""The clock in London, which every time that people say or read is by."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def in_london(moment: datetime) -> str:
    """Write a time as people in London say it: 10 December 2026 at 10:00."""
    there = moment.astimezone(LONDON)
    return f"{there.day} {there:%B %Y} at {clock_in_london(moment)}"


def clock_in_london(moment: datetime) -> str:
    """Write what the clocks show: 10:00; of the hour that comes twice, 01:30 BST or GMT."""
    there = moment.astimezone(LONDON)
    is_twice = there.utcoffset() != there.replace(fold=1 - there.fold).utcoffset()
    return f"{there:%H:%M %Z}" if is_twice else f"{there:%H:%M}"


def day_or_moment(text: str, now: datetime) -> datetime:
    """Read a moment, in London where no zone is said; a day alone is its end (H3).

    The end of today is now. Raises ValueError.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        read = datetime.fromisoformat(text)
        return read if read.tzinfo else read.replace(tzinfo=LONDON)
    is_today = day == now.astimezone(LONDON).date()
    return now if is_today else end_of(day)


def end_of(day: date) -> datetime:
    """Say which is the last moment of the day in London."""
    return midnight(day, days=1) - timedelta(microseconds=1)


def midnight(day: date, *, days: int = 0) -> datetime:
    """Say when the day begins in London; the last day there is has no next one."""
    later = day + timedelta(days=days if day < date.max else 0)
    return datetime.combine(later, time(), tzinfo=LONDON)
