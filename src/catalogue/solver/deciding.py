"""The questions about one pathway: verdict, nearest choice, single rule and ways to fix."""

from functools import lru_cache

from catalogue.solver.choice import Given, LearnerGrades
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
"""The number of recent problems kept, in case the next question is about the same grades."""


class Decider:
    """Decides by the rules of one pathway, and remembers its verdicts.

    ``given`` holds (unit number, grade) pairs in order. A method raises Undecided after
    ``seconds``.
    """

    def __init__(self, rules: CompiledPathway) -> None:
        self.rules = rules
        self.totals = Totals(rules)
        self._remembered = lru_cache(REMEMBERED)(self._rank)
        self._problem = lru_cache(AT_HAND)(self._make)

    def _make(self, given: Given) -> NearestProblem:
        return NearestProblem(LearnerGrades(self.rules, given))

    def rank(self, given: Given, seconds: float) -> int:
        """Return the rank of the best overall grade, from 1; 0 if the pathway is not met."""
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
        """Find the choice that meets the rules or comes nearest to meeting them."""
        return nearest(self._problem(given), Deadline(seconds))

    def can_meet(self, given: Given, top: int, seconds: float) -> bool:
        """Whether some choice within all limits satisfies this one rule of the pathway."""
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
        """Find at most ten of the smallest sets of further units that meet the pathway."""
        return smallest_fixes(LearnerGrades(self.rules, given), Deadline(seconds))


def best_rank(problem: NearestProblem, deadline: Deadline) -> int:
    """Return the rank of the best overall grade of any choice that meets the pathway.

    Return 0 if no choice meets it. The grades are tried one after the other, from the best
    that the bounds allow; maximising the points instead would take longer. Raises
    Undecided.
    """
    for rank in range(problem.bounds.rank, 0, -1):
        found = satisfying(problem, problem.program.satisfying(rank=rank), deadline)
        if found:
            return found.outcome.rank
    return 0


def satisfying(
    problem: NearestProblem, model: Model, deadline: Deadline
) -> NearestChoice | None:
    """Find a choice in the problem's model that satisfies the rules; None if none does.

    Raises Undecided.
    """
    values = model.solve(deadline)
    if values is None:
        return None
    found = check_choice(problem.learner, problem.program.choice(values))
    if found.outcome.rules_failed:
        raise AssertionError("The solver's choice does not satisfy the rules.")
    return found
