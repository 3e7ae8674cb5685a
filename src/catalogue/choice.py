"""Choosing what counts: exactly, among all that the limits allow.

Each achieved unit counts or does not; counting gives all its credits, or, where a cap
covers it, any whole number of them from one up; of a bar's units at most one counts.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import add, sub

from catalogue.combination import Cluster, Combination, Measure
from catalogue.front import Point, front, no_less
from catalogue.graded import Graded
from catalogue.points import most_points

Values = tuple[int, ...]
Rank = tuple[int, int, tuple[bool, ...], Values, int]

MOST_KNOWN = 20_000


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What counts, and what that comes to for each minimum.

    Every achieved unit counts whole, but for those in ``contested``: they count with so
    many credits, or not at all (None).
    """

    contested: Mapping[int, int | None]
    values: Values


def can_be_met(combination: Combination, achieved: Collection[int]) -> bool:
    """Decide whether some choice among the achieved units meets every minimum."""
    values, over = combination.add_up(achieved)
    if not no_less(values, combination.required):
        return False
    return not over or no_less(
        choose(combination, achieved).values, combination.required
    )


def choose(
    combination: Combination, achieved: Collection[int], *, rule: int | None = None
) -> Choice:
    """Find the best choice among the achieved units.

    Best breaks the fewest rules, then falls the least short (the sum of what each minimum
    lacks: units, credits and hours alike), then meets the earlier rules, then lacks least
    of the earlier ones, then has the most points. With ``rule``, best for that rule alone.
    """
    values, over = combination.add_up(achieved)
    if not over:
        return Choice(contested={}, values=values)
    clusters = [
        c for c in combination.clusters if any(limit in over for limit in c.limits)
    ]
    if isinstance(combination, Graded) and rule is None:
        rich = _richest(combination, clusters, achieved, values)
        if rich is not None:
            return rich
    paths: dict[Values, tuple[Point, ...]] = {values: ()}
    for cluster in clusters:
        points = _points(combination, cluster, achieved)
        paths = {
            tuple(map(add, have, point.change)): (*path, point)
            for have, path in paths.items()
            for point in points
        }
        if len(points) > 1:
            paths = _unbettered(paths, combination.aims)
    best = min(paths, key=lambda have: _rank(combination, have, rule))
    contested: dict[int, int | None] = {}
    for point in paths[best]:
        contested.update(point.counted)
    return Choice(contested=contested, values=best)


def _richest(
    graded: Graded,
    clusters: Iterable[Cluster],
    achieved: Collection[int],
    values: Values,
) -> Choice | None:
    """Choose for points alone, where that does for the rules as well as can be."""
    contested: dict[int, int | None] = {}
    for cluster in clusters:
        found = most_points(graded, cluster, achieved)
        if found is None:
            return None
        contested.update(found)
    for unit, part in contested.items():
        whole = graded.units[unit].credits
        if part != whole:
            values = tuple(map(sub, values, graded.whole[unit]))
            if part is not None:
                values = tuple(map(add, values, graded.gains(unit, part)))
    plain, rules = graded.plain, values[:-1]
    if no_less(rules, plain.required) or (
        _rank(plain, rules, None) == _rank(plain, choose(plain, achieved).values, None)
    ):
        return Choice(contested=contested, values=values)
    return None


def _points(
    combination: Combination, cluster: Cluster, achieved: Iterable[int]
) -> tuple[Point, ...]:
    """Find, or recall, the choices within a cluster that none betters."""
    mine = cluster.units.intersection(achieved)
    known = combination.fronts
    points = known.get((cluster, mine))
    if points is None:
        if len(known) >= MOST_KNOWN:
            known.clear()
        points = known[cluster, mine] = front(combination, cluster, sorted(mine))
    return points


def _unbettered(
    paths: Mapping[Values, tuple[Point, ...]], required: Values
) -> dict[Values, tuple[Point, ...]]:
    """Drop each outcome that meets no more of what is required than another."""
    kept: dict[Values, tuple[Point, ...]] = {}
    clipped: list[Values] = []
    for values in sorted(paths, key=lambda have: -sum(map(min, have, required))):
        useful = tuple(map(min, values, required))
        if not any(no_less(other, useful) for other in clipped):
            clipped.append(useful)
            kept[values] = paths[values]
    return kept


def _rank(combination: Combination, values: Values, rule: int | None) -> Rank:
    """Order outcomes: rules broken, shortfall, which rules, where it is, then points."""
    short = tuple(
        max(0, aim - have) if rule in {None, minimum.rule} else 0
        for minimum, aim, have in zip(
            combination.minima, combination.aims, values, strict=True
        )
    )
    points = 0
    if combination.minima and combination.minima[-1].measure is Measure.POINTS:
        *of_rules, points = short
        short = tuple(of_rules)
    minima = combination.minima[: len(short)]
    broken = {m.rule for m, lack in zip(minima, short, strict=True) if lack}
    flags = tuple(minimum.rule in broken for minimum in minima)
    return len(broken), sum(short), flags, short, points
