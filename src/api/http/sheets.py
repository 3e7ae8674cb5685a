"""Rows as CSV that no spreadsheet takes for anything but text."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Self

from fastapi.responses import StreamingResponse

from api.http.csv_escape import csv_escape

BYTE_ORDER_MARK = "\ufeff"
"""What Excel needs at the beginning to read names in UTF-8."""


class CsvStream(StreamingResponse):
    """A file of CSV, sent part by part."""

    media_type = "text/csv"

    @classmethod
    def called(
        cls,
        name: str,
        columns: Sequence[str],
        rows: Iterable[Mapping[str, Any]],
        *,
        is_for_people: bool = False,
    ) -> Self:
        """Make a download of that name; with a mark for Excel where people open it."""
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        written = csv_rows(columns, rows)
        if is_for_people:
            written = chain([BYTE_ORDER_MARK], written)
        return cls(written, headers=disposition)


def csv_rows(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Write rows as CSV, with the columns' names first, part by part."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_escape(row[name]) for name in columns])
        yield written.getvalue()
        written.seek(0)
        written.truncate()
    yield written.getvalue()
