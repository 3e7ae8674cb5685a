"""The ULN: a learner's national number, ten digits of which the last is a check."""

import re
from operator import mul

TEMPORARY_ULN = "9999999999"
"""What people write for want of a ULN; it is treated as none given (domain, 3)."""

_TEN_DIGITS = re.compile(r"[0-9]{10}")
EXCEL_NUMBER = re.compile(r"[0-9](?:[.,][0-9]*)?E\+?[0-9]+", re.IGNORECASE)
_WEIGHTS = range(10, 1, -1)
_MODULUS = 11
_QUOTES = "'\u2018\u2019\u201b\u02bc`\u00b4\""
_GAPS = re.compile(r"[\s\u2010-\u2015-]")


def read_uln(text: str) -> str:
    """Give the ten digits of a ULN that is written with spaces or an apostrophe (U4).

    ``100 010 2504``, ``'1000102504`` and ``1000102504.0`` are one ULN. What does not
    come to ten digits is given as it is written.
    """
    if _TEN_DIGITS.fullmatch(text):
        return text
    bare = _GAPS.sub("", text.strip(_QUOTES)).removesuffix(".0")
    return bare if _TEN_DIGITS.fullmatch(bare) else text


def uln_fault(text: str) -> str | None:
    """Give the code of what is wrong with a ULN, or None if it may be one (domain, 3).

    ``uln-excel`` for a number in Excel's short form, ``uln-malformed`` for anything
    but ten digits, ``uln-check-digit`` where the last digit is not what it must be.
    """
    if not _TEN_DIGITS.fullmatch(text):
        return "uln-excel" if EXCEL_NUMBER.fullmatch(text) else "uln-malformed"
    rest = sum(map(mul, _WEIGHTS, map(int, text))) % _MODULUS
    return None if rest and int(text[-1]) == 10 - rest else "uln-check-digit"
