"""Rows of one file that say the same: the same ULN, or the same person (U6)."""

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
"""The same name and date of birth as in other rows: it asks whether they are one."""

OTHER_ROW = "different-row"
"""The same, where somebody said that they are different people."""

MOST_NAMED = 10
"""Of so many rows that say the same each names all others; of more, its neighbours (d).

Each row can be reached from each other one, and nothing grows with their square.
"""


class RowKeys(NamedTuple):
    """What a row is found to be the same as others by: its ULN, its person's likeness."""

    uln: str | None
    person: str | None

    @classmethod
    def of(cls, cells: Mapping[str, str]) -> Self:
        return cls(given_uln(cells), given_likeness(cells))

    @classmethod
    def of_checked(cls, cells: Mapping[str, str], checked: Checked) -> Self:
        """Give the same by what a check of the cells found, which is sooner done."""
        details = checked.details
        return cls(details.uln, details.likeness) if details else cls.of(cells)


@dataclass(frozen=True, kw_only=True)
class OtherRows:
    """The other rows of the file with the ULN of one, and those of the same person."""

    uln: Collection[int] = ()
    person: Collection[int] = ()


@dataclass(frozen=True, kw_only=True)
class DuplicateRows:
    """Which rows of a file have the same ULN, and which the same name and birth.

    Values that are in one row alone are left out.
    """

    ulns: Mapping[str, Sequence[int]] = field(default_factory=dict)
    people: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[FileRow]) -> Self:
        """Find them in rows that are in the order of the file."""
        ulns, people = _SameRows(), _SameRows()
        for row in rows:
            keys = RowKeys.of(row.cells)
            ulns.add(keys.uln, row.number)
            people.add(keys.person, row.number)
        return cls(ulns=ulns.found, people=people.found)

    def others_near(self, row: int, keys: RowKeys) -> OtherRows:
        """Name the rows that say the same as this one, which has these keys."""
        return OtherRows(
            uln=others(self.ulns.get(keys.uln or "", ()), row),
            person=others(self.people.get(keys.person or "", ()), row),
        )


def is_first(rows: Sequence[int] | None, row: int) -> bool:
    """Tell whether a row is the first of those with a value, or alone with it."""
    return not rows or rows[0] == row


def others(rows: Sequence[int], row: int) -> Sequence[int]:
    """Name those of the rows, in order, that a row names: all others, or neighbours."""
    if not rows:
        return ()
    if len(rows) <= MOST_NAMED:
        return [other for other in rows if other != row]
    at = bisect_left(rows, row)
    return [*rows[max(at - 1, 0) : at], *rows[at + 1 : at + 2]]


class _SameRows:
    """The rows of each value that is in more than one."""

    def __init__(self) -> None:
        self.found: dict[str, list[int]] = {}
        self._first: dict[str, int] = {}

    def add(self, value: str | None, row: int) -> None:
        if value and (first := self._first.setdefault(value, row)) != row:
            self.found.setdefault(value, [first]).append(row)


def twice(rows: Collection[int]) -> list[Problem]:
    """Say that the ULN is in those rows of the file too, if it is in any (U6)."""
    return _of_rows("uln", TWICE, rows)


def like_rows(
    rows: Collection[int], different: AbstractSet[int] = frozenset()
) -> list[Problem]:
    """Say that the same person is in those rows too, but for those said to differ."""
    return [
        *_of_rows("family_name", LIKE_ROW, {*rows} - different),
        *_of_rows("family_name", OTHER_ROW, different & {*rows}),
    ]


def rows_named(problems: Iterable[Problem], *codes: str) -> frozenset[int]:
    """Find the rows that problems or warnings of these codes name."""
    return frozenset(
        row for problem in problems if problem.code in codes for row in problem.rows
    )


def _of_rows(column: str, code: str, rows: Iterable[int]) -> list[Problem]:
    named = tuple(sorted(rows))
    return [Problem(column=column, code=code, rows=named)] if named else []
