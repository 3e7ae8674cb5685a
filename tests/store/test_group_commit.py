"""Appends that wait at the same time are committed together, and each as if alone."""

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event as Flag
from typing import Any, NamedTuple, Self, TypeAlias
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import (
    AlreadyDone,
    AlreadyReserved,
    Conflict,
    EventStore,
    Position,
    Reservation,
    Stream,
)
from store import recorder as trying
from store.codec import read_written
from store.recorder import LOST, Append, RefusedError
from tests import processes
from tests.clock import PATIENCE, until
from tests.conftest import OpenStore
from tests.store.examples import (
    ANN,
    OPENED,
    PART,
    change,
    once,
    whole_log,
    write_until_killed,
    zoe,
)

Ask: TypeAlias = Callable[[], Position | None]


@dataclass
class Gate:
    """Holds the first append up until others wait; notes what is asked of the database."""

    store: EventStore
    before: Callable[[Sequence[Append]], None] = lambda _: None
    after: Callable[[Sequence[Append]], None] = lambda _: None
    """Raise what is to go wrong, before and after all is done."""

    def __post_init__(self) -> None:
        self._recorder = self.store._recorder  # noqa: SLF001 - groups are made there
        self._waiting = self.store._commits  # noqa: SLF001 - who waits
        self._append_all = self._recorder.append_all
        self._is_open = Flag()
        self.groups: list[list[str]] = []
        """By what request each is known: those done together, and those refused."""

    def __enter__(self) -> Self:
        self._recorder.append_all = self.append_all  # type: ignore[method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        self._recorder.append_all = self._append_all  # type: ignore[method-assign]

    def append_all(self, appends: Sequence[Append]) -> Sequence[Position]:
        assert self._is_open.wait(PATIENCE)
        names = [str(read_written(a.events[0].state).correlation) for a in appends]
        self.before(appends)
        try:
            positions = self._append_all(appends)
        except RefusedError:
            if len(appends) == 1:
                self.groups.append(names)
            raise
        self.groups.append(names)
        self.after(appends)
        return positions

    def ask(self, *asks: Ask) -> list[Position | Exception]:
        """Ask all at the same time, in this order, while another append is under way."""
        with ThreadPoolExecutor(len(asks) + 1) as pool:
            first = pool.submit(self.store.append, change(), by=ANN)
            until(lambda: self._waiting._is_busy)  # noqa: SLF001 - the same
            asked: list[Future[Position | None]] = []
            for number, ask in enumerate(asks, 1):
                asked.append(pool.submit(ask))
                until(lambda: len(self._waiting._waiting) == number)  # noqa: B023, SLF001
            self._is_open.set()
            first.result(PATIENCE)
        return [each.exception() or each.result() for each in asked]  # type: ignore[misc]


def test_who_waits_is_committed_with_others_that_wait(any_store: EventStore) -> None:
    """Each in one piece, at positions in a row, and at one moment."""
    made = [(change(zoe(), reserve=[f"{n}"]), change(OPENED, OPENED)) for n in range(5)]
    with Gate(any_store) as gate:
        positions = gate.ask(*(lambda m=m: any_store.append(*m, by=ANN) for m in made))
    assert [len(group) for group in gate.groups] == [1, 5]
    assert positions == [4, 7, 10, 13, 16]
    held = any_store.find_reservations("uln", [f"{n}" for n in range(5)])
    assert [held[f"{n}"].position for n in range(5)] == positions
    expected = [event for pair in made for each in pair for event in each.events]
    assert whole_log(any_store) == [OPENED, *expected]


def test_who_comes_alone_waits_for_nobody_and_a_large_append_takes_none_along(
    any_store: EventStore,
) -> None:
    large = [change() for _ in range(101)]
    asks: list[Ask] = [
        lambda: any_store.append(change(), by=ANN),
        lambda: any_store.append(*large, by=ANN),
        lambda: any_store.append(change(), by=ANN),
    ]
    with Gate(any_store) as gate:
        assert gate.ask(*asks) == [2, 104, 3]
        assert any_store.append(change(), by=ANN) == 105
    assert [len(group) for group in gate.groups] == [1, 2, 1, 1]


def test_of_a_group_only_the_guilty_fail(any_store: EventStore) -> None:
    old = change(reserve=["1000102504"])
    any_store.append(old, by=ANN)
    with Gate(any_store) as gate:
        answers = gate.ask(
            lambda: any_store.append(change(), by=ANN),
            lambda: any_store.append(old, by=ANN),
            lambda: any_store.append(change(reserve=["1000102504"]), by=ANN),
            lambda: any_store.append(change(), by=ANN),
        )
    assert (answers[0], answers[3]) == (3, 4)
    assert isinstance(answers[1], Conflict)
    assert [recorded.event for recorded in answers[1].between] == [OPENED]
    assert isinstance(answers[2], AlreadyReserved)
    assert answers[2].held.stream == old.stream


def test_one_key_twice_in_a_group_has_one_effect(any_store: EventStore) -> None:
    by, same = replace(ANN, once=once("key")), Stream(id=uuid4())
    with Gate(any_store) as gate:
        answers = gate.ask(
            lambda: any_store.append(change(), by=by),
            lambda: any_store.append(change(), by=by),
            lambda: any_store.append(change(reserve=["1000102504"]), by=ANN),
            lambda: any_store.append(change(reserve=["1000102504"]), by=ANN),
            lambda: any_store.append(change(stream=same), by=ANN),
            lambda: any_store.append(change(stream=same), by=ANN),
            lambda: any_store.append(change(), by=ANN, unchanged=[same]),
        )
    assert answers[::2] == [2, 3, 4, answers[6]]
    for answer, kind in zip(
        (*answers[1::2], answers[6]),
        (AlreadyDone, AlreadyReserved, Conflict, Conflict),
        strict=True,
    ):
        assert isinstance(answer, kind)
    assert any_store.head() == 4


def test_a_person_met_twice_in_a_group_has_one_key(any_store: EventStore) -> None:
    """H6."""
    created = zoe()
    with Gate(any_store) as gate:
        answers = gate.ask(
            *[lambda: any_store.append(change(created), by=ANN) for _ in range(3)]
        )
    assert sorted(map(str, answers)) == ["2", "3", "4"]
    assert whole_log(any_store) == [OPENED, created, created, created]


@pytest.mark.parametrize("is_done", [True, False])
def test_where_the_answer_to_a_commit_is_lost_each_finds_out_for_itself(
    any_store: EventStore, monkeypatch: pytest.MonkeyPatch, *, is_done: bool
) -> None:
    monkeypatch.setattr(trying, "PAUSE", 0.0)
    monkeypatch.setattr("store.event_store.PAUSE", 0.0)
    by = replace(ANN, once=once("key"))
    made = [change(zoe(), reserve=[f"{n}"]) for n in range(3)]
    lost: list[int] = []

    def lose(appends: Sequence[Append]) -> None:
        if len(appends) > 1 and not lost:
            lost.append(len(appends))
            raise LOST[1]("the connection broke")

    with Gate(any_store, **{"after" if is_done else "before": lose}) as gate:
        answers = gate.ask(
            *(lambda m=m: any_store.append(m, by=ANN) for m in made),
            lambda: any_store.append(change(), by=by),
        )
    assert lost == [4]
    assert sorted(map(str, answers)) == ["2", "3", "4", "5"]
    assert any_store.head() == 5


@dataclass(frozen=True)
class Asked:
    """An append over a few streams, values and persons, by number."""

    changes: tuple[tuple[int, int], ...]
    """Streams, and the version that each is expected at."""
    person: int | None
    reserves: tuple[int, ...]
    releases: tuple[int, ...]
    once: int | None
    unchanged: tuple[tuple[int, int], ...]


few = st.integers(0, 2)
streams = st.lists(
    st.tuples(few, st.integers(0, 1)), min_size=1, max_size=2, unique_by=lambda s: s[0]
).map(tuple)
appends = st.builds(
    Asked,
    changes=streams,
    person=st.none() | few,
    reserves=st.lists(few, max_size=2, unique=True).map(tuple),
    releases=st.just(()) | st.tuples(few),
    once=st.none() | few,
    unchanged=st.just(()) | streams,
)


class Read(NamedTuple):
    """A stream as an append sees one that it only read."""

    id: UUID
    version: int


class World:
    """Streams, values and persons of one example, met by nobody else."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self.own = uuid4().hex
        self.streams = [uuid4() for _ in range(3)]
        self.persons = [uuid4() for _ in range(3)]

    def ask(self, asked: Asked, name: str) -> Position | None:
        (first, version), *others = asked.changes
        event = OPENED if asked.person is None else zoe(self.persons[asked.person])
        change_first = replace(
            self.stream(first).change(
                [event],
                owner="48213",
                reserve=[self.value(n) for n in asked.reserves],
                release=[self.value(n) for n in asked.releases],
            ),
            expected=version,
        )
        rest = [
            replace(self.stream(n).change([OPENED], owner="48213"), expected=v)
            for n, v in others
        ]
        by = replace(ANN, request=name)
        if asked.once is not None:
            by = replace(by, once=once(f"{self.own} {asked.once}"))
        unchanged: Any = [Read(self.streams[n], v) for n, v in asked.unchanged]
        return self.store.append(change_first, *rest, by=by, unchanged=unchanged)

    def stream(self, number: int) -> Stream:
        return Stream(id=self.streams[number])

    def value(self, number: int) -> Reservation:
        return Reservation(scope=self.own, key=f"{number}")

    def result(self) -> list[object]:
        """Give what is recorded and reserved, by numbers alone."""
        numbers: dict[UUID, int] = {s: n for n, s in enumerate(self.streams)}
        opened = self.store.open_many(self.streams)
        held = self.store.find_reservations(self.own, ["0", "1", "2"])
        return [
            [
                [(r.event.topic, r.correlation) for r in opened[s].history]
                for s in numbers
            ],
            sorted((key, numbers[h.stream]) for key, h in held.items()),
        ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(appends, min_size=2, max_size=8))
def test_a_group_does_what_its_appends_do_one_after_the_other(
    any_store: EventStore, asked: list[Asked]
) -> None:
    """In the order in which they came to be: the same effects, the same refusals."""
    grouped, single = World(any_store), World(any_store)
    asks = [lambda n=n: grouped.ask(asked[n], f"{n}") for n in range(len(asked))]
    with Gate(any_store) as gate:
        answers = gate.ask(*asks)
    names = [name for group in gate.groups[1:] for name in group]
    last = [n for at, n in enumerate(names) if n not in names[at + 1 :]]
    assert sorted(last) == sorted(f"{n}" for n in range(len(asked)))
    for number in map(int, last):
        try:
            outcome: object = single.ask(asked[number], f"{number}")
        except Exception as error:  # noqa: BLE001 - it is compared
            outcome = error
        assert type(outcome) is type(answers[number])
    assert grouped.result() == single.result()
    log = any_store.log(after=0, limit=100_000)
    times = [recorded.recorded_at for recorded in log]
    assert times == sorted(times)


def whole_appends(store: EventStore) -> set[str]:
    """Check that each append is there whole or not at all; give those that are there."""
    found: dict[str, list[int]] = {}
    position = 0
    while batch := store.log(after=position):
        position = batch[-1].position
        for recorded in batch:
            found.setdefault(str(recorded.request), []).append(recorded.position)
    for name, positions in found.items():
        assert positions == list(range(positions[0], positions[0] + PART)), name
    for scope in ("uln", "request:ann"):
        assert store.find_reservations(scope, found).keys() == found.keys()
    return set(found)


def kill_in_a_group(
    open_any_store: OpenStore, url: str, keys: Path, crash: str, at: int
) -> None:
    """What was answered is there, what is there is whole, and the next goes on."""
    open_any_store().close()
    answered = keys.parent / "answered"
    killed = processes.run(write_until_killed, url, str(keys), str(answered), crash, at)
    assert killed == -signal.SIGKILL
    store = open_any_store()
    before = whole_appends(store)
    assert {*answered.read_text().split()} <= before
    position = store.append(change(), by=ANN)
    assert position == store.head()


@pytest.mark.parametrize("crash", ["before", "after"])
def test_a_process_killed_in_a_group_commit_leaves_whole_appends(
    open_any_store: OpenStore, database_url: str, keys: Path, crash: str
) -> None:
    kill_in_a_group(open_any_store, database_url, keys, crash, 3)


@pytest.mark.prove
@pytest.mark.parametrize("at", range(1, 40))
def test_whenever_it_is_killed(
    open_any_store: OpenStore, database_url: str, keys: Path, at: int
) -> None:
    kill_in_a_group(open_any_store, database_url, keys, "meanwhile", at)
