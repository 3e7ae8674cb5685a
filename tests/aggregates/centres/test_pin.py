"""Four digits open what a user downloads, and five wrong tries lock them for a while."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.centres.pin import (
    CHANGED,
    LOCKED_FOR,
    MOST_WRONG,
    NO_PIN,
    Pin,
    PinNeedsProof,
    PinNotProved,
    Proof,
    packages_lost,
)
from events.centres.pin import PackageSealed, PinProved, PinRefused, PinSet

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


def test_another_pin_is_another_and_a_lock_stays() -> None:
    """B14."""
    other = Pin.replay([SET, LOCKED, OTHER])
    assert (other.id, other.pin_hash) == ("p2", "other")
    assert "locked until" in (other.why_locked(NOW) or "")
    assert Pin.replay([SET, PinRefused(), OTHER]).wrong == 1
    assert Pin.replay([SET, PinRefused(), PinProved()]).wrong == 0


def test_another_pin_is_had_for_the_present_one_or_the_password() -> None:
    """B14: and who asks without either hears what it would cost."""
    pin = Pin.replay([SET])
    pin.require_proof(Proof(pin="p1"), by_password=False, lost=[])
    pin.require_proof(None, by_password=True, lost=["B-1"])
    with pytest.raises(PinNeedsProof, match="as current_pin, or your password"):
        pin.require_proof(None, by_password=False, lost=[])
    with pytest.raises(PinNotProved, match="You have no PIN yet"):
        pin.require_proof(Proof(why_not=NO_PIN), by_password=False, lost=[])


def test_packages_are_of_the_present_pin_alone() -> None:
    """B14."""
    sealed = PackageSealed(package="k1", booking="B-1")
    assert Pin.replay([SET, sealed]).packages == {"k1": "B-1"}
    assert Pin.replay([SET, sealed, OTHER]).packages == {}


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ([], "No package that you downloaded is made unusable by a new one."),
        (["B-1"], r"makes 1 package that you downloaded unusable \(B-1\)"),
        (["B-2", "B-1", "B-2"], r"makes 3 packages .* \(B-1, B-2\): each must be"),
        ([f"B-{n}" for n in range(7)], r"7 packages .* \(B-0, .*, B-4 and 2 more\)"),
    ],
)
def test_what_a_new_pin_costs_is_said(lost: list[str], said: str) -> None:
    """B14."""
    assert re.search(said, packages_lost(lost))


def test_a_proof_is_of_the_present_pin() -> None:
    """B13, B14."""
    pin = Pin.replay([SET])
    assert Proof(pin="p1").why_not_of(pin) is None
    assert Proof(pin="p1").why_not_of(pin.apply(OTHER)) == CHANGED
    assert Proof(why_not=NO_PIN).why_not_of(None) == NO_PIN
