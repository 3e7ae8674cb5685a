"""One follower keeps many at the head of the log, and none of them holds up another."""

from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import pytest
from structlog.testing import capture_logs

from store import Position, Watch
from store.watch import Signal
from subscriptions import follower as following
from subscriptions.follower import Follower, Outcome, Work
from subscriptions.leader_lock import FileLock
from tests.clock import PATIENCE, until


@dataclass(frozen=True)
class Numbered:
    """An event that is nothing but its position."""

    position: Position


class Log:
    """A log in memory, which ends at ``head``."""

    def __init__(self, head: Position = 0) -> None:
        self.head = head
        self.signal = Signal()

    def grow(self) -> Position:
        self.head += 1
        self.signal.reach(self.head)
        return self.head

    def watch(self) -> Watch:
        return Watch(self.signal)

    def next_batch(self, after: Position) -> Sequence[Numbered]:
        last = min(self.head, after + 500)
        return [Numbered(position) for position in range(after + 1, last + 1)]


Handle: TypeAlias = Callable[[str, Sequence[Position]], Outcome | Work]


@dataclass
class Group:
    """Processors of which is noted what each call hands to whom."""

    begun: Mapping[str, Position]
    does: Handle = lambda _, positions: positions[-1]
    handed: list[tuple[tuple[str, ...], list[Position]]] = field(default_factory=list)
    name = "group"

    @property
    def names(self) -> Sequence[str]:
        return tuple(self.begun)

    def checkpoints(self) -> Mapping[str, Position]:
        return self.begun

    def handle(
        self, names: Sequence[str], _: Position, batch: Sequence[Numbered]
    ) -> Mapping[str, Outcome | Work]:
        positions = [each.position for each in batch]
        self.handed.append((tuple(names), positions))
        return {name: self.does(name, positions) for name in names}


Follow: TypeAlias = Callable[..., Follower[Numbered]]


@pytest.fixture
def follow(tmp_path: Path) -> Generator[Follow]:
    """Start followers, each to be stopped at the end."""
    with ExitStack() as opened:
        opened.enter_context(capture_logs())

        def follow(group: Group, log: Log, linger: float = 0.0) -> Follower[Numbered]:
            lock = FileLock(tmp_path / "group.lock")
            follower = Follower(group, log, lock, linger=linger)
            opened.callback(lock.release)
            opened.callback(follower.stop)
            follower.start()
            return follower

        yield follow


def test_who_catches_up_yields_to_those_ahead_and_meets_them_where_they_are(
    follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By smaller parts where one takes long; from then on both get their events together."""
    monkeypatch.setattr(following, "SHARE_SECONDS", 0.0)
    log = Log(200)

    def does(name: str, positions: Sequence[Position]) -> Position:
        if name == "behind" and positions[-1] < 200:
            log.grow()
        return positions[-1]

    group = Group({"behind": 0, "ahead": 200}, does)
    follower = follow(group, log)
    until(lambda: follower.positions()["behind"] >= 200)
    assert follower.wait_for(log.head, PATIENCE)
    newest = log.grow()
    until(lambda: group.handed[-1] == (("behind", "ahead"), [newest]))
    alone = [positions for names, positions in group.handed if names == ("behind",)]
    assert [len(each) for each in alone[:6]] == [50, 25, 12, 6, 3, 1]
    told = [
        position
        for names, each in group.handed
        if "behind" in names
        for position in each
    ]
    assert told == list(range(1, log.head + 1))
    for (names, positions), (later, _) in zip(
        group.handed, group.handed[1:], strict=False
    ):
        if names == ("behind",) and positions[-1] < 200:
            assert "ahead" in later  # which has its turn before the next part


def test_who_fails_falls_behind_alone_and_rejoins_at_the_same_position(
    follow: Follow,
) -> None:
    log, broken = Log(3), [RuntimeError("It is broken.")]

    def does(name: str, positions: Sequence[Position]) -> Outcome:
        return broken[0] if name == "poisoned" and broken else positions[-1]

    group = Group({"poisoned": 0, "well": 0}, does)
    follower = follow(group, log)
    until(lambda: follower.positions()["well"] == 3)
    assert follower.errors == {"poisoned": "It is broken."}
    newest = log.grow()
    until(lambda: follower.positions()["well"] == newest)
    assert follower.positions()["poisoned"] == 0
    broken.clear()
    assert follower.wait_for(newest, PATIENCE)
    until(lambda: follower.errors == {})
    log.grow()
    until(lambda: group.handed[-1] == (("poisoned", "well"), [newest + 1]))


def test_who_works_in_another_thread_keeps_nobody_and_is_told_of_all_that_came(
    follow: Follow,
) -> None:
    log, works = Log(1), list[Work]()

    def does(name: str, positions: Sequence[Position]) -> Outcome | Work:
        if name == "quick":
            return positions[-1]
        works.append(Future())
        return works[-1]

    group = Group({"slow": 0, "quick": 0}, does)
    follower = follow(group, log)
    until(lambda: len(works) == 1)
    for _ in range(3):
        newest = log.grow()
        until(lambda: follower.positions()["quick"] == newest)  # noqa: B023 - of this turn
    assert follower.positions()["slow"] == 0
    assert len(works) == 1
    works[0].set_exception(RuntimeError("The line is down."))
    until(lambda: len(works) == 2)
    assert follower.errors == {"slow": "The line is down."}
    works[1].set_result(2)
    until(lambda: len(works) == 3)
    assert [each for names, each in group.handed if "slow" in names] == [
        [1],
        [1, 2, 3, 4],
        [3, 4],
    ]
    works[2].set_result(4)
    assert follower.wait_for(4, PATIENCE)
    assert follower.errors == {}


def test_who_lingers_takes_together_what_comes_meanwhile_unless_somebody_waits(
    follow: Follow,
) -> None:
    log = Log(1)
    group = Group({"lingering": 0})
    follower = follow(group, log, linger=PATIENCE)
    until(lambda: len(group.handed) == 1)
    for _ in range(3):
        log.grow()
    assert follower.wait_for(log.head, PATIENCE / 2)
    assert group.handed == [(("lingering",), [1]), (("lingering",), [2, 3, 4])]
