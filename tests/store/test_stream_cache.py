"""What a process keeps of streams that it has read, and when it lets go of it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import AlreadyReserved, Recorded, Stream
from store.event_store import EventStore
from store.stream_cache import StreamCache
from tests.conftest import OpenStore
from tests.store.examples import AGAIN, ANN, OPENED, change, uln, zoe


def test_what_is_known_of_a_stream_is_not_read_again_and_what_came_after_is(
    open_any_store: OpenStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, other = open_any_store(), open_any_store()
    asked: list[Mapping[UUID, int]] = []
    recorder = ours._recorder  # noqa: SLF001 - what the database is asked
    histories = recorder.histories

    def noted(streams: Mapping[UUID, int]) -> object:
        asked.append(dict(streams))
        return histories(streams)

    first = change(OPENED)
    other.append(first, by=ANN)
    monkeypatch.setattr(recorder, "histories", noted)

    assert ours.open(first.stream).events == (OPENED,)
    other.append(other.open(first.stream).change([AGAIN]), by=ANN)
    assert ours.open(first.stream).events == (OPENED, AGAIN)
    assert ours.open(first.stream).events == (OPENED, AGAIN)
    assert [each[first.stream] for each in asked] == [0, 1, 2]


def test_who_goes_over_many_streams_once_has_none_of_them_kept(
    any_store: EventStore,
) -> None:
    change_of = [change(OPENED) for _ in range(3)]
    any_store.append(*change_of, by=ANN)
    ids = [each.stream for each in change_of]
    any_store.open(ids[0])
    read = any_store.open_many(ids, keep=False)
    assert all(stream.events == (OPENED,) for stream in read.values())
    cache = any_store._cache  # noqa: SLF001 - nothing else shows what is kept
    kept = cache.find(ids)
    assert [len(kept[each].history) for each in ids] == [1, 0, 0]


def test_a_stream_that_was_opened_stays_as_it_was_whatever_is_read_later(
    any_store: EventStore,
) -> None:
    first = change(OPENED)
    any_store.append(first, by=ANN)
    before = any_store.open(first.stream)
    any_store.append(before.change([AGAIN]), by=ANN)

    assert any_store.open(first.stream).version == 2
    assert before.events == (OPENED,)


def test_nothing_that_was_read_of_a_person_is_kept_once_they_are_forgotten(
    open_any_store: OpenStore,
) -> None:
    """H6."""
    ours, other = open_any_store(), open_any_store()
    event = zoe()
    known, plain = change(event), change(OPENED)
    ours.append(known, plain, by=ANN)
    ours.open_many([known.stream, plain.stream])

    other.forget(event.person_id)

    assert ours.open(plain.stream).events == (OPENED,)
    cache = ours._cache  # noqa: SLF001 - nothing else shows what is kept
    assert not cache.find([known.stream])[known.stream].history
    assert ours.open(known.stream).history[0].is_erased


def test_a_log_that_was_put_back_is_read_anew_after_the_first_refusal(
    any_store: EventStore,
) -> None:
    first = change(OPENED, reserve=["a"])
    any_store.append(first, by=ANN)
    stream = any_store.open(first.stream)
    ahead = _stream(stream.id, 2)
    cache = any_store._cache  # noqa: SLF001 - as if more had been read
    cache.keep([ahead], erasures=any_store.erasures())

    with pytest.raises(AlreadyReserved):
        any_store.append(change(OPENED, reserve=["a"]), by=ANN)

    assert any_store.open(first.stream).events == (OPENED,)
    any_store.append(stream.change([AGAIN], release=[uln("a")]), by=ANN)


@given(read=st.lists(st.integers(0, 30), max_size=60), most=st.integers(1, 12))
def test_no_more_is_kept_than_may_be_and_what_was_read_last_stays(
    read: list[int], most: int
) -> None:
    cache = StreamCache(most_events=most)
    cache.is_good(0)
    ids = [uuid4() for _ in range(31)]
    for number in read:
        cache.keep([_stream(ids[number], 1 + number % 3)], erasures=0)
        kept = [s for s in cache.find(ids).values() if s.history]
        assert sum(len(stream.history) for stream in kept) <= most
        fits = 1 + number % 3 <= most
        assert (ids[number] in {stream.id for stream in kept}) is fits


def test_what_was_read_before_an_erasure_is_not_kept_after_it() -> None:
    cache, stream = StreamCache(), _stream(uuid4(), 2)
    cache.is_good(1)
    cache.keep([stream], erasures=0)
    assert not cache.find([stream.id])[stream.id].history


def _stream(stream: UUID, events: int) -> Stream:
    history = [
        Recorded(
            position=version,
            stream=stream,
            version=version,
            recorded_at=datetime(2026, 11, 24, tzinfo=UTC),
            user="ann",
            role="Assessor",
            centre=None,
            owner=None,
            channel="api",
            request=None,
            correlation=None,
            cause=None,
            event=OPENED,
        )
        for version in range(1, events + 1)
    ]
    return Stream(id=stream, history=tuple(history))
