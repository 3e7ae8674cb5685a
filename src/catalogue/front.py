"""The choices among units that share limits, less those that another one betters."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add, ge, mul
from typing import NamedTuple

from catalogue.combination import Cluster, Combination


@dataclass(frozen=True, kw_only=True)
class Point:
    """A choice among a cluster's units: the credits of each, None where it does not count.

    ``change`` is how far that is, for each minimum, from all of them counting whole.
    """

    counted: Mapping[int, int | None]
    change: tuple[int, ...]


class Item(NamedTuple):
    """Units that are alike to every rule, decided together; most often just one."""

    units: tuple[int, ...]
    credits: int


class State(NamedTuple):
    """How far some of the items bring one: gains, up to what is required, and use."""

    gains: tuple[int, ...]
    used: tuple[int, ...]


Trail = tuple["Trail", Item, int] | None


def front(
    combination: Combination, cluster: Cluster, achieved: Sequence[int]
) -> tuple[Point, ...]:
    """Find the choices among a cluster's achieved units that no other one betters."""
    walk = _Walk(combination, cluster, achieved)
    trails: list[Trail] = walk.trails()
    return tuple(map(walk.point, trails))


def no_less(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(map(ge, one, other))


class _Walk:
    """A walk over the items, keeping the states that none betters."""

    def __init__(
        self, combination: Combination, cluster: Cluster, achieved: Sequence[int]
    ) -> None:
        self.combination = combination
        self.achieved = achieved
        self.limits = cluster.limits
        self.most = tuple(limit.most for limit in self.limits)
        self.items = list(self._items())

    def _items(self) -> Iterator[Item]:
        """Put together the units that differ in nothing but their credits."""
        alike: dict[tuple[object, ...], list[int]] = {}
        for unit in self.achieved:
            mine = [limit for limit in self.limits if unit in limit.units]
            gains = self.combination.whole[unit]
            a_credit = [
                minimum.for_a_credit(unit) if gain else 0
                for minimum, gain in zip(self.combination.minima, gains, strict=True)
            ]
            parts = None not in a_credit and all(limit.is_cap for limit in mine)
            kind = (*a_credit, *mine) if parts else (unit,)
            alike.setdefault(kind, []).append(unit)
        for units in alike.values():
            credits_ = sum(self.combination.units[unit].credits for unit in units)
            yield Item(tuple(units), credits_)

    def options(self, item: Item) -> Sequence[int]:
        """List the credits with which an item can count, most first."""
        caps = [
            limit.most
            for limit in self.limits
            if limit.is_cap and item.units[0] in limit.units
        ]
        if caps and item.credits:
            return range(min(item.credits, *caps), 0, -1)
        return (item.credits,)

    def trails(self) -> list[Trail]:
        """Walk, and say how each state that is left was come to."""
        nothing = State((0,) * len(self.combination.minima), (0,) * len(self.limits))
        states: dict[State, Trail] = {nothing: None}
        for place, item in enumerate(self.items):
            later = {unit for other in self.items[place + 1 :] for unit in other.units}
            wanted = [not limit.units.isdisjoint(later) for limit in self.limits]
            states = _unbettered(self._step(states, item, wanted))
        return list(states.values())

    def _step(
        self, states: Mapping[State, Trail], item: Item, wanted: Sequence[bool]
    ) -> dict[State, Trail]:
        """Let the item count in each way, or not."""
        ways = [
            (
                part,
                self.combination.gains(item.units[0], part),
                tuple(limit.use(item.units[0], part) for limit in self.limits),
            )
            for part in self.options(item)
        ]
        found: dict[State, Trail] = {}
        for (gains, used), trail in states.items():
            for part, more, use in ways:
                spent = tuple(map(add, used, use))
                if no_less(self.most, spent):
                    gained = map(min, self.combination.aims, map(add, gains, more))
                    state = State(tuple(gained), tuple(map(mul, spent, wanted)))
                    found.setdefault(state, (trail, item, part))
            found.setdefault(State(gains, tuple(map(mul, used, wanted))), trail)
        return found

    def point(self, trail: Trail) -> Point:
        """Share credits out among units that are alike, and let count what does no harm."""
        counted: dict[int, int | None] = dict.fromkeys(self.achieved)
        while trail is not None:
            trail, item, left = trail
            for unit in item.units:
                part = min(left, self.combination.units[unit].credits)
                left -= part
                if part or len(item.units) == 1:
                    counted[unit] = part
        for unit in self.achieved:
            self._add(unit, counted)
        change = [0] * len(self.combination.minima)
        for unit, some in counted.items():
            for j, whole in enumerate(self.combination.whole[unit]):
                change[j] -= whole
            if some is not None:
                for j, gain in enumerate(self.combination.gains(unit, some)):
                    change[j] += gain
        return Point(counted=counted, change=tuple(change))

    def _add(self, unit: int, counted: dict[int, int | None]) -> None:
        """Let a unit count, or count for more, as far as there is room."""
        have, whole = counted[unit], self.combination.units[unit].credits
        mine = [limit for limit in self.limits if unit in limit.units]
        room = {
            limit: limit.most
            - sum(
                limit.use(other, part)
                for other, part in counted.items()
                if part is not None
            )
            for limit in mine
        }
        if have is None and any(not room[limit] for limit in mine if not limit.is_cap):
            return
        more = min(
            [whole - (have or 0), *(room[limit] for limit in mine if limit.is_cap)]
        )
        if more or (have is None and not whole):
            counted[unit] = (have or 0) + more


def _unbettered(states: Mapping[State, Trail]) -> dict[State, Trail]:
    """Drop each state that another one betters: no less gained, no more used."""
    kept: dict[State, Trail] = {}
    for state in sorted(states, key=lambda state: (-sum(state.gains), sum(state.used))):
        if not any(
            no_less(other.gains, state.gains) and no_less(state.used, other.used)
            for other in kept
        ):
            kept[state] = states[state]
    return kept
