"""Passwords: which are accepted, and how they are hashed."""

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from aggregates.errors import FieldPath, Malformed

SHORTEST, LONGEST = 12, 128
WELL_KNOWN = frozenset(
    {
        "password1234",
        "password12345",
        "passwordpassword",
        "123456789012",
        "1234567890123",
        "qwertyuiop12",
        "qwertyuiop123",
        "qwertyuiopasdfghjkl",
        "administrator",
        "letmeinletmein",
    }
)
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
        "This password is too easy to guess: it is well known, repeats one character "
        "or holds the user name. Choose another."
    )


def hash_password(password: str, *, user: str, path: FieldPath = ("password",)) -> str:
    """Hash a new password (argon2id, 19 MiB, two passes).

    Raises PasswordLengthWrong or PasswordTooEasy.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordLengthWrong(path=path)
    lower = password.lower()
    if lower in WELL_KNOWN or len(set(lower)) == 1 or user.lower() in lower:
        raise PasswordTooEasy(path=path)
    return HASHER.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Verify a password against its hash; it takes as long if there is no hash."""
    try:
        HASHER.verify(password_hash or NOBODYS, password)
    except (Argon2Error, InvalidHashError):
        return False
    return password_hash is not None
