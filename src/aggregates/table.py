"""A table of text, as a file of any kind gives it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Line: TypeAlias = tuple[int, Sequence[str]]
"""A row's number as a spreadsheet counts, and its cells."""

FIRST_ROW = 2
"""The row of the first learner as a spreadsheet numbers it; the columns are row 1."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a file holds: as what it is read, its first row, and the rows below."""

    encoding: str
    header: Sequence[str]
    lines: Iterator[Line]


class Number(str):
    """A cell that is a number in its workbook, as text."""

    __slots__ = ()
