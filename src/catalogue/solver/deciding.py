"""Verdict, what counts, and ways to fix, for one pathway."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from catalogue.solver.choice import (
    Choice,
    Given,
    Learner,
    Outcome,
    grid_rank,
    is_allowed,
    outcome,
)
from catalogue.solver.compiled import CompiledPathway, RuleNode
from catalogue.solver.cp_sat import Deadline, Undecided
from catalogue.solver.direct import (
    Bounds,
    Filler,
    Totals,
    improved,
    least_shortfall,
    satisfied,
)
from catalogue.solver.program import Program

REMEMBERED = 20_000
MOST_WAYS = 10


@dataclass(frozen=True, kw_only=True)
class Found:
    """A choice, and what it comes to."""

    choice: Choice
    outcome: Outcome


class Decider:
    """Decides by the rules of one pathway, and remembers its verdicts."""

    def __init__(self, rules: CompiledPathway) -> None:
        self.rules = rules
        self.totals = Totals(rules)
        self.remembered = lru_cache(REMEMBERED)(self._rank)
        self.solves = 0

    def rank(self, given: Given, seconds: float) -> int:
        """Find the rank of the best overall grade, from 1; 0 where the pathway is not met.

        Raises Undecided.
        """
        return self.remembered(given, seconds)

    def _rank(self, given: Given, seconds: float) -> int:
        known = self._at_once(given)
        if known is not None:
            return known
        learner = Learner(self.rules, given)
        bounds = Bounds(learner)
        if not satisfied(self.rules.nodes, bounds.wants) or not bounds.rank:
            return 0
        top = bounds.rank
        if improved(learner, lambda _, found: found.met and found.rank == top):
            return top
        return self._solved_rank(learner, Deadline(seconds))

    def _at_once(self, given: Given) -> int | None:
        """Decide by adding up alone: where no limit binds, or too little is there."""
        rules, grading = self.rules, self.rules.grading
        values, over, shares = self.totals.add_up(given)
        if not self.totals.counts_classes_once and self.totals.attempts_twice(given):
            over = True
        if not satisfied(rules.nodes, values):
            return 0
        if grading.kind == "points" and (not over or not grading.best):
            if grading.best:
                return None
            rank = sum(needed <= shares for needed in rules.needed)
            if not rank:
                return 0
            return None if over or self.totals.requires else rank
        if over or self.totals.requires or grading.kind != "pass":
            return None
        return 1

    def _solved_rank(self, learner: Learner, deadline: Deadline) -> int:
        program = Program(learner)
        self.solves += 1
        if self.rules.grading.kind == "points":
            program.model.minimise([(v, -f) for v, f in program.points])
        elif self.rules.grading.kind == "grid":
            program.model.minimise([(cell, -rank) for cell, rank in program.cells])
        values = program.model.solve(deadline)
        if values is None:
            return 0
        found = checked(learner, program.choice(values))
        if not found.outcome.met:
            raise RuntimeError("The solver's choice does not satisfy the rules.")
        return found.outcome.rank


    def best(self, given: Given, seconds: float) -> Found:
        """Find the choice that stands for the learner: it meets the rules, or comes nearest.

        Raises Undecided.
        """
        learner = Learner(self.rules, given)
        return _certain(learner) or Nearest(learner, Deadline(seconds)).found

    def can_meet(self, given: Given, top: int, seconds: float) -> bool:
        """Whether some choice satisfies one rule of the pathway, limits and all.

        Raises Undecided.
        """
        learner = Learner(self.rules, given)
        bounds = Bounds(learner).wants
        if not satisfied((self.rules.nodes[top],), bounds):
            return False
        if improved(learner, lambda _, found: not found.of_rules[top]):
            return True
        program = Program(learner, soft=True)
        short = program.short_of(top)
        if short:
            program.model.add(short, 0, 0)
        values = program.model.solve(Deadline(seconds))
        return values is not None and not (
            checked(learner, program.choice(values)).outcome.of_rules[top]
        )

    def ways_to_fix(self, given: Given, seconds: float) -> tuple[tuple[int, ...], ...]:
        """Find the smallest sets of further units that meet the pathway, ten at the most.

        By number of units, then credits, then catalogue order. Raises Undecided.
        """
        learner = Learner(self.rules, given)
        free = tuple(
            n for n in range(len(self.rules.units)) if n not in learner.achieved
        )
        after = Learner(self.rules, _with(learner, free, self.rules))
        bounds = Bounds(after)
        if not satisfied(self.rules.nodes, bounds.wants) or not bounds.rank:
            return ()
        deadline = Deadline(seconds)
        program = Program(learner, free=free)
        sizes = [(program.added[n], 1) for n in free]
        whole = self.rules.credits
        credits_ = [(program.added[n], whole[n]) for n in free if whole[n]]
        a_unit = sum(whole) + 1
        program.model.minimise([(program.added[n], a_unit + whole[n]) for n in free])
        found: list[tuple[int, ...]] = []
        while len(found) < MOST_WAYS:
            values = program.model.solve(deadline)
            if values is None:
                break
            level = program.model.copy()
            level.minimise(())
            level.add(sizes, *[program.total(sizes, values)] * 2)
            if credits_:
                level.add(credits_, *[program.total(credits_, values)] * 2)
            first = [program.added[n] for n in free]
            while len(found) < MOST_WAYS:
                values = level.solve(deadline, first=first)
                if values is None:
                    break
                fix = tuple(n for n in free if values[program.added[n]])
                after = Learner(self.rules, _with(learner, fix, self.rules))
                if not fix or not checked(after, program.choice(values)).outcome.met:
                    raise RuntimeError("The solver's way to fix does not help.")
                found.append(fix)
                cut = [(program.added[n], 1) for n in fix]
                for model in (program.model, level):
                    model.add(cut, 0, len(fix) - 1)
        return tuple(found)


def _with(learner: Learner, units: tuple[int, ...], rules: CompiledPathway) -> Given:
    """Give the units, besides, the lowest grade that achieves each."""
    return tuple(sorted((learner.given | {n: rules.lowest[n] for n in units}).items()))


def _certain(learner: Learner) -> Found | None:
    """Fill up in catalogue order, if nothing could come to more than that does.

    That choice has the earliest unit, with the most credits, and so on, of all there are.
    """
    rules = learner.rules
    bounds = Bounds(learner)
    least, picks = _least(rules, bounds)
    choice = Filler(learner, picks).fill(bounds.units)
    if any(
        node.limits or node.requires for node in rules.all_nodes[0:] if node not in rules.nodes
    ):
        none = {node: 0 for node in rules.choosing}
        plain = Filler(learner, none, top_only=True).fill(bounds.units)
        if plain.credits != choice.credits:
            return None
    if not is_allowed(learner, choice):
        return None
    found = outcome(learner, choice)
    if (
        found.of_rules == least
        and (found.rank, found.shares) == (bounds.rank, bounds.shares)
        and sum(choice.credits.values()) == bounds.credits
    ):
        return Found(choice=choice, outcome=found)
    return None


def _least(
    rules: CompiledPathway, bounds: Bounds
) -> tuple[tuple[int, ...], dict[RuleNode, int]]:
    """Say what each rule falls short by at the least, and the lists that do."""
    wants = bounds.wants
    least: list[int] = []
    picks: dict[RuleNode, int] = {}
    for node in rules.nodes:
        short, picked = least_shortfall(
            (node,), lambda want: max(0, want.required - wants[want.place])
        )
        least.append(short)
        picks |= picked
    return tuple(least), picks


class Nearest:
    """Finds the choice of the least vector, one number of it after the other."""

    def __init__(self, learner: Learner, deadline: Deadline) -> None:
        self.learner, self.deadline = learner, deadline
        self.rules = learner.rules
        self.bounds = Bounds(learner)
        self.program = program = Program(learner, soft=True)
        self.hint: list[int] | None = None
        self.now: Found | None = None
        least, _ = _least(self.rules, self.bounds)
        of_rules = [program.short_of(top) for top in range(len(self.rules.nodes))]
        failed = []
        for top, short in enumerate(of_rules):
            if short:
                fails = program.model.variable(0, 1)
                most = sum(want.required for want in program.short if want.top == top)
                program.model.add([*short, (fails, -most)], -most, 0)
                failed.append((fails, 1))
        self._stage(failed, sum(short > 0 for short in least), lambda o: o.failed)
        everything = [term for short in of_rules for term in short]
        self._stage(everything, sum(least), lambda o: sum(o.of_rules))
        for top, short in enumerate(of_rules):
            self._stage(short, least[top], lambda o, top=top: o.of_rules[top])
        if self.rules.grading.kind == "grid":
            cells = [(cell, -rank) for cell, rank in program.cells]
            self._stage(cells, -self.bounds.rank, lambda o: -o.rank)
        shares = [(variable, -factor) for variable, factor in program.points]
        self._stage(shares, -self.bounds.shares, lambda o: -o.shares)
        credits_ = [(v, -f) for v, f in program.credits.values() if f]
        self._stage(credits_, -self.bounds.credits, None)
        self.found = self._first()

    def _stage(self, terms, bound, of) -> None:
        program, now = self.program, self.now
        if not terms:
            return
        if now is None or self._value(of) != bound:
            program.model.minimise(terms)
            values = program.model.solve(self.deadline)
            if values is None:
                raise RuntimeError("The solver finds no choice where there is one.")
            self.hint = values
            self.now = checked(self.learner, program.choice(values))
            # print("stage", self._value(of), bound)
        program.model.add(terms, self._value(of), self._value(of))

    def _value(self, of) -> int:
        if of is None:
            return -sum(self.now.choice.credits.values())
        return of(self.now.outcome)

    def _first(self) -> Found:
        program = self.program
        none = {node: 0 for node in self.rules.choosing}
        earliest = Filler(self.learner, none, top_only=True).fill(self.bounds.units)
        if not self.rules.choosing and earliest.credits == self.now.choice.credits:
            return self.now
        first = [v for v, f in program.credits.values() if f]
        first = [
            program.credits[n][0] if program.credits[n][1] else counts
            for n, counts in program.counts.items()
        ]
        for node in self.rules.choosing:
            first += program.picked[node]
        program.model.minimise(())
        values = program.model.solve(self.deadline, first=first)
        return checked(self.learner, program.choice(values))


def checked(learner: Learner, choice: Choice) -> Found:
    """Believe a choice only if no limit is broken, and add up what it comes to."""
    if not is_allowed(learner, choice):
        raise RuntimeError("The solver's choice breaks a limit.")
    return Found(choice=choice, outcome=outcome(learner, choice))
