"""What is reported of a booking: taken, absent, a result."""

from datetime import UTC, date, datetime

import pytest

from aggregates.bookings.booking_refusals import (
    BookingIsOver,
    NotBeforeWindow,
    ResultExists,
    SatBeforeWindow,
    SatInFuture,
)
from events.bookings.booking import BookingMissed, BookingTaken
from tests.aggregates.bookings.booking_examples import (
    BREATH,
    CANCELLED,
    OPENS,
    PASS,
    T,
    booked,
)


def test_taken_or_absent_is_reported_from_the_opening_of_the_window_on() -> None:
    """B15."""
    assert booked().record_taken(OPENS) == [BookingTaken()]
    assert booked().record_missed(OPENS) == [BookingMissed()]
    for report in (booked().record_taken, booked().record_missed):
        with pytest.raises(NotBeforeWindow):
            report(OPENS - BREATH)


def test_an_outcome_is_reported_once_and_not_the_other_way_round() -> None:
    """B15."""
    assert booked(BookingTaken()).record_taken(T) == []
    assert booked(BookingMissed()).record_missed(T) == []
    with pytest.raises(BookingIsOver, match="was reported Absent, so it cannot be"):
        booked(BookingMissed()).record_taken(T)
    with pytest.raises(BookingIsOver) as refused:
        booked(BookingTaken()).record_missed(T)
    assert str(refused.value) == (
        "B-0000000001 was reported Taken, so it cannot be reported Absent; nothing was"
        " changed. If that is wrong, correct the outcome, with a reason."
    )
    with pytest.raises(BookingIsOver, match="is cancelled, so it cannot be reported"):
        booked(CANCELLED).record_missed(T)
    with pytest.raises(BookingIsOver, match="cannot be cancelled again"):
        booked(CANCELLED).require_cancellable(T)


def test_a_result_says_that_the_test_was_taken_and_comes_once() -> None:
    """B15."""
    told = {"is_pass": True, "grade": "P", "sat_on": T.date(), "mark": 40}
    assert booked().add_result(**told, now=T) == [BookingTaken(), PASS]  # type: ignore[arg-type] # as told
    done = booked(BookingTaken(), PASS)
    assert done.add_result(**told, now=T) == []  # type: ignore[arg-type] # as told
    known = "B-0000000001 already has the result Pass .40.. A different one was sent"
    with pytest.raises(ResultExists, match=known):
        done.add_result(**{**told, "mark": 41}, now=T)  # type: ignore[arg-type] # as told
    with pytest.raises(SatInFuture):
        booked().add_result(
            is_pass=True, grade="P", sat_on=date(2026, 12, 11), mark=None, now=T
        )


@pytest.mark.parametrize(
    ("starts", "now", "days"),
    [
        ((2027, 7, 10, 23), (2027, 7, 10, 23, 30), {10, 11}),
        ((2027, 7, 10, 23), (2027, 7, 10, 22, 30), {10}),
        ((2026, 12, 10, 23), (2026, 12, 10, 23, 30), {10}),
        ((2026, 12, 10, 2), (2026, 12, 10, 2), {9, 10}),
    ],
)
def test_a_test_was_sat_between_the_day_its_window_opened_and_today_in_london(
    starts: tuple[int, ...], now: tuple[int, ...], days: set[int]
) -> None:
    """B15: at 23:30 UTC in summer it is tomorrow in London."""
    booking = booked(starts=datetime(*starts, tzinfo=UTC))  # type: ignore[misc,arg-type] # year to hour
    at = datetime(*now, tzinfo=UTC)  # type: ignore[misc,arg-type] # the same

    def add(day: int) -> None:
        sat_on = at.date().replace(day=day)
        booking.add_result(is_pass=True, grade="P", sat_on=sat_on, mark=None, now=at)

    for day in days:
        add(day)
    with pytest.raises(SatInFuture):
        add(max(days) + 1)
    with pytest.raises(SatBeforeWindow, match="was not sat on"):
        add(min(days) - 1)
