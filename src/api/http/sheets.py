"""CSV files as downloads."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Self

from fastapi.responses import StreamingResponse

from files.lists.csv_rows import BYTE_ORDER_MARK, csv_rows


class CsvStream(StreamingResponse):
    """A response with a CSV file, streamed row by row."""

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
        """Make the response; ``name`` is the name of the downloaded file.

        ``rows`` map each of the ``columns`` to a value. ``is_for_people`` puts a
        byte-order mark at the start, which Excel needs to read UTF-8.
        """
        disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
        written = csv_rows(columns, rows)
        if is_for_people:
            written = chain([BYTE_ORDER_MARK], written)
        return cls(written, headers=disposition)
