"""Who asks what in a registration's life, at which centre, and how it is answered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from access.policy import send
from aggregates.errors import Refusal
from commands.command import Command, CommandResult
from tests.claim_examples import CENTRE, TESTED
from tests.commands.life.model import MAY, No
from tests.commands.life.rules import Life
from tests.commands.life.world import USERS, World

T = TypeVar("T")
NUMBERS = st.integers(0, 11)
WHO = st.integers(0, 1)
WHY = "It was asked for"
ALL_SEEING = USERS["auditor"]
HERE, THERE = {"stranger": "second"}, {"first": "stranger"}
"""Who asks in whose place, where otherwise too many would ask at the wrong centre."""


def centre_of(who: str) -> str:
    """Say at which centre somebody is; who is at none asks for the first one."""
    return USERS[who].centre or CENTRE


def pick(
    things: Iterable[T], number: int, prefer: Callable[[T], object] = lambda _: True
) -> T:
    """Pick one of the things, of four times three one that is preferred, if any is."""
    there = [*things]
    preferred = [thing for thing in there if prefer(thing)] if number % 4 else []
    found = preferred or there
    return found[number % len(found)]


def by(*roles: str) -> st.SearchStrategy[str]:
    """Name somebody, mostly one who may."""
    may = [name for name, user in USERS.items() if user.role in roles]
    return st.sampled_from(may * (48 // len(may)) + [*USERS])


def who_may(command: type[Command]) -> st.SearchStrategy[str]:
    return by(*MAY[command.__name__])


@dataclass
class Drawn:
    """An order, of registrations or entries, that may be confirmed."""

    name: str
    centre: str
    wanted: Any
    is_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody may do next: how often, when it makes sense, and with what."""

    weight: int
    needs: Callable[[Any], object]
    drawn: st.SearchStrategy[dict[str, Any]]


ACTS: dict[str, Act] = {}
F = TypeVar("F", bound=Callable[..., None])


def act(
    *,
    weight: int,
    needs: Callable[[Any], object] = lambda _: True,
    **drawn: st.SearchStrategy[Any],
) -> Callable[[F], F]:
    """Say that the method is done with what is drawn."""

    def register(method: F) -> F:
        ACTS[method.__name__] = Act(
            weight=weight, needs=needs, drawn=st.fixed_dictionaries(drawn)
        )
        return method

    return register


class AskedLife(RuleBasedStateMachine):
    """Two learners, at one centre or the other, and who has to do with them."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.life = Life(tested=TESTED)
        self.learners: list[str] = []
        self.group = ""
        self.orders: list[Drawn] = []
        self.entries: list[Drawn] = []

    @property
    def now(self) -> datetime:
        return self.world.clock()

    @rule(data=st.data())
    def go_on(self, data: st.DataObject) -> None:
        """Do any of it: unlike rules, no act is left out of a whole life."""
        possible = [
            name
            for name, act in ACTS.items()
            for _ in range(act.weight if act.needs(self) else 0)
        ]
        name = data.draw(st.sampled_from(possible))
        getattr(self, name)(**data.draw(ACTS[name].drawn))

    def host(self, who: str, learner: str) -> str:
        """Give who begins something for a learner: mostly somebody who is there (L6)."""
        is_here = self.life.at[learner] == CENTRE
        return HERE.get(who, who) if is_here else THERE.get(who, who)

    def ask(
        self,
        who: str,
        kind: type[Command],
        why_not: No,
        of: str | None = None,
        /,
        **asked: Any,
    ) -> CommandResult | None:
        """Ask of a thing of a centre; None if it was refused as the rules say."""
        user = USERS[who if of in {None, CENTRE} else THERE.get(who, who)]
        if user.role not in MAY[kind.__name__]:
            why_not = {"NotAllowed"}
        elif of and user.centre not in {None, of}:
            why_not = {"NotFound"}
        try:
            done = send(kind(by=user, at=self.now, **asked), self.world.context)
        except Refusal as refusal:
            said = {type(each).__name__ for each in (refusal.others or (refusal,))}
            if said <= why_not:
                return None
            raise
        assert not why_not, f"{who}: {kind.__name__} was accepted"
        return done
