"""Section 11 of the domain read to the letter: try every choice there is.

Written from the text alone, and asked nothing of the code that decides. A choice is a pick,
which says what rules are in force, and what counts: for each unit of the pathway the
credits with which it counts, or None.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product
from typing import Any

from catalogue.grading import Grading
from catalogue.qualification import Pathway, Qualification
from catalogue.rule import Rule
from catalogue.unit import Unit
from tests.catalogue.solver.brute_force_units import (
    Classes,
    achieves,
    classes_of,
    earned,
    is_at_least,
    points_of,
)

Grades = Mapping[str, str]
Counted = tuple[int | None, ...]
Limits = list[tuple[Rule, list[int]]]


@dataclass(frozen=True, eq=False)
class Pick:
    """One way to pick lists: the rules then in force, by the pathway's rule they are of.

    ``keys`` name the lists picked, such as ``rules[2].any_of[0][1].any_of[1]``. Picks are
    numbered so that of two that differ in one list, the earlier list's is the lower.
    """

    number: int
    rules: tuple[tuple[Rule, ...], ...]
    keys: frozenset[str]

    @property
    def in_force(self) -> tuple[Rule, ...]:
        return tuple(rule for rules in self.rules for rule in rules)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What one choice comes to."""

    pick: Pick
    counted: Counted
    shortfalls: tuple[int, ...]
    grade: str | None
    points: Fraction

    @property
    def vector(self) -> tuple[int, ...]:
        """How bad it is: failed rules, sum of the shortfalls, and each of them."""
        failed = sum(short > 0 for short in self.shortfalls)
        return (failed, sum(self.shortfalls), *self.shortfalls)


def picks_of(rule: Rule, key: str) -> list[tuple[tuple[Rule, ...], frozenset[str]]]:
    """List the ways to pick lists in a rule: the rules in force, and the lists' keys."""
    if not rule.any_of:
        return [((rule,), frozenset())]
    return [
        (
            tuple(each for in_force, _ in parts for each in in_force),
            frozenset({f"{key}.any_of[{number}]"}).union(*(keys for _, keys in parts)),
        )
        for number, rules in enumerate(rule.any_of)
        for parts in product(
            *(
                picks_of(nested, f"{key}.any_of[{number}][{at}]")
                for at, nested in enumerate(rules)
            )
        )
    ]


def picks(rules: Sequence[Rule]) -> list[Pick]:
    every = product(*(picks_of(rule, f"rules[{at}]") for at, rule in enumerate(rules)))
    return [
        Pick(
            number,
            tuple(in_force for in_force, _ in parts),
            frozenset().union(*(keys for _, keys in parts)),
        )
        for number, parts in enumerate(every)
    ]


class Trial:
    """All choices of a learner who has these grades on a pathway."""

    def __init__(self, pathway: Pathway, grades: Grades) -> None:
        self.rules = pathway.rules
        self.units = pathway.units
        self.grading = pathway.grading
        self.grades = [grades.get(unit.reference) for unit in self.units]
        self.achieved = [
            achieves(unit, grade)
            for unit, grade in zip(self.units, self.grades, strict=True)
        ]
        self.attempted: Counted = tuple(
            None if grade is None else unit.credits
            for unit, grade in zip(self.units, self.grades, strict=True)
        )
        self.classes = classes_of(self.units)
        self.picks = picks(self.rules)
        self._class_of = {
            self.units[at].reference: each for each in self.classes for at in each
        }
        self._covered: dict[int, Classes] = {}

    def classes_with(self, units: Iterable[Unit]) -> Classes:
        """The classes of these units."""
        return tuple(dict.fromkeys(self._class_of[unit.reference] for unit in units))

    def covered(self, rule: Rule) -> Classes:
        if id(rule) not in self._covered:
            self._covered[id(rule)] = self.classes_with(rule.covers)
        return self._covered[id(rule)]

    def counted(self) -> Iterator[tuple[Pick, Counted]]:
        """Try each pick, and for each achieved unit all that it may count with."""
        for pick in self.picks:
            limits = self.limits(pick)
            for counted in product(*self.ways_to_count(pick)):
                if self.is_allowed(counted, limits):
                    yield pick, counted

    def limits(self, pick: Pick) -> Limits:
        """The caps in force, each with what it covers."""
        return [
            (rule, [at for each in self.covered(rule) for at in each])
            for rule in pick.in_force
            if rule.counts_at_most is not None or rule.at_most_units is not None
        ]

    def ways_to_count(self, pick: Pick) -> Iterator[list[int | None]]:
        """For each unit, all that it may count with: whole, in part under a cap, or not."""
        capped, without_needs = set[int](), set[int]()
        for rule in pick.in_force:
            if rule.counts_at_most is not None:
                capped.update(*self.covered(rule))
            if rule.requires is not None and not all(
                any(
                    self.achieved[at]
                    for each in self.classes_with(units)
                    for at in each
                )
                for units in rule.requires.needs
            ):
                without_needs.update(*self.classes_with(rule.requires.units))
        for at, unit in enumerate(self.units):
            if not self.achieved[at] or at in without_needs:
                yield [None]
            elif at in capped and unit.credits:
                yield [*range(unit.credits, 0, -1), None]
            else:
                yield [unit.credits, None]

    def is_allowed(self, counted: Counted, limits: Limits) -> bool:
        for each in self.classes:
            if len(each) > 1 and sum(counted[at] is not None for at in each) > 1:
                return False
        for rule, covers in limits:
            count = [some for at in covers if (some := counted[at]) is not None]
            if rule.counts_at_most is not None and sum(count) > rule.counts_at_most:
                return False
            if rule.at_most_units is not None and len(count) > rule.at_most_units:
                return False
        return True

    def is_wanted(self, rule: Rule, at: int) -> bool:
        """Whether the filters of the rule let a unit with a grade through."""
        unit, grade = self.units[at], self.grades[at]
        level, least = rule.at_or_above_level, rule.at_least_grade
        return (level is None or unit.level >= level) and (
            least is None or (grade is not None and is_at_least(unit, grade, least))
        )

    def shortfall(self, rule: Rule, counted: Counted) -> int:
        """What is missing of all that one rule in force wants."""
        credits_ = self.attempted if rule.counts_attempted else counted
        without = units = most_credits = most_hours = 0
        for each in self.covered(rule):
            there = [at for at in each if credits_[at] is not None]
            wanted = [at for at in there if self.is_wanted(rule, at)]
            without += not there
            units += bool(wanted)
            most_credits += max((credits_[at] or 0 for at in wanted), default=0)
            most_hours += max((self.units[at].glh for at in wanted), default=0)
        return (
            (without if rule.all_units else 0)
            + max(0, (rule.minimum_units or 0) - units)
            + max(0, (rule.minimum_credits or 0) - most_credits)
            + max(0, (rule.minimum_glh or 0) - most_hours)
        )

    def shortfalls(self, pick: Pick, counted: Counted) -> tuple[int, ...]:
        return tuple(
            sum(self.shortfall(rule, counted) for rule in rules) for rules in pick.rules
        )

    def points(self, counted: Counted) -> Fraction:
        """What counts gives in points: of a unit in part, that part of its points."""
        if self.grading.kind != "points":
            return Fraction(0)
        best = self.grading.best
        whole = Fraction(0)
        by_credit: list[Fraction] = []
        for unit, grade, some in zip(self.units, self.grades, counted, strict=True):
            if some is None or grade is None:
                continue
            points = points_of(self.grading, unit, grade)
            if unit.credits == 0:
                whole += points
            elif best is None or unit.level >= best.at_or_above_level:
                by_credit += [points / unit.credits] * some
        if best is None:
            return whole + sum(by_credit)
        return sum(sorted(by_credit, reverse=True)[: best.credits], Fraction(0))

    def grade(self, counted: Counted) -> str | None:
        """The overall grade that what counts gives; None where it gives none."""
        if self.grading.kind == "pass":
            return "Pass"
        if self.grading.kind == "points":
            points = self.points(counted)
            reached = [t.grade for t in self.grading.thresholds if points >= t.points]
            return reached[-1] if reached else None
        of_components = [
            [
                str(self.grades[at])
                for each in self.classes_with(component.units)
                for at in each
                if counted[at] is not None
            ]
            for component in self.grading.components
        ]
        cells = {self.grading.table.get(cell) for cell in product(*of_components)}
        return best_grade(self.grading, cells)

    def satisfying(self) -> Iterator[tuple[Pick, Counted]]:
        """The choices by which no rule is failed."""
        for pick, counted in self.counted():
            if not any(self.shortfall(rule, counted) for rule in pick.in_force):
                yield pick, counted

    @cached_property
    def is_met(self) -> bool:
        """Whether some satisfying choice gives a grade."""
        return any(self.grade(counted) is not None for _, counted in self.satisfying())

    @cached_property
    def overall_grade(self) -> str | None:
        """The best grade over all satisfying choices."""
        grades = {self.grade(counted) for _, counted in self.satisfying()}
        return best_grade(self.grading, grades)

    def choice(self, pick: Pick, counted: Counted) -> Choice:
        return Choice(
            pick=pick,
            counted=counted,
            shortfalls=self.shortfalls(pick, counted),
            grade=self.grade(counted),
            points=self.points(counted),
        )

    @cached_property
    def choices(self) -> list[Choice]:
        return [self.choice(pick, counted) for pick, counted in self.counted()]

    @cached_property
    def best(self) -> Choice:
        """The choice that reasons come from, and that says what counts."""
        least = min(choice.vector for choice in self.choices)
        return max(
            (choice for choice in self.choices if choice.vector == least),
            key=self.merit,
        )

    def merit(self, choice: Choice) -> tuple[Any, ...]:
        """What makes a choice better than another one with the same vector."""
        return (
            rank(self.grading, choice.grade),
            choice.points,
            sum(some or 0 for some in choice.counted),
            tuple(-1 if some is None else some for some in choice.counted),
            -choice.pick.number,
        )

    def is_met_by_some_choice(self, rule: int) -> bool:
        """Whether some choice, limits and all, meets this rule of the pathway."""
        return any(choice.shortfalls[rule] == 0 for choice in self.choices)


def rank(grading: Grading, grade: str | None) -> int:
    """How good an overall grade is; -1 where there is none."""
    if grade is None:
        return -1
    if grading.kind == "pass":
        return 0
    ascending = grading.grades or tuple(each.grade for each in grading.thresholds)
    return ascending.index(grade)


def best_grade(grading: Grading, grades: Iterable[str | None]) -> str | None:
    return max(grades, key=lambda grade: rank(grading, grade), default=None)


def overall_grade(qualification: Qualification, grades: Grades) -> str | None:
    """The best overall grade on any pathway."""
    return best_grade(
        qualification.grading,
        [Trial(each, grades).overall_grade for each in qualification.pathways],
    )


def ways_to_fix(
    pathway: Pathway, grades: Grades, most: int = 10
) -> tuple[tuple[str, ...], ...]:
    """Try every set of units not achieved, smallest first; none where nothing is to fix."""
    if Trial(pathway, grades).is_met:
        return ()
    units = pathway.units
    others = [
        at
        for at, unit in enumerate(units)
        if not achieves(unit, grades.get(unit.reference))
    ]
    found: list[tuple[int, ...]] = []
    for size in range(1, len(others) + 1):
        for further in combinations(others, size):
            if any({*way} <= {*further} for way in found):
                continue
            lowest = {units[at].reference: earned(units[at])[0] for at in further}
            if Trial(pathway, {**grades, **lowest}).is_met:
                found.append(further)
    found.sort(key=lambda way: (len(way), sum(units[at].credits for at in way), way))
    return tuple(tuple(units[at].reference for at in way) for way in found[:most])
