"""What the clocks in London show, on the days when they change as well."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.bookings.sitting_time import read_time
from aggregates.uk_time import LONDON, clock_in_london, day_or_moment, in_london

SRC = Path(__file__).parents[2] / "src"
BREATH = timedelta(microseconds=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-10-24T23:59", "25 October 2026 at 00:59"),
        ("2026-10-25T00:00", "25 October 2026 at 01:00 BST"),
        ("2026-10-25T00:30", "25 October 2026 at 01:30 BST"),
        ("2026-10-25T00:59", "25 October 2026 at 01:59 BST"),
        ("2026-10-25T01:00", "25 October 2026 at 01:00 GMT"),
        ("2026-10-25T01:59", "25 October 2026 at 01:59 GMT"),
        ("2026-10-25T02:00", "25 October 2026 at 02:00"),
        ("2027-03-28T00:59", "28 March 2027 at 00:59"),
        ("2027-03-28T01:00", "28 March 2027 at 02:00"),
        ("2027-07-10T09:00", "10 July 2027 at 10:00"),
    ],
)
def test_of_the_hour_that_comes_twice_it_is_said_which_is_meant(
    moment: str, said: str
) -> None:
    """B4: once a year, on either side of it, and not when an hour is skipped."""
    assert in_london(utc(moment)) == said


def test_both_edges_of_that_hour_are_told_apart() -> None:
    """B4."""
    begins, middle, ends = map(
        utc, ("2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00")
    )
    assert clock_in_london(begins - BREATH) == "00:59"
    assert clock_in_london(middle - BREATH) == "01:59 BST"
    assert clock_in_london(middle) == "01:00 GMT"
    assert clock_in_london(ends - BREATH) == "01:59 GMT"


@given(st.integers(0, 3 * 366 * 24 * 60))
def test_no_two_minutes_are_said_alike(minutes: int) -> None:
    """B4: what is said of a time tells it from the hour after and the hour before."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    hour = timedelta(hours=1)
    assert len({in_london(moment + n * hour) for n in (-1, 0, 1)}) == 3
    there = f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}"
    is_second = in_london(moment).endswith("GMT")
    assert (read_time(there, path=()) == moment) is not is_second


def test_where_london_is_is_said_in_one_place() -> None:
    said = [p.name for p in SRC.rglob("*.py") if "Europe/London" in p.read_text()]
    assert said == ["uk_time.py"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-01", "2026-10-01T22:59:59.999999+00:00"),
        ("2026-10-25", "2026-10-25T23:59:59.999999+00:00"),
        ("2026-12-01", "2026-12-01T23:59:59.999999+00:00"),
        ("2026-11-24", "2026-11-24T09:30:00+00:00"),
        ("2026-10-01T09:00", "2026-10-01T08:00:00+00:00"),
        ("2026-10-01T09:00:00Z", "2026-10-01T09:00:00+00:00"),
    ],
)
def test_a_day_alone_is_its_end_and_that_of_today_is_now(
    text: str, moment: str
) -> None:
    """H3."""
    now = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert day_or_moment(text, now).astimezone(UTC).isoformat() == moment
