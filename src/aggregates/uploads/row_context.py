"""The context in which a row is checked: its file and its centre's learners (U6)."""

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
    """The facts about a row besides its own cells (U6).

    ``others`` are the other rows of the file with the same ULN or the same person.
    ``holder`` is the learner of the centre who has the ULN; ``alike`` are those with the
    same name and date of birth. ``is_hidden``: the workbook hides the row.
    """

    others: OtherRows = field(default_factory=OtherRows)
    holder: str | None = None
    alike: Sequence[str] = ()
    is_hidden: bool = False


def is_like(warnings: Collection[Problem]) -> bool:
    """Whether somebody must confirm that the row is a different person (U6)."""
    return any(warning.code in {LIKE, LIKE_ROW} for warning in warnings)


def check_in_context(found: Checked, context: RowContext) -> Checked:
    """Add the problems and warnings of a row's context to those of its cells (U6)."""
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
    if len(problems) + len(warnings) == len(found.problems) + len(found.warnings):
        return found
    return replace(found, problems=tuple(problems), warnings=tuple(warnings))


def open_warnings(
    warnings: Sequence[Problem],
    different_from: AbstractSet[str],
    different_rows: AbstractSet[int],
) -> tuple[Problem, ...]:
    """Leave out the warnings that somebody answered with "a different person" (U6).

    ``different_from`` are learners and ``different_rows`` row numbers that are other
    people. For such rows a warning remains that needs no answer.
    """
    rows = rows_named(warnings, LIKE_ROW, OTHER_ROW)
    asked = [
        warning
        for warning in warnings
        if warning.code not in {LIKE, LIKE_ROW, OTHER_ROW}
        or (warning.code == LIKE and not different_from >= {*warning.learners})
    ]
    return (*asked, *like_rows(rows, different_rows))
