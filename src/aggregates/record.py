"""Records: one row each of an uploaded file, put right until it becomes a learner."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self, TypeAlias, assert_never
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.details import COLUMNS, Checked, check, given_uln
from aggregates.errors import Malformed, RuleBroken
from events.upload import (
    Problem,
    RecordAmended,
    RecordBecameLearner,
    RecordChecked,
    RecordConfirmed,
    RecordLinked,
    RecordRead,
    RecordRemoved,
)

TWICE = "uln-twice"
HELD = "uln-held"
LIKE = "like-learner"

Later: TypeAlias = (
    RecordAmended
    | RecordChecked
    | RecordConfirmed
    | RecordLinked
    | RecordRemoved
    | RecordBecameLearner
)


class RecordState(StrEnum):
    """Where a record stands (U6): only valid ones become learners when submitted."""

    VALID = "valid"
    INVALID = "invalid"
    TO_CONFIRM = "to-confirm"
    REMOVED = "removed"
    LEARNER = "learner"


class RecordIsDone(RuleBroken):
    message = "Row {row} is learner {learner} already. Amend the learner instead."


class RecordIsRemoved(RuleBroken):
    message = "Row {row} was removed from the upload, so it cannot be amended."


class CannotLink(Malformed):
    message = (
        "Row {row} cannot be linked to {learner}: it is not a learner that the record"
        " was found to be like, or whose ULN it has."
    )


@dataclass(frozen=True, kw_only=True)
class Around:
    """What is around a record and bears on it (U6).

    The other rows of the file with its ULN, the learner of the centre who holds that
    ULN, and the centre's learners of the same name and date of birth.
    """

    twins: Collection[int] = ()
    holder: str | None = None
    alike: Sequence[str] = ()


def state_of(
    problems: Collection[Problem], warnings: Collection[Problem]
) -> RecordState:
    """Tell the state that a check leaves a record in."""
    if problems:
        return RecordState.INVALID
    if any(warning.code == LIKE for warning in warnings):
        return RecordState.TO_CONFIRM
    return RecordState.VALID


def check_around(found: Checked, around: Around) -> Checked:
    """Add what is around a record to what was found in its cells: every reason (U6)."""
    problems, warnings = list(found.problems), list(found.warnings)
    problems += twice(around.twins)
    if around.holder:
        problems.append(Problem(column="uln", code=HELD, learners=(around.holder,)))
    if around.alike:
        alike = tuple(around.alike)
        warnings.append(Problem(column="family_name", code=LIKE, learners=alike))
    return replace(found, problems=tuple(problems), warnings=tuple(warnings))


def twice(twins: Collection[int]) -> list[Problem]:
    """Say that the ULN is in those rows of the file too, if it is in any (U6)."""
    rows = tuple(sorted(twins))
    return [Problem(column="uln", code=TWICE, rows=rows)] if rows else []


def unanswered(
    warnings: Sequence[Problem], different_from: AbstractSet[str]
) -> tuple[Problem, ...]:
    """Leave out the likenesses that somebody has looked at already (U6)."""
    return tuple(
        warning
        for warning in warnings
        if warning.code != LIKE or not different_from >= {*warning.learners}
    )


@dataclass(frozen=True, kw_only=True)
class Record(Aggregate):
    """One row of an uploaded file."""

    group: str
    row: int
    person_id: UUID
    cells: Mapping[str, str]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    different_from: frozenset[str] = frozenset()
    linked_to: str | None = None
    learner: str | None = None
    is_removed: bool = False

    @property
    def state(self) -> RecordState:
        if self.learner:
            return RecordState.LEARNER
        if self.is_removed:
            return RecordState.REMOVED
        if self.linked_to:
            return RecordState.VALID
        return state_of(self.problems, self.warnings)

    @property
    def uln(self) -> str | None:
        """The ULN that no other row of the file may have as long as this one does."""
        is_out = self.learner or self.is_removed or self.linked_to
        return None if is_out else given_uln(self.cells)

    @property
    def twins(self) -> frozenset[int]:
        """The other rows that have the same ULN."""
        return frozenset(
            row
            for problem in self.problems
            if problem.code == TWICE
            for row in problem.rows
        )

    @property
    def alike(self) -> frozenset[str]:
        """The learners that this may be: of the same name and birth, or ULN."""
        return frozenset(
            learner
            for problem in (*self.problems, *self.warnings)
            for learner in problem.learners
        )

    def checked(self) -> Checked:
        """Check the cells again by themselves, but for the age, which was."""
        return check(self.cells, today=None)

    def amended(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Put new values in their cells; a row is amended to fit the template (U8)."""
        return {column: {**self.cells, **cells}.get(column, "") for column in COLUMNS}

    def amend(self, cells: Mapping[str, str], checked: Checked) -> list[Later]:
        """Record the new cells and what the check says of them now (U8)."""
        self.require_open()
        if dict(cells) == dict(self.cells) and not self.linked_to:
            return self.recheck(checked.problems, checked.warnings)
        return [
            RecordAmended(
                person_id=self.person_id,
                cells=dict(cells),
                problems=checked.problems,
                warnings=unanswered(checked.warnings, self.different_from),
            )
        ]

    def recheck(
        self, problems: Sequence[Problem], warnings: Sequence[Problem]
    ) -> list[Later]:
        """Record what is found now, if it is not what was found before."""
        still = unanswered(warnings, self.different_from)
        if (tuple(problems), still) == (self.problems, self.warnings):
            return []
        return [RecordChecked(problems=tuple(problems), warnings=still)]

    def with_twins(self, twins: Collection[int]) -> list[Later]:
        """Record which other rows have its ULN now, one having come or gone (U6)."""
        others = [problem for problem in self.problems if problem.code != TWICE]
        return self.recheck([*others, *twice(twins)], self.warnings)

    def confirm(self) -> list[Later]:
        """Record that this is a different person from those it is like (U6)."""
        self.require_open()
        alike = {x for w in self.warnings if w.code == LIKE for x in w.learners}
        return [RecordConfirmed(learners=tuple(sorted(alike)))] if alike else []

    def link(self, learner: str) -> list[Later]:
        """Record that this is that learner, who will join the group (U6)."""
        self.require_open()
        if learner == self.linked_to:
            return []
        if learner not in self.alike:
            raise CannotLink(pointer="/link_to", row=self.row, learner=learner)
        return [RecordLinked(learner=learner)]

    def remove(self) -> list[Later]:
        """Take the record out of the upload; its history stays (U8)."""
        if self.is_removed:
            return []
        self.require_open()
        return [RecordRemoved()]

    def become(self, learner: str) -> list[Later]:
        """Record that it is a learner of the group now (U9)."""
        return [RecordBecameLearner(learner=learner)]

    def require_open(self) -> None:
        """Raise unless the record can still be amended."""
        if self.learner:
            raise RecordIsDone(row=self.row, learner=self.learner)
        if self.is_removed:
            raise RecordIsRemoved(row=self.row)

    @classmethod
    def begin(cls, event: RecordRead) -> Self:
        return cls(
            group=event.group,
            row=event.row,
            person_id=event.person_id,
            cells=event.cells,
            problems=event.problems,
            warnings=event.warnings,
        )

    def apply(self, event: Later) -> Self:
        match event:
            case RecordAmended():
                return replace(
                    self,
                    cells=event.cells,
                    problems=event.problems,
                    warnings=event.warnings,
                    linked_to=None,
                )
            case RecordChecked():
                return replace(self, problems=event.problems, warnings=event.warnings)
            case RecordConfirmed():
                known = self.different_from | {*event.learners}
                still = unanswered(self.warnings, known)
                return replace(self, different_from=known, warnings=still)
            case RecordLinked():
                return replace(self, linked_to=event.learner)
            case RecordRemoved():
                return replace(self, is_removed=True)
            case RecordBecameLearner():
                return replace(self, learner=event.learner)
            case _:
                assert_never(event)
