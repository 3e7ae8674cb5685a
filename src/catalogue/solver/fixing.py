"""Ways to fix: the smallest sets of further units that meet a pathway."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from catalogue.solver.choice import LearnerToFix
from catalogue.solver.cp_sat import Deadline, Model, Terms, Undecided
from catalogue.solver.direct import Bounds, satisfied
from catalogue.solver.nearest import checked
from catalogue.solver.program import UNBOUNDED, Program

MOST = 10

Fix = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class WaysToFix:
    """The smallest ways to fix, as unit numbers; not all where the time was not enough."""

    found: tuple[Fix, ...] = ()
    are_all: bool = True


def smallest_fixes(learner: LearnerToFix, deadline: Deadline) -> WaysToFix:
    """Find ten at the most: by number of units, then credits, then catalogue order.

    None of them holds another one. Those found in the time allowed are the smallest.
    """
    free = tuple(
        number
        for number in range(len(learner.rules.units))
        if number not in learner.achieved
    )
    bounds = Bounds(_with(learner, free))
    if not bounds.rank or not satisfied(learner.rules.nodes, bounds.wants):
        return WaysToFix()
    found: list[Fix] = []
    try:
        found.extend(islice(Fixes(learner, free, deadline).in_order(), MOST))
    except Undecided:
        return WaysToFix(found=tuple(found), are_all=False)
    return WaysToFix(found=tuple(found))


def _with(learner: LearnerToFix, units: Iterable[int]) -> LearnerToFix:
    """Give the units the lowest grade that achieves each, besides what there is."""
    rules = learner.rules
    given = learner.given | {number: rules.lowest[number] for number in units}
    return LearnerToFix(rules, tuple(sorted(given.items())))


class Fixes:
    """One model for all ways: each that is found is cut off, and so is all that holds it."""

    def __init__(self, learner: LearnerToFix, free: Fix, deadline: Deadline) -> None:
        self.learner, self.free, self.deadline = learner, free, deadline
        self.program = Program(learner, free=free)
        self.model = self.program.satisfying()
        self.added = [self.program.added[number] for number in free]
        credits_ = learner.rules.credits
        self.units = [(self.program.added[number], 1) for number in free]
        self.credits = [
            (self.program.added[number], credits_[number])
            for number in free
            if credits_[number]
        ]

    def in_order(self) -> Iterator[Fix]:
        """List those of the fewest units first, then those of the fewest credits.

        Both are found one after the other: a sum of both weighed takes far longer.
        """
        while values := self._least(self.model, self.units):
            units = self.program.total(self.units, values)
            yield from self._of_units(units, self.model.copy())
            self.model.add(self.units, units + 1, UNBOUNDED)

    def _of_units(self, units: int, model: Model) -> Iterator[Fix]:
        """List those of so many units; after a level, one credit more is mostly the next."""
        model.add(self.units, units, units)
        if not self.credits:
            yield from self._level(model)
            return
        while values := self._least(model, self.credits):
            credits_ = self.program.total(self.credits, values)
            level = self._with_credits(model, credits_)
            while fix := next(level, None):
                yield fix
                yield from level
                credits_ += 1
                level = self._with_credits(model, credits_)
            model.add(self.credits, credits_ + 1, UNBOUNDED)

    def _with_credits(self, model: Model, credits_: int) -> Iterator[Fix]:
        level = model.copy()
        level.add(self.credits, credits_, credits_)
        return self._level(level)

    def _least(self, model: Model, terms: Terms) -> list[int] | None:
        model.minimise(terms)
        return model.solve(self.deadline)

    def _level(self, level: Model) -> Iterator[Fix]:
        """List all ways of as many units and as many credits, in catalogue order."""
        values = level.solve_in_order(self.deadline, self.added)
        while values:
            fix = self._read_fix(values)
            yield fix
            for model in (self.model, level):
                model.add([(self.program.added[n], 1) for n in fix], 0, len(fix) - 1)
            values = level.solve_in_order(self.deadline, self.added, after=values)

    def _read_fix(self, values: list[int]) -> Fix:
        """Read a way to fix, and believe it only if it does meet the pathway."""
        fix = tuple(
            number
            for number, variable in zip(self.free, self.added, strict=True)
            if values[variable]
        )
        after = _with(self.learner, fix)
        if not fix or not checked(after, self.program.choice(values)).outcome.met:
            raise AssertionError("The solver's way to fix does not meet the pathway.")
        return fix
