"""Values in a spreadsheet that are nothing but text: no web framework is needed."""

import re
from datetime import UTC, datetime

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a formula may begin with; the last four are the first ones in full width."""
NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?", re.ASCII)
"""A negative number, as amounts of credits are written: it is worth what it says."""


def csv_escape(value: object) -> str:
    """Write a value so that no spreadsheet takes it for a formula; numbers stay."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = "" if value is None else str(value)
    is_like_one = isinstance(value, str) and text.startswith(FORMULA)
    return f"'{text}" if is_like_one and not NUMBER.fullmatch(text) else text
