"""Dates of birth: how they are written, and which can be a learner's."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.learners.date_of_birth import (
    OLDEST_YEAR,
    age_on,
    birth_fault,
    read_date,
    read_otherwise,
    why_not_real,
)
from tests.learner_examples import TODAY

A_DAY = timedelta(days=1)
FORMS = ["%d-%m-%Y", "%d.%m.%Y", "%d %m %Y", "%Y/%m/%d", "%Y.%m.%d", "%d%m%Y", "%Y%m%d"]
FORMS += ["%d %b %Y", "%d %B %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d %Y", "%a %d %b %Y"]


@pytest.mark.parametrize("text", ["27/3/2006", "27/03/2006", "2006-03-27"])
def test_a_date_has_its_day_first_or_is_iso(text: str) -> None:
    """U4."""
    assert read_date(text) == date(2006, 3, 27)


@pytest.mark.parametrize(
    "text",
    [
        "01-02-2004",
        "01\u201302\u20132004",
        "1.2.2004",
        "1. 2. 2004",
        "01 02 2004",
        "2004/02/01",
        "2004-2-1",
        "01022004",
        "20040201",
        "1 Feb 2004",
        "1st of February 2004",
        "1-FEB-2004",
        "Sunday, 1 February 2004",
        "Feb. 1, 2004",
        "2004-02-01 00:00:00",
        "2004-02-01T00:00:00.000Z",
        "1/2/2004 12:00:00 AM",
    ],
)
def test_a_date_in_another_form_is_read_and_said(text: str) -> None:
    """U4: where it has one meaning; numbers alone have the day first."""
    assert read_date(text) == date(2004, 2, 1)
    assert read_otherwise(text) == "1 February 2004"


@pytest.mark.parametrize("text", ["1/2/2004", "01/02/2004", "2004-02-01", "soon", ""])
def test_a_date_in_the_usual_form_is_not_said_again(text: str) -> None:
    """U4."""
    assert read_otherwise(text) is None


@given(
    st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)),
    st.sampled_from(FORMS),
    st.sampled_from(["", " 00:00", "T00:00:00", " 00:00:00.000"]),
)
def test_every_day_is_read_in_every_form(day: date, form: str, after: str) -> None:
    """U4: a day is never read as another one."""
    assert read_date(day.strftime(form) + after) == day


@given(st.text("0123456789", min_size=8, max_size=8))
def test_eight_digits_are_a_date_if_they_can_be_only_one(digits: str) -> None:
    """U4."""
    ways = set()
    for form in ("%d%m%Y", "%Y%m%d"):
        with suppress(ValueError):
            ways.add(datetime.strptime(digits, form).replace(tzinfo=UTC).date())
    likely = {day for day in ways if day.year >= OLDEST_YEAR}
    assert read_date(digits) == (likely.pop() if len(likely) == 1 else "not-a-date")


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
        ("27 Mai 2006", "not-a-date"),
        ("March 2006", "not-a-date"),
        ("27/3-2006", "not-a-date"),
        ("27 March 06", "two-digit-year"),
        ("06-03-27", "two-digit-year"),
        ("27/3/06 00:00", "two-digit-year"),
        ("31 February 2006", "not-a-real-date"),
        ("27/3/2006 09:15", "not-a-date"),
        ("2732006", "not-a-date"),
        ("31022006", "not-a-date"),
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
        ("31/2/2006", "31 February is not a real date."),
        ("29/2/2007", "29 February 2007 is not a real date."),
        ("29/2/0000", "29 February 0000 is not a real date."),
        ("32/1/2006", "32 January is not a real date."),
        ("32/12/2006", "32 December is not a real date."),
        (
            "3/13/2006",
            "13 is not a month, and the day comes first. Is 13 March 2006 meant?",
        ),
        ("3/0/2006", "0 is not a month, and the day comes first."),
        ("32/13/2006", "13 is not a month, and the day comes first."),
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
