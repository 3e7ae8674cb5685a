"""What a learner has, what of it counts, and what that comes to: plain integers only.

Whatever is found, by whichever way, is believed only after it was checked here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from catalogue.solver.compiled import CompiledPathway, Limit, RuleNode

Given = tuple[tuple[int, str], ...]


class LearnerToFix:
    """The grades given to a learner, by the number of the unit, against a pathway."""

    def __init__(self, rules: CompiledPathway, given: Given) -> None:
        self.rules = rules
        self.given = dict(given)
        self.achieved = tuple(n for n, g in given if rules.units[n].achieves(g))

    def with_units(self, units: Iterable[int]) -> "LearnerToFix":
        """Give these units the lowest grade that achieves each, besides what there is."""
        given = self.given | {number: self.rules.lowest[number] for number in units}
        return LearnerToFix(self.rules, tuple(sorted(given.items())))

    @cached_property
    def gains(self) -> dict[int, tuple[int, ...]]:
        """What each achieved unit gives each want when it counts whole."""
        return {n: self.rules.gives(n, self.given[n]) for n in self.achieved}

    @cached_property
    def shares(self) -> dict[int, int]:
        """The points of each achieved unit when it counts whole, in shares."""
        return {n: self.rules.shares(n, self.given[n]) for n in self.achieved}

    @cached_property
    def attempts(self) -> dict[int, int]:
        """What attempted units come to, by the place of the want that looks at them."""
        return {
            want.place: self.rules.attempts(want, self.given)
            for want in self.rules.wants
            if want.looks_at_attempts
        }

    def has_what_it_needs(self, node: RuleNode) -> bool:
        """Whether the units that a rule of ``requires`` holds back may count."""
        requires = node.requires
        return requires is None or all(
            any(number in needed for number in self.achieved)
            for needed in requires.needs
        )

    @cached_property
    def held_back(self) -> frozenset[int]:
        """The units that no choice counts, for want of another that they require."""
        return frozenset(
            number
            for node in self.rules.nodes
            if node.requires and not self.has_what_it_needs(node)
            for number in node.requires.units
        )


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The units that count, each with its credits, and the list picked of each rule."""

    credits: Mapping[int, int]
    picks: Mapping[RuleNode, int]

    def in_force(self, nodes: tuple[RuleNode, ...]) -> Iterator[RuleNode]:
        """List the rules in force among these and in their picked lists."""
        for node in nodes:
            yield node
            if node.lists:
                yield from self.in_force(node.lists[self.picks[node]])


@dataclass(frozen=True, kw_only=True)
class ChoiceOutcome:
    """What a choice comes to: the shortfall of each want that is in force, and the grade.

    ``values`` are what there is of each want. ``shares`` are points, ``rank`` that of the
    overall grade from 1, or 0 for none.
    """

    short: Mapping[int, int]
    values: Mapping[int, int]
    of_rules: tuple[int, ...]
    shares: int
    rank: int

    @property
    def rules_failed(self) -> int:
        """How many rules of the pathway are failed."""
        return sum(short > 0 for short in self.of_rules)

    @property
    def is_met(self) -> bool:
        """Whether every rule is satisfied, and a grade given."""
        return not any(self.of_rules) and self.rank > 0


def is_allowed(learner: LearnerToFix, choice: Choice) -> bool:
    """Whether the choice breaks no limit."""
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
    """Say how much of a limit is used."""
    mine = [counted[number] for number in limit.units if number in counted]
    return sum(mine) if limit.of_credits else len(mine)


def outcome(learner: LearnerToFix, choice: Choice) -> ChoiceOutcome:
    """Add up what a choice comes to."""
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


def _value(learner: LearnerToFix, choice: Choice, place: int) -> int:
    want = learner.rules.wants[place]
    if want.looks_at_attempts:
        return learner.attempts[place]
    gains = learner.gains
    if want.in_parts:
        return sum(c for n, c in choice.credits.items() if gains[n][place])
    return sum(gains[n][place] for n in choice.credits)


def points(learner: LearnerToFix, counted: Mapping[int, int]) -> int:
    """Add up the points of what counts, in shares; with ``best``, of the best credits."""
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


def _rank(learner: LearnerToFix, counted: Mapping[int, int], shares: int) -> int:
    kind = learner.rules.grading.kind
    if kind == "pass":
        return 1
    if kind == "points":
        return sum(needed <= shares for needed in learner.rules.threshold_shares)
    return grid_rank(learner, frozenset(counted))


def grid_rank(learner: LearnerToFix, counted: frozenset[int]) -> int:
    """Find the best cell of the grid that units which count can name; 0 for none."""
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
