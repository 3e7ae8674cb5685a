"""Identifiers: a prefix, ten digits and, where people type them, a check letter."""

import re
import secrets
from enum import StrEnum
from functools import lru_cache
from operator import mul
from uuid import UUID, uuid5

NAMESPACE = UUID("6f0d3a5e-8f0c-5d0b-9d53-1c9b0a4f2e11")
DIGITS = 10
CHECK_LETTERS = "ADFHJKLMRTY"


class Kind(StrEnum):
    """The kinds of things with an identifier, by prefix (domain, section 3)."""

    LEARNER = "L"
    GROUP = "G"
    ORDER = "O"
    REGISTRATION = "R"
    BOOKING = "B"
    CLAIM = "AC"
    CERTIFICATE = "C"

    @property
    def has_check_letter(self) -> bool:
        """Whether people type it back, so that typing errors must be detected."""
        return self is Kind.LEARNER or self is Kind.CERTIFICATE


def check_letter(digits: str) -> str:
    """Compute the letter that reveals a mistyped or swapped digit: weights 10 to 1, mod 11."""
    total = sum(map(mul, range(DIGITS, 0, -1), map(int, digits)))
    return CHECK_LETTERS[total % len(CHECK_LETTERS)]


def identifier(kind: Kind, number: int) -> str:
    """Write the identifier with this number, ``0 <= number < 10**10``."""
    digits = f"{number:0{DIGITS}d}"
    return f"{kind}-{digits}{check_letter(digits) if kind.has_check_letter else ''}"


def new_identifier(kind: Kind) -> str:
    """Draw a random identifier; the store refuses one that is taken."""
    return identifier(kind, secrets.randbelow(10**DIGITS))


_WRITTEN = re.compile(r"([A-Z]{1,2})-([0-9]{10})([A-Z]?)")


def is_identifier(kind: Kind, text: str) -> bool:
    """Whether the text is a complete identifier of the kind, with a correct check letter."""
    written = _WRITTEN.fullmatch(text)
    return (
        written is not None
        and written[1] == kind
        and written[3] == (check_letter(written[2]) if kind.has_check_letter else "")
    )


@lru_cache(maxsize=4096)
def stream_of(name: str) -> UUID:
    """Return the stream of a name: ``L-…``, ``centre:48213``, ``user:ann``."""
    return uuid5(NAMESPACE, name)
