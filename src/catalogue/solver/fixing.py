"""Ways to fix: the smallest sets of further units that meet a pathway."""

from collections.abc import Iterable

from catalogue.solver.choice import Learner
from catalogue.solver.cp_sat import Deadline, Model
from catalogue.solver.direct import Bounds, satisfied
from catalogue.solver.nearest import checked
from catalogue.solver.program import UNBOUNDED, Program

MOST = 10

Fix = tuple[int, ...]


def smallest_fixes(learner: Learner, deadline: Deadline) -> tuple[Fix, ...]:
    """Find ten at the most: by number of units, then credits, then catalogue order.

    None of them holds another one. Unit numbers, in order. Raises Undecided.
    """
    free = tuple(
        number
        for number in range(len(learner.rules.units))
        if number not in learner.achieved
    )
    bounds = Bounds(_with(learner, free))
    if not bounds.rank or not satisfied(learner.rules.nodes, bounds.wants):
        return ()
    return tuple(Fixes(learner, free, deadline).smallest())


def _with(learner: Learner, units: Iterable[int]) -> Learner:
    """Give the units the lowest grade that achieves each, besides what there is."""
    rules = learner.rules
    given = learner.given | {number: rules.lowest[number] for number in units}
    return Learner(rules, tuple(sorted(given.items())))


class Fixes:
    """One program for all ways: each that is found is cut off, and so is all that holds it."""

    def __init__(self, learner: Learner, free: Fix, deadline: Deadline) -> None:
        self.learner, self.free, self.deadline = learner, free, deadline
        self.program = Program(learner, free=free)
        self.credits = learner.rules.credits
        added = self.added = [self.program.added[number] for number in free]
        self.a_unit = sum(self.credits) + 1
        self.size = [
            (variable, self.a_unit + self.credits[number])
            for number, variable in zip(free, added, strict=True)
        ]
        self.program.model.minimise(self.size)
        self.found: list[Fix] = []

    def smallest(self) -> list[Fix]:
        """Find level after level: those of a number of units and of credits together."""
        model = self.program.model
        while len(self.found) < MOST:
            values = model.solve(self.deadline)
            if values is None:
                break
            fix = self._read(values)
            total = sum(self.a_unit + self.credits[number] for number in fix)
            self._level(total)
            model.add(self.size, total + 1, UNBOUNDED)
        return self.found

    def _level(self, total: int) -> None:
        """Find all of the level, or so many as are wanted, in catalogue order."""
        level = self.program.model.copy()
        level.add(self.size, total, total)
        values = level.solve_in_order(self.deadline, self.added)
        fix = None if values is None else self._read(values)
        while fix is not None:
            self._take(fix)
            fix = self._next(level, fix) if len(self.found) < MOST else None

    def _next(self, level: Model, fix: Fix) -> Fix | None:
        """Find the way that follows in catalogue order: with the longest beginning alike."""
        for end in range(len(fix) - 1, -1, -1):
            place = self.free.index(fix[end])
            left = len(fix) - end
            sizes = sorted(self.credits[number] for number in self.free[place + 1 :])
            credits_ = sum(self.credits[number] for number in fix[end:])
            if len(sizes) < left or not (
                sum(sizes[:left]) <= credits_ <= sum(sizes[-left:])
            ):
                continue  # no others have as many credits
            branch = level.copy()
            for number, variable in zip(
                self.free[: place + 1], self.added, strict=False
            ):
                there = int(number in fix[:end])
                branch.add([(variable, 1)], there, there)
            values = branch.solve_in_order(self.deadline, self.added[place + 1 :])
            if values is not None:
                return self._read(values)
        return None

    def _take(self, fix: Fix) -> None:
        """Keep a way to fix, and leave out all that holds these units from now on."""
        self.found.append(fix)
        variables = [(self.program.added[number], 1) for number in fix]
        self.program.model.add(variables, 0, len(fix) - 1)

    def _read(self, values: list[int]) -> Fix:
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
