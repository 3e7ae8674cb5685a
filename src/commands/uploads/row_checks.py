"""Checks of rows in their context: the file, and the centre's learners (U6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from aggregates.learners.details import Checked, check_details
from aggregates.uploads.duplicate_rows import OtherRows, RowKeys
from aggregates.uploads.file_row import FileRow
from aggregates.uploads.row_context import RowContext, check_in_context
from commands.learners.learner import holders
from commands.learners.same_person import (
    FindSimilarLearners,
    known_alike,
    likeness_holders,
)
from store import EventStore


class CheckedRow(NamedTuple):
    """A row, its keys for finding duplicates, and the result of its check."""

    row: FileRow
    keys: RowKeys
    found: Checked


@dataclass(frozen=True, kw_only=True)
class RowChecker:
    """Checks rows against the learners that a centre has on a day (U6)."""

    store: EventStore
    centre: str
    alike: FindSimilarLearners
    today: date

    def check(
        self, rows: Sequence[FileRow], beside: Callable[[int, RowKeys], OtherRows]
    ) -> list[CheckedRow]:
        """Check rows alone, against each other, and against the centre.

        Returns one result for each row, in order, with all its problems and warnings.
        ``beside`` finds the other rows with the same ULN or of the same person.
        """
        checked = [self._check_alone(row) for row in rows]
        held = holders(
            self.store,
            self.centre,
            [each.keys.uln for each in checked if each.keys.uln],
        )
        people = [found.details.likeness for _, _, found in checked if found.details]
        first = likeness_holders(self.store, self.centre, people)
        alike = known_alike(self.store, self.centre, people, self.alike, first)
        return [
            CheckedRow(
                row,
                keys,
                check_in_context(
                    found,
                    RowContext(
                        others=beside(row.number, keys),
                        holder=held.get(keys.uln or ""),
                        alike=alike.get(keys.person or "", ()) if found.details else (),
                        is_hidden=row.is_hidden,
                    ),
                ),
            )
            for row, keys, found in checked
        ]

    def _check_alone(self, row: FileRow) -> CheckedRow:
        found = check_details(row.cells, today=self.today)
        return CheckedRow(row, RowKeys.of_checked(row.cells, found), found)
