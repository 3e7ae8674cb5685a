"""Streams of events: what is told, when, and what is let go of."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from itertools import count
from typing import TypeVar

import pytest
from starlette.types import Message, Scope

from api.http.problems import Unacceptable
from api.http.streams import Glance, Look, Streams
from store import EventStore
from store.watch import Signal
from tests.clock import PATIENCE
from tests.store.examples import ANN, change

T = TypeVar("T")
SCOPE: Scope = {"type": "http", "asgi": {"spec_version": "2.3"}}
AT_ONCE = 0.5
"""Sooner than by looking each second, let alone at each heartbeat."""


def noted(store: EventStore) -> None:
    """Record something."""
    store.append(change(), by=ANN)


def counting(store: EventStore, *, last: int) -> Look:
    """Look at how many events there are; those are all."""

    def look() -> Glance:
        head = store.head()
        return Glance(position=head, data=f"{{{head}}}", is_last=head >= last)

    return look


def run(told: Callable[[], Awaitable[T]]) -> T:
    async def in_time() -> T:
        return await asyncio.wait_for(told(), PATIENCE)

    return asyncio.run(in_time())


async def next_event(stream: AsyncGenerator[bytes]) -> str:
    """Give the id of the next event."""
    async for said in stream:
        if b"id: " in said:
            assert said.startswith(b"event: n\ndata: {")
            return said.partition(b"id: ")[2].decode().strip()
    return "end"


def test_what_changes_is_told_in_milliseconds_until_the_end(
    any_store: EventStore,
) -> None:
    """U5: from what was seen on, nothing twice, and the end not missed."""
    streams = Streams(any_store)
    took: list[float] = []

    async def told() -> list[str]:
        stream = streams.follow("n", counting(any_store, last=4), 1)
        found: list[str] = []
        for _ in range(3):
            await asyncio.to_thread(noted, any_store)
            began = time.perf_counter()
            while not found or found[-1] != str(any_store.head()):
                found.append(await next_event(stream))
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.06)
        return [*found, await next_event(stream)]

    noted(any_store)
    assert run(told) == ["2", "3", "4", "end"]
    assert min(took) < AT_ONCE


def test_a_stream_that_has_nothing_to_say_says_so(store: EventStore) -> None:
    """U5: a comment now and then, however much else happens."""
    streams = Streams(store, heartbeat=0.1)
    looks = count()

    def look() -> Glance:
        if next(looks) < 5:
            noted(store)
        return Glance(position=1, data="{}", is_last=False)

    async def told() -> tuple[list[bytes], float]:
        async with aclosing(streams.follow("n", look, 1)) as stream:
            began = time.monotonic()
            said = [await anext(stream) for _ in range(4)]
            return said, time.monotonic() - began

    (first, *beats), took = run(told)
    assert first == b"retry: 1000\n\n"
    assert beats == [b": ping\n\n"] * 3
    assert 0.3 <= took < PATIENCE / 2


def test_a_stream_ends_when_it_has_lasted_long_enough(store: EventStore) -> None:
    """U5: who comes again shows a token that is good yet."""
    streams = Streams(store, heartbeat=0.05, longest=0.1)

    async def told() -> list[bytes]:
        look = counting(store, last=9)
        return [said async for said in streams.follow("n", look, 0)]

    first, *beats = run(told)
    assert first == b"retry: 1000\n\n"
    assert set(beats) <= {b": ping\n\n"}


def test_a_user_has_so_many_streams_at_once(store: EventStore) -> None:
    """U5: another user may have as many; one that ends makes room."""
    streams = Streams(store, most=2)
    look = counting(store, last=0)
    opened = [streams.open_stream("ann", "n", look, seen=0) for _ in range(2)]
    with pytest.raises(Unacceptable, match="2 streams open already"):
        streams.open_stream("ann", "n", look, seen=0)
    streams.open_stream("ben", "n", look, seen=0)

    async def told() -> list[Message]:
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            await asyncio.sleep(PATIENCE)
            return {"type": "http.disconnect"}

        await opened[0](SCOPE, receive, send)
        return sent

    assert run(told)[0]["status"] == 200
    streams.open_stream("ann", "n", look, seen=0)


@pytest.mark.parametrize("is_gone_while", ["waiting", "sending"])
def test_a_stream_that_nobody_listens_to_lets_go_of_everything(
    store: EventStore, is_gone_while: str
) -> None:
    """U5: whether it is waiting for news or for a slow connection."""
    streams = Streams(store, most=1)
    signal: Signal = vars(store)["_signal"]

    async def told() -> None:
        gone = asyncio.Event()

        async def send(message: Message) -> None:
            assert signal.told or message["type"] == "http.response.start"
            if message.get("body", b"").startswith(b"event"):
                gone.set()
                if is_gone_while == "sending":
                    await asyncio.sleep(PATIENCE)

        async def receive() -> Message:
            await gone.wait()
            await asyncio.sleep(0.1)
            return {"type": "http.disconnect"}

        noted(store)
        stream = streams.open_stream("ann", "n", counting(store, last=9), seen=0)
        await stream(SCOPE, receive, send)

    run(told)
    assert not signal.told
    streams.open_stream("ann", "n", counting(store, last=9), seen=0)


def test_every_stream_ends_when_the_process_does(store: EventStore) -> None:
    """U5."""
    streams = Streams(store)

    async def told() -> str:
        stream = streams.follow("n", counting(store, last=9), 0)
        noted(store)
        assert await next_event(stream) == "1"
        asyncio.get_running_loop().call_later(0.1, streams.end)
        return await next_event(stream)

    assert run(told) == "end"


def test_a_loop_that_has_ended_does_not_keep_others_from_recording(
    store: EventStore,
) -> None:
    """Rather than fail an append, a stream is told nothing any more."""
    streams = Streams(store)
    stream = streams.follow("n", counting(store, last=9), 0)

    async def begun() -> None:
        await anext(stream)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(begun())
    loop.close()
    noted(store)
    assert store.head() == 1
