"""A pathway's rules in whole numbers, ready for any learner.

A unit is named by its place in the catalogue, from 0.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm

from catalogue.grading import Grading
from catalogue.rule import Rule
from catalogue.unit import Unit, equivalents


class Measure(StrEnum):
    """What a rule sums; the values are the keys of rules in catalogue files."""

    ALL_UNITS = "all_units"
    UNITS = "minimum_units"
    CREDITS = "minimum_credits"
    GLH = "minimum_glh"


@dataclass(frozen=True, kw_only=True, eq=False)
class Want:
    """An amount that a rule requires.

    ``worth`` is what each unit contributes when all of it counts; units below the rule's
    level contribute nothing. ``place`` is the place among all wants of the pathway.
    ``top`` is the number of the pathway's rule that contains this one.
    """

    place: int
    top: int
    rule: Rule
    measure: Measure
    required: int
    worth: Mapping[int, int]

    @property
    def looks_at_attempts(self) -> bool:
        """Whether attempted units are summed instead of units that count."""
        return self.rule.counts_attempted

    @property
    def in_parts(self) -> bool:
        """Whether a unit that counts in part contributes only the credits that count."""
        return self.measure is Measure.CREDITS

    def gain(self, number: int, unit: Unit, grade: str) -> int:
        """Give what the unit contributes with this grade."""
        worth = self.worth.get(number, 0)
        least = self.rule.at_least_grade
        if not worth or least is None or self.measure is Measure.ALL_UNITS:
            return worth
        return worth if unit.is_at_least(grade, least) else 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Limit:
    """At most ``most`` of these units, or of their credits, may count."""

    units: frozenset[int]
    most: int
    of_credits: bool
    rule: Rule | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Requires:
    """Units that count only if one unit of each set in ``needs`` is achieved."""

    units: frozenset[int]
    needs: tuple[frozenset[int], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class RuleNode:
    """A rule: its wants, limits and requirement, or the lists of rules it chooses from."""

    top: int
    rule: Rule
    wants: tuple[Want, ...] = ()
    limits: tuple[Limit, ...] = ()
    requires: Requires | None = None
    lists: tuple[tuple["RuleNode", ...], ...] = ()

    @property
    def all_nodes(self) -> Iterator["RuleNode"]:
        """The rule, then all rules in its lists."""
        yield self
        for nodes in self.lists:
            for node in nodes:
                yield from node.all_nodes


class CompiledPathway:
    """The rules of one pathway as a tree, and the points of its grades in shares."""

    def __init__(
        self, units: tuple[Unit, ...], rules: tuple[Rule, ...], grading: Grading
    ) -> None:
        self.units = units
        self.grading = grading
        self.credits = tuple(unit.credits for unit in units)
        self._index = {unit.reference: number for number, unit in enumerate(units)}
        self._wants: list[Want] = []
        self._gives: dict[tuple[int, str], tuple[int, ...]] = {}
        self._shares: dict[tuple[int, str], int] = {}
        self.nodes = tuple(self._node(rule, top) for top, rule in enumerate(rules))
        self.wants = tuple(self._wants)
        self.all_nodes = tuple(each for node in self.nodes for each in node.all_nodes)
        self.choosing = tuple(node for node in self.all_nodes if node.lists)
        self.classes = tuple(
            frozenset(self._index[unit.reference] for unit in units)
            for units in equivalents(units)
            if len(units) > 1
        )

    def _numbers(self, units: Iterable[Unit]) -> frozenset[int]:
        return frozenset(self._index[unit.reference] for unit in units)

    def _node(self, rule: Rule, top: int) -> RuleNode:
        covers = self._numbers(rule.covers)
        limits = []
        if rule.counts_at_most is not None:
            limits.append((rule.counts_at_most, True))
        if rule.at_most_units is not None:
            limits.append((rule.at_most_units, False))
        requires = None
        if rule.requires is not None:
            requires = Requires(
                units=self._numbers(rule.requires.units),
                needs=tuple(map(self._numbers, rule.requires.needs)),
            )
        return RuleNode(
            top=top,
            rule=rule,
            wants=tuple(self._of_rule(rule, top)),
            limits=tuple(
                Limit(units=covers, most=most, of_credits=of_credits, rule=rule)
                for most, of_credits in limits
            ),
            requires=requires,
            lists=tuple(
                tuple(self._node(each, top) for each in rules) for rules in rule.any_of
            ),
        )

    def _of_rule(self, rule: Rule, top: int) -> Iterator[Want]:
        level = rule.at_or_above_level
        leveled = tuple(u for u in rule.covers if level is None or u.level >= level)
        least_units, least_credits, least_glh = rule.minima
        asked: tuple[tuple[Measure, int | None, dict[str, int]], ...] = (
            (
                Measure.ALL_UNITS,
                len(rule.classes) if rule.all_units else None,
                {u.reference: 1 for u in rule.covers},
            ),
            (Measure.UNITS, least_units, {u.reference: 1 for u in leveled}),
            (Measure.CREDITS, least_credits, {u.reference: u.credits for u in leveled}),
            (Measure.GLH, least_glh, {u.reference: u.glh for u in leveled}),
        )
        for measure, required, worth in asked:
            if required is not None:
                want = Want(
                    place=len(self._wants),
                    top=top,
                    rule=rule,
                    measure=measure,
                    required=required,
                    worth={self._index[r]: much for r, much in worth.items() if much},
                )
                self._wants.append(want)
                yield want

    @cached_property
    def class_limits(self) -> tuple[Limit, ...]:
        """The limits by which only one of equivalent units counts."""
        return tuple(
            Limit(units=units, most=1, of_credits=False) for units in self.classes
        )

    @cached_property
    def capped_units(self) -> frozenset[int]:
        """The units that a ``counts_at_most`` may let count in part."""
        return frozenset(
            number
            for node in self.all_nodes
            for limit in node.limits
            if limit.of_credits
            for number in limit.units
            if self.credits[number]
        )

    @cached_property
    def share(self) -> Fraction:
        """The largest fraction of a point that divides the points of all that can count."""
        return _common(self._points_that_count())

    def _points_that_count(self) -> Iterator[Fraction]:
        in_parts = self.grading.best is not None
        for number, unit in enumerate(self.units):
            parts = unit.credits if in_parts or number in self.capped_units else 1
            for grade in unit.achieving_grades:
                yield self.grading.worth(unit, grade) / (parts or 1)

    @cached_property
    def threshold_shares(self) -> tuple[int, ...]:
        """The points that each threshold needs, in shares, rounded up."""
        return tuple(-(-t.points // self.share) for t in self.grading.thresholds)

    def shares(self, number: int, grade: str) -> int:
        """Give the points of a whole unit, in shares; 0 for a unit that ``best`` leaves out."""
        if self.grading.kind != "points":
            return 0
        given = number, grade
        known = self._shares.get(given)
        if known is None:
            known = self._shares[given] = self._in_shares(number, grade)
        return known

    def _in_shares(self, number: int, grade: str) -> int:
        unit, best = self.units[number], self.grading.best
        if best and (not unit.credits or unit.level < best.at_or_above_level):
            return 0
        return int(self.grading.worth(unit, grade) / self.share)

    def gives(self, number: int, grade: str) -> tuple[int, ...]:
        """Give what a whole unit contributes to each want; 0 to wants that sum attempts."""
        given = number, grade
        known = self._gives.get(given)
        if known is None:
            unit = self.units[number]
            known = self._gives[given] = tuple(
                0 if want.looks_at_attempts else want.gain(number, unit, grade)
                for want in self.wants
            )
        return known

    def attempts(self, want: Want, given: Mapping[int, str]) -> int:
        """Sum a want over attempted units; of equivalent units only the largest amount."""
        gains = {
            number: want.gain(number, self.units[number], grade)
            for number, grade in given.items()
            if number in want.worth
        }
        alone = dict(gains)
        total = 0
        for units in self.classes:
            total += max((alone.pop(number, 0) for number in units), default=0)
        return total + sum(alone.values())

    @cached_property
    def lowest(self) -> tuple[str, ...]:
        """The lowest grade that achieves each unit."""
        return tuple(unit.lowest for unit in self.units)

    @cached_property
    def best_grades(self) -> dict[int, str]:
        """The best grade of each unit."""
        return {number: unit.highest for number, unit in enumerate(self.units)}

    @cached_property
    def cells(self) -> tuple[tuple[tuple[str, ...], int], ...]:
        """The cells of a grid, each with the rank of its overall grade, from 1."""
        rank = {grade: place for place, grade in enumerate(self.grading.ascending, 1)}
        return tuple((key, rank[grade]) for key, grade in self.grading.table.items())

    @cached_property
    def components(self) -> tuple[frozenset[int], ...]:
        """The units of each component of a grid."""
        return tuple(self._numbers(each.units) for each in self.grading.components)


def _common(amounts: Iterable[Fraction]) -> Fraction:
    """Find the largest fraction that divides all amounts; 1 if all are 0."""
    some = {amount for amount in amounts if amount}
    below = lcm(*(amount.denominator for amount in some))
    return Fraction(gcd(*(int(amount * below) for amount in some)), below) or Fraction(
        1
    )
