"""Passwords: which are good, and how little is kept of them."""

from hashlib import sha1
from pathlib import Path

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from access.breached import BreachedPasswords
from access.passwords import (
    HASHER,
    LONGEST,
    NOBODYS,
    SHORTEST,
    PasswordBreached,
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
    text = "".join(
        chr(ord("a") + number * number % 26) for number in range(LONGEST + 1)
    )
    assert hash_password(text[:length], user="ann")
    outside = length - 1 if length == SHORTEST else length + 1
    with pytest.raises(PasswordLengthWrong) as refusal:
        hash_password(text[:outside], user="ann", path=("new",))
    assert refusal.value.path == ("new",)


@pytest.mark.parametrize(
    "password",
    [
        *("Password1234", "a" * 12, "I am ANN.PRICE!", "letmeinletmein"),
        *("qwertyuiop[]", "administrator", "P4ssw0rd12345", "12/03/1987 12"),
        *("Riverside Training", "learner management", "Price-Riverside1"),
        *("iloveyouforever", "liverpool2026", "drowssapdrowssap"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooEasy):
        hash_password(
            password, user="ann.price", words=["Ann Price", "Riverside Training"]
        )


def test_the_commonest_passwords_are_refused_and_what_people_do_to_make_them_long() -> (
    None
):
    """Every common one of twelve characters or more, and a sample of the others."""
    common = FREQUENCY_LISTS["passwords"]
    long = [each for each in common if len(each) >= SHORTEST]
    shorter = [each for each in common[:3000:75] if len(each) < SHORTEST]
    made = [f"{each.title()}1234567890"[: max(SHORTEST, len(each))] for each in shorter]
    assert len(long) > 200
    for each in (*long, *made):
        with pytest.raises(PasswordTooEasy):
            hash_password(each, user="ann")


def test_words_of_one_user_do_not_count_for_another() -> None:
    for _ in range(2):
        with pytest.raises(PasswordTooEasy):
            hash_password("zorblatt-quixmer", user="ann", words=["Zorblatt Quixmer"])
        assert hash_password("zorblatt-quixmer", user="ann")


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_breached_passwords_are_found_in_a_file_and_no_others(
    tmp_path: Path, end: str
) -> None:
    known = [f"stolen {number}" for number in range(500)]
    hashes = sorted(
        sha1(each.encode(), usedforsecurity=False).hexdigest().upper() for each in known
    )
    lines = (f"{each}:{number**3}" for number, each in enumerate(hashes))
    file = tmp_path / "hashes.txt"
    file.write_bytes(end.join([*lines, ""]).encode())
    breached = BreachedPasswords(file)
    assert breached.why_unusable() is None
    assert all(each in breached for each in known)
    assert not any(f"chosen {number}" in breached for number in range(500))
    with pytest.raises(PasswordBreached):
        hash_password(GOOD, user="ann", breached={GOOD})
    file.write_text("password\n")
    assert "SHA-1" in (breached.why_unusable() or "")
    assert "cannot be read" in (BreachedPasswords(tmp_path).why_unusable() or "")
