"""The most points that units which share limits can give, where that is easily found."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from catalogue.combination import Cluster
from catalogue.graded import Graded

MOST_BARRED = 12


def most_points(
    graded: Graded, cluster: Cluster, achieved: Collection[int]
) -> Mapping[int, int | None] | None:
    """Find a choice among a cluster's achieved units that gives the most points.

    The credits of each, None where it does not count. None altogether where caps cross,
    or too many units bar each other: that takes a search.
    """
    if not cluster.is_nested:
        return None
    mine = [unit for unit in achieved if unit in cluster.units]
    bars = [bar.units.intersection(mine) for bar in cluster.limits if not bar.is_cap]
    bars = [bar for bar in bars if len(bar) > 1]
    barred = sorted(frozenset().union(*bars))
    if len(barred) > MOST_BARRED:
        return None
    fill = _Fill(graded, cluster, [unit for unit in mine if unit not in barred])
    _, counted = max(
        map(fill.counted, _one_of_each(barred, bars)), key=lambda found: found[0]
    )
    return {unit: counted.get(unit) for unit in mine}


def _one_of_each(
    units: Sequence[int], bars: Sequence[frozenset[int]]
) -> Iterator[tuple[int, ...]]:
    """List the sets of units that do not bar each other and take in no more."""
    if not units:
        yield ()
        return
    first, *others = units
    against = frozenset().union(*(bar for bar in bars if first in bar))
    for rest in _one_of_each([unit for unit in others if unit not in against], bars):
        yield (first, *rest)
    for rest in _one_of_each(others, bars):
        if not against.isdisjoint(rest):
            yield rest


class _Fill:
    """Fills the room under caps with what gives the most points for a credit."""

    def __init__(self, graded: Graded, cluster: Cluster, units: Sequence[int]) -> None:
        self.graded = graded
        self.units = units
        self.caps = [cap for cap in cluster.limits if cap.is_cap]

    def _order(self, unit: int) -> tuple[int, int]:
        """By points for a credit, then by how many rules want the unit."""
        wanted = sum(gain > 0 for gain in self.graded.plain.whole[unit])
        return -self.graded.points.a_credit.get(unit, 0), -wanted

    def counted(self, more: Sequence[int]) -> tuple[tuple[int, int], Mapping[int, int]]:
        """Let the units and these besides count; say the points and credits too."""
        counted: dict[int, int] = {}
        room = [cap.most for cap in self.caps]
        points = credits_ = 0
        for unit in sorted((*self.units, *more), key=self._order):
            part = self.graded.units[unit].credits
            over = [n for n, cap in enumerate(self.caps) if unit in cap.units]
            if over and part:
                part = min(part, *(room[n] for n in over))
                for n in over:
                    room[n] -= part
                if not part:
                    continue
            counted[unit] = part
            points += self.graded.points.gain(unit, part)
            credits_ += part
        return (points, credits_), counted
