"""Which needs the items still to come can meet, with so many picks.

For each place in the row of items and each number of picks, all the needs that can be
met from there on are held as the bits of one integer; taking an option shifts the whole
set at once. A set leaves demands out where it would outgrow ``LARGEST``: it then lets
through more than it should, never less.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from catalogue.shortfall import Option, Shortfall

LARGEST = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Move:
    """An option as the sets see it: picks, and what it does to each part of a state."""

    picks: int
    by: tuple[int, ...]


def moves_of(short: Shortfall, option: Option) -> Iterator[Move]:
    """See an option as moves, one for each number of credits that the widest room takes.

    What goes through a narrower room is seen as if the room were never used otherwise.
    """
    gains, used = list(option.gains), [0] * len(short.rooms)
    widest: list[tuple[int, int]] = []
    for place, credits_ in option.through:
        room = short.rooms[place]
        if room.widest:
            widest.append((place, min(credits_, room.amount)))
        else:
            for need in room.needs:
                gains[need] += min(credits_, room.amount)
    for parts in product(*(range(most, -1, -1) for _, most in widest)):
        gained = gains.copy()
        for (place, _), part in zip(widest, parts, strict=True):
            used[place] = part
            for need in short.rooms[place].needs:
                gained[need] += part
        clipped = map(min, short.needs, gained)
        yield Move(picks=len(option.picks), by=(*clipped, *option.uses, *used))


@dataclass(frozen=True, kw_only=True)
class Axis:
    """A demand as a dimension of the sets, while between the first and last to move it.

    Rows beyond ``amount`` are guards, kept empty, that take what a shift carries over.
    """

    demand: int
    amount: int
    is_cap: bool
    size: int
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Shift:
    """How an option moves a set: ``fills`` are the (stride, rows) of the needs it lowers."""

    picks: int
    by: int
    fills: tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Step:
    """How the sets after an item become those before it."""

    clean: int
    opened: tuple[tuple[int, int], ...]
    shifts: tuple[Shift, ...]
    closed: tuple[tuple[int, int], ...]


def axes_of(short: Shortfall, items: Sequence[Sequence[Move]]) -> list[Axis]:
    """Lay out what fits of a state, such that each life lies within those before it."""
    axes = []
    amounts = (*short.needs, *short.caps, *(room.amount for room in short.rooms))
    for j, amount in enumerate(amounts):
        moves = [max(move.by[j] for move in item) for item in items]
        places = [place for place, most in enumerate(moves) if most]
        if places:
            axes.append(
                Axis(
                    demand=j,
                    amount=amount,
                    is_cap=j >= len(short.needs),
                    size=amount + 1 + max(moves),
                    first=places[0],
                    last=places[-1],
                )
            )
    nested = _nest(axes)
    for place in range(len(items)):
        while prod(axis.size for axis in busy(nested, place)) > LARGEST:
            largest = max(busy(nested, place), key=lambda axis: axis.size)
            axes = [axis for axis in axes if axis.demand != largest.demand]
            nested = _nest(axes)
    return nested


def _nest(axes: Sequence[Axis]) -> list[Axis]:
    """Lengthen the lives that would end within one begun later."""
    nested = sorted(axes, key=lambda axis: axis.first)
    for place in reversed(range(len(nested))):
        axis = nested[place]
        within = [
            other.last for other in nested[place + 1 :] if other.first <= axis.last
        ]
        while within and max(within) > axis.last:
            axis = replace(axis, last=max(within))
            within = [
                other.last for other in nested[place + 1 :] if other.first <= axis.last
            ]
        nested[place] = axis
    return sorted(nested, key=lambda axis: (axis.first, -axis.last))


def busy(axes: Sequence[Axis], place: int) -> list[Axis]:
    """Find the axes alive while the item at this place is decided."""
    return [axis for axis in axes if axis.first <= place <= axis.last]


def strides(axes: Sequence[Axis]) -> list[int]:
    """How many bits each row of each axis takes, the last one's outermost."""
    return [prod(axis.size for axis in axes[:place]) for place in range(len(axes))]


def repeat(bits: int, stride: int, rows: int) -> int:
    """Set the same bits in so many rows more."""
    done = 0
    while done < rows:
        step = min(done + 1, rows - done)
        bits |= bits << (stride * step)
        done += step
    return bits


class Reach:
    """The sets, made as they are asked for."""

    def __init__(self, short: Shortfall) -> None:
        items = [
            [move for option in item for move in moves_of(short, option)]
            for item in short.items
        ]
        axes = axes_of(short, items)
        self.places = range(len(items))
        self.steps = [self._step(axes, place, items[place]) for place in self.places]
        alive = [
            [axis for axis in axes if axis.first < place <= axis.last]
            for place in range(len(items) + 1)
        ]
        self.at = [
            [
                (axis.demand, stride)
                for axis, stride in zip(row, strides(row), strict=True)
            ]
            for row in alive
        ]
        self.columns: list[list[int]] = []

    @staticmethod
    def _step(axes: Sequence[Axis], place: int, item: Sequence[Move]) -> Step:
        here = busy(axes, place)
        rows = list(zip(here, strides(here), strict=True))
        clean = 1
        for axis, stride in rows:
            clean = repeat(clean, stride, axis.amount)
        return Step(
            clean=clean,
            opened=tuple(
                (stride, axis.amount)
                for axis, stride in rows
                if axis.is_cap and axis.last == place
            ),
            shifts=tuple(
                Shift(
                    picks=move.picks,
                    by=sum(
                        stride * move.by[axis.demand] * (-1 if axis.is_cap else 1)
                        for axis, stride in rows
                    ),
                    fills=tuple(
                        (stride, move.by[axis.demand])
                        for axis, stride in rows
                        if not axis.is_cap and move.by[axis.demand]
                    ),
                )
                for move in item
            ),
            closed=tuple(
                (stride, 0 if axis.is_cap else axis.amount)
                for axis, stride in reversed(rows)
                if axis.first == place
            ),
        )

    def column(self, picks: int) -> list[int]:
        """Find what can be met with at most so many picks, by place."""
        while len(self.columns) <= picks:
            self.columns.append(self._column(len(self.columns)))
        return self.columns[picks]

    def _column(self, picks: int) -> list[int]:
        sets = [1] * (len(self.places) + 1)
        self.columns.append(sets)
        for place in reversed(self.places):
            step = self.steps[place]
            opened = {}
            found = 0
            for shift in step.shifts:
                if shift.picks > picks:
                    continue
                if shift.picks not in opened:
                    bits = self.columns[picks - shift.picks][place + 1]
                    for stride, rows in step.opened:
                        bits = repeat(bits, stride, rows)
                    opened[shift.picks] = bits
                bits = opened[shift.picks]
                bits = (
                    bits << shift.by if shift.by > 0 else bits >> -shift.by
                ) & step.clean
                for stride, rows in shift.fills:
                    done = 0
                    while done < rows:
                        more = min(done + 1, rows - done)
                        bits |= bits >> (stride * more)
                        done += more
                found |= bits
            for stride, row in step.closed:
                found = (found >> (stride * row)) & ((1 << stride) - 1)
            sets[place] = found
        self.columns.pop()
        return sets

    def allows(self, place: int, picks: int, state: Sequence[int]) -> bool:
        """Whether at most so many picks from the place on can meet what is needed there."""
        bit = sum([state[demand] * stride for demand, stride in self.at[place]])
        return bool(self.column(picks)[place] >> bit & 1)
