"""Four digits open what a user downloads, and five wrong tries lock them for a while."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from aggregates.pin import CHANGED, LOCKED_FOR, MOST_WRONG, NO_PIN, Pin, Proof
from events.pin import PinProved, PinRefused, PinSet

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BREATH = timedelta(microseconds=1)
SET = PinSet(pin="p1", user="ann", person_id=UUID(int=7), pin_hash="hash")
OTHER = PinSet(pin="p2", user="ann", person_id=UUID(int=7), pin_hash="other")
LOCKED = PinRefused(locked_until=NOW + LOCKED_FOR)


def tried(pin: Pin, tries: list[bool]) -> Pin:
    for is_right in tries:
        pin = pin.after(pin.give(is_right=is_right, now=NOW))
    return pin


def test_the_fifth_wrong_try_locks_a_pin_and_the_fourth_does_not() -> None:
    """B14."""
    fourth = tried(Pin.replay([SET]), [False] * (MOST_WRONG - 1))
    assert fourth.why_locked(NOW) is None
    assert "this was number 4" in fourth.why_wrong(NOW)
    assert fourth.give(is_right=False, now=NOW) == [LOCKED]
    fifth = tried(fourth, [False])
    assert "locked until 24 November 2026 at 09:45" in fifth.why_wrong(NOW)


def test_a_locked_pin_can_be_tried_again_after_a_quarter_of_an_hour() -> None:
    """B14."""
    locked = Pin.replay([SET, LOCKED])
    assert "Try again then." in (locked.why_locked(NOW + LOCKED_FOR - BREATH) or "")
    assert locked.why_locked(NOW + LOCKED_FOR) is None
    assert locked.give(is_right=False, now=NOW + LOCKED_FOR) == [PinRefused()]


@given(st.lists(st.booleans(), max_size=20))
def test_only_wrong_tries_one_after_another_lock(tries: list[bool]) -> None:
    """B14."""
    pin, in_a_row = Pin.replay([SET]), 0
    for is_right in tries:
        pin = tried(pin, [is_right])
        in_a_row = 0 if is_right else in_a_row + 1
        assert (pin.why_locked(NOW) is not None) == (in_a_row == MOST_WRONG)
        in_a_row %= MOST_WRONG


def test_another_pin_is_another_and_is_not_locked() -> None:
    """B14."""
    other = Pin.replay([SET, LOCKED, OTHER])
    assert (other.id, other.pin_hash, other.why_locked(NOW)) == ("p2", "other", None)
    assert Pin.replay([SET, PinRefused(), PinProved()]).wrong == 0


def test_a_proof_is_of_the_present_pin() -> None:
    """B13, B14."""
    pin = Pin.replay([SET])
    assert Proof(pin="p1").why_not_of(pin) is None
    assert Proof(pin="p1").why_not_of(pin.apply(OTHER)) == CHANGED
    assert Proof(why_not=NO_PIN).why_not_of(None) == NO_PIN
