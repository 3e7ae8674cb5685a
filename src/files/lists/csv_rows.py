"""CSV rows that spreadsheets read as plain text."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

BYTE_ORDER_MARK = "\ufeff"
"""The byte-order mark, which Excel needs to read UTF-8."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Characters that can begin a formula; the last four are full-width forms of others."""
NUMBER = re.compile(r"-[0-9]+(\.[0-9]+)?", re.ASCII)
"""A negative number, such as the amount of a credit: it stays a number."""


def csv_escape(value: object) -> str:
    """Write a value so that no spreadsheet reads it as a formula; numbers stay."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    text = "" if value is None else str(value)
    is_like_one = isinstance(value, str) and text.startswith(FORMULA)
    return f"'{text}" if is_like_one and not NUMBER.fullmatch(text) else text


def csv_rows(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Yield rows as CSV, with the columns' names first."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_escape(row[name]) for name in columns])
        yield written.getvalue()
        written.seek(0)
        written.truncate()
    yield written.getvalue()
