"""The context that a row is checked in: its file, and its centre's learners (U6)."""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from aggregates.learners.details import Checked
from aggregates.uploads.duplicate_rows import (
    LIKE_ROW,
    OTHER_ROW,
    OtherRows,
    like_rows,
    rows_named,
    twice,
)
from events.uploads.upload import Problem

HELD = "uln-held"
LIKE = "like-learner"


@dataclass(frozen=True, kw_only=True)
class RowContext:
    """What is around a row and bears on whether it is right (U6).

    The other rows of the file that say the same, the learner of the centre who holds
    its ULN, and the centre's learners of the same name and date of birth; whether the
    workbook hides its row.
    """

    others: OtherRows = field(default_factory=OtherRows)
    holder: str | None = None
    alike: Sequence[str] = ()
    is_hidden: bool = False


def is_like(warnings: Collection[Problem]) -> bool:
    """Tell whether it is to be confirmed that this is a different person (U6)."""
    return any(warning.code in {LIKE, LIKE_ROW} for warning in warnings)


def check_in_context(found: Checked, context: RowContext) -> Checked:
    """Add what is around a row to what was found in its cells: every reason (U6)."""
    problems, warnings = list(found.problems), list(found.warnings)
    problems += twice(context.others.uln)
    if context.holder:
        problems.append(Problem(column="uln", code=HELD, learners=(context.holder,)))
    if context.alike:
        alike = tuple(context.alike)
        warnings.append(Problem(column="family_name", code=LIKE, learners=alike))
    warnings += like_rows(context.others.person)
    if context.is_hidden:
        warnings.append(Problem(column="given_name", code="row-hidden"))
    return replace(found, problems=tuple(problems), warnings=tuple(warnings))


def open_warnings(
    warnings: Sequence[Problem],
    different_from: AbstractSet[str],
    different_rows: AbstractSet[int],
) -> tuple[Problem, ...]:
    """Leave out the likenesses that somebody has looked at already (U6).

    Of rows of the file that are told apart it is still said that they are alike.
    """
    rows = rows_named(warnings, LIKE_ROW, OTHER_ROW)
    asked = [
        warning
        for warning in warnings
        if warning.code not in {LIKE, LIKE_ROW, OTHER_ROW}
        or (warning.code == LIKE and not different_from >= {*warning.learners})
    ]
    return (*asked, *like_rows(rows, different_rows))
