"""Verdict, what counts, and ways to fix, for one pathway."""

from functools import lru_cache

from catalogue.solver.choice import Given, LearnerToFix
from catalogue.solver.compiled import CompiledPathway
from catalogue.solver.cp_sat import Deadline, Model
from catalogue.solver.direct import Totals, improve, satisfies
from catalogue.solver.fixing import WaysToFix, smallest_fixes
from catalogue.solver.nearest import (
    NearestChoice,
    NearestProblem,
    check_choice,
    nearest,
)

REMEMBERED = 20_000
AT_HAND = 8
"""How many problems are kept for the next question about the same grades."""


class Decider:
    """Decides by the rules of one pathway, and remembers its verdicts.

    ``given`` are the grades by the number of the unit, in order; ``seconds`` is how long
    may be tried before Undecided is raised.
    """

    def __init__(self, rules: CompiledPathway) -> None:
        self.rules = rules
        self.totals = Totals(rules)
        self._remembered = lru_cache(REMEMBERED)(self._rank)
        self._problem = lru_cache(AT_HAND)(self._make)

    def _make(self, given: Given) -> NearestProblem:
        return NearestProblem(LearnerToFix(self.rules, given))

    def rank(self, given: Given, seconds: float) -> int:
        """Find the rank of the best overall grade, from 1; 0 where the pathway is not met."""
        return self._remembered(given, seconds)

    def _rank(self, given: Given, seconds: float) -> int:
        known = self.totals.rank(given)
        if known is not None:
            return known
        problem = self._problem(given)
        bounds = problem.bounds
        best = bounds.rank
        if not best or not satisfies(self.rules.nodes, bounds.wants):
            return 0
        if improve(bounds, lambda found: found.is_met and found.rank == best):
            return best
        return best_rank(problem, Deadline(seconds))

    def best(self, given: Given, seconds: float) -> NearestChoice:
        """Find the choice that meets the rules, or comes nearest to that."""
        return nearest(self._problem(given), Deadline(seconds))

    def can_meet(self, given: Given, top: int, seconds: float) -> bool:
        """Whether some choice satisfies one rule of the pathway, limits and all."""
        problem = self._problem(given)
        bounds, program = problem.bounds, problem.program
        if not satisfies((self.rules.nodes[top],), bounds.wants):
            return False
        if improve(bounds, lambda found: not found.of_rules[top]):
            return True
        model = program.model.copy()
        for short, _ in program.short_of(top):
            model.fix(short, 0)
        values = model.solve(Deadline(seconds))
        if values is None:
            return False
        found = check_choice(problem.learner, program.choice(values))
        return not found.outcome.of_rules[top]

    def ways_to_fix(self, given: Given, seconds: float) -> WaysToFix:
        """Find the smallest sets of further units that meet the pathway, ten at the most."""
        return smallest_fixes(LearnerToFix(self.rules, given), Deadline(seconds))


def best_rank(problem: NearestProblem, deadline: Deadline) -> int:
    """Find the rank of the best overall grade of a choice that meets the pathway.

    Grade after grade is asked for, from the best that bounds allow: to find the most
    points would take longer. 0 if no choice meets it. Raises Undecided.
    """
    for rank in range(problem.bounds.rank, 0, -1):
        found = satisfying(problem, problem.program.satisfying(rank=rank), deadline)
        if found:
            return found.outcome.rank
    return 0


def satisfying(
    problem: NearestProblem, model: Model, deadline: Deadline
) -> NearestChoice | None:
    """Find a choice of the problem's model that satisfies the rules; None if none does.

    Raises Undecided.
    """
    values = model.solve(deadline)
    if values is None:
        return None
    found = check_choice(problem.learner, problem.program.choice(values))
    if found.outcome.rules_failed:
        raise AssertionError("The solver's choice does not satisfy the rules.")
    return found
