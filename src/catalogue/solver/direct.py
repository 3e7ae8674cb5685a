"""Decides eligibility without the solver, where a choice or a bound proves the answer.

A choice that satisfies the rules proves that they can be met. An upper bound on all
choices proves that they cannot. The solver decides the rest.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from struct import Struct

from catalogue.solver.choice import (
    Choice,
    ChoiceOutcome,
    LearnerGrades,
    grid_rank,
    is_allowed,
    outcome,
)
from catalogue.solver.compiled import CompiledPathway, Limit, RuleNode, Want

WIDTH = 32


class Totals:
    """Sums all wants, all limits and the points of a learner's units in one addition.

    Each unit with its grade is one large integer. Its 32-bit fields hold the unit's part
    in each want, then in each limit; its points are above the last field.
    """

    def __init__(self, rules: CompiledPathway) -> None:
        self.rules = rules
        self.limits = (
            *rules.class_limits,
            *(limit for node in rules.all_nodes for limit in node.limits),
        )
        self._fields = Struct(f"<{len(rules.wants) + len(self.limits)}I")
        self._shift = 8 * self._fields.size
        self._mask = (1 << self._shift) - 1
        self._packed: dict[tuple[int, str], int] = {}
        self._looks_closer = any(node.requires for node in rules.all_nodes) or (
            bool(rules.classes) and any(want.looks_at_attempts for want in rules.wants)
        )

    def _pack(self, number: int, grade: str) -> int:
        rules = self.rules
        unit = rules.units[number]
        achieved = unit.achieves(grade)
        fields = [
            want.gain(number, unit, grade) if want.looks_at_attempts or achieved else 0
            for want in rules.wants
        ]
        fields += [
            (unit.credits if limit.of_credits else 1)
            if achieved and number in limit.units
            else 0
            for limit in self.limits
        ]
        packed = rules.shares(number, grade) << self._shift if achieved else 0
        return packed | sum(each << (WIDTH * at) for at, each in enumerate(fields))

    def add_up(
        self, given: Sequence[tuple[int, str]]
    ) -> tuple[tuple[int, ...], bool, int]:
        """Give the sum of each want, whether a limit is exceeded, and the points in shares."""
        packed = self._packed
        try:
            total = sum([packed[each] for each in given])
        except KeyError:
            for each in given:
                if each not in packed:
                    packed[each] = self._pack(*each)
            total = sum([packed[each] for each in given])
        fields = self._fields
        sums = fields.unpack((total & self._mask).to_bytes(fields.size, "little"))
        wants = len(self.rules.wants)
        over = any(
            used > limit.most
            for limit, used in zip(self.limits, sums[wants:], strict=True)
        )
        return sums[:wants], over, total >> self._shift

    def rank(self, given: Sequence[tuple[int, str]]) -> int | None:
        """Give the rank of the overall grade if the totals decide it, else None.

        They decide where no limit is exceeded, since it is then best to count all units;
        and where even all units together are too little: then the rank is 0.
        """
        rules, grading = self.rules, self.rules.grading
        values, over, shares = self.add_up(given)
        if not satisfies(rules.nodes, values):
            return 0
        if over or self._looks_closer or grading.kind == "grid" or grading.best:
            return None
        if grading.kind == "pass":
            return 1
        return sum(needed <= shares for needed in rules.threshold_shares)


def satisfies(nodes: Iterable[RuleNode], values: Sequence[int]) -> bool:
    """Tell whether the values satisfy every rule, and one list of each rule that has lists."""
    return all(
        all(values[want.place] >= want.required for want in node.wants)
        and (not node.lists or any(satisfies(each, values) for each in node.lists))
        for node in nodes
    )


def least_shortfall(
    nodes: Iterable[RuleNode], short: Callable[[Want], int]
) -> tuple[int, dict[RuleNode, int]]:
    """Give the least total shortfall, and the list of each rule that leads to it.

    Of lists with the same shortfall the first is picked.
    """
    total = 0
    picks: dict[RuleNode, int] = {}
    for node in nodes:
        total += sum(short(want) for want in node.wants)
        tried = [least_shortfall(each, short) for each in node.lists]
        if tried:
            place = min(range(len(tried)), key=lambda at: tried[at][0])
            total += tried[place][0]
            picks[node] = place
            for _, nested in tried:
                picks |= nested
    return total, picks


class Bounds:
    """Upper bounds on what any choice of a learner's units gives.

    Only limits of rules that are always in force are used, and of these only limits that
    are nested or disjoint. Leaving a limit out loosens a bound, but keeps it true.
    """

    def __init__(self, learner: LearnerGrades) -> None:
        self.learner = learner
        self.rules = learner.rules
        free = learner.held_back
        self.units = tuple(n for n in learner.achieved if n not in free)

    def _family(self, *, of_credits: bool) -> tuple[Limit, ...]:
        """Pick the limits that bound a sum of credits, or a sum over whole units.

        For whole units a cap of credits limits the number of units that have credits,
        since each of them takes at least one credit.
        """
        there = frozenset(self.units)
        with_credits = frozenset(n for n in there if self.rules.credits[n])
        limits = (
            *self.rules.class_limits,
            *(limit for node in self.rules.nodes for limit in node.limits),
        )
        return nested_limits(
            Limit(
                units=limit.units & (with_credits if limit.of_credits else there),
                most=limit.most,
                of_credits=limit.of_credits and of_credits,
            )
            for limit in limits
        )

    @cached_property
    def _for_credits(self) -> tuple[Limit, ...]:
        return self._family(of_credits=True)

    @cached_property
    def _for_units(self) -> tuple[Limit, ...]:
        return self._family(of_credits=False)

    @cached_property
    def wants(self) -> tuple[int, ...]:
        """The bound of each want."""
        return tuple(map(self._want, self.rules.wants))

    def _want(self, want: Want) -> int:
        if want.looks_at_attempts:
            return self.learner.attempts[want.place]
        gains = self.learner.gains
        amounts = {n: g for n in self.units if (g := gains[n][want.place])}
        return most(amounts, self._for_credits if want.in_parts else self._for_units)

    @cached_property
    def credits(self) -> int:
        """The most credits that can count."""
        whole = self.rules.credits
        return most({n: whole[n] for n in self.units if whole[n]}, self._for_credits)

    @cached_property
    def shares(self) -> int:
        """The most points, in shares."""
        if self.rules.grading.kind != "points":
            return 0
        shares = self.learner.shares
        by_units = most({n: shares[n] for n in self.units}, self._for_units)
        return min(by_units, self._points_by_credits())

    def _points_by_credits(self) -> int:
        """Bound the points by the limits of credits: each is filled with its best credits."""
        whole, shares = self.rules.credits, self.learner.shares
        without = sum(shares[n] for n in self.units if not whole[n])
        part = {n: whole[n] for n in self.units if whole[n] and shares[n]}
        family = [limit for limit in self._for_credits if limit.of_credits]
        if best := self.rules.grading.best:
            family.append(
                Limit(units=frozenset(part), most=best.credits, of_credits=True)
            )
        for limit in family:
            room = limit.most
            mine = [n for n in limit.units if n in part]
            for number in sorted(mine, key=lambda n: -(shares[n] // whole[n])):
                part[number] = min(room, part[number])
                room -= part[number]
        return without + sum(shares[n] * c // whole[n] for n, c in part.items())

    @cached_property
    def rank(self) -> int:
        """The bound of the overall grade's rank."""
        kind = self.rules.grading.kind
        if kind == "pass":
            return 1
        if kind == "points":
            return sum(needed <= self.shares for needed in self.rules.threshold_shares)
        return grid_rank(self.learner, frozenset(self.units))


def most(amounts: dict[int, int], family: Iterable[Limit]) -> int:
    """Give the largest sum of amounts that a family of nested limits lets count.

    Inner limits come first. Each keeps the largest amounts, so that every limit around it
    has the most to choose from. Changes ``amounts``.
    """
    for limit in family:
        mine = sorted(
            (number for number in limit.units if number in amounts),
            key=lambda number: -amounts[number],
        )
        room = limit.most
        for number in mine:
            amounts[number] = (
                min(room, amounts[number])
                if limit.of_credits
                else (amounts[number] if room else 0)
            )
            room -= amounts[number] if limit.of_credits else min(room, 1)
    return sum(amounts.values())


def nested_limits(limits: Iterable[Limit]) -> tuple[Limit, ...]:
    """Keep limits of which any two are nested or disjoint; inner ones first."""
    kept: list[Limit] = []
    for limit in sorted(limits, key=lambda limit: len(limit.units)):
        if limit.units and all(
            other.units <= limit.units or other.units.isdisjoint(limit.units)
            for other in kept
        ):
            kept.append(limit)
    return tuple(kept)


class Filler:
    """Counts units one after another, each with as many credits as the limits leave it."""

    def __init__(
        self, learner: LearnerGrades, picks: Mapping[RuleNode, int] | None
    ) -> None:
        self.learner = learner
        self.picks = picks or {}
        rules = learner.rules
        nodes = (
            rules.nodes
            if picks is None
            else tuple(Choice(credits={}, picks=picks).in_force(rules.nodes))
        )
        self.limits = (
            *rules.class_limits,
            *(limit for node in nodes for limit in node.limits),
        )
        held = frozenset(
            number
            for node in nodes
            if node.requires and not learner.has_what_it_needs(node)
            for number in node.requires.units
        )
        self.units = tuple(n for n in learner.achieved if n not in held)
        self._over: dict[int, list[int]] = {n: [] for n in self.units}
        for at, limit in enumerate(self.limits):
            for number in limit.units:
                if number in self._over:
                    self._over[number].append(at)

    def fill(self, order: Iterable[int]) -> Choice:
        """Count the units in this order."""
        limits, whole = self.limits, self.learner.rules.credits
        room = [limit.most for limit in limits]
        counted: dict[int, int] = {}
        for number in order:
            over = self._over.get(number)
            if over is None:
                continue
            part = whole[number]
            for at in over:
                if limits[at].of_credits:
                    part = min(part, room[at])
                elif not room[at]:
                    part = -1
                    break
            if part < 0 or (not part and whole[number]):
                continue
            counted[number] = part
            for at in over:
                room[at] -= part if limits[at].of_credits else 1
        return Choice(credits=dict(sorted(counted.items())), picks=self.picks)


def improve(
    bounds: Bounds,
    enough: Callable[[ChoiceOutcome], bool],
    tries: int = 4,
    *,
    picked: Mapping[RuleNode, int] | None = None,
) -> Choice | None:
    """Look for a choice that is enough, by counting the units in several orders.

    Each order puts first the units that give what the choice before it lacked. ``picked``
    fixes the lists of some rules. Returns None if no choice was enough.
    """
    learner = bounds.learner
    rules = learner.rules
    gains, whole, shares = learner.gains, rules.credits, learner.shares
    most_of = bounds.wants
    _, picks = least_shortfall(
        rules.nodes, lambda want: max(0, want.required - most_of[want.place])
    )
    filler = Filler(learner, picks | dict(picked or {}))
    weight = dict.fromkeys(filler.units, 0.0)
    for _ in range(tries):
        choice = filler.fill(sorted(filler.units, key=lambda n: -weight[n]))
        found = outcome(learner, choice)
        if enough(found) and is_allowed(learner, choice):
            return choice
        lacking = [place for place, short in found.short.items() if short]
        for number in filler.units:
            for place in lacking:
                weight[number] += gains[number][place] / (whole[number] or 1)
            if not lacking:
                weight[number] += shares[number] / (whole[number] or 1)
    return None
