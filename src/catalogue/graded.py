"""The rules of a pathway with points added, for the grades of one learner."""

from collections.abc import Iterable, Sequence
from functools import cached_property

from catalogue.combination import Combination, Limit, Measure, Minimum


class Graded(Combination):
    """A pathway's rules and, last of its minima, points.

    ``required`` points are needed; more are worth having up to the ``aim``.
    """

    def __init__(
        self, plain: Combination, worth: Sequence[int], *, required: int, aim: int
    ) -> None:
        self.plain = plain
        self.worth = worth
        self.points = Minimum(
            rule=None,
            measure=Measure.POINTS,
            required=required,
            worth=dict(enumerate(worth)),
            a_credit={n: worth[n] // plain.units[n].credits for n in plain.in_parts},
        )
        self.units, self.index = plain.units, plain.index
        self.minima = (*plain.minima, self.points)
        self.required = (*plain.required, required)
        self.aims = (*plain.required, aim)
        self.caps, self.bars, self.limits = plain.caps, plain.bars, plain.limits
        self.clusters = plain.clusters
        self.fronts = {}

    @cached_property
    def whole(self) -> tuple[tuple[int, ...], ...]:
        return tuple(
            (*gains, points)
            for gains, points in zip(self.plain.whole, self.worth, strict=True)
        )

    def add_up(self, achieved: Iterable[int]) -> tuple[tuple[int, ...], list[Limit]]:
        values, over = self.plain.add_up(achieved)
        return (*values, sum([self.worth[number] for number in achieved])), over
