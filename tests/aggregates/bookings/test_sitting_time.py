"""Notice, window, duration, and the two days on which London's clocks change."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.bookings.sitting_time import (
    Delivery,
    TimeMalformed,
    TimeSkipped,
    duration,
    earliest,
    has_closed,
    has_opened,
    read_time,
    window,
)
from aggregates.uk_time import LONDON, in_london

T = datetime(2026, 12, 10, 10, tzinfo=UTC)
BREATH = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("delivery", "notice"), [(Delivery.ONSCREEN, 2), (Delivery.PAPER, 288)]
)
def test_onscreen_tests_need_two_hours_notice_and_paper_ones_twelve_days(
    delivery: Delivery, notice: int
) -> None:
    """B3."""
    assert earliest(delivery, T) == T + timedelta(hours=notice)


def test_the_window_is_four_hours_either_side_and_its_end_is_outside() -> None:
    """B4: both edges, and a breath before each."""
    opens, closes = window(T)
    assert (opens, closes) == (T - timedelta(hours=4), T + timedelta(hours=4))
    assert (has_opened(T, opens - BREATH), has_opened(T, opens)) == (False, True)
    assert (has_closed(T, closes - BREATH), has_closed(T, closes)) == (False, True)


@pytest.mark.parametrize(
    ("minutes", "extra_time", "length"),
    [(60, 0, 60), (60, 25, 75), (45, 25, 57), (1, 25, 2), (40, 25, 50), (60, 50, 90)],
)
def test_extra_time_is_rounded_up_to_whole_minutes(
    minutes: int, extra_time: int, length: int
) -> None:
    """B6."""
    assert duration(minutes, extra_time) == timedelta(minutes=length)


@given(st.integers(1, 600), st.integers(0, 300))
def test_no_learner_gets_less_than_the_extra_time_nor_a_minute_more(
    minutes: int, extra_time: int
) -> None:
    """B6."""
    exact = minutes * (100 + extra_time)
    given = duration(minutes, extra_time) // timedelta(minutes=1) * 100
    assert exact <= given < exact + 100


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-12-10T10:00", "2026-12-10T10:00"),
        ("2026-07-10T10:00", "2026-07-10T09:00"),
        ("2027-03-28T00:59", "2027-03-28T00:59"),  # the clocks go forward at 01:00
        ("2027-03-28T02:00", "2027-03-28T01:00"),
        ("2026-10-25T00:59", "2026-10-24T23:59"),
        ("2026-10-25T01:30", "2026-10-25T00:30"),  # there are two: the first
        ("2026-10-25T02:00", "2026-10-25T02:00"),
        ("2026-10-25T01:30+01:00", "2026-10-25T00:30"),
        ("2026-10-25T01:30+00:00", "2026-10-25T01:30"),  # and the second
        ("2026-12-10T10:00:00Z", "2026-12-10T10:00"),
        ("2026-12-10T10:00+02:00", "2026-12-10T08:00"),
    ],
)
def test_a_time_is_in_london_unless_it_says_otherwise(text: str, utc: str) -> None:
    """B4: on days when the clocks change as well."""
    read = read_time(text, path=("starts",))
    assert read == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["2027-03-28T01:00", "2027-03-28T01:59"])
def test_a_time_that_the_clocks_skip_is_refused(text: str) -> None:
    """B4."""
    with pytest.raises(TimeSkipped, match="does not exist in London"):
        read_time(text, path=("starts",))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "tomorrow",
            "2026-13-01T10:00",
            "10:00",
            "2026-12-10",
            "2026-12-10T24:00",
        ),
        *("2026-12-10T10:00:01", "2026-12-10T10:00:00.5", "20261210T10"),
        *("0001-01-01T00:00+02:00", "9999-12-31T23:59", "9999-12-31T23:59-02:00"),
        "2026-12-10T10:00+24:00",
    ],
)
def test_what_is_no_time_to_the_minute_is_refused(text: str) -> None:
    """B4."""
    with pytest.raises(TimeMalformed):
        read_time(text, path=("starts",))


@pytest.mark.parametrize(
    ("text", "opens", "closes"),
    [
        ("2027-03-28T03:00", "27 March 2027 at 22:00", "28 March 2027 at 07:00"),
        ("2027-03-27T21:00", "27 March 2027 at 17:00", "28 March 2027 at 02:00"),
        ("2026-10-25T03:00", "25 October 2026 at 00:00", "25 October 2026 at 07:00"),
        ("2026-10-25T01:30", "24 October 2026 at 21:30", "25 October 2026 at 04:30"),
    ],
)
def test_the_window_of_a_day_when_the_clocks_change_is_eight_hours_all_the_same(
    text: str, opens: str, closes: str
) -> None:
    """B4: from 22:00 to 07:00 by the clock in spring."""
    begins, ends = window(read_time(text, path=()))
    assert ends - begins == timedelta(hours=8)
    assert (in_london(begins), in_london(ends)) == (opens, closes)


@given(st.integers(0, 3 * 366 * 24 * 60))
def test_every_time_that_london_shows_is_read_as_what_it_was(minutes: int) -> None:
    """B4: and the second of two as the first."""
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    there = moment.astimezone(LONDON)
    told = f"{there:%Y-%m-%dT%H:%M}"
    assert read_time(told, path=()) == moment - timedelta(hours=there.fold)
