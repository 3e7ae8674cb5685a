"""Rows as a download of CSV."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Self

from fastapi.responses import StreamingResponse

from files.csv_rows import BYTE_ORDER_MARK, csv_rows


class CsvStream(StreamingResponse):
    """A file of CSV, sent part by part."""

    media_type = "text/csv"

    @classmethod
    def make(
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
