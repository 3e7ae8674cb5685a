"""A learner's result on one pathway: whether it is met, why not, and ways to fix it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from catalogue.eligibility.pathway_reasons import PathwayReasons
from catalogue.eligibility.reason import Reason, UnitStatus
from catalogue.qualification import Pathway
from catalogue.solver.choice import Given
from catalogue.solver.cp_sat import Undecided
from catalogue.solver.fixing import WaysToFix

UNDECIDED = "not-decided-in-time"
"""The code of the reason given when time runs out before a verdict."""
NOT_DECIDED = Reason(
    code=UNDECIDED,
    message=(
        "Whether the rules of combination are met could not be decided in time. "
        "Try again later; the grades that were given stay."
    ),
)
NOT_EXPLAINED = Reason(
    code="not-explained-in-time",
    message=(
        "The rules of combination are not met; why could not be worked out in time. "
        "Try again later."
    ),
)
FURTHER_WAYS = (
    "There may be further ways to fix it: the time allowed was not enough to look for"
    " all of them. Use one of these, or ask again later."
)
NO_WAYS_YET = (
    "There may be ways to fix it: the time allowed was not enough to find one. Ask"
    " again later."
)


@dataclass(frozen=True, kw_only=True)
class PathwayAssessment:
    """The result of grades on one pathway, computed when first asked for.

    ``given`` holds (unit number, grade) pairs in order. ``seconds`` limits each
    computation. ``first`` are reasons that precede those of the rules.
    """

    pathway: Pathway
    given: Given
    seconds: float
    first: tuple[Reason, ...] = ()

    @property
    def code(self) -> str:
        return self.pathway.code

    @property
    def title(self) -> str:
        return self.pathway.title

    @cached_property
    def rank(self) -> int | None:
        """The rank of the overall grade, from 1; 0 if not met, None if not decided."""
        try:
            return self.pathway.decider.rank(self.given, self.seconds)
        except Undecided:
            return None

    @property
    def is_met(self) -> bool:
        """Whether the rules are met, and an overall grade is reached."""
        return bool(self.rank)

    @property
    def overall_grade(self) -> str | None:
        """The overall grade of a Full award on this pathway; None if it is not met."""
        return self.pathway.grading.ascending[self.rank - 1] if self.rank else None

    @property
    def is_decided(self) -> bool:
        """Whether the verdict, the reasons and the ways to fix were all found in time."""
        return (
            self.rank is not None
            and NOT_EXPLAINED not in self.reasons
            and self._fixes.are_all
        )

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons why not, in the rules' order; limits and failed units come last."""
        if self.is_met:
            return self.first
        if self.rank is None:
            return (*self.first, NOT_DECIDED)
        try:
            return (*self.first, *self._find_reasons)
        except Undecided:
            return (*self.first, NOT_EXPLAINED)

    @cached_property
    def _nearest(self) -> PathwayReasons:
        return PathwayReasons(self.pathway, self.given, self.seconds)

    @property
    def _find_reasons(self) -> Iterator[Reason]:
        return self._nearest.reasons

    @property
    def ways_to_fix(self) -> tuple[tuple[str, ...], ...]:
        """The smallest sets of further units that satisfy the rules; none when met (I4).

        There may be fewer than ten if time ran out; those found are still the smallest.
        """
        units = self.pathway.units
        return tuple(
            tuple(units[number].reference for number in fix)
            for fix in self._fixes.found
        )

    @property
    def ways_to_fix_note(self) -> str | None:
        """A sentence that more ways to fix may exist, if time ran out; else None."""
        if self._fixes.are_all:
            return None
        return FURTHER_WAYS if self._fixes.found else NO_WAYS_YET

    @cached_property
    def _fixes(self) -> WaysToFix:
        if self.is_met or self.rank is None:
            return WaysToFix()
        return self.pathway.decider.ways_to_fix(self.given, self.seconds)

    @cached_property
    def units(self) -> tuple[UnitStatus, ...]:
        """Every unit that has a grade or that a failed rule still needs.

        It is empty if time ran out.
        """
        if self.rank is None:
            return ()
        try:
            return tuple(self._nearest.statuses)
        except Undecided:
            return ()
