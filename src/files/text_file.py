"""Files of learners as text: decode them and separate their cells."""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

from aggregates.text import clean
from aggregates.uploads.file_columns import columns_by_name
from aggregates.uploads.file_refusals import LAST_ROW, FileRefused
from aggregates.uploads.file_row import MAC, WINDOWS
from events.uploads.upload import FileProblem
from files.markup import markup_problem
from files.table import HEADER_ROWS, Line, Table, find_header

_MARKS = (  # UTF-32 first: its mark begins like UTF-16's
    (BOM_UTF32_LE, "utf-32"),
    (BOM_UTF32_BE, "utf-32"),
    (BOM_UTF16_LE, "utf-16"),
    (BOM_UTF16_BE, "utf-16"),
    (BOM_UTF8, "utf-8"),
)
LONGEST_TOP = 100_000
"""The row of the columns must be within so many first characters."""

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f]")


def read_text(
    content: bytes,
    *,
    encoding: str | None = None,
    is_ours: Callable[[Sequence[str]], bool],
) -> Table:
    """Read a table from a text file; commas, semicolons or tabs separate its cells.

    The encoding is that of the byte-order mark, else ``encoding``, else UTF-8 if the whole
    file is valid UTF-8, else Windows-1252: it is never guessed (U4). ``is_ours`` says
    whether cells are the row of our columns. Raises FileRefused, also while the lines are
    read.
    """
    text, encoding = _decode(content, encoding)
    if problem := markup_problem(text):
        raise FileRefused(problem)
    found = find_header(_number_lines(text), is_ours=is_ours, known=known_columns)
    if found is None:
        raise FileRefused(FileProblem(code="empty"))
    header, lines = found
    return Table(encoding=encoding, header=header, lines=lines)


def known_columns(cells: Sequence[str]) -> int:
    """Count the cells that name one of our columns, in our or another known layout."""
    return len(columns_by_name([clean(cell).strip('"') for cell in cells]))


def in_other_encoding(text: str, encoding: str) -> str:
    """Decode text again: Windows-1252 instead of Mac Roman, or the reverse.

    The text stays the same if it has a letter that one of the two lacks.
    """
    try:
        return text.encode(WINDOWS if encoding == MAC else MAC).decode(encoding)
    except UnicodeError:
        return text


def _number_lines(text: str) -> Iterator[Line]:
    """Yield the lines, numbered as a spreadsheet does."""
    lines = csv.reader(io.StringIO(text, newline=""), _delimiter(text), strict=True)
    try:
        yield from enumerate(islice(lines, LAST_ROW), 1)
        if next(lines, None) is not None:
            raise FileRefused(FileProblem(code="too-many-rows"))
    except csv.Error:
        fault = FileProblem(code="unreadable", found=str(lines.line_num))
        raise FileRefused(fault) from None


def _decode(content: bytes, chosen: str | None) -> tuple[str, str]:
    """Decode by the first encoding that fits; return the text and the encoding."""
    for encoding in _ladder(content, chosen):
        with suppress(UnicodeDecodeError):
            text = content.decode(encoding).removeprefix("\ufeff")
            if _CONTROL.search(text):
                break
            if not text.strip():
                raise FileRefused(FileProblem(code="empty"))
            return text, encoding
    raise FileRefused(_not_text(content))


def _ladder(content: bytes, chosen: str | None) -> Sequence[str]:
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if marked or chosen:
        return [marked or chosen or ""]
    return ["utf-8", WINDOWS]


def _not_text(content: bytes) -> FileProblem:
    """Say which line has a byte outside Windows-1252, or that the file is not text."""
    try:
        content.decode(WINDOWS)
    except UnicodeDecodeError as error:
        text = content.decode(MAC)
        is_list = any(map(known_columns, (re.split("[,;\t]", x) for x in _top(text))))
        if is_list and not _CONTROL.search(text):
            line = content.count(b"\n", 0, error.start) + 1
            return FileProblem(code="no-such-letter", found=str(line))
    return FileProblem(code="not-csv", found="not text")


def _top(text: str) -> Sequence[str]:
    """Return the first lines, one of which names the columns."""
    return text[:LONGEST_TOP].splitlines()[:HEADER_ROWS]


def _delimiter(text: str) -> type[csv.Dialect]:
    """Choose the delimiter that gives the most known columns in one line."""
    top = _top(text)

    def count_known_columns(mark: str) -> int:
        return max(known_columns(line.split(mark)) for line in top)

    class Dialect(csv.excel):
        delimiter = max(",;\t", key=count_known_columns)

    return Dialect
