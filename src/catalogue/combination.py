"""The rules of a pathway made ready for deciding.

What may not be exceeded (``counts_at_most``, ``at_most_one``) becomes limits; all the
rest becomes minima. Units are spoken of by their number in catalogue order, from 0.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import chain, combinations
from struct import Struct
from typing import Any

from catalogue.rule import Rule
from catalogue.unit import Unit

WIDTH = 32


class Measure(StrEnum):
    """What a minimum adds up, by the key that asks for it."""

    ALL_UNITS = "all_units"
    UNITS = "minimum_units"
    CREDITS = "minimum_credits"
    GLH = "minimum_glh"
    POINTS = "points"


@dataclass(frozen=True, kw_only=True)
class Minimum:
    """A sum that a rule wants; ``worth`` is what each unit gives when it counts whole.

    Points are wanted by no rule. ``a_credit`` is what units that may count in part give
    for each credit.
    """

    rule: int | None
    measure: Measure
    required: int
    worth: Mapping[int, int]
    a_credit: Mapping[int, int] = field(default_factory=dict)

    def gain(self, unit: int, credits_: int) -> int:
        """Say what the unit gives when it counts with so many credits."""
        if self.measure is Measure.CREDITS:
            return credits_ if unit in self.worth else 0
        if unit in self.a_credit:
            return self.a_credit[unit] * credits_
        return self.worth.get(unit, 0)

    def for_a_credit(self, unit: int) -> int | None:
        """Say what each credit of the unit gives; None where it gives all at once."""
        if self.measure is Measure.CREDITS:
            return 1 if unit in self.worth else 0
        return self.a_credit.get(unit)


@dataclass(frozen=True, kw_only=True, eq=False)
class Limit:
    """Units that share something scarce: credits (a cap), or the one place (a bar)."""

    rule: int
    units: frozenset[int]
    most: int
    is_cap: bool

    def use(self, unit: int, credits_: int) -> int:
        """How much of it the unit takes when it counts with so many credits."""
        if unit not in self.units:
            return 0
        return credits_ if self.is_cap else 1


@dataclass(frozen=True, kw_only=True, eq=False)
class Cluster:
    """Limits that are connected by units they share, and so are decided together."""

    limits: tuple[Limit, ...]

    @cached_property
    def units(self) -> frozenset[int]:
        return frozenset().union(*(limit.units for limit in self.limits))

    @cached_property
    def is_nested(self) -> bool:
        """Whether of any two caps one covers all that the other does, or nothing of it."""
        caps = [limit.units for limit in self.limits if limit.is_cap]
        return all(
            one <= other or other <= one or one.isdisjoint(other)
            for one, other in combinations(caps, 2)
        )


_WORTH: tuple[
    tuple[Measure, Callable[[Rule], int | None], Callable[[Unit], int]], ...
] = (
    (Measure.ALL_UNITS, lambda r: len(r.covers) if r.all_units else None, lambda _: 1),
    (Measure.UNITS, lambda r: r.minimum_units, lambda _: 1),
    (Measure.CREDITS, lambda r: r.minimum_credits, lambda unit: unit.credits),
    (Measure.GLH, lambda r: r.minimum_glh, lambda unit: unit.glh),
)


class Combination:
    """A pathway's rules, ready for any set of achieved units."""

    def __init__(self, units: Sequence[Unit], rules: Sequence[Rule]) -> None:
        self.units = tuple(units)
        self.index = {unit.reference: number for number, unit in enumerate(units)}
        self.minima = tuple(self._minima(rules))
        self.required = tuple(minimum.required for minimum in self.minima)
        self.aims = self.required
        self.caps = tuple(
            Limit(
                rule=at,
                units=self._covered(rule),
                most=rule.counts_at_most,
                is_cap=True,
            )
            for at, rule in enumerate(rules)
            if rule.counts_at_most is not None
        )
        self.bars = tuple(
            Limit(rule=at, units=self._covered(rule), most=1, is_cap=False)
            for at, rule in enumerate(rules)
            if rule.at_most_one
        )
        self.limits = (*self.caps, *self.bars)
        self.fronts: dict[tuple[Cluster, frozenset[int]], tuple[Any, ...]] = {}
        self._fields = Struct(f"<{len(self.minima) + len(self.limits)}I")

    def _covered(self, rule: Rule) -> frozenset[int]:
        return frozenset(self.index[unit.reference] for unit in rule.covers)

    def _minima(self, rules: Sequence[Rule]) -> Iterator[Minimum]:
        for position, rule in enumerate(rules):
            for measure, required_of, worth_of in _WORTH:
                required = required_of(rule)
                units = rule.covers if measure is Measure.ALL_UNITS else rule.at_level
                if required is not None:
                    worth = {
                        self.index[unit.reference]: worth_of(unit) for unit in units
                    }
                    yield Minimum(
                        rule=position, measure=measure, required=required, worth=worth
                    )

    def gains(self, unit: int, credits_: int) -> tuple[int, ...]:
        """Say what the unit gives each minimum when it counts with so many credits."""
        return tuple(minimum.gain(unit, credits_) for minimum in self.minima)

    @cached_property
    def whole(self) -> tuple[tuple[int, ...], ...]:
        """What each unit gives each minimum when it counts whole."""
        return tuple(self.gains(n, unit.credits) for n, unit in enumerate(self.units))

    @cached_property
    def in_parts(self) -> tuple[int, ...]:
        """The units that may count in part."""
        capped = frozenset(unit for cap in self.caps for unit in cap.units)
        return tuple(unit for unit in sorted(capped) if self.units[unit].credits)

    @cached_property
    def clusters(self) -> tuple[Cluster, ...]:
        """The limits, those that share units together."""
        clusters: list[list[Limit]] = []
        for limit in self.limits:
            near = [
                c for c in clusters if any(limit.units & other.units for other in c)
            ]
            clusters = [c for c in clusters if c not in near]
            clusters.append([limit, *chain.from_iterable(near)])
        return tuple(Cluster(limits=tuple(cluster)) for cluster in clusters)

    @cached_property
    def _packed(self) -> tuple[int, ...]:
        """Each unit's part in every minimum and limit, in 32-bit fields of one integer.

        Adding them up over the units achieved makes every sum in one go.
        """
        return tuple(
            sum(
                value << (WIDTH * place)
                for place, value in enumerate(
                    (
                        *self.whole[number],
                        *(limit.use(number, unit.credits) for limit in self.limits),
                    )
                )
            )
            for number, unit in enumerate(self.units)
        )

    def add_up(self, achieved: Iterable[int]) -> tuple[tuple[int, ...], list[Limit]]:
        """Sum every minimum as if all counted, and find the limits that are exceeded."""
        packed = self._packed
        total = sum([packed[number] for number in achieved])
        fields = self._fields
        sums = fields.unpack(total.to_bytes(fields.size, "little"))
        over = [
            limit
            for limit, used in zip(self.limits, sums[len(self.minima) :], strict=True)
            if used > limit.most
        ]
        return sums[: len(self.minima)], over
