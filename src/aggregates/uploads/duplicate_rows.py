"""Duplicate rows of one file: those with the same ULN or of the same person (U6)."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from aggregates.learners.details import Checked, given_likeness, given_uln
from aggregates.uploads.file_row import FileRow
from events.uploads.upload import Problem

TWICE = "uln-twice"
LIKE_ROW = "like-row"
"""The warning for rows with the same name and date of birth: are they one person?"""

OTHER_ROW = "different-row"
"""The warning for such rows after somebody said that they are different people."""

MOST_NAMED = 10
"""Up to this many duplicates, each row names all others; beyond, its neighbours (d).

Every row can still be reached from any other, and the names do not grow with the
square of the number of rows.
"""


class RowKeys(NamedTuple):
    """The keys by which rows are duplicates: the ULN, and the likeness of the person."""

    uln: str | None
    person: str | None

    @classmethod
    def of(cls, cells: Mapping[str, str]) -> Self:
        return cls(given_uln(cells), given_likeness(cells))

    @classmethod
    def of_checked(cls, cells: Mapping[str, str], checked: Checked) -> Self:
        """Take the keys from the result of a check, which is faster."""
        details = checked.details
        return cls(details.uln, details.likeness) if details else cls.of(cells)


@dataclass(frozen=True, kw_only=True)
class OtherRows:
    """The other rows of the file with the same ULN, and those of the same person."""

    uln: Collection[int] = ()
    person: Collection[int] = ()


@dataclass(frozen=True, kw_only=True)
class DuplicateRows:
    """The rows of a file that share a ULN, by ULN, and those that share a person, by likeness.

    Values that occur in one row only are left out.
    """

    ulns: Mapping[str, Sequence[int]] = field(default_factory=dict)
    people: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[FileRow]) -> Self:
        """Find the duplicates among rows in file order."""
        ulns, people = _SameRows(), _SameRows()
        for row in rows:
            keys = RowKeys.of(row.cells)
            ulns.add(keys.uln, row.number)
            people.add(keys.person, row.number)
        return cls(ulns=ulns.found, people=people.found)

    def others_near(self, row: int, keys: RowKeys) -> OtherRows:
        """Return the rows that a row with these keys names as its duplicates."""
        return OtherRows(
            uln=others(self.ulns.get(keys.uln or "", ()), row),
            person=others(self.people.get(keys.person or "", ()), row),
        )


def is_first(rows: Sequence[int] | None, row: int) -> bool:
    """Whether a row is the first with its value, or the only one."""
    return not rows or rows[0] == row


def others(rows: Sequence[int], row: int) -> Sequence[int]:
    """Return which of the sorted rows a row names: all others, or its neighbours."""
    if not rows:
        return ()
    if len(rows) <= MOST_NAMED:
        return [other for other in rows if other != row]
    at = bisect_left(rows, row)
    return [*rows[max(at - 1, 0) : at], *rows[at + 1 : at + 2]]


class _SameRows:
    """The rows of each value that occurs more than once."""

    def __init__(self) -> None:
        self.found: dict[str, list[int]] = {}
        self._first: dict[str, int] = {}

    def add(self, value: str | None, row: int) -> None:
        if value and (first := self._first.setdefault(value, row)) != row:
            self.found.setdefault(value, [first]).append(row)


def twice(rows: Collection[int]) -> list[Problem]:
    """Make the problem that other rows have the ULN too, if any have (U6)."""
    return _of_rows("uln", TWICE, rows)


def like_rows(
    rows: Collection[int], different: AbstractSet[int] = frozenset()
) -> list[Problem]:
    """Make the warnings about other rows of the same person, and about those said to differ."""
    return [
        *_of_rows("family_name", LIKE_ROW, {*rows} - different),
        *_of_rows("family_name", OTHER_ROW, different & {*rows}),
    ]


def rows_named(problems: Iterable[Problem], *codes: str) -> frozenset[int]:
    """Return the rows that problems or warnings with these codes name."""
    return frozenset(
        row for problem in problems if problem.code in codes for row in problem.rows
    )


def _of_rows(column: str, code: str, rows: Iterable[int]) -> list[Problem]:
    named = tuple(sorted(rows))
    return [Problem(column=column, code=code, rows=named)] if named else []
