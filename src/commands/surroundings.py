"""What is around a record when it is checked: its file, and its centre's learners."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aggregates.details import Checked, check, given_uln
from aggregates.learner_file import Row
from aggregates.record import Around, check_around
from commands.learner import Alike, holders
from store import EventStore


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """A centre on a day, as far as it bears on whether a record is right (U6)."""

    store: EventStore
    centre: str
    alike: Alike
    today: date

    def check(
        self, rows: Sequence[Row], twins: Mapping[str, Sequence[int]]
    ) -> list[Checked]:
        """Check rows by themselves, against each other and against the centre.

        ``twins`` are all the rows of the file that each ULN is in. Every reason is
        given at once.
        """
        checked = [check(row.cells, today=self.today) for row in rows]
        ulns = [given_uln(row.cells) for row in rows]
        held = holders(self.store, self.centre, [uln for uln in ulns if uln])
        likenesses = [found.details.likeness for found in checked if found.details]
        alike = self.alike(self.centre, likenesses)
        return [
            check_around(
                found,
                Around(
                    twins=[x for x in twins.get(uln, ()) if x != row.number],
                    holder=held.get(uln),
                    alike=alike.get(found.details.likeness, ())
                    if found.details
                    else (),
                    is_hidden=row.is_hidden,
                ),
            )
            for row, found, uln in zip(rows, checked, map(str, ulns), strict=True)
        ]


def rows_by_uln(rows: Sequence[Row]) -> Mapping[str, Sequence[int]]:
    """Find the rows that each ULN of the file is in (U6)."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row in rows:
        if uln := given_uln(row.cells):
            found[uln].append(row.number)
    return found
