"""Dates as people write them, and the allowed ages of learners."""

import calendar
import re
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

ERASED = date.min
"""Stands in place of an erased date of birth (H6)."""

YOUNGEST = 10
OLDEST = 110

OLDEST_YEAR = 1900
"""Eight digits without separators are a date only from this year on."""

_DAY_FIRST = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4}|[0-9]{2})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_OTHER_MARK = re.compile(
    r"([0-9]{1,2}) ?([-./ ]) ?([0-9]{1,2}) ?\2 ?([0-9]{4}|[0-9]{2})"
)
_YEAR_FIRST = re.compile(r"([0-9]{4})([-./ ])([0-9]{1,2})\2([0-9]{1,2})")
_EIGHT_DIGITS = re.compile("[0-9]{8}")
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? +", re.IGNORECASE)
_MONTH = r"([a-z]{3,9})\.?"
_DAY = "([0-9]{1,2})(?:st|nd|rd|th)?"
_DAY_OF_MONTH = re.compile(
    rf"{_DAY}(?: of)?[-./, ]*{_MONTH}[-./, ]*([0-9]{{4}}|[0-9]{{2}})", re.IGNORECASE
)
_MONTH_AND_DAY = re.compile(
    rf"{_MONTH}[-./ ]*{_DAY}[-./, ]+([0-9]{{4}}|[0-9]{{2}})", re.IGNORECASE
)
_MIDNIGHT = re.compile(
    r"[T ] ?(?:0?0:00(?::00(?:\.0+)?)?(?:Z|\+00:00)?|12:00(?::00)? ?AM)$", re.IGNORECASE
)
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_MONTHS = 12
_FULL_YEAR = 4
_MONTH_NAMES: Mapping[str, int] = {
    name.casefold(): month
    for month in range(1, _MONTHS + 1)
    for name in (calendar.month_name[month], calendar.month_abbr[month])
} | {"sept": 9}

Parts: TypeAlias = tuple[int, int, str]
"""The day, the month, and the year as written."""


def _parts(text: str) -> Parts | None:
    """Divide a date in the usual form into its parts."""
    if day_first := _DAY_FIRST.fullmatch(text):
        return int(day_first[1]), int(day_first[2]), day_first[3]
    if iso := _ISO.fullmatch(text):
        return int(iso[3]), int(iso[2]), iso[1]
    return _other_parts(_MIDNIGHT.sub("", text.translate(_DASHES)))


def _other_parts(text: str) -> Parts | None:
    """Divide a date in any other form that has one meaning in this country."""
    if day_first := _OTHER_MARK.fullmatch(text):
        return int(day_first[1]), int(day_first[3]), day_first[4]
    if year_first := _YEAR_FIRST.fullmatch(text):
        return int(year_first[4]), int(year_first[3]), year_first[1]
    if _EIGHT_DIGITS.fullmatch(text):
        ways = (int(text[:2]), int(text[2:4]), text[4:]), _year_month_day(text)
        real = [way for way in ways if int(way[2]) >= OLDEST_YEAR and _day(way)]
        return real[0] if len(real) == 1 else None
    return _named_parts(_WEEKDAY.sub("", text, count=1))


def _year_month_day(text: str) -> Parts:
    return int(text[6:]), int(text[4:6]), text[:4]


def _named_parts(text: str) -> Parts | None:
    """Divide a date whose month is a word: ``1 Feb 2004``, ``February 1, 2004``."""
    if day_first := _DAY_OF_MONTH.fullmatch(text):
        day, month, year = day_first.groups()
    elif month_first := _MONTH_AND_DAY.fullmatch(text):
        month, day, year = month_first.groups()
    else:
        return None
    number = _MONTH_NAMES.get(month.casefold())
    return (int(day), number, year) if number else None


def _day(parts: Parts) -> date | None:
    day, month, year = parts
    try:
        return date(int(year), month, day)
    except ValueError:
        return None


def read_date(text: str) -> date | str:
    """Read a date that has one meaning, or return the code of its fault (U4).

    Accepted are dd/mm/yyyy and ISO; the same with other separators; ``1 Feb 2004`` and the
    like; eight digits; and any of these followed by midnight. In numbers alone the day
    comes first.
    """
    parts = _parts(text)
    if parts is None:
        return "not-a-date"
    if len(parts[2]) < _FULL_YEAR:
        return "two-digit-year"
    return _day(parts) or "not-a-real-date"


def read_otherwise(text: str) -> str | None:
    """Write a date that was given in an unusual form as ``1 February 2004`` (U4).

    Return None for dd/mm/yyyy and ISO, and for what is not a date.
    """
    if _DAY_FIRST.fullmatch(text) or _ISO.fullmatch(text):
        return None
    day = read_date(text)
    return said_in_full(day) if isinstance(day, date) else None


def said_in_full(day: date) -> str:
    """Write a date as ``1 February 2004``."""
    return f"{day.day} {calendar.month_name[day.month]} {day.year}"


def why_not_real(text: str) -> str:
    """Say which part of a well-written date is impossible, such as ``31 February``."""
    day, month, year = _parts(text) or (0, 0, "")
    if not 1 <= month <= _MONTHS:
        meant = _day((month, day, year)) if year else None
        asks = f" Is {said_in_full(meant)} meant?" if meant else ""
        return f"{month} is not a month, and the day comes first.{asks}"
    named = f"{day} {calendar.month_name[month]}"
    is_leap_day = (day, month) == (29, 2)
    return f"{named}{f' {year}' if is_leap_day else ''} is not a real date."


def centuries(text: str) -> tuple[str, str]:
    """Return both years that a two-digit year may mean: ``1906`` and ``2006``."""
    _, _, year = _parts(text) or (0, 0, "")
    return f"19{year}", f"20{year}"


def shown_birth(born: date) -> date | None:
    """Return a date of birth for display: None if it was erased (H6)."""
    return None if born == ERASED else born


def age_on(today: date, born: date) -> int:
    """Count the whole years; somebody born on 29 February turns a year older on 1 March."""
    before_birthday = (today.month, today.day) < (born.month, born.day)
    return today.year - born.year - before_birthday


def birth_fault(born: date, today: date) -> str | None:
    """Check a date of birth against the allowed ages; return the fault's code or None (U6)."""
    if born > today:
        return "date-in-future"
    age = age_on(today, born)
    if age < YOUNGEST:
        return "too-young"
    return "too-old" if age > OLDEST else None
