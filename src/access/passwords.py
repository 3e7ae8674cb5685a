"""Passwords: which are accepted, and how they are hashed."""

import re
from collections.abc import Collection, Container, Iterable, Iterator
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from aggregates.errors import FieldPath, Malformed

SHORTEST, LONGEST = 12, 128
FEWEST_GUESSES = 10**8
"""How many guesses a password withstands at least, by the estimate of zxcvbn (d)."""
ESTIMATED = 72
"""How many characters of a password are estimated; it takes 25 ms at most."""
OUR_WORDS = ("learner", "management", "learners", "qualifications", "certificate")
"""Words that anybody would think of here first."""
ESTIMATING = Lock()
"""zxcvbn keeps the words of one estimate where another would find them."""
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$jzlByMDGa+ZD8LVJQnhrKQ"
    "$vFajOtg1Ao/rTbpbnPJpz7qf88Le47C+REBFmhwlxh8"
)
"""What is compared with if there is no such user, made once and for all."""


class PasswordLengthWrong(Malformed):
    code = "password-length-wrong"
    message = f"A password has {SHORTEST} to {LONGEST} characters. Choose another."


class PasswordTooEasy(Malformed):
    code = "password-too-easy"
    message = (
        "This password is too easy to guess: nearly all of it is a common password or"
        " word, a date, a row of keys, or the name of the user, the centre or the service."
        " Choose another, as of a few words that only you would put together."
    )


class PasswordBreached(Malformed):
    code = "password-breached"
    message = (
        "This password is in a list of passwords that were stolen elsewhere, which others"
        " try first. Choose another, and change it wherever else you use it."
    )


def hash_password(
    password: str,
    *,
    user: str,
    words: Iterable[str] = (),
    breached: Container[str] = (),
    path: FieldPath = ("password",),
) -> str:
    """Hash a new password (argon2id, 19 MiB, two passes).

    ``words`` are what others know of its user: their name, their centre's. Raises
    PasswordLengthWrong, PasswordTooEasy, or PasswordBreached.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordLengthWrong(path=path)
    if _guesses(password, [*OUR_WORDS, *_parts(user, *words)]) < FEWEST_GUESSES:
        raise PasswordTooEasy(path=path)
    if password in breached:
        raise PasswordBreached(path=path)
    return HASHER.hash(password)


def _guesses(password: str, words: Collection[str]) -> float:
    """Estimate how many guesses find a password, common ones first.

    The words count for nothing as they are, and for little if they are written otherwise.
    """
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take a while to read

    longest_first = sorted(map(re.escape, words), key=len, reverse=True)
    rest = re.sub("|".join(longest_first), "", password, flags=re.IGNORECASE)
    if not rest:
        return 0
    with ESTIMATING:
        found = zxcvbn(rest[:ESTIMATED], user_inputs=[*words])
    return float(found["guesses"])


def _parts(*names: str) -> Iterator[str]:
    """Give names, and the words that they are of."""
    for name in names:
        yield from {name, *re.findall(r"[^\W_]{3,}", name)} - {""}


def is_right(password: str, password_hash: str | None) -> bool:
    """Verify a password against its hash; it takes as long if there is no hash."""
    try:
        HASHER.verify(password_hash or NOBODYS, password)
    except (Argon2Error, InvalidHashError):
        return False
    return password_hash is not None
