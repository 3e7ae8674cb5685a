"""Find the choice that the reasons describe: it meets the rules or comes nearest to that."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from catalogue.solver.choice import (
    Choice,
    ChoiceOutcome,
    LearnerGrades,
    is_allowed,
    outcome,
)
from catalogue.solver.compiled import RuleNode
from catalogue.solver.cp_sat import Deadline, Terms
from catalogue.solver.direct import Bounds, Filler, least_shortfall
from catalogue.solver.program import UNBOUNDED, Program


@dataclass(frozen=True, kw_only=True)
class NearestChoice:
    """A choice with its outcome."""

    choice: Choice
    outcome: ChoiceOutcome

    @property
    def credits(self) -> int:
        """The number of credits that count."""
        return sum(self.choice.credits.values())


def check_choice(learner: LearnerGrades, choice: Choice) -> NearestChoice:
    """Add up a choice. Raises AssertionError if it breaks a limit."""
    if not is_allowed(learner, choice):
        raise AssertionError("The choice found breaks a limit.")
    return NearestChoice(choice=choice, outcome=outcome(learner, choice))


class NearestProblem:
    """A learner's grades; their bounds and their program are made on first use."""

    def __init__(self, learner: LearnerGrades) -> None:
        self.learner = learner
        self.rules = learner.rules

    @cached_property
    def bounds(self) -> Bounds:
        return Bounds(self.learner)

    @cached_property
    def program(self) -> Program:
        return Program(self.learner)


def nearest(problem: NearestProblem, deadline: Deadline) -> NearestChoice:
    """Find the choice with the smallest shortfalls, then the best grade, and so on.

    Section 11 of the domain gives the order. Raises Undecided if time runs out.
    """
    search = Search(problem, deadline)
    return search.direct() or search.solve()


class Search:
    """Looks for the nearest choice: ``direct`` without the solver, ``solve`` with it."""

    def __init__(self, problem: NearestProblem, deadline: Deadline) -> None:
        self.problem, self.deadline = problem, deadline
        self.learner, self.rules = problem.learner, problem.rules
        self.bounds = problem.bounds
        self.least, self.picks = self._least()
        self.earliest = Filler(self.learner, None).fill(self.bounds.units)

    def _least(self) -> tuple[tuple[int, ...], dict[RuleNode, int]]:
        """Return a lower bound of each rule's shortfall, and the lists picked to reach it."""
        wants = self.bounds.wants
        least: list[int] = []
        picks: dict[RuleNode, int] = {}
        for node in self.rules.nodes:
            short, picked = least_shortfall(
                (node,), lambda want: max(0, want.required - wants[want.place])
            )
            least.append(short)
            picks |= picked
        return tuple(least), picks

    def direct(self) -> NearestChoice | None:
        """Count units in catalogue order; return the choice if it reaches all bounds, else None.

        No equally good choice comes earlier, because each unit counts with as much as it
        can.
        """
        choice = Choice(credits=self.earliest.credits, picks=self.picks)
        if not is_allowed(self.learner, choice):
            return None
        found = NearestChoice(choice=choice, outcome=outcome(self.learner, choice))
        bounds = self.bounds
        if (
            found.outcome.of_rules == self.least
            and (found.outcome.rank, found.outcome.shares)
            == (bounds.rank, bounds.shares)
            and found.credits == bounds.credits
        ):
            return found
        return None

    def solve(self) -> NearestChoice:
        """Minimise the numbers of section 11 in their order; fix each before the next."""
        self.program = program = self.problem.program
        self.model = program.model.copy()
        self.found: NearestChoice | None = None
        of_rules = [program.short_of(top) for top in range(len(self.rules.nodes))]
        fails: list[tuple[int, int]] = []
        for top, short in enumerate(of_rules):
            if short:
                failed = self.model.variable(0, 1)
                most = sum(want.required for want in program.short if want.top == top)
                self.model.add([*short, (failed, -most)], -UNBOUNDED, 0)
                fails.append((failed, 1))
        least, bounds = self.least, self.bounds
        self._stage(
            fails, sum(map(bool, least)), lambda found: found.outcome.rules_failed
        )
        self._stage(
            [term for short in of_rules for term in short],
            sum(least),
            lambda found: sum(found.outcome.of_rules),
        )
        for top, short in enumerate(of_rules):
            self._stage(short, least[top], partial(_short_of, top))
        if program.cells:
            cells = [(cell, -rank) for cell, rank in program.cells]
            self._stage(cells, -bounds.rank, lambda found: -found.outcome.rank)
        points = [(variable, -shares) for variable, shares in program.points]
        self._stage(points, -bounds.shares, lambda found: -found.outcome.shares)
        credits_ = [(v, -factor) for v, factor in program.credits(program.counts)]
        self._stage(credits_, -bounds.credits, lambda found: -found.credits)
        return self._first()

    def _stage(
        self, terms: Terms, bound: int, value: Callable[[NearestChoice], int]
    ) -> None:
        """Minimise a sum, or skip that if the last choice reaches the bound; then fix the sum."""
        terms = list(terms)
        if not terms:
            return
        if self.found is None or value(self.found) != bound:
            self.model.minimise(terms, bound)
            self.found = self._read_choice(self.model.solve(self.deadline))
        now = value(self.found)
        self.model.add(terms, now, now)

    def _first(self) -> NearestChoice:
        """Take the remaining choice with the earliest units, then with the earliest lists."""
        found = self.found
        if (
            found
            and not self.rules.choosing
            and self.earliest.credits == found.choice.credits
        ):
            return found
        self.program = program = Program(self.learner, each_apart=True)
        model = program.model
        if found:
            for top, short in enumerate(found.outcome.of_rules):
                model.hold(program.short_of(top), short)
            model.hold(program.cells, found.outcome.rank)
            model.hold(program.points, found.outcome.shares)
            model.hold(program.credits(program.counts), found.credits)
        apart = {units[0]: less for units, less in program.less.items()}
        first = [
            variable
            for number, counts in program.counts.items()
            for variable in (counts, apart.get(number))
            if variable is not None
        ]
        first += [each for node in self.rules.choosing for each in program.picked[node]]
        return self._read_choice(model.solve_in_order(self.deadline, first))

    def _read_choice(self, values: list[int] | None) -> NearestChoice:
        if values is None:
            raise AssertionError("The solver finds no choice where there is one.")
        return check_choice(self.learner, self.program.choice(values))


def _short_of(top: int, found: NearestChoice) -> int:
    return found.outcome.of_rules[top]
