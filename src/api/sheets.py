"""Rows as CSV that no spreadsheet takes for anything but text."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

from fastapi.responses import StreamingResponse

from api.harmless import harmless


class Csv(StreamingResponse):
    """A file of CSV, sent part by part."""

    media_type = "text/csv"

    @classmethod
    def called(
        cls, name: str, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
    ) -> Self:
        """Make a download of that name."""
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        return cls(csv_rows(columns, rows), headers=disposition)


def csv_rows(
    columns: Sequence[str], rows: Iterable[Mapping[str, Any]]
) -> Iterator[str]:
    """Write rows as CSV, with the columns' names first, part by part."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(row[name]) for name in columns])
        yield written.getvalue()
        written.seek(0)
        written.truncate()
    yield written.getvalue()
