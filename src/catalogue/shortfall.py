"""What is still needed, and every way in which each further unit could help."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Room:
    """What is left under a cap for the credits of some of its units.

    Credits that these needs ask for come through it until it is full. The rooms of one
    cap are for units that lie within one another; the ``widest`` is for them all.
    """

    needs: tuple[int, ...]
    units: frozenset[int]
    amount: int
    widest: bool


@dataclass(frozen=True, kw_only=True)
class Option:
    """One way in which an item's units count.

    ``picks`` are the units not achieved yet, ``credits`` theirs. ``gains`` is what each
    need loses, ``uses`` what it takes of each cap, ``through`` the credits that go to
    needs through a room, by room.
    """

    picks: tuple[int, ...]
    credits: int
    gains: tuple[int, ...]
    uses: tuple[int, ...]
    through: tuple[tuple[int, int], ...]
    is_must: bool

    @property
    def is_help(self) -> bool:
        """Whether it brings anything nearer, or has a unit that must count."""
        return self.is_must or any(self.gains) or bool(self.through)

    @property
    def moves(self) -> set[tuple[str, int]]:
        """Name what it changes."""
        return (
            {("need", j) for j, gain in enumerate(self.gains) if gain}
            | {("cap", j) for j, use in enumerate(self.uses) if use}
            | {("room", j) for j, _ in self.through}
            | ({("must", self.picks[0])} if self.is_must else set())
        )


@dataclass(frozen=True, kw_only=True)
class Shortfall:
    """What is still needed: ``needs`` to bring to nothing, and what room there is for it.

    ``items`` are units to take one option each of; ``always`` are in every way to fix.
    ``rates`` say what each credit picked lowers a need by, at most or thereabouts.
    """

    always: tuple[int, ...]
    needs: tuple[int, ...]
    rates: Mapping[int, int]
    caps: tuple[int, ...]
    rooms: tuple[Room, ...]
    items: tuple[tuple[Option, ...], ...]

    @property
    def most(self) -> int:
        """The most units that could be picked."""
        return sum(max(len(option.picks) for option in item) for item in self.items)

    @cached_property
    def start(self) -> tuple[int, ...]:
        """The state to begin from: needs open, caps and rooms unused."""
        return (*self.needs, *[0] * (len(self.caps) + len(self.rooms)))
