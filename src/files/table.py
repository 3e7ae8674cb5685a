"""A table of text, read from a file of any type."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

Line: TypeAlias = tuple[int, Sequence[str]]
"""A row's number, as a spreadsheet counts, and its cells."""

HEADER_ROWS = 10
"""The row of the columns is among so many first rows: a title may be above it (d)."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """The content of a file: its encoding, the row of the columns, and the rows below.

    ``hidden_rows`` and ``hidden_columns`` (from 0) are hidden in the workbook; the rows are
    known once the lines have been read. ``unread_sheets`` are further sheets with such
    columns.
    """

    encoding: str
    header: Sequence[str]
    lines: Iterator[Line]
    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()
    unread_sheets: Sequence[str] = ()


class Number(str):
    """A cell that is a number in its workbook, as text."""

    __slots__ = ()


def find_header(
    lines: Iterator[Line],
    *,
    is_ours: Callable[[Sequence[str]], bool],
    known: Callable[[Sequence[str]], int],
) -> tuple[Sequence[str], Iterator[Line]] | None:
    """Find the row of the columns among the first ten; return it and the lines below it.

    It is the first that ``is_ours``, else the one with most ``known`` columns, else the
    first with content. None if there is no such line.
    """
    seen: list[Line] = []
    for line in lines:
        if line[0] > HEADER_ROWS and seen:
            lines = chain([line], lines)
            break
        if not any(cell.strip() for cell in line[1]):
            continue
        if is_ours(line[1]):
            return line[1], lines
        seen.append(line)
        if line[0] > HEADER_ROWS:
            break
    if not seen:
        return None
    best = max(range(len(seen)), key=lambda at: known(seen[at][1]))
    return seen[best][1], chain(seen[best + 1 :], lines)
