"""The feed reads and decodes each batch once for all followers of a process."""

from collections.abc import Sequence

import pytest

from store import EventStore, Position, Recorded
from subscriptions.feed import BATCH, EventFeed
from tests.clock import PATIENCE
from tests.conftest import OpenStore
from tests.projections.shown_centres import open_centres


class Asked:
    """A store that notes after which positions its log is read."""

    def __init__(self, store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
        self.after: list[Position] = []
        read = store.log

        def log(*, after: Position, limit: int) -> Sequence[Recorded]:
            self.after.append(after)
            return read(after=after, limit=limit)

        monkeypatch.setattr(store, "log", log)


@pytest.fixture
def asked(any_store: EventStore, monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setattr("subscriptions.feed.KEPT_SECONDS", PATIENCE)
    return Asked(any_store, monkeypatch)


def test_a_batch_is_read_once_for_all(any_store: EventStore, asked: Asked) -> None:
    feed = EventFeed(any_store)
    head = open_centres(any_store, "100", "200")
    batches = [feed.next_batch(0) for _ in range(6)]
    assert [recorded.position for recorded in batches[0]][-1] == head
    assert all(list(batch) == list(batches[0]) for batch in batches)
    assert asked.after == [0]


def test_the_end_of_the_log_is_asked_for_once_until_there_is_news(
    any_store: EventStore, asked: Asked
) -> None:
    feed = EventFeed(any_store)
    feed.watch().close()
    head = open_centres(any_store, "100")
    assert feed.next_batch(0)
    assert [feed.next_batch(head) for _ in range(6)] == [()] * 6
    assert asked.after == [0]
    newest = open_centres(any_store, "200")
    assert [recorded.position for recorded in feed.next_batch(head)] == [newest]
    assert asked.after == [0, head]


def test_a_full_batch_is_not_taken_for_the_end(
    any_store: EventStore, asked: Asked
) -> None:
    feed = EventFeed(any_store)
    feed.watch().close()
    open_centres(any_store, *(str(number) for number in range(1000, 1001 + BATCH)))
    last = feed.next_batch(0)[-1].position
    assert len(feed.next_batch(last)) == 1
    assert asked.after == [0, last]


def test_what_another_process_records_is_read_as_soon_as_it_is_told_of(
    any_store: EventStore, open_any_store: OpenStore, asked: Asked
) -> None:
    feed = EventFeed(any_store)
    watch = feed.watch()
    head = open_centres(any_store, "100")
    assert feed.next_batch(0)
    assert feed.next_batch(head) == ()
    watch.wait(PATIENCE)  # for what was recorded here
    newest = open_centres(open_any_store(), "200")
    while watch.last_position < newest:
        watch.wait(PATIENCE)
    assert [recorded.position for recorded in feed.next_batch(head)] == [newest]
    watch.close()
    assert asked.after == [0, head]
