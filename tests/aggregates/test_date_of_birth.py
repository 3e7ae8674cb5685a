"""Dates of birth: how they are written, and which can be a learner's."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.date_of_birth import age_on, birth_fault, read_date, why_not_real
from tests.learner_examples import TODAY

A_DAY = timedelta(days=1)


@pytest.mark.parametrize("text", ["27/3/2006", "27/03/2006", "2006-03-27"])
def test_a_date_has_its_day_first_or_is_iso(text: str) -> None:
    """U4."""
    assert read_date(text) == date(2006, 3, 27)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_day_can_be_written_both_ways(day: date) -> None:
    """U4."""
    assert read_date(day.isoformat()) == day
    assert read_date(f"{day.day}/{day.month}/{day.year}") == day


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("05/03/06", "two-digit-year"),
        ("31/02/2006", "not-a-real-date"),
        ("29/02/2007", "not-a-real-date"),
        ("0/1/2006", "not-a-real-date"),
        ("03/27/2006", "not-a-real-date"),
        ("2006-13-01", "not-a-real-date"),
        ("1/1/0000", "not-a-real-date"),
        ("27 March 2006", "not-a-date"),
        ("2006/03/27", "not-a-date"),
        ("38803", "not-a-date"),
        ("٢٧/٣/٢٠٠٦", "not-a-date"),
    ],
)
def test_what_is_no_date_is_told_by_its_fault(text: str, fault: str) -> None:
    """U4, U6."""
    assert read_date(text) == fault


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/2/2006", "31 February is not a real date"),
        ("29/2/2007", "29 February 2007 is not a real date"),
        ("29/2/0000", "29 February 0000 is not a real date"),
        ("32/1/2006", "32 January is not a real date"),
        ("32/12/2006", "32 December is not a real date"),
        ("3/13/2006", "13 is not a month, and the day comes first"),
        ("3/0/2006", "0 is not a month, and the day comes first"),
    ],
)
def test_an_impossible_date_is_told_by_the_part_that_is_impossible(
    text: str, why: str
) -> None:
    """U6: a leap day with its year."""
    assert why_not_real(text) == why


@given(st.text())
def test_any_text_is_a_date_or_has_a_fault(text: str) -> None:
    """U4."""
    read = read_date(text)
    faults = {"not-a-date", "not-a-real-date", "two-digit-year"}
    assert isinstance(read, date) or read in faults


def test_a_date_of_birth_may_not_be_in_the_future() -> None:
    """U6: tomorrow; today is only too young."""
    assert birth_fault(TODAY + A_DAY, TODAY) == "date-in-future"
    assert birth_fault(TODAY, TODAY) == "too-young"


def test_a_learner_is_ten_years_old_or_older() -> None:
    """U6: on the tenth birthday, and the day before."""
    tenth_birthday = date(2016, 11, 24)
    assert birth_fault(tenth_birthday, TODAY) is None
    assert birth_fault(tenth_birthday + A_DAY, TODAY) == "too-young"


def test_a_learner_is_a_hundred_and_ten_years_old_or_younger() -> None:
    """U6: on the day before the 111th birthday, and on it."""
    birthday_tomorrow = date(1915, 11, 25)
    assert birth_fault(birthday_tomorrow, TODAY) is None
    assert birth_fault(birthday_tomorrow - A_DAY, TODAY) == "too-old"


def test_who_was_born_on_29_february_turns_on_1_march() -> None:
    """U6."""
    born = date(2016, 2, 29)
    assert age_on(date(2026, 2, 28), born) == 9
    assert age_on(date(2026, 3, 1), born) == 10


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_an_age_grows_by_one_on_each_birthday(born: date) -> None:
    """U6."""
    ages = [age_on(TODAY + n * A_DAY, born) for n in range(366)]
    assert sorted(ages) == ages
    assert ages[-1] - ages[0] <= 1
