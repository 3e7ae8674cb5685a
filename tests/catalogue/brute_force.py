"""The rules of combination read to the letter: try every choice there is."""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product

from catalogue.grading import Basis
from catalogue.qualification import Pathway
from catalogue.rule import Rule
from catalogue.unit import Unit

Counted = Mapping[Unit, int]
Grades = Mapping[str, str]


def choices(pathway: Pathway, achieved: Iterable[str]) -> Iterator[Counted]:
    """Every unit counts or not; whole, or in part under a cap; bars and caps hold."""
    units = [unit for unit in pathway.units if unit.reference in set(achieved)]
    capped = {
        unit
        for rule in pathway.rules
        if rule.counts_at_most is not None
        for unit in rule.covers
    }
    ways = [
        [None, *range(1, unit.credits + 1)]
        if unit in capped and unit.credits
        else [None, unit.credits]
        for unit in units
    ]
    for way in product(*ways):
        counted = {
            unit: some
            for unit, some in zip(units, way, strict=True)
            if some is not None
        }
        if all(holds(rule, counted) for rule in pathway.rules):
            yield counted


def holds(rule: Rule, counted: Counted) -> bool:
    """Whether the rule's limits are respected."""
    mine = [unit for unit in rule.covers if unit in counted]
    within = (
        rule.counts_at_most is None
        or sum(map(counted.__getitem__, mine)) <= rule.counts_at_most
    )
    return within and not (rule.at_most_one and len(mine) > 1)


def lacks(rule: Rule, counted: Counted) -> list[int]:
    """Say what each minimum of the rule lacks."""
    mine = [unit for unit in rule.covers if unit in counted]
    level = rule.at_or_above_level
    high = [unit for unit in mine if level is None or unit.level >= level]
    return [
        max(0, needs - there)
        for needs, there in (
            (len(rule.covers) if rule.all_units else 0, len(mine)),
            (rule.minimum_units or 0, len(high)),
            (rule.minimum_credits or 0, sum(map(counted.__getitem__, high))),
            (rule.minimum_glh or 0, sum(unit.glh for unit in high)),
        )
    ]


Account = tuple[int, int, list[bool], list[int]]


def account(pathway: Pathway, counted: Counted) -> Account:
    """How bad a choice is: rules broken, shortfall, which, and by how much each."""
    short = [lacks(rule, counted) for rule in pathway.rules]
    broken = [any(each) for each in short]
    flat = [lack for each in short for lack in each]
    return sum(broken), sum(flat), broken, flat


def best(pathway: Pathway, achieved: Iterable[str]) -> Account:
    return min(account(pathway, counted) for counted in choices(pathway, achieved))


def points(pathway: Pathway, counted: Counted, grades: Grades) -> Fraction:
    """Add up the points of what counts: of a unit in part, that part of its points."""
    total = Fraction(0)
    for unit, credits_ in counted.items():
        for_grade = pathway.grading.points.get(grades[unit.reference], 0)
        if pathway.grading.basis is Basis.PER_CREDIT:
            total += credits_ * for_grade
        else:
            part = Fraction(credits_, unit.credits) if unit.credits else 1
            total += Fraction(unit.glh * for_grade, 60) * part
    return total


def most_points(pathway: Pathway, grades: Grades) -> Fraction:
    """Find the most points that a choice gives which is otherwise as good as the best."""
    _, most = min(
        (account(pathway, counted), -points(pathway, counted, grades))
        for counted in choices(pathway, grades)
    )
    return -most


def overall_grade(pathway: Pathway, grades: Grades) -> str | None:
    """Find the best grade over all choices that satisfy every rule."""
    satisfying = [
        points(pathway, counted, grades)
        for counted in choices(pathway, grades)
        if not account(pathway, counted)[0]
    ]
    return next(
        (
            threshold.grade
            for threshold in reversed(pathway.grading.thresholds)
            if any(found >= threshold.points for found in satisfying)
        ),
        None,
    )


def is_met(pathway: Pathway, grades: Iterable[str] | Grades) -> bool:
    """Whether the rules are met, and with points the lowest threshold too."""
    if pathway.grading.kind == "points" and isinstance(grades, Mapping):
        return overall_grade(pathway, grades) is not None
    return best(pathway, grades)[0] == 0


def can_be_met_alone(pathway: Pathway, rule: int, achieved: Iterable[str]) -> bool:
    return any(
        not any(lacks(pathway.rules[rule], counted))
        for counted in choices(pathway, achieved)
    )


def ways_to_fix(pathway: Pathway, achieved: Grades, most: int) -> list[tuple[str, ...]]:
    """Try every set of further units by size, credits and order; keep the minimal ones.

    Each further unit is given the achieving grade that has the fewest points.
    """
    lowest = {
        unit.reference: min(
            unit.earned, key=lambda grade: pathway.grading.points.get(grade, 0)
        )
        for unit in pathway.units
    }
    others = [unit for unit in pathway.units if unit.reference not in achieved]
    found: list[tuple[str, ...]] = []
    for size in range(len(others) + 1):
        for extra in sorted(
            combinations(others, size),
            key=lambda units: (
                sum(u.credits for u in units),
                [u.number for u in units],
            ),
        ):
            names = tuple(unit.reference for unit in extra)
            if any(set(fix) <= set(names) for fix in found):
                continue
            if is_met(pathway, {**achieved, **{name: lowest[name] for name in names}}):
                found.append(names)
    return found[:most]
