"""Passwords: which are good, and how little is kept of them."""

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from access.passwords import (
    HASHER,
    LONGEST,
    NOBODYS,
    SHORTEST,
    PasswordLengthWrong,
    PasswordTooEasy,
    hash_password,
    is_right,
)

GOOD = "a long pass phrase"


@pytest.mark.parametrize(
    "kept", [hash_password(GOOD, user="ann"), NOBODYS], ids=["drawn", "nobodys"]
)
def test_what_is_kept_took_nineteen_mebibytes_and_two_passes_to_make(kept: str) -> None:
    """The parameters of architecture, and of who does not exist too."""
    found = extract_parameters(kept)
    assert found.type is Type.ID
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19 * 1024, 2, 1)
    assert not HASHER.check_needs_rehash(kept)


def test_a_password_is_right_or_not() -> None:
    kept = hash_password(GOOD, user="ann")
    assert GOOD not in kept
    assert is_right(GOOD, kept)
    assert not is_right(GOOD + " ", kept)
    assert hash_password(GOOD, user="ann") != kept


def test_nobody_has_a_password_and_what_is_no_hash_is_not_right() -> None:
    assert not is_right("the password of a user that does not exist", None)
    assert not is_right(GOOD, "nonsense")


@pytest.mark.parametrize("length", [SHORTEST, LONGEST])
def test_a_password_is_long_enough_and_not_too_long(length: int) -> None:
    text = "ab" * LONGEST
    assert hash_password(text[:length], user="ann")
    outside = length - 1 if length == SHORTEST else length + 1
    with pytest.raises(PasswordLengthWrong) as refusal:
        hash_password(text[:outside], user="ann", path=("new",))
    assert refusal.value.path == ("new",)


@pytest.mark.parametrize(
    "password", ["Password1234", "a" * 12, "I am ANN.PRICE!", "letmeinletmein"]
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooEasy):
        hash_password(password, user="ann.price")
