"""The ULN: a learner's national number, ten digits of which the last is a check digit."""

import re
from operator import mul

TEMPORARY_ULN = "9999999999"
"""People write this if they have no ULN; it counts as none given (domain, 3)."""

_TEN_DIGITS = re.compile(r"[0-9]{10}")
EXCEL_NUMBER = re.compile(r"[0-9](?:[.,][0-9]*)?E\+?[0-9]+", re.IGNORECASE)
_WEIGHTS = range(10, 1, -1)
_MODULUS = 11
_QUOTES = "'\u2018\u2019\u201b\u02bc`\u00b4\""
_GAPS = re.compile(r"[\s\u2010-\u2015-]")


def read_uln(text: str) -> str:
    """Return the ten digits of a ULN written with spaces or an apostrophe (U4).

    ``100 010 2504``, ``'1000102504`` and ``1000102504.0`` are the same ULN. Text without
    ten digits is returned unchanged.
    """
    if _TEN_DIGITS.fullmatch(text):
        return text
    bare = _GAPS.sub("", text.strip(_QUOTES)).removesuffix(".0")
    return bare if _TEN_DIGITS.fullmatch(bare) else text


def uln_fault(text: str) -> str | None:
    """Return the code of the fault in a ULN, or None if it is valid (domain, 3).

    ``uln-excel``: a number in Excel's short form. ``uln-malformed``: not ten digits.
    ``uln-check-digit``: the last digit is wrong.
    """
    if not _TEN_DIGITS.fullmatch(text):
        return "uln-excel" if EXCEL_NUMBER.fullmatch(text) else "uln-malformed"
    rest = sum(map(mul, _WEIGHTS, map(int, text))) % _MODULUS
    return None if rest and int(text[-1]) == 10 - rest else "uln-check-digit"
