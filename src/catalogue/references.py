"""Formats of qualification and unit numbers, and their check characters."""

import re

UNIT_LETTERS = "ADFHJKLMRTY"
WEIGHTS = range(8, 1, -1)

_PRODUCT = re.compile(r"Q-[0-9]{10}")
_NUMBER = re.compile(r"([0-9]{3})/?([0-9]{4})/?([0-9X])")
_UNIT = re.compile(r"([A-Z])/([0-9]{3})/([0-9]{4})")


def _remainder(digits: str) -> int:
    """Sum seven digits weighted 8 to 2, modulo 11."""
    return sum(w * int(d) for w, d in zip(WEIGHTS, digits, strict=True)) % 11


def is_product_reference(text: str) -> bool:
    """Whether the text is ``Q-`` and ten digits."""
    return _PRODUCT.fullmatch(text) is not None


def normalise_qn(text: str) -> str | None:
    """Write a qualification number as ``601/3450/1``; return None if it is not one.

    The slashes may be missing, letters may be lower case, and outer spaces are ignored.
    """
    written = _NUMBER.fullmatch(text.strip().upper())
    return "/".join(written.groups()) if written else None


def qn_check_character(number: str) -> str:
    """Return the correct last character of a number in the form ``601/3450/1``."""
    remainder = _remainder(number[:3] + number[4:8])
    return "X" if remainder == 10 else str(remainder)  # noqa: PLR2004 - as ISBN does


def is_unit_reference(text: str) -> bool:
    """Whether the text has the form ``L/506/1788``, whatever its letter."""
    return _UNIT.fullmatch(text) is not None


def unit_check_letter(reference: str) -> str:
    """Return the correct first letter of a reference in the form ``L/506/1788``."""
    return UNIT_LETTERS[_remainder(reference[2:5] + reference[6:10])]
