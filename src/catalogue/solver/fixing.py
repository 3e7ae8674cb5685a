"""Ways to fix: the smallest sets of further units that meet a pathway."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from catalogue.solver.choice import LearnerGrades
from catalogue.solver.cp_sat import Deadline, Model, Undecided
from catalogue.solver.direct import Bounds, satisfies
from catalogue.solver.nearest import check_choice
from catalogue.solver.program import UNBOUNDED, Program
from catalogue.solver.swaps import Fix, KnownWays, Swaps, WayToFix

MOST = 10
"""The most ways to fix that are returned (I4, d)."""


@dataclass(frozen=True, kw_only=True)
class WaysToFix:
    """The smallest ways to fix, each as unit numbers; ``are_all`` is false if time ran out."""

    found: tuple[Fix, ...] = ()
    are_all: bool = True


def smallest_fixes(learner: LearnerGrades, deadline: Deadline) -> WaysToFix:
    """Find at most ten ways to fix, by number of units, then credits, then catalogue order.

    No way contains another. If time runs out, the ways found so far are still the smallest.
    """
    free = tuple(
        number
        for number in range(len(learner.rules.units))
        if number not in learner.achieved
    )
    bounds = Bounds(learner.with_units(free))
    if not bounds.rank or not satisfies(learner.rules.nodes, bounds.wants):
        return WaysToFix()
    found: list[Fix] = []
    try:
        found.extend(islice(Fixes(learner, free, deadline).in_order(), MOST))
    except Undecided:
        return WaysToFix(found=tuple(found), are_all=False)
    return WaysToFix(found=tuple(found))


class Fixes:
    """Lists ways to fix from one model.

    The model excludes each way listed, and all larger ways that contain one.
    """

    def __init__(self, learner: LearnerGrades, free: Fix, deadline: Deadline) -> None:
        self.learner, self.free, self.deadline = learner, free, deadline
        self.program = Program(learner, free=free)
        self.model = self.program.satisfying()
        self.swaps = Swaps(learner, free)
        self.found: list[Fix] = []
        added, credits_ = self.program.added, learner.rules.credits
        self.added = [added[number] for number in free]
        self.units = [(each, 1) for each in self.added]
        self.credits = [(added[n], credits_[n]) for n in free if credits_[n]]

    def in_order(self) -> Iterator[Fix]:
        """Yield the ways to fix, those with the fewest units first, then the fewest credits.

        Units are minimised first, then credits: one weighted sum of both takes far longer.
        """
        self.model.minimise(self.units)
        while values := self.model.solve(self.deadline):
            first = self._read_way(values)
            units = len(first.units)
            model = self.model.copy()
            model.hold(self.units, units)
            for fix in self._of_units(model, first):
                self.found.append(fix)
                self._cut_off(fix, self.model)
                yield fix
            self.model.add(self.units, units + 1, UNBOUNDED)

    def _of_units(self, model: Model, first: WayToFix) -> Iterator[Fix]:
        """Yield the ways with as many units as ``first``, by credits.

        A way is yielded once no unknown way can have as few credits.
        """
        known = KnownWays(
            self.learner, self.swaps, self.found, MOST - len(self.found), first
        )
        listed = 0
        for way in self._unknown_ways(model, known):
            while listed < len(known.ways) and known.ways[listed].credits < way.credits:
                yield known.ways[listed].units
                listed += 1
            known.add(way)
        for known_way in known.ways[listed : known.most]:
            yield known_way.units

    def _unknown_ways(self, model: Model, known: KnownWays) -> Iterator[WayToFix]:
        """Find wanted ways that are not known yet, those with the fewest credits first.

        Credits are minimised while an unknown way may have fewer than the last wanted way.
        Many ways may have as many credits as the last; they are found in catalogue order.
        """
        least = 0
        while not known.last or least < known.last.credits:
            fewest = self._without_known(model, known, least)
            if known.last:
                fewest.add(self.credits, least, known.last.credits - 1)
            fewest.minimise(self.credits, least)
            values = fewest.solve(self.deadline)
            if values is None:
                break
            way = self._read_way(values)
            least = way.credits
            yield way
        while last := known.last:
            level = self._without_known(model, known, last.credits)
            level.hold(self.credits, last.credits)
            until = {self.program.added[n]: int(n in last.units) for n in self.free}
            values = level.solve_in_order(self.deadline, self.added, until)
            if values is None:
                break
            yield self._read_way(values)

    def _without_known(self, model: Model, known: KnownWays, least: int) -> Model:
        """Copy the model without the known ways that have ``least`` credits or more.

        Ways after the last wanted one need not be left out.
        """
        model = model.copy()
        for way in known.ways:
            if least <= way.credits and not (known.last and way > known.last):
                self._cut_off(way.units, model)
        return model

    def _cut_off(self, fix: Fix, model: Model) -> None:
        model.not_all([self.program.added[number] for number in fix])

    def _read_way(self, values: list[int]) -> WayToFix:
        """Read a way to fix from the solver's values.

        Raises AssertionError if it does not meet the pathway.
        """
        units = tuple(
            number
            for number, variable in zip(self.free, self.added, strict=True)
            if values[variable]
        )
        learner = self.learner.with_units(units)
        found = check_choice(learner, self.program.choice(values))
        if not units or not found.outcome.is_met:
            raise AssertionError("The solver's way to fix does not meet the pathway.")
        return WayToFix(
            credits=sum(learner.rules.credits[number] for number in units),
            units=units,
            choice=found.choice,
            outcome=found.outcome,
        )
