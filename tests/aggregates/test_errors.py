"""What is refused, and how several refusals are said."""

from datetime import UTC, date, datetime

import pytest

from aggregates.errors import MOST_SAID, Refusal, RuleBroken, join_sentences, raise_all


class Full(RuleBroken):
    message = "Room {room} is full."


class Late(RuleBroken):
    message = "It is over since {day}, seen {at}."


def test_a_day_is_written_as_people_say_it() -> None:
    at = datetime(2027, 8, 31, 9, 30, tzinfo=UTC)
    refusal = Late(day=date(2027, 8, 31), at=at)
    assert str(refusal) == f"It is over since 31 August 2027, seen {at}."


def rooms(number: int) -> list[Refusal]:
    return [Full(room=str(room)) for room in range(number)]


def test_of_many_refusals_the_first_few_are_said_and_the_others_counted() -> None:
    most = " ".join(f"Room {room} is full." for room in range(MOST_SAID))
    assert join_sentences(rooms(MOST_SAID)) == most
    assert join_sentences(rooms(MOST_SAID + 1)) == f"{most} And 1 more."


def test_all_refusals_are_raised_at_once_and_one_by_itself() -> None:
    raise_all([])
    with pytest.raises(Full) as one:
        raise_all(rooms(1))
    assert one.value.others == ()
    both = rooms(2)
    with pytest.raises(Full) as first:
        raise_all(both)
    assert (first.value, first.value.others) == (both[0], tuple(both))
