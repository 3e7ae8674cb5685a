"""Dates as people write them, and the ages that a learner may have."""

import calendar
import re
from datetime import date

ERASED = date.min
"""What is read in place of a date of birth that was erased (H6)."""

YOUNGEST = 10
OLDEST = 110

_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_MONTHS = 12
_FULL_YEAR = 4


def _parts(text: str) -> tuple[int, int, str] | None:
    """Take a written date apart: day, month, and the year as it was written."""
    if day_first := _DAY_FIRST.fullmatch(text):
        return int(day_first[1]), int(day_first[2]), day_first[3]
    if iso := _ISO.fullmatch(text):
        return int(iso[3]), int(iso[2]), iso[1]
    return None


def read_date(text: str) -> date | str:
    """Read dd/mm/yyyy or ISO, or give the code of why it cannot be read (U4)."""
    parts = _parts(text)
    if parts is None:
        return "not-a-date"
    day, month, year = parts
    if len(year) < _FULL_YEAR:
        return "two-digit-year"
    try:
        return date(int(year), month, day)
    except ValueError:
        return "not-a-real-date"


def why_not_real(text: str) -> str:
    """Say which part of a well-written date is impossible: ``31 February``."""
    day, month, year = _parts(text) or (0, 0, "")
    if not 1 <= month <= _MONTHS:
        return f"{month} is not a month, and the day comes first"
    named = f"{day} {calendar.month_name[month]}"
    is_leap_day = (day, month) == (29, 2)
    return f"{named}{f' {year}' if is_leap_day else ''} is not a real date"


def centuries(text: str) -> tuple[str, str]:
    """Give both years that a year of two digits may mean: ``1906`` and ``2006``."""
    year = text[-2:]
    return f"19{year}", f"20{year}"


def shown_birth(born: date) -> date | None:
    """Give a date of birth as it is shown: None where it was erased (H6)."""
    return None if born == ERASED else born


def age_on(today: date, born: date) -> int:
    """Count the whole years; who was born on 29 February turns on 1 March."""
    before_birthday = (today.month, today.day) < (born.month, born.day)
    return today.year - born.year - before_birthday


def birth_fault(born: date, today: date) -> str | None:
    """Give the code of why nobody who learns was born that day, or None (U6)."""
    if born > today:
        return "date-in-future"
    age = age_on(today, born)
    if age < YOUNGEST:
        return "too-young"
    return "too-old" if age > OLDEST else None
