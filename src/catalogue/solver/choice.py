"""A learner's grades, a choice of the units that count, and the result of that choice.

Everything is a plain integer. Every choice, however it was found, is checked here before it
is used.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from catalogue.solver.compiled import CompiledPathway, Limit, RuleNode

Given = tuple[tuple[int, str], ...]


class LearnerGrades:
    """One learner's grades against one pathway, keyed by unit number."""

    def __init__(self, rules: CompiledPathway, given: Given) -> None:
        self.rules = rules
        self.given = dict(given)
        self.achieved = tuple(n for n, g in given if rules.units[n].achieves(g))

    def with_units(self, units: Iterable[int]) -> "LearnerGrades":
        """Copy the learner with these units added, each at the lowest grade that achieves it."""
        given = self.given | {number: self.rules.lowest[number] for number in units}
        return LearnerGrades(self.rules, tuple(sorted(given.items())))

    @cached_property
    def gains(self) -> dict[int, tuple[int, ...]]:
        """For each achieved unit, the amount it adds to each want when it counts whole."""
        return {n: self.rules.gives(n, self.given[n]) for n in self.achieved}

    @cached_property
    def shares(self) -> dict[int, int]:
        """For each achieved unit, its points in shares when it counts whole."""
        return {n: self.rules.shares(n, self.given[n]) for n in self.achieved}

    @cached_property
    def attempts(self) -> dict[int, int]:
        """The total of the attempted units, by the place of each want that looks at attempts."""
        return {
            want.place: self.rules.attempts(want, self.given)
            for want in self.rules.wants
            if want.looks_at_attempts
        }

    def has_what_it_needs(self, node: RuleNode) -> bool:
        """Whether the learner achieved every unit that the node's ``requires`` asks for."""
        requires = node.requires
        return requires is None or all(
            any(number in needed for number in self.achieved)
            for needed in requires.needs
        )

    @cached_property
    def held_back(self) -> frozenset[int]:
        """The units that can never count, because a unit that they require is not achieved."""
        return frozenset(
            number
            for node in self.rules.nodes
            if node.requires and not self.has_what_it_needs(node)
            for number in node.requires.units
        )


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The units that count, each with its credits, and the list picked for each ``any_of`` rule."""

    credits: Mapping[int, int]
    picks: Mapping[RuleNode, int]

    def in_force(self, nodes: tuple[RuleNode, ...]) -> Iterator[RuleNode]:
        """Yield each of these rules that applies, and the rules of the lists picked within them."""
        for node in nodes:
            yield node
            if node.lists:
                yield from self.in_force(node.lists[self.picks[node]])


@dataclass(frozen=True, kw_only=True)
class ChoiceOutcome:
    """The result of a choice: the shortfall of each want, points and overall grade.

    ``values`` holds the total of each want that applies, and ``of_rules`` the shortfall of
    each rule of the pathway. ``shares`` are points in shares. ``rank`` counts overall
    grades from 1; 0 means none.
    """

    short: Mapping[int, int]
    values: Mapping[int, int]
    of_rules: tuple[int, ...]
    shares: int
    rank: int

    @property
    def rules_failed(self) -> int:
        """The number of the pathway's rules that fail."""
        return sum(short > 0 for short in self.of_rules)

    @property
    def is_met(self) -> bool:
        """Whether every rule is satisfied and an overall grade is reached."""
        return not any(self.of_rules) and self.rank > 0


def is_allowed(learner: LearnerGrades, choice: Choice) -> bool:
    """Whether the choice keeps every limit."""
    rules, counted = learner.rules, choice.credits
    if not counted.keys() <= set(learner.achieved):
        return False
    nodes = tuple(choice.in_force(rules.nodes))
    limits = (*rules.class_limits, *(limit for node in nodes for limit in node.limits))
    in_parts: set[int] = set()
    for limit in limits:
        if limit.of_credits:
            in_parts |= limit.units
        if amount_used(limit, counted) > limit.most:
            return False
    for number, some in counted.items():
        whole = rules.credits[number]
        if some != whole and not (number in in_parts and 1 <= some <= whole):
            return False
    return not any(
        node.requires
        and not node.requires.units.isdisjoint(counted)
        and not learner.has_what_it_needs(node)
        for node in nodes
    )


def amount_used(limit: Limit, counted: Mapping[int, int]) -> int:
    """Return the credits, or the number of units, that count under a limit."""
    mine = [counted[number] for number in limit.units if number in counted]
    return sum(mine) if limit.of_credits else len(mine)


def outcome(learner: LearnerGrades, choice: Choice) -> ChoiceOutcome:
    """Add up the result of a choice."""
    rules = learner.rules
    short: dict[int, int] = {}
    values: dict[int, int] = {}
    of_rules = [0] * len(rules.nodes)
    for node in choice.in_force(rules.nodes):
        for want in node.wants:
            value = _value(learner, choice, want.place)
            values[want.place] = value
            short[want.place] = max(0, want.required - value)
            of_rules[want.top] += short[want.place]
    shares = points(learner, choice.credits)
    return ChoiceOutcome(
        short=short,
        values=values,
        of_rules=tuple(of_rules),
        shares=shares,
        rank=_rank(learner, choice.credits, shares),
    )


def _value(learner: LearnerGrades, choice: Choice, place: int) -> int:
    want = learner.rules.wants[place]
    if want.looks_at_attempts:
        return learner.attempts[place]
    gains = learner.gains
    if want.in_parts:
        return sum(c for n, c in choice.credits.items() if gains[n][place])
    return sum(gains[n][place] for n in choice.credits)


def points(learner: LearnerGrades, counted: Mapping[int, int]) -> int:
    """Add up the points of the units that count, in shares.

    If the grading has ``best``, only its best credits are added up.
    """
    rules = learner.rules
    if rules.grading.kind != "points":
        return 0
    whole, shares = rules.credits, learner.shares
    best = rules.grading.best
    if best is None:
        return sum(
            shares[n] if c == whole[n] else shares[n] * c // whole[n]
            for n, c in counted.items()
        )
    room, total = best.credits, 0
    rates = sorted(
        ((shares[n] // whole[n], c) for n, c in counted.items() if shares[n]),
        reverse=True,
    )
    for rate, some in rates:
        total += rate * min(room, some)
        room -= min(room, some)
    return total


def _rank(learner: LearnerGrades, counted: Mapping[int, int], shares: int) -> int:
    kind = learner.rules.grading.kind
    if kind == "pass":
        return 1
    if kind == "points":
        return sum(needed <= shares for needed in learner.rules.threshold_shares)
    return grid_rank(learner, frozenset(counted))


def grid_rank(learner: LearnerGrades, counted: frozenset[int]) -> int:
    """Return the rank of the best grid cell that the counted units reach; 0 for none."""
    table = learner.rules.grading.table
    ascending = learner.rules.grading.ascending
    grades = [
        {learner.given[number] for number in units & counted}
        for units in learner.rules.components
    ]
    return max(
        (ascending.index(table[key]) + 1 for key in product(*grades) if key in table),
        default=0,
    )
