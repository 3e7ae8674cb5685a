"""Records: each is one row of an uploaded file, corrected until it becomes a learner."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self, TypeAlias, assert_never
from uuid import UUID

from aggregates.aggregate import Aggregate
from aggregates.errors import Malformed, RuleBroken
from aggregates.learners.details import (
    COLUMNS,
    Checked,
    check_details,
    given_likeness,
    given_uln,
)
from aggregates.learners.verification import Outcome, Verification, VerificationStatus
from aggregates.loss import require_no_loss
from aggregates.uploads.duplicate_rows import (
    LIKE_ROW,
    OTHER_ROW,
    TWICE,
    like_rows,
    rows_named,
    twice,
)
from aggregates.uploads.row_context import LIKE, is_like, open_warnings
from events.learners.verification import UlnVerificationPostponed, UlnVerified
from events.uploads.upload import (
    Problem,
    RecordAmended,
    RecordBecameLearner,
    RecordChecked,
    RecordConfirmed,
    RecordLinked,
    RecordRead,
    RecordRemoved,
)

VERIFIED = ("given_name", "family_name", "date_of_birth", "gender", "uln")
"""The cells that LRS compares: when one changes, LRS is asked again (U7)."""

Later: TypeAlias = (
    RecordAmended
    | RecordChecked
    | RecordConfirmed
    | RecordLinked
    | RecordRemoved
    | RecordBecameLearner
    | UlnVerified
    | UlnVerificationPostponed
)


class RecordState(StrEnum):
    """The state of a record (U6); only valid records become learners.

    A record that is not verified waits for the answer of LRS about its ULN (U7).
    """

    VALID = "valid"
    NOT_VERIFIED = "not-verified"
    INVALID = "invalid"
    TO_CONFIRM = "to-confirm"
    REMOVED = "removed"
    LEARNER = "learner"


class RecordIsDone(RuleBroken):
    code = "record-is-done"
    message = "Row {row} has become learner {learner}. Amend the learner instead."


class RecordIsRemoved(RuleBroken):
    code = "record-is-removed"
    message = (
        "Row {row} was removed from the upload, so it cannot be amended. To add this"
        " learner after all, upload the row again."
    )


class CannotLink(Malformed):
    code = "cannot-link"
    message = (
        "Row {row} cannot be linked to {learner}, who has neither its ULN nor its name"
        " and date of birth. Choose one of the learners that the row is alike."
    )


def state_of(
    *, has_problems: bool, is_like: bool, verification: VerificationStatus
) -> RecordState:
    """Return a record's state from its check and from LRS."""
    if has_problems or verification is VerificationStatus.ANOMALY:
        return RecordState.INVALID
    if verification is VerificationStatus.WAITING:
        return RecordState.NOT_VERIFIED
    return RecordState.TO_CONFIRM if is_like else RecordState.VALID


@dataclass(frozen=True, kw_only=True)
class Record(Aggregate):
    """One row of an uploaded file.

    ``problems`` and ``warnings`` are results of the check; LRS may add to them.
    ``different_from`` and ``different_rows`` are the learners, and the rows of the file,
    that somebody said are other people.
    """

    group: str
    row: int
    person_id: UUID
    cells: Mapping[str, str]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    different_from: frozenset[str] = frozenset()
    different_rows: frozenset[int] = frozenset()
    linked_to: str | None = None
    learner: str | None = None
    is_removed: bool = False
    verification: Verification = field(default_factory=Verification)

    @property
    def state(self) -> RecordState:
        if self.learner:
            return RecordState.LEARNER
        if self.is_removed:
            return RecordState.REMOVED
        if self.linked_to:
            return RecordState.VALID
        return state_of(
            has_problems=bool(self.problems),
            is_like=is_like(self.warnings),
            verification=self.verification.status,
        )

    @property
    def is_open(self) -> bool:
        """Whether the record can still change."""
        return not (self.learner or self.is_removed or self.linked_to)

    @property
    def reasons(self) -> tuple[Problem, ...]:
        """All problems of the record, from the check and from LRS (U6)."""
        return self.problems + self.verification.problems

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """All warnings about the record."""
        return self.warnings + self.verification.warnings

    @property
    def sentence_values(self) -> Mapping[str, str]:
        """The values that sentences about the record use: its cells, and values from LRS."""
        return {**self.cells, **self.verification.cells}

    @property
    def uln(self) -> str | None:
        """The ULN that no other row of the file may have while the record is open."""
        return given_uln(self.cells) if self.is_open else None

    @property
    def likeness(self) -> str | None:
        """The key by which other rows of the file are alike, while the record is open."""
        return given_likeness(self.cells) if self.is_open else None

    @property
    def duplicate_rows(self) -> frozenset[int]:
        """The other rows with the same ULN."""
        return rows_named(self.problems, TWICE)

    @property
    def like_rows(self) -> frozenset[int]:
        """The other rows with the same name and date of birth, answered or not."""
        return rows_named(self.warnings, LIKE_ROW, OTHER_ROW)

    @property
    def alike(self) -> frozenset[str]:
        """The learners that the record may be: same name and date of birth, or same ULN."""
        return frozenset(
            learner
            for problem in (*self.problems, *self.warnings)
            for learner in problem.learners
        )

    def check_cells(self) -> Checked:
        """Check the cells again by themselves, without the age, which was checked before."""
        return check_details(self.cells, today=None)

    def merge_cells(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Merge new values into the cells; surplus cells are dropped (U8)."""
        return {column: {**self.cells, **cells}.get(column, "") for column in COLUMNS}

    def amend(
        self, cells: Mapping[str, str], checked: Checked, *, is_lrs_on: bool = False
    ) -> list[Later]:
        """Record the new cells and the result of their check (U8).

        If cells that LRS compares change and LRS is on, it is asked again (U7).
        """
        self.require_open()
        is_same = all(cells[column] == self.cells.get(column) for column in VERIFIED)
        to_verify = is_lrs_on and given_uln(cells) is not None
        stays = is_same or (not to_verify and not self.verification.was_asked)
        if dict(cells) == dict(self.cells) and not self.linked_to:
            return self.recheck(checked.problems, checked.warnings)
        return [
            RecordAmended(
                person_id=self.person_id,
                cells=dict(cells),
                problems=checked.problems,
                warnings=self._open_warnings(checked.warnings),
                to_verify=None if stays else to_verify,
            )
        ]

    def read_again(
        self, cells: Mapping[str, str], checked: Checked, *, is_lrs_on: bool = False
    ) -> list[Later]:
        """Record the cells as read in another encoding; a link stays (U4)."""
        if self.linked_to is not None:
            return self.amend_linked(cells, checked, is_lrs_on=is_lrs_on)
        events = self.amend(cells, checked, is_lrs_on=is_lrs_on)
        return events or self.check_again(checked)

    def amend_linked(
        self, cells: Mapping[str, str], checked: Checked, *, is_lrs_on: bool = False
    ) -> list[Later]:
        """Record the new cells of a row that stays linked to its learner."""
        if self.linked_to is None or dict(cells) == dict(self.cells):
            return []
        amended = self.amend(cells, checked, is_lrs_on=is_lrs_on)
        return [*amended, RecordLinked(learner=self.linked_to)]

    def require_link_kept(self, cells: Mapping[str, str]) -> None:
        """Raise WorkWouldBeLost if the new cells may be another person's than the link's.

        The cells that LRS compares tell who a person is; while they stay, the link stays
        (U6).
        """
        is_same = all(
            cells[column] == self.cells.get(column, "") for column in VERIFIED
        )
        if not is_same:
            lost = [f"the link of row {self.row} to {self.linked_to}"]
            require_no_loss(lost, confirm_loss=False)

    def hear(self, outcome: Outcome) -> list[Later]:
        """Record the answer of LRS about the ULN, or that there is none (U7)."""
        if self.state is not RecordState.NOT_VERIFIED:
            return []
        return [*self.verification.hear(outcome, self.person_id)]

    def recheck(
        self, problems: Sequence[Problem], warnings: Sequence[Problem]
    ) -> list[Later]:
        """Record the result of a check if it differs from the last one."""
        still = self._open_warnings(warnings)
        if (tuple(problems), still) == (self.problems, self.warnings):
            return []
        return [RecordChecked(problems=tuple(problems), warnings=still)]

    def check_again(self, checked: Checked) -> list[Later]:
        """Record the result of a new check of the same cells, even if it is the same."""
        warnings = self._open_warnings(checked.warnings)
        return [RecordChecked(problems=checked.problems, warnings=warnings)]

    def with_duplicate_rows(self, duplicate_rows: Collection[int]) -> list[Later]:
        """Record which other rows have the ULN now (U6)."""
        others = [problem for problem in self.problems if problem.code != TWICE]
        return self.recheck([*others, *twice(duplicate_rows)], self.warnings)

    def with_like_rows(
        self, rows: Collection[int], *, different: Collection[int] = ()
    ) -> list[Later]:
        """Record which other rows are alike now, and which are said to differ (U6)."""
        others = [w for w in self.warnings if w.code not in {LIKE_ROW, OTHER_ROW}]
        told_apart = self.different_rows.union(different)
        return self.recheck(self.problems, [*others, *like_rows(rows, told_apart)])

    def confirm(self) -> list[Later]:
        """Record that the row is a different person from all those it is like (U6)."""
        self.require_open()
        alike = {x for w in self.warnings if w.code == LIKE for x in w.learners}
        rows = rows_named(self.warnings, LIKE_ROW)
        if not (alike or rows):
            return []
        return [
            RecordConfirmed(learners=tuple(sorted(alike)), rows=tuple(sorted(rows)))
        ]

    def link(self, learner: str) -> list[Later]:
        """Record that the row is this learner, who will join the group (U6)."""
        self.require_open()
        if learner == self.linked_to:
            return []
        if learner not in self.alike:
            raise CannotLink(path=("link_to",), row=self.row, learner=learner)
        return [RecordLinked(learner=learner)]

    def remove(self) -> list[Later]:
        """Remove the record from the upload; its history stays (U8)."""
        if self.is_removed:
            return []
        self.require_open()
        return [RecordRemoved()]

    def become(self, learner: str) -> list[Later]:
        """Record that the row is now a learner of the group (U9)."""
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
            verification=Verification().restart(to_verify=event.to_verify),
        )

    def apply(self, event: Later) -> Self:
        match event:
            case RecordAmended():
                return replace(
                    self,
                    cells=event.cells,
                    problems=event.problems,
                    warnings=event.warnings,
                    different_rows=self._told_apart(event.warnings),
                    linked_to=None,
                    verification=self.verification.restart(to_verify=event.to_verify),
                )
            case RecordChecked():
                return replace(
                    self,
                    problems=event.problems,
                    warnings=event.warnings,
                    different_rows=self._told_apart(event.warnings),
                )
            case RecordConfirmed():
                known = self.different_from | {*event.learners}
                rows = self.different_rows | {*event.rows}
                still = open_warnings(self.warnings, known, rows)
                return replace(
                    self, different_from=known, different_rows=rows, warnings=still
                )
            case RecordLinked() | RecordBecameLearner() | RecordRemoved():
                return self._leave(event)
            case UlnVerified() | UlnVerificationPostponed():
                return replace(self, verification=self.verification.apply(event))
            case _:
                assert_never(event)

    def _open_warnings(self, warnings: Sequence[Problem]) -> tuple[Problem, ...]:
        told_apart = self._told_apart(warnings)
        return open_warnings(warnings, self.different_from, told_apart)

    def _told_apart(self, warnings: Sequence[Problem]) -> frozenset[int]:
        return self.different_rows | rows_named(warnings, OTHER_ROW)

    def _leave(self, event: RecordLinked | RecordBecameLearner | RecordRemoved) -> Self:
        match event:
            case RecordLinked():
                return replace(self, linked_to=event.learner)
            case RecordBecameLearner():
                return replace(self, learner=event.learner)
            case RecordRemoved():
                return replace(self, is_removed=True)
            case _:
                assert_never(event)
