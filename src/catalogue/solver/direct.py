"""Deciding without a solver, wherever what is found proves itself.

A choice that satisfies the rules proves that they can be met. An upper bound of what
any choice could come to proves that they cannot. What lies between is left to the solver.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from struct import Struct

from catalogue.solver.choice import (
    Choice,
    ChoiceOutcome,
    LearnerToFix,
    grid_rank,
    is_allowed,
    outcome,
)
from catalogue.solver.compiled import CompiledPathway, Limit, RuleNode, Want

WIDTH = 32


class Totals:
    """Adds up, in one sum of integers, what a learner's units come to all together.

    Each unit with its grade is one large integer whose 32-bit fields are its part in every
    want and limit; the points come after the last of them.
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
        """Sum every want, say whether a limit is exceeded, and sum the points."""
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
        """Find the rank of the overall grade from totals alone; None where they do not decide it.

        It is all where no limit is exceeded: then it is best that everything counts. And
        where too little is there even so.
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
    """Whether these values satisfy every rule, by some list of each."""
    return all(
        all(values[want.place] >= want.required for want in node.wants)
        and (not node.lists or any(satisfies(each, values) for each in node.lists))
        for node in nodes
    )


def least_shortfall(
    nodes: Iterable[RuleNode], short: Callable[[Want], int]
) -> tuple[int, dict[RuleNode, int]]:
    """Pick the list of least shortfall of each rule, the earlier of equals."""
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
    """The most that any choice of a learner's units could come to, by what it adds up.

    Limits of rules that are always in force are taken into account as far as they are
    nested or apart; leaving one out only makes the bound less close.
    """

    def __init__(self, learner: LearnerToFix) -> None:
        self.learner = learner
        self.rules = learner.rules
        free = learner.held_back
        self.units = tuple(n for n in learner.achieved if n not in free)

    def _family(self, *, of_credits: bool) -> tuple[Limit, ...]:
        """Take the limits for adding up credits, or for adding up what units give whole.

        For the latter a cap is a limit of so many units that have credits: each takes one.
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
        """The most of each want."""
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
        """Bound points by limits of credits alone: the best credits fill the room."""
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
        """The best rank of an overall grade."""
        kind = self.rules.grading.kind
        if kind == "pass":
            return 1
        if kind == "points":
            return sum(needed <= self.shares for needed in self.rules.threshold_shares)
        return grid_rank(self.learner, frozenset(self.units))


def most(amounts: dict[int, int], family: Iterable[Limit]) -> int:
    """Add up the amounts, as much as a family of limits lets count, inner ones first.

    What is left of them is always the largest: so any larger limit takes the most of them.
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
    """Keep limits of which each holds another, or is apart from it; inner ones first."""
    kept: list[Limit] = []
    for limit in sorted(limits, key=lambda limit: len(limit.units)):
        if limit.units and all(
            other.units <= limit.units or other.units.isdisjoint(limit.units)
            for other in kept
        ):
            kept.append(limit)
    return tuple(kept)


class Filler:
    """Lets units count one after the other, each with as much as the limits leave it."""

    def __init__(
        self, learner: LearnerToFix, picks: Mapping[RuleNode, int] | None
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
        """Fill up in this order."""
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
    """Try some orders of filling up, each led by what the one before it lacked.

    ``picked`` are lists that are picked, whatever the others of their rules lack.
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
