"""Finds more ways to fix by swapping one unit of a known way for another."""

from bisect import insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf

from catalogue.solver.choice import (
    Choice,
    ChoiceOutcome,
    LearnerGrades,
    amount_used,
    is_allowed,
    outcome,
)
from catalogue.solver.compiled import Limit, Want

Fix = tuple[int, ...]
"""The units that a learner is to achieve, by their numbers, ascending."""

Swap = tuple[int, int, int]
"""The unit that goes, the unit that comes, and how many credits of the latter count."""


@dataclass(frozen=True, order=True, kw_only=True)
class WayToFix:
    """Units to achieve, and a choice of all units that then meets the pathway.

    Ways with equally many units are ordered by their credits, then by their units.
    """

    credits: int
    units: Fix
    choice: Choice = field(compare=False)
    outcome: ChoiceOutcome = field(compare=False)


def _numbers(units: int) -> Iterator[int]:
    """List the units of a bit set."""
    while units:
        number = units.bit_length() - 1
        yield number
        units ^= 1 << number


def _bits(numbers: Iterable[int]) -> int:
    """Make a bit set of units: an integer with one bit for each."""
    return sum(1 << number for number in numbers)


class Swaps:
    """Lists the swaps of two units that may still meet the pathway.

    Only the sums of rules and limits are compared, so each swap must still be checked.
    """

    def __init__(self, learner: LearnerGrades, free: Fix) -> None:
        self.rules = rules = learner.rules
        self.free = free
        self._gains = {n: rules.gives(n, rules.lowest[n]) for n in free}
        self._shares = {n: rules.shares(n, rules.lowest[n]) for n in free}
        self._all = _bits(free)
        self._with_credits = _bits(n for n in free if rules.credits[n])
        self._in_points = rules.grading.kind == "points" and not rules.grading.best
        self._giving = lru_cache(None)(self._that_give)
        self._under = lru_cache(None)(self._units_of)

    def _that_give(self, place: int, least: int) -> int:
        return _bits(n for n in self.free if self._gains[n][place] >= least)

    def _units_of(self, limit: Limit) -> int:
        return _bits(limit.units)

    def around(self, way: WayToFix) -> Iterator[Swap]:
        """List the swaps that still give each want enough and exceed no limit."""
        rules, counted = self.rules, way.choice.credits
        nodes = tuple(way.choice.in_force(rules.nodes))
        limits = [
            (
                self._under(limit),
                limit.of_credits,
                limit.most - amount_used(limit, counted),
            )
            for limit in (*rules.class_limits, *(x for n in nodes for x in n.limits))
        ]
        wants = [
            (want, way.outcome.values[want.place] - want.required)
            for node in nodes
            for want in node.wants
            if not want.looks_at_attempts
        ]
        spare = way.outcome.shares - rules.threshold_shares[0] if self._in_points else 0
        others = self._all & ~_bits(way.units)
        for out in way.units:
            part = counted.get(out)
            if part is not None:
                allowed, caps = self._within(limits, out, part)
                giving, least = self._enough(wants, out, part)
                shares = self._worth(out, part) - spare
                for into in _numbers(others & allowed & giving):
                    room = [room for under, room in caps if under >> into & 1]
                    some = min([rules.credits[into], *room])
                    if some >= least and self._worth(into, some) >= shares:
                        yield out, into, some

    def _within(
        self, limits: list[tuple[int, bool, int]], out: int, part: int
    ) -> tuple[int, list[tuple[int, int]]]:
        """Find the units that the limits have room for without ``out``, and each cap's room."""
        allowed, caps = self._all, []
        for under, of_credits, left in limits:
            room = left
            if under >> out & 1:
                room += part if of_credits else 1
            if of_credits:
                caps.append((under, room))
            if not room:
                allowed &= ~(under & self._with_credits if of_credits else under)
        return allowed, caps

    def _enough(
        self, wants: list[tuple[Want, int]], out: int, part: int
    ) -> tuple[int, int]:
        """Find the units that make up for ``out``, and how many of their credits must count."""
        giving, least = self._all, 0
        for want, more in wants:
            gain = self._gains[out][want.place]
            lacking = (part if want.in_parts and gain else gain) - more
            if lacking > 0:
                giving &= self._giving(want.place, lacking)
                least = max(least, lacking if want.in_parts else 0)
        return giving, least

    def _worth(self, number: int, credits_: int) -> int:
        """Give the points, in shares, that so many credits of a unit are worth."""
        if not self._in_points:
            return 0
        whole, shares = self.rules.credits[number], self._shares[number]
        return shares if credits_ == whole else shares * credits_ // whole


class KnownWays:
    """Collects ways to fix with equally many units, and tries the swaps around each.

    Only the first ``most`` ways are wanted, and none that contains one of ``smaller``.
    ``first`` is known from the start; the swaps around it are tried at the first ``add``.
    """

    def __init__(
        self,
        learner: LearnerGrades,
        swaps: Swaps,
        smaller: Sequence[Fix],
        most: int,
        first: WayToFix,
    ) -> None:
        self.learner = learner
        self.swaps = swaps
        self.smaller = [frozenset(fix) for fix in smaller]
        self.most = most
        self.ways = [first]
        self._tried = {first.units}
        self._looked_around: set[Fix] = set()

    @property
    def last(self) -> WayToFix | None:
        """The last of the wanted ways; None while there are fewer than wanted."""
        return self.ways[self.most - 1] if len(self.ways) >= self.most else None

    def add(self, way: WayToFix) -> None:
        """Add a way unless it is known, and try the swaps around every wanted way."""
        if way not in self.ways:
            self._tried.add(way.units)
            insort(self.ways, way)
        while near := next(
            (
                each
                for each in self.ways[: self.most]
                if each.units not in self._looked_around
            ),
            None,
        ):
            self._looked_around.add(near.units)
            self._look_around(near)

    def _look_around(self, way: WayToFix) -> None:
        whole = self.learner.rules.credits
        most = self.last.credits if self.last else inf
        options = sorted(
            (
                way.credits - whole[out] + whole[into],
                tuple(sorted({*way.units, into} - {out})),
                (out, into, some),
            )
            for out, into, some in self.swaps.around(way)
            if way.credits - whole[out] + whole[into] <= most
        )
        for credits_, units, swap in options:
            last = self.last
            if last and (credits_, units) > (last.credits, last.units):
                return
            if units not in self._tried:
                self._tried.add(units)
                self._try(way, credits_, units, swap)

    def _try(self, way: WayToFix, credits_: int, units: Fix, swap: Swap) -> None:
        out, into, some = swap
        if any(smaller.issubset(units) for smaller in self.smaller):
            return
        counted = {n: c for n, c in way.choice.credits.items() if n != out}
        choice = Choice(credits=counted | {into: some}, picks=way.choice.picks)
        learner = self.learner.with_units(units)
        if is_allowed(learner, choice):
            found = outcome(learner, choice)
            if found.is_met:
                insort(
                    self.ways,
                    WayToFix(
                        credits=credits_, units=units, choice=choice, outcome=found
                    ),
                )
