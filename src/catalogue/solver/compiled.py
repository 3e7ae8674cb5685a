"""A pathway's rules in whole numbers, ready for any learner.

Units are spoken of by their number in catalogue order, from 0.
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
    """What a rule adds up, by the key that asks for it."""

    ALL_UNITS = "all_units"
    UNITS = "minimum_units"
    CREDITS = "minimum_credits"
    GLH = "minimum_glh"


@dataclass(frozen=True, kw_only=True, eq=False)
class Want:
    """An amount that a rule wants: ``worth`` is what each unit gives when it counts whole.

    ``place`` is its place among all wants of the pathway, ``top`` the number of the rule of
    the pathway that it belongs to. Units below the level are left out of ``worth``.
    """

    place: int
    top: int
    rule: Rule
    measure: Measure
    required: int
    worth: Mapping[int, int]

    @property
    def looks_at_attempts(self) -> bool:
        """Whether it looks at attempted units in place of those that count."""
        return self.rule.counts_attempted

    @property
    def in_parts(self) -> bool:
        """Whether a unit that counts with some of its credits gives as many."""
        return self.measure is Measure.CREDITS

    def gain(self, number: int, unit: Unit, grade: str) -> int:
        """Say what the unit gives with this grade."""
        worth = self.worth.get(number, 0)
        least = self.rule.at_least_grade
        if not worth or least is None or self.measure is Measure.ALL_UNITS:
            return worth
        return worth if unit.is_at_least(grade, least) else 0


@dataclass(frozen=True, kw_only=True, eq=False)
class Limit:
    """Units of which only so many, or so many credits, may count."""

    units: frozenset[int]
    most: int
    of_credits: bool
    rule: Rule | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Requires:
    """Units that count only if one of each of ``needs`` is achieved."""

    units: frozenset[int]
    needs: tuple[frozenset[int], ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class RuleNode:
    """A rule: its own wants, limits and requirement, or its lists of rules."""

    top: int
    rule: Rule
    wants: tuple[Want, ...] = ()
    limits: tuple[Limit, ...] = ()
    requires: Requires | None = None
    lists: tuple[tuple["RuleNode", ...], ...] = ()

    @property
    def all_nodes(self) -> Iterator["RuleNode"]:
        """The rule and all those in its lists, from the outside in."""
        yield self
        for nodes in self.lists:
            for node in nodes:
                yield from node.all_nodes


class CompiledPathway:
    """The rules of one pathway: a tree of rules, and the points of grades in shares."""

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
        """Of equivalent units only one may count."""
        return tuple(
            Limit(units=units, most=1, of_credits=False) for units in self.classes
        )

    @cached_property
    def capped_units(self) -> frozenset[int]:
        """The units that some ``counts_at_most`` lets count with part of their credits."""
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
        """The part of a point of which everything that can count has a whole number."""
        return _common(self._points_that_count())

    def _points_that_count(self) -> Iterator[Fraction]:
        in_parts = self.grading.best is not None
        for number, unit in enumerate(self.units):
            parts = unit.credits if in_parts or number in self.capped_units else 1
            for grade in unit.achieving_grades:
                yield self.grading.worth(unit, grade) / (parts or 1)

    @cached_property
    def threshold_shares(self) -> tuple[int, ...]:
        """The shares of a point that each threshold needs, in whole shares."""
        return tuple(-(-t.points // self.share) for t in self.grading.thresholds)

    def shares(self, number: int, grade: str) -> int:
        """Say the points of a unit that counts whole, in shares; none below ``best``."""
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
        """Say what a unit that counts whole gives each want; nothing to attempted ones."""
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
        """Add up a want that looks at attempted units: of a class, the most."""
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
        """The worst grade that achieves each unit."""
        return tuple(unit.lowest for unit in self.units)

    @cached_property
    def best_grades(self) -> dict[int, str]:
        """Every unit, given its best grade."""
        return {number: unit.highest for number, unit in enumerate(self.units)}

    @cached_property
    def cells(self) -> tuple[tuple[tuple[str, ...], int], ...]:
        """The cells of a grid, each with the rank of its overall grade from 1."""
        rank = {grade: place for place, grade in enumerate(self.grading.ascending, 1)}
        return tuple((key, rank[grade]) for key, grade in self.grading.table.items())

    @cached_property
    def components(self) -> tuple[frozenset[int], ...]:
        """The units of each component of a grid."""
        return tuple(self._numbers(each.units) for each in self.grading.components)


def _common(amounts: Iterable[Fraction]) -> Fraction:
    """Find the largest fraction that goes into all of them; one, if all are nothing."""
    some = {amount for amount in amounts if amount}
    below = lcm(*(amount.denominator for amount in some))
    return Fraction(gcd(*(int(amount * below) for amount in some)), below) or Fraction(
        1
    )
