"""Many write and read at the same time, and nothing is lost or done twice."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier, Thread
from time import monotonic, sleep
from uuid import uuid4

import pytest

from events.centres.centre import CentreOpened
from store import AlreadyDone, AlreadyReserved, Conflict, EventStore, Position, Stream
from store.recorder import LOST, Append
from tests.clock import PATIENCE
from tests.conftest import OpenStore
from tests.store.examples import AGAIN, ANN, OPENED, change, once, whole_log, zoe

THREADS = 8
AT_ONCE = 0.5
"""Sooner than by looking each second."""


def at_once(act: Callable[[int], object], count: int = THREADS) -> list[object]:
    """Do it in so many threads at the same moment; what each returned or raised."""
    barrier = Barrier(count)

    def one(number: int) -> object:
        barrier.wait()
        try:
            return act(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_of_many_who_reserve_the_same_value_exactly_one_wins(
    any_store: EventStore,
) -> None:
    def reserve(key: str, _: int) -> object:
        return any_store.append(change(reserve=[key]), by=ANN)

    for round_ in range(5):
        answers = at_once(partial(reserve, str(round_)))
        assert sum(isinstance(a, int) for a in answers) == 1
        assert sum(isinstance(a, AlreadyReserved) for a in answers) == THREADS - 1
    assert len(whole_log(any_store)) == 5


def test_of_many_who_append_at_the_same_version_exactly_one_wins(
    any_store: EventStore,
) -> None:
    """M15."""

    def append(to: Stream, _: int) -> object:
        return any_store.append(to.change([AGAIN]), by=ANN)

    stream = Stream(id=uuid4())
    for _ in range(5):
        answers = at_once(partial(append, stream))
        assert sum(isinstance(a, int) for a in answers) == 1
        assert sum(isinstance(a, Conflict) for a in answers) == THREADS - 1
        stream = any_store.open(stream.id)
    assert stream.version == 5


def test_of_many_who_ask_the_same_thing_exactly_one_has_it_done(
    any_store: EventStore,
) -> None:
    by = replace(ANN, once=once("key"))
    answers = at_once(lambda _: any_store.append(change(), by=by))
    assert sum(isinstance(a, int) for a in answers) == 1
    assert sum(isinstance(a, AlreadyDone) for a in answers) == THREADS - 1


def test_many_who_meet_a_person_at_the_same_moment_use_one_key(
    open_any_store: OpenStore,
) -> None:
    stores = [open_any_store() for _ in range(4)]
    created = zoe()
    answers = at_once(lambda n: stores[n].append(change(created), by=ANN), 4)
    assert all(isinstance(answer, int) for answer in answers)
    assert whole_log(open_any_store()) == [created] * 4


def test_many_writers_wait_for_each_other_and_a_reader_sees_all_in_order_once(
    any_store: EventStore, open_any_store: OpenStore
) -> None:
    stores = [any_store, open_any_store()]
    each = 40
    seen: list[tuple[str, str]] = []

    def follow() -> None:
        position, end = 0, monotonic() + PATIENCE
        while len(seen) < THREADS * each and monotonic() < end:
            for recorded in open_store.log(after=position, limit=7):
                assert recorded.position > position
                position = recorded.position
                event = recorded.event
                assert isinstance(event, CentreOpened)
                seen.append((event.number, event.name))

    open_store = open_any_store()
    reader = Thread(target=follow)
    reader.start()

    def write(number: int) -> None:
        for count in range(each):
            event = CentreOpened(number=str(number), name=str(count))
            stores[number % 2].append(change(event), by=ANN)

    assert at_once(write) == [None] * THREADS
    reader.join()
    assert len(seen) == THREADS * each
    for number in range(THREADS):
        names = [name for who, name in seen if who == str(number)]
        assert names == [str(count) for count in range(each)]


def test_time_goes_forward_in_the_order_of_the_log_whoever_writes(
    open_any_store: OpenStore,
) -> None:
    store = open_any_store()

    def write(_: int) -> None:
        for _ in range(20):
            store.append(change(), by=ANN)

    at_once(write)
    log = store.log(after=0)
    times = [recorded.recorded_at for recorded in log]
    assert times == sorted(times)


@pytest.mark.parametrize("is_same_process", [True, False])
def test_who_watches_the_log_wakes_when_something_is_appended(
    any_store: EventStore, open_any_store: OpenStore, *, is_same_process: bool
) -> None:
    writer = any_store if is_same_process else open_any_store()
    writer.append(change(), by=ANN)
    watch = any_store.watch()
    took = []
    for _ in range(3):
        woken: list[float] = []

        def wait(woken: list[float] = woken) -> None:
            watch.wait(PATIENCE)
            woken.append(monotonic())

        waiting = Thread(target=wait)
        waiting.start()
        sleep(0.2)
        assert not woken
        writer.append(change(), by=ANN)
        appended = monotonic()
        waiting.join()
        took.append(woken[0] - appended)
    assert max(took) < PATIENCE / 2
    assert min(took) < AT_ONCE


def test_what_was_appended_before_one_waits_is_not_missed(
    any_store: EventStore,
) -> None:
    watch = any_store.watch()
    any_store.append(change(), by=ANN)
    begun = monotonic()
    watch.wait(PATIENCE)
    assert monotonic() - begun < PATIENCE / 2


def test_who_watches_gives_up_in_time(any_store: EventStore) -> None:
    watch = any_store.watch()
    begun = monotonic()
    watch.wait(0.05)
    assert 0.04 < monotonic() - begun < PATIENCE / 2


def test_who_waits_is_let_go_when_the_watch_is_closed(any_store: EventStore) -> None:
    watch = any_store.watch()
    waiting = Thread(target=watch.wait, args=(PATIENCE,))
    waiting.start()
    watch.close()
    waiting.join(PATIENCE / 2)
    assert not waiting.is_alive()


def test_who_is_forgotten_while_others_write_is_forgotten(
    any_store: EventStore, open_any_store: OpenStore
) -> None:
    """H6."""
    created = zoe()
    stores = [any_store, open_any_store()]

    def act(number: int) -> None:
        if number == 0:
            sleep(0.05)
            any_store.forget(created.person_id)
            return
        for _ in range(20):
            stores[number % 2].append(change(created), by=ANN)

    at_once(act, 4)
    for store in stores:
        assert all(r.is_erased for r in store.log(after=0))


def test_an_append_done_though_its_answer_was_lost_is_not_a_conflict(
    any_store: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = any_store._recorder  # noqa: SLF001 - the connection is to break there
    append_all = recorder.append_all
    lost: list[object] = []

    def append_and_lose(appends: Sequence[Append]) -> Sequence[Position]:
        positions = append_all(appends)
        if not lost:
            lost.append(positions)
            raise LOST[1]("the connection broke")
        return positions

    monkeypatch.setattr(recorder, "append_all", append_and_lose)
    first, second = change(reserve=["1000102504"]), change(zoe(), OPENED)
    by = replace(ANN, once=once("key"))
    assert any_store.append(first, second, by=by) == 3
    assert lost
    assert any_store.head() == 3
    assert any_store.append(change(), by=ANN) == 4
