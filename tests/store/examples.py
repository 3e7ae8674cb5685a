"""One example of everything that is put into a store."""

import os
import signal
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from random import random
from threading import Timer
from uuid import UUID, uuid4

from events.centres.centre import CentreOpened
from events.event import Event
from events.learners.learner import LearnerCreated
from store import (
    Actor,
    Change,
    EventStore,
    Once,
    Position,
    Reservation,
    Stream,
    open_store,
)
from store.recorder import Append

ANN = Actor(
    user="ann",
    role="Centre Administrator",
    centre="48213",
    channel="api",
    request="request-1",
)
BEN = Actor(
    user="ben", role="Assessor", centre="48213", channel="web", request="request-2"
)
OPENED = CentreOpened(number="48213", name="Riverside Training")
AGAIN = CentreOpened(number="48213", name="Riverside College")


def zoe(person_id: UUID | None = None) -> LearnerCreated:
    """Make a learner known, with something in every kind of personal value."""
    return LearnerCreated(
        learner="L-0000000001F",
        centre="48213",
        group=None,
        person_id=person_id or uuid4(),
        given_name="Zoë",
        family_name="Ångström",
        date_of_birth=date(2006, 3, 27),
        uln="1000102504",
    )


def change(
    *events: Event,
    stream: Stream | None = None,
    reserve: Iterable[str] = (),
    release: Iterable[str] = (),
) -> Change:
    """Change a stream, a new one if none is given; keys are of the scope ``uln``."""
    return (stream or Stream(id=uuid4())).change(
        events or (OPENED,),
        owner="48213",
        reserve=[uln(key) for key in reserve],
        release=[uln(key) for key in release],
    )


def uln(key: str) -> Reservation:
    return Reservation(scope="uln", key=key)


def once(key: str, digest: str | None = "digest") -> Once:
    return Once(scope="request:ann", key=key, digest=digest)


def whole_log(store: EventStore) -> list[Event]:
    """Read every event there is, in batches."""
    events: list[Event] = []
    position = 0
    while batch := store.log(after=position):
        events += [recorded.event for recorded in batch]
        position = batch[-1].position
    return events


def open_and_close(url: str, keys: str) -> None:
    """Do so, as a process of its own."""
    open_store(url, keys=Path(keys)).close()


def write_much(url: str, keys: str) -> None:
    """Record fifty things one after the other, as a process of its own."""
    store = open_store(url, keys=Path(keys))
    for _ in range(50):
        store.append(change(), by=ANN)
    store.close()


PART = 3
"""How many events each append of ``write_until_killed`` has, over two streams."""


def write_until_killed(url: str, keys: str, answered: str, crash: str, at: int) -> None:
    """Append from eight threads, note each answer, and die at the ``at``-th group.

    By SIGKILL, ``before`` or ``after`` it is committed, or ``meanwhile``.
    """
    store = open_store(url, keys=Path(keys))
    recorder = store._recorder  # noqa: SLF001 - the process is to die there
    append_all, groups = recorder.append_all, count(1)
    file = os.open(answered, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def append_all_and_die(appends: Sequence[Append]) -> Sequence[Position]:
        is_last = len(appends) > 1 and next(groups) == at
        if is_last and crash == "before":
            die()
        if is_last and crash == "meanwhile":
            Timer(random() / 500, die).start()  # noqa: S311 - any moment will do
        positions = append_all(appends)
        if is_last and crash == "after":
            die()
        return positions

    recorder.append_all = append_all_and_die  # type: ignore[method-assign]

    def write(thread: int) -> None:
        for number in count():
            name = f"{thread}-{number}"
            by = replace(ANN, request=name, once=once(name))
            store.append(change(zoe(), OPENED, reserve=[name]), change(), by=by)
            os.write(file, f"{name}\n".encode())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
