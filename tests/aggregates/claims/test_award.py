"""Award dates and grades: what may be claimed for a learner."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.claims.award import (
    AwardDateInFuture,
    AwardDateTooEarly,
    GradeNotAllowed,
    UnitNotChosen,
    UnitNotInRules,
    award_date_refusals,
    earliest_award_date,
    grade_refusals,
)
from aggregates.errors import Refusal
from tests.claim_examples import A1, B2, RULES, TODAY, award

A_DAY = timedelta(days=1)
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


def refused(day: date, *, today: date = TODAY) -> list[type[Refusal]]:
    return [type(r) for r in award_date_refusals(day, today=today, path=("d",))]


@pytest.mark.parametrize(
    ("today", "earliest"),
    [
        (date(2026, 5, 31), date(2026, 2, 28)),
        (date(2028, 5, 31), date(2028, 2, 29)),
        (date(2026, 5, 28), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2025, 10, 31)),
        (date(2026, 3, 31), date(2025, 12, 31)),
        (date(2026, 11, 24), date(2026, 8, 24)),
    ],
)
def test_three_months_back_is_the_same_day_or_the_last_of_a_shorter_month(
    today: date, earliest: date
) -> None:
    """M6."""
    assert earliest_award_date(today) == earliest


@given(DAYS)
def test_the_earliest_award_date_lies_three_calendar_months_back(today: date) -> None:
    """M6."""
    earliest = earliest_award_date(today)
    months = (today.year - earliest.year) * 12 + today.month - earliest.month
    last = monthrange(earliest.year, earliest.month)[1]
    assert months == 3
    assert earliest.day == min(today.day, last)


@given(DAYS, st.integers(-200, 200))
def test_an_award_date_lies_between_three_months_back_and_today(
    today: date, days: int
) -> None:
    """M6."""
    day = today + timedelta(days=days)
    is_allowed = earliest_award_date(today) <= day <= today
    assert (refused(day, today=today) == []) is is_allowed


def test_an_award_date_may_be_today_but_not_tomorrow() -> None:
    """M6."""
    assert refused(TODAY) == []
    assert refused(TODAY + A_DAY) == [AwardDateInFuture]


def test_an_award_date_may_be_the_earliest_day_but_not_the_day_before() -> None:
    """M6."""
    earliest = earliest_award_date(TODAY)
    assert refused(earliest) == []
    assert refused(earliest - A_DAY) == [AwardDateTooEarly]


def test_a_refused_award_date_says_whose_and_which_is_the_earliest() -> None:
    (refusal,) = award_date_refusals(
        date(2026, 5, 30), today=date(2026, 8, 31), path=("d",), learner="L-1"
    )
    assert str(refusal) == (
        "The award date 30 May 2026 of L-1 is more than three months back. Give 31 May"
        " 2026 or a later day."
    )


def graded(
    grades: dict[str, str], *, units: tuple[str, ...] = (A1, B2)
) -> list[Refusal]:
    given = award(grades=grades)
    return grade_refusals(given, units=units, rules=RULES, at=("awards", 0))


@pytest.mark.parametrize("grade", ["U", "P", "T"])
def test_a_grade_must_be_one_of_its_unit(grade: str) -> None:
    """M5."""
    assert graded({B2: grade}) == []


def test_a_grade_that_the_unit_does_not_have_is_refused_where_it_stands() -> None:
    """M5."""
    (refusal,) = graded({A1: "D"})
    assert isinstance(refusal, GradeNotAllowed)
    assert refusal.path == ("awards", 0, "grades", "A/100/0001")
    assert str(refusal) == "D is not a grade of the unit A/100/0001. Give one of: P."


def test_a_unit_must_be_chosen_before_it_is_graded() -> None:
    """M3."""
    (refusal,) = graded({B2: "P"}, units=(A1,))
    assert isinstance(refusal, UnitNotChosen)


def test_a_unit_must_be_in_the_rules_that_the_learner_was_registered_under() -> None:
    (refusal,) = graded({"Z/1": "P"}, units=("Z/1",))
    assert isinstance(refusal, UnitNotInRules)


def test_every_grade_at_fault_is_named_at_once() -> None:
    assert len(graded({A1: "D", B2: "X", "Z/1": "P"})) == 3
