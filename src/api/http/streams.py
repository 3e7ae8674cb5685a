"""Server-Sent Events: a thing's state, sent whenever it has changed."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import TypeAlias

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from api.http.problems import Unacceptable
from catalogue import amount
from projections.database import LOST
from store import EventStore, Position

MOST_STREAMS = 10
"""The most streams a user may have open at once, in one process (d)."""

HEARTBEAT_SECONDS = 15.0
LONGEST_SECONDS = 900.0
"""How long a stream lasts (d): who reconnects must show a valid token."""

AGAIN_MILLISECONDS = 1000
PAUSE_SECONDS = 0.05
"""The least pause between two reads of a stream."""


@dataclass(frozen=True, kw_only=True)
class Glance:
    """A thing's state at a position, as JSON, and whether it is the last one."""

    position: Position
    data: str
    is_last: bool


Look: TypeAlias = Callable[[], Glance]


class Streams:
    """The open streams of a process; between reads none of them holds a thread."""

    def __init__(
        self,
        store: EventStore,
        *,
        most: int = MOST_STREAMS,
        heartbeat: float = HEARTBEAT_SECONDS,
        longest: float = LONGEST_SECONDS,
    ) -> None:
        self._store = store
        self._most, self._heartbeat, self._longest = most, heartbeat, longest
        self._lock = Lock()
        self._open: Counter[str] = Counter()
        self._waiting: set[asyncio.Event] = set()
        self._is_ending = False

    def open_stream(
        self, user: str, name: str, look: Look, *, seen: Position
    ) -> "EventStream":
        """Send a user events of this name, each later than ``seen``.

        Raises Unacceptable (429) if the user has too many streams.
        """
        with self._lock:
            if self._open[user] >= self._most:
                raise Unacceptable(
                    HTTPStatus.TOO_MANY_REQUESTS,
                    "too-many-streams",
                    f"You have {amount(self._most, 'stream')} open already. Close one.",
                    headers={"Retry-After": "5"},
                )
            self._open[user] += 1
        return EventStream(self.follow(name, look, seen), lambda: self._leave(user))

    def end(self) -> None:
        """End every stream for good, as the process ends. Call it in the event loop's thread."""
        self._is_ending = True
        for woken in self._waiting:
            woken.set()

    def _leave(self, user: str) -> None:
        with self._lock:
            self._open[user] -= 1
            if not self._open[user]:
                del self._open[user]

    async def follow(
        self, name: str, look: Look, seen: Position
    ) -> AsyncGenerator[bytes]:
        """Look whenever something was recorded, and say what is new, until the end.

        It ends as well when the database does not answer: who listens comes again.
        """
        async with aclosing(self._looking(name, look, seen)) as told:
            with suppress(*LOST):
                async for said in told:
                    yield said

    async def _looking(
        self, name: str, look: Look, seen: Position
    ) -> AsyncGenerator[bytes]:
        loop = asyncio.get_running_loop()
        woken = asyncio.Event()

        def tell() -> None:
            with suppress(RuntimeError):  # the loop has ended just now
                loop.call_soon_threadsafe(woken.set)

        watch = await run_in_threadpool(self._store.watch, tell)
        self._waiting.add(woken)
        try:
            yield format_sse_event(retry=AGAIN_MILLISECONDS)
            said_at = loop.time()
            ends_at = said_at + self._longest
            while not self._is_ending and loop.time() < ends_at:
                woken.clear()
                glance = await run_in_threadpool(look)
                if glance.position > seen:
                    seen, said_at = glance.position, loop.time()
                    yield format_sse_event(
                        event=name, id=str(seen), data_str=glance.data
                    )
                if glance.is_last:
                    return
                await asyncio.sleep(PAUSE_SECONDS)
                with suppress(TimeoutError):
                    silence = said_at + self._heartbeat - loop.time()
                    await asyncio.wait_for(woken.wait(), silence)
                if loop.time() >= said_at + self._heartbeat:
                    said_at = loop.time()
                    yield KEEPALIVE_COMMENT
        finally:
            self._waiting.discard(woken)
            watch.close()


class EventStream(EventSourceResponse):
    """An open stream, which releases everything when it ends or the client leaves."""

    def __init__(self, told: AsyncGenerator[bytes], leave: Callable[[], None]) -> None:
        super().__init__(told, headers={"X-Accel-Buffering": "no"})
        self._told, self._leave = told, leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()
            await self._told.aclose()
