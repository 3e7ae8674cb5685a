"""Picking units not achieved yet, few and small, until nothing is needed."""

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from catalogue.front import no_less
from catalogue.reach import Reach
from catalogue.shortfall import Option, Shortfall
from catalogue.unit import Unit

State = tuple[int, ...]
Picks = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Needs that each credit picked lowers by the rate at most, all together.

    By place: ``direct`` is what may lower them besides, from there on; ``through`` the
    same through a room, with the room's place in a state and its amount.
    """

    needs: tuple[int, ...]
    rate: int
    direct: list[int]
    through: list[tuple[int, int, list[int]]]


class Search:
    """A walk over the items that goes only where the needs can still be met.

    Each set of picks is walked to once, with all the states it can lead to.
    """

    def __init__(self, short: Shortfall, units: Sequence[Unit]) -> None:
        self.short = short
        self.units = units
        self.most = short.most
        self.reach = Reach(short)
        self.ways = [
            [
                (picks, list(options))
                for picks, options in groupby(item, key=lambda o: o.picks)
            ]
            for item in short.items
        ]
        last: dict[tuple[str, int], int] = {}
        for place, item in enumerate(short.items):
            for kind, j in {move for option in item for move in option.moves}:
                last[kind, j] = place
                if kind == "room":
                    last.update(
                        {("need", need): place for need in short.rooms[j].needs}
                    )
        self.ending = [
            [(kind, j) for (kind, j), at in last.items() if at == place]
            for place in range(len(short.items))
        ]
        self.sums = self._sums()
        self.floors = list(self._floors())
        self.later = [
            sorted(
                {unit for item in short.items[place:] for o in item for unit in o.picks}
            )
            for place in range(len(short.items) + 1)
        ]
        self.held: list[set[int]] = []
        self.left = 0
        self.batch: list[Picks] = []
        self.dead: set[tuple[int, int, int, frozenset[State]]] = set()

    def smallest(self, enough: int) -> list[Picks]:
        """Find the sets of the smallest size there is, those of the fewest credits."""
        for size in range(self.most + 1):
            found = self._of_size(size, enough, {})
            if found:
                return found
        return []

    def better(self, known: list[Picks], held: list[Picks]) -> list[Picks]:
        """Find as many sets, at least as good, that hold none of those held."""
        self.held = [set(picks) for picks in held]
        by_credits: dict[int, list[Picks]] = {}
        for picks in known:
            by_credits.setdefault(self._worth(picks), []).append(picks)
        for size in range(len(known[0])):
            found = self._of_size(size, len(known), {})
            if found:
                return found
        return self._of_size(len(known[0]), len(known), by_credits)

    def best(self, sets: Iterable[Picks], enough: int) -> list[Picks]:
        """Sort the smallest of the sets by credits and catalogue order; keep so many."""
        size = min(map(len, sets), default=0)
        return sorted(
            (picks for picks in sets if len(picks) == size),
            key=lambda picks: (self._worth(picks), picks),
        )[:enough]

    def _worth(self, picks: Picks) -> int:
        return sum(self.units[unit].credits for unit in picks)

    def _of_size(
        self, size: int, enough: int, known: Mapping[int, list[Picks]]
    ) -> list[Picks]:
        """Find sets of a size, besides those known by their credits."""
        found: list[Picks] = []
        if not self.reach.allows(0, size, self.short.start):
            return found
        for credits_ in _bits(self.sums[0][size]):
            if self._affords(0, credits_, self.short.start):
                self.left = enough - len(found)
                self.batch = sorted(known.get(credits_, []))[: self.left]
                self.walk(0, size, credits_, frozenset({self.short.start}), ())
                found += self.batch
                if len(found) == enough:
                    break
        return found

    def _sums(self) -> list[list[int]]:
        """Reckon the credits that so many picks from each place on can have, as bits."""
        sums = [[1] + [0] * self.most]
        for ways in reversed(self.ways):
            after, before = sums[0], [0] * (self.most + 1)
            for picks, options in ways:
                for size in range(len(picks), self.most + 1):
                    before[size] |= after[size - len(picks)] << options[0].credits
            sums.insert(0, before)
        return sums

    def _floors(self) -> Iterator[Floor]:
        """Make a floor of each need with a rate, and one of needs that share no item."""
        gains = [[self._gains(option) for option in item] for item in self.short.items]
        apart: list[int] = []
        touched: set[int] = set()
        for j, rate in self.short.rates.items():
            places = {
                place
                for place, item in enumerate(gains)
                if any(j in gain for gain in item)
            }
            if rate == 1 and not places & touched:
                apart.append(j)
                touched |= places
        offset = len(self.short.needs) + len(self.short.caps)
        alone = {(j,): rate for j, rate in self.short.rates.items()}
        for family, rate in (alone | {tuple(apart): 1}).items():
            direct = [0]
            through = {room: [0] for room in range(len(self.short.rooms))}
            for item, item_gains in zip(
                self.short.items[::-1], gains[::-1], strict=True
            ):
                more, rooms = 0, set[int]()
                for option, gain in zip(item, item_gains, strict=True):
                    mine = [gain[j] for j in family if j in gain]
                    more = max(
                        more,
                        sum(credits_ for credits_, _ in mine) - rate * option.credits,
                    )
                    rooms |= {room for _, room in mine}
                besides = (
                    through.get(rooms.pop(), direct) if len(rooms) == 1 else direct
                )
                for each in (direct, *through.values()):
                    each.append(each[-1] + (more if each is besides else 0))
            yield Floor(
                needs=family,
                rate=rate,
                direct=direct[::-1],
                through=[
                    (offset + room, self.short.rooms[room].amount, more[::-1])
                    for room, more in through.items()
                    if more[-1]
                ],
            )

    def _gains(self, option: Option) -> dict[int, tuple[int, int]]:
        """Say what an option can lower each need by, and through which room; -1 is none.

        Where it does so in several ways, it counts as through none.
        """
        gains = {j: (gain, -1) for j, gain in enumerate(option.gains) if gain}
        for place, credits_ in option.through:
            for j in self.short.rooms[place].needs:
                gains[j] = (
                    (gains[j][0] + credits_, -1) if j in gains else (credits_, place)
                )
        return gains

    def _affords(self, place: int, credits_: int, state: State) -> bool:
        """Whether so many credits from a place on could be enough."""
        for floor in self.floors:
            enough = floor.rate * credits_ + floor.direct[place]
            for room, amount, more in floor.through:
                enough += min(more[place], amount - state[room])
            if sum([state[j] for j in floor.needs]) > enough:
                return False
        return True

    def walk(
        self,
        place: int,
        size: int,
        credits_: int,
        states: frozenset[State],
        picks: Picks,
    ) -> bool:
        """Pick exactly so many units of so many credits from here on.

        Tells whether there was anything to find, here or, held back, elsewhere.
        """
        if place == len(self.ways):
            found = tuple(sorted(picks))
            if found not in self.batch:
                insort(self.batch, found)
                del self.batch[self.left :]
            return True
        key = (place, size, credits_, states)
        if key in self.dead:
            return False
        alive = False
        for more, options in self.ways[place]:
            left, due = size - len(more), credits_ - options[0].credits
            if left < 0 or due < 0 or not self.sums[place + 1][left] >> due & 1:
                continue
            so_far = picks + more
            if self._comes_later(so_far, place + 1, left) or any(
                held.issubset(so_far) for held in self.held
            ):
                alive = True
                continue
            after = _unbettered(self._after(place, left, due, states, options))
            if after and self.walk(place + 1, left, due, after, so_far):
                alive = True
        if not alive:
            self.dead.add(key)
        return alive

    def _comes_later(self, picks: Picks, place: int, size: int) -> bool:
        """Whether the picks could only come after as many sets as are asked for."""
        return len(self.batch) == self.left and self.batch[-1] < tuple(
            sorted((*picks, *self.later[place][:size]))
        )

    def _after(
        self,
        place: int,
        left: int,
        due: int,
        states: frozenset[State],
        options: list[Option],
    ) -> Iterator[State]:
        """Apply options of the same picks to every state, as far as it leads on."""
        for state in states:
            for option in options:
                new = self._take(state, option)
                if new is not None and self._settle(place, new):
                    after = tuple(new)
                    if self.reach.allows(place + 1, left, after) and self._affords(
                        place + 1, due, after
                    ):
                        yield after

    def _take(self, state: State, option: Option) -> list[int] | None:
        """Take an option; None where there is no room for it or it is no help."""
        needs, caps = len(self.short.needs), len(self.short.caps)
        new = list(state)
        for j, gain in enumerate(option.gains):
            if gain:
                new[j] = max(0, new[j] - gain)
        for j, use in enumerate(option.uses):
            new[needs + j] += use
            if new[needs + j] > self.short.caps[j]:
                return None
        for place, credits_ in option.through:
            room = self.short.rooms[place]
            more = min(credits_, room.amount - new[needs + caps + place])
            new[needs + caps + place] += more
            for j in room.needs:
                new[j] = max(0, new[j] - more)
        if option.picks and not option.is_must and new[:needs] == list(state[:needs]):
            return None
        return new

    def _settle(self, place: int, state: list[int]) -> bool:
        """Close what no later item moves; tells whether that leaves nothing needed."""
        needs, caps = len(self.short.needs), len(self.short.caps)
        for kind, j in self.ending[place]:
            if kind == "cap":
                state[needs + j] = 0
            elif kind == "room":
                state[needs + caps + j] = 0
            elif kind == "need" and state[j]:
                return False
        return True


def _unbettered(states: Iterable[State]) -> frozenset[State]:
    """Drop each state that another betters: no more needed, no more room taken."""
    kept: list[State] = []
    for state in sorted(set(states), key=sum):
        if not any(no_less(state, other) for other in kept):
            kept.append(state)
    return frozenset(kept)


def _bits(number: int) -> Iterator[int]:
    """List the bits that are set, lowest first."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
