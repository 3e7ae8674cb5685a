"""Checks of rows in their context: the file, and the centre's learners (U6)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.learners.details import Checked, check_details, given_uln
from aggregates.uploads.duplicate_rows import OtherRows
from aggregates.uploads.file_row import FileRow
from aggregates.uploads.row_context import RowContext, check_in_context
from commands.learners.learner import holders
from commands.learners.same_person import FindSimilarLearners, known_alike
from store import EventStore


@dataclass(frozen=True, kw_only=True)
class RowChecker:
    """Checks rows against the learners that a centre has on a day (U6)."""

    store: EventStore
    centre: str
    alike: FindSimilarLearners
    today: date

    def check(
        self, rows: Sequence[FileRow], beside: Callable[[FileRow], OtherRows]
    ) -> list[Checked]:
        """Check rows by themselves, against each other and against the centre.

        Gives a result for each row, in order, with all its problems and warnings.
        ``beside`` finds the other rows with the same ULN, or of the same person.
        """
        checked = [check_details(row.cells, today=self.today) for row in rows]
        ulns = [given_uln(row.cells) for row in rows]
        held = holders(self.store, self.centre, [uln for uln in ulns if uln])
        likenesses = [found.details.likeness for found in checked if found.details]
        alike = known_alike(self.store, self.centre, likenesses, self.alike)
        return [
            check_in_context(
                found,
                RowContext(
                    others=beside(row),
                    holder=held.get(uln),
                    alike=alike.get(found.details.likeness, ())
                    if found.details
                    else (),
                    is_hidden=row.is_hidden,
                ),
            )
            for row, found, uln in zip(rows, checked, map(str, ulns), strict=True)
        ]
