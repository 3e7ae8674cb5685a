"""Times of tests: read as people type them, and drawn with the window about them (B4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from aggregates.bookings.sitting_time import read_time, window
from aggregates.errors import Malformed
from aggregates.uk_time import LONDON, clock_in_london, in_london, midnight
from web.http.context import PageContext
from web.http.inputs import read_day

BAR = 480
"""How wide the bar of a day is drawn: twenty units an hour."""


class TimeMissing(Malformed):
    code = "time-missing"
    message = "Give a time such as 10:00, and the date."


def read_moment(context: PageContext, date_field: str, time_field: str) -> datetime:
    """Read a date and a time in London that were typed into two fields.

    Raises DayUnreadable, TimeMissing, TimeMalformed, TimeSkipped, each at its field.
    """
    form = context.form
    return read_written(
        form.text(date_field), form.text(time_field), date_field, time_field
    )


def read_written(day: str, clock: str, date_field: str, time_field: str) -> datetime:
    """Read a date and a time in London. Raises as ``read_moment`` does."""
    read = read_day(day, date_field)
    if read is None or not clock:
        raise TimeMissing(path=(date_field,) if read is None else (time_field,))
    written = clock.replace(".", ":").rjust(5, "0")
    return read_time(f"{read.isoformat()}T{written}", path=(time_field,))


def write_typed_day(moment: datetime | None) -> str:
    """Write the day of a moment as it is typed: 10/12/2026."""
    there = moment.astimezone(LONDON) if moment else None
    return f"{there.day}/{there.month}/{there.year}" if there else ""


def write_typed_time(moment: datetime | None) -> str:
    return f"{moment.astimezone(LONDON):%H:%M}" if moment else ""


@dataclass(frozen=True, kw_only=True)
class TestWindow:
    """When a test may start, in words and as a bar of the day in London.

    ``left``, ``width`` and ``at`` are on a bar ``BAR`` wide; ``now`` is None on another
    day.
    """

    when: str
    words: str
    left: float
    width: float
    at: float
    now: float | None

    @classmethod
    def of(cls, starts: datetime, now: datetime) -> "TestWindow":
        opens, closes = window(starts)
        day = starts.astimezone(LONDON).date()
        left, right = (min(max(_place(m, starts), 0.0), BAR) for m in (opens, closes))
        is_today = now.astimezone(LONDON).date() == day
        return cls(
            when=in_london(starts),
            words=window_in_words(starts),
            left=left,
            width=round(right - left, 1),
            at=_place(starts, starts),
            now=_place(now, starts) if is_today else None,
        )

    @property
    def hours(self) -> Iterator[tuple[int, str]]:
        """Give the places of the hours that are written below the bar."""
        for hour in (0, 6, 12, 18, 24):
            yield hour * BAR // 24, f"{hour:02}:00"


def _place(moment: datetime, starts: datetime) -> float:
    """Give where a moment is on the bar of the day on which the test starts."""
    day = starts.astimezone(LONDON).date()
    begins, ends = midnight(day), midnight(day, days=1)
    length = ends.timestamp() - begins.timestamp()
    since = moment.timestamp() - begins.timestamp()
    return round(since / length * BAR, 1)


def window_in_words(starts: datetime) -> str:
    """Say when a test may start: 06:00 to 14:00, with the days if they are two."""
    opens, closes = window(starts)
    days = {each.astimezone(LONDON).date() for each in (opens, closes)}
    if len(days) == 1:
        return f"{clock_in_london(opens)} to {clock_in_london(closes)}"
    return f"{in_london(opens)} to {in_london(closes)}"
