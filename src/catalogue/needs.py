"""Cutting the question of ways to fix down to what is needed and what could help.

Units that count anyway are added in, units that all must have are set apart, units that
could not help are left out.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from math import ceil
from operator import ge, le

from catalogue.combination import Combination, Limit, Measure, Minimum
from catalogue.shortfall import Option, Room, Shortfall


@dataclass(frozen=True, kw_only=True)
class _Want:
    """A minimum, and how much of it is still to come."""

    minimum: Minimum
    need: int


def shortfall(
    combination: Combination,
    achieved: Collection[int],
    without: frozenset[int] = frozenset(),
) -> Shortfall | None:
    """Find what is needed beyond the achieved units; None where nothing can help.

    ``without`` are units to leave out of it.
    """
    have = frozenset(achieved)
    minima = [m for m in combination.minima if m.measure is not Measure.ALL_UNITS]
    must = frozenset(
        unit for m in combination.minima if m not in minima for unit in m.worth
    )
    out = _barred_by(must, combination.bars) | _without_room(combination)
    out |= without
    if out & must:
        return None
    useful = _useful(minima) | must
    binding = _binding(combination, useful - out)
    free = (useful - out - _all_units(binding)) & (have | must)
    wants = [
        _Want(minimum=m, need=m.required - sum(m.worth.get(unit, 0) for unit in free))
        for m in minima
    ]
    wants = [want for want in wants if want.need > 0]
    # With some needs met already, fewer units turn out to be of use.
    units = (_useful([want.minimum for want in wants]) | must) - out - free
    return _Maker(combination, have, must, units, wants).make(always=free - have)


def _useful(minima: Iterable[Minimum]) -> frozenset[int]:
    return frozenset(
        u for minimum in minima for u, worth in minimum.worth.items() if worth
    )


def _all_units(limits: Iterable[Limit]) -> frozenset[int]:
    return frozenset(unit for limit in limits for unit in limit.units)


def _barred_by(must: frozenset[int], bars: Sequence[Limit]) -> frozenset[int]:
    """Find the units that cannot count because a unit that must counts."""
    return frozenset(
        unit
        for bar in bars
        for wanted in bar.units & must
        for unit in bar.units
        if unit != wanted
    )


def _without_room(combination: Combination) -> frozenset[int]:
    """Find the units whose credits a cap of none keeps from counting."""
    capped = _all_units(cap for cap in combination.caps if not cap.most)
    return frozenset(unit for unit in capped if combination.units[unit].credits)


def _binding(combination: Combination, units: frozenset[int]) -> list[Limit]:
    """Find the limits that these units could exceed."""
    return [
        limit
        for limit in combination.limits
        if sum(limit.use(u, combination.units[u].credits) for u in limit.units & units)
        > limit.most
    ]


class _Maker:
    """Makes the items of units, given what is wanted and what binds."""

    def __init__(
        self,
        combination: Combination,
        have: frozenset[int],
        must: frozenset[int],
        units: frozenset[int],
        wants: Sequence[_Want],
    ) -> None:
        self.combination = combination
        self.have = have
        self.must = must
        limits = _binding(combination, units)
        self.bars = [limit for limit in limits if not limit.is_cap]
        caps = [limit for limit in limits if limit.is_cap]
        simple = [cap for cap in caps if self._is_simple(cap, caps, units, wants)]
        self.caps = [cap for cap in caps if cap not in simple]
        self.pooled = _all_units(simple) & units
        # What is achieved and barred by nothing takes up its room before anything else.
        settled = (self.pooled & have) - _all_units(self.bars)
        self.wants, self.rooms = self._settle(simple, wants, units, settled)
        helpful = _useful(want.minimum for want in self.wants) | must
        self.units = (units - settled) & helpful

    def _columns(
        self, cap: Limit, wants: Sequence[_Want], units: frozenset[int]
    ) -> dict[frozenset[int], list[_Want]]:
        """Find which of a cap's units each want is for, widest first."""
        columns: dict[frozenset[int], list[_Want]] = {}
        for want in wants:
            mine = frozenset(u for u in cap.units & units if want.minimum.worth.get(u))
            if mine:
                columns.setdefault(mine, []).append(want)
        return dict(sorted(columns.items(), key=lambda entry: -len(entry[0])))

    def _is_simple(
        self,
        cap: Limit,
        caps: Sequence[Limit],
        units: frozenset[int],
        wants: Sequence[_Want],
    ) -> bool:
        """Whether credits under the cap can go to each want as if it were the only one.

        So it is where units matter for their credits alone, share no other cap, and each
        want is for all the units that a narrower one is for.
        """
        columns = self._columns(cap, wants, units)
        mine = cap.units & units
        return (
            not mine & self.must
            and not any(mine & other.units for other in caps if other is not cap)
            and all(
                want.minimum.measure is Measure.CREDITS
                for alike in columns.values()
                for want in alike
            )
            and all(wide >= narrow for wide, narrow in pairwise(columns))
        )

    def _settle(
        self,
        simple: Sequence[Limit],
        wants: Sequence[_Want],
        units: frozenset[int],
        settled: frozenset[int],
    ) -> tuple[list[_Want], list[Room]]:
        """Let settled units count, and find what is wanted then and what room is left."""
        need = {id(want.minimum): want.need for want in wants}
        left: list[list[tuple[frozenset[int], list[_Want], int]]] = []
        for cap in simple:
            left.append([])
            for column, alike in self._columns(cap, wants, units).items():
                credits_ = sum(
                    self.combination.units[unit].credits for unit in settled & column
                )
                taken = min(cap.most, credits_)
                for want in alike:
                    need[id(want.minimum)] -= taken
                left[-1].append((column, alike, cap.most - taken))
        kept = [
            _Want(minimum=want.minimum, need=need[id(want.minimum)])
            for want in wants
            if need[id(want.minimum)] > 0
        ]
        place = {id(want.minimum): j for j, want in enumerate(kept)}
        rooms = []
        for of_cap in left:
            widest = True
            for column, alike, amount in of_cap:
                needs = tuple(
                    place[id(want.minimum)]
                    for want in alike
                    if id(want.minimum) in place
                )
                if needs and amount:
                    rooms.append(
                        Room(needs=needs, units=column, amount=amount, widest=widest)
                    )
                    widest = False
        return kept, rooms

    def make(self, *, always: frozenset[int]) -> Shortfall | None:
        """Make the items; None where one cannot be had or a need has none to lower it."""
        items = [self._item(together) for together in self._together()]
        helped = {
            j
            for item in items
            for option in item
            for j, gain in enumerate(option.gains)
            if gain
        }
        helped |= {
            j
            for item in items
            for option in item
            for room, _ in option.through
            for j in self.rooms[room].needs
        }
        if not all(items) or len(helped) < len(self.wants):
            return None
        return Shortfall(
            always=tuple(sorted(always)),
            needs=tuple(want.need for want in self.wants),
            rates={
                j: self._rate(want)
                for j, want in enumerate(self.wants)
                if want.minimum.measure in {Measure.CREDITS, Measure.POINTS}
            },
            caps=tuple(cap.most for cap in self.caps),
            rooms=tuple(self.rooms),
            items=_near_each_other(
                [item for item in items if len(item) > 1 or item[0].moves]
            ),
        )

    def _rate(self, want: _Want) -> int:
        """Say what a credit of a further unit lowers a want by, at most, rounded up."""
        if want.minimum.measure is Measure.CREDITS:
            return 1
        units = self.combination.units
        return max(
            (
                ceil(want.minimum.worth[unit] / units[unit].credits)
                for unit in self.units - self.have
                if units[unit].credits
            ),
            default=1,
        )

    def _together(self) -> list[list[int]]:
        """Part the units so that bars lie within a part."""
        parts = [frozenset({unit}) for unit in self.units]
        for bar in self.bars:
            touched = [part for part in parts if part & bar.units]
            parts = [part for part in parts if not part & bar.units]
            if touched:
                parts.append(frozenset().union(*touched))
        return sorted(sorted(part) for part in parts)

    def _item(self, units: Sequence[int]) -> tuple[Option, ...]:
        """Make the ways in which units that bar each other can count, if any."""
        by_picks: dict[tuple[int, ...], list[Option]] = {}
        for counted in self._ways(tuple(units)):
            option = self._option(counted)
            if option.is_help or not option.picks:
                by_picks.setdefault(option.picks, []).append(option)
        return tuple(
            option
            for _, options in sorted(by_picks.items(), reverse=True)
            for option in _unbettered(options)
        )

    def _ways(self, units: tuple[int, ...]) -> Iterator[dict[int, int]]:
        """Let each unit count in each way, or not, as bars and caps allow."""
        if not units:
            yield {}
            return
        unit, *others = units
        credits_ = self.combination.units[unit].credits
        caps = [cap.most for cap in self.caps if unit in cap.units]
        parts = (
            range(1, min([credits_, *caps]) + 1) if caps and credits_ else (credits_,)
        )
        for rest in self._ways(tuple(others)):
            if unit not in self.must:
                yield rest
            if not any(
                unit in bar.units and bar.units & rest.keys() for bar in self.bars
            ):
                for part in parts:
                    yield {unit: part, **rest}

    def _option(self, counted: Mapping[int, int]) -> Option:
        picks = tuple(sorted(unit for unit in counted if unit not in self.have))
        gains = tuple(
            min(
                want.need,
                sum(
                    want.minimum.gain(unit, part)
                    for unit, part in counted.items()
                    if unit not in self.pooled
                ),
            )
            for want in self.wants
        )
        through = (
            (place, sum(part for unit, part in counted.items() if unit in room.units))
            for place, room in enumerate(self.rooms)
        )
        return Option(
            picks=picks,
            credits=sum(self.combination.units[unit].credits for unit in picks),
            gains=gains,
            uses=tuple(
                sum(cap.use(unit, part) for unit, part in counted.items())
                for cap in self.caps
            ),
            through=tuple((place, credits_) for place, credits_ in through if credits_),
            is_must=not self.must.isdisjoint(picks),
        )


def _unbettered(options: Sequence[Option]) -> Iterator[Option]:
    """Drop each option that another of the same picks betters or equals."""
    kept: list[Option] = []
    for option in sorted(
        options, key=lambda o: (-sum(o.gains) - sum(c for _, c in o.through), o.uses)
    ):
        if not any(
            all(map(ge, other.gains, option.gains))
            and all(map(le, other.uses, option.uses))
            and all(
                dict(other.through).get(room, 0) >= some
                for room, some in option.through
            )
            for other in kept
        ):
            kept.append(option)
            yield option


def _near_each_other(
    items: Sequence[tuple[Option, ...]],
) -> tuple[tuple[Option, ...], ...]:
    """Put items side by side that share what few move; keep catalogue order otherwise."""
    moved = [{move for option in item for move in option.moves} for item in items]
    counts = Counter(chain.from_iterable(moved))
    blocks: dict[tuple[int, tuple[str, int]], list[tuple[Option, ...]]] = {}
    for item, mine in zip(items, moved, strict=True):
        rarest = min((counts[move], move) for move in mine)
        blocks.setdefault(rarest, []).append(item)
    return tuple(chain.from_iterable(blocks.values()))
