"""Verdict, what counts, and ways to fix, for one pathway."""

from functools import lru_cache

from catalogue.solver.choice import Given, Learner
from catalogue.solver.compiled import CompiledPathway
from catalogue.solver.cp_sat import Deadline
from catalogue.solver.direct import Bounds, Totals, improved, satisfied
from catalogue.solver.fixing import smallest_fixes
from catalogue.solver.nearest import Found, checked, nearest
from catalogue.solver.program import Program

REMEMBERED = 20_000


class Decider:
    """Decides by the rules of one pathway, and remembers its verdicts.

    ``given`` are the grades by the number of the unit, in order; ``seconds`` is how long
    may be tried before Undecided is raised.
    """

    def __init__(self, rules: CompiledPathway) -> None:
        self.rules = rules
        self.totals = Totals(rules)
        self._remembered = lru_cache(REMEMBERED)(self._rank)

    def rank(self, given: Given, seconds: float) -> int:
        """Find the rank of the best overall grade, from 1; 0 where the pathway is not met."""
        return self._remembered(given, seconds)

    def _rank(self, given: Given, seconds: float) -> int:
        known = self.totals.rank(given)
        if known is not None:
            return known
        learner = Learner(self.rules, given)
        bounds = Bounds(learner)
        best = bounds.rank
        if not best or not satisfied(self.rules.nodes, bounds.wants):
            return 0
        if improved(bounds, lambda found: found.met and found.rank == best):
            return best
        return self._solve_rank(learner, Deadline(seconds))

    def _solve_rank(self, learner: Learner, deadline: Deadline) -> int:
        found = best_satisfying(learner, deadline)
        return found.outcome.rank if found else 0

    def best(self, given: Given, seconds: float) -> Found:
        """Find the choice that meets the rules, or comes nearest to that."""
        return nearest(Learner(self.rules, given), Deadline(seconds))

    def can_meet(self, given: Given, top: int, seconds: float) -> bool:
        """Whether some choice satisfies one rule of the pathway, limits and all."""
        learner = Learner(self.rules, given)
        bounds = Bounds(learner)
        if not satisfied((self.rules.nodes[top],), bounds.wants):
            return False
        if improved(bounds, lambda found: not found.of_rules[top]):
            return True
        program = Program(learner, soft=True)
        program.model.add(program.short_of(top), 0, 0)
        values = program.model.solve(Deadline(seconds))
        if values is None:
            return False
        return not checked(learner, program.choice(values)).outcome.of_rules[top]

    def ways_to_fix(self, given: Given, seconds: float) -> tuple[tuple[int, ...], ...]:
        """Find the smallest sets of further units that meet the pathway, ten at the most."""
        return smallest_fixes(Learner(self.rules, given), Deadline(seconds))


def best_satisfying(
    learner: Learner, deadline: Deadline, *, graded: bool = True
) -> Found | None:
    """Find a choice of the best grade that meets the pathway, with points the most.

    None if no choice meets it. Where it need not be ``graded``, the choice only satisfies
    the rules. Raises Undecided.
    """
    program = Program(learner, graded=graded)
    program.model.minimise(
        [(variable, -factor) for variable, factor in (*program.points, *program.cells)]
    )
    values = program.model.solve(deadline)
    if values is None:
        return None
    found = checked(learner, program.choice(values))
    if found.outcome.failed or (graded and not found.outcome.met):
        raise AssertionError("The solver's choice does not meet the pathway.")
    return found
