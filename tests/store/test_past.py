"""The store as it stood at a moment (H3)."""

import pytest

from store import EventStore
from tests.clock import Clock
from tests.store.examples import AGAIN, ANN, OPENED, change, uln, whole_log


def test_a_store_as_at_a_moment_has_what_was_recorded_by_then_and_no_more(
    any_store: EventStore, clock: Clock
) -> None:
    """H3."""
    before = clock.now
    clock.advance(minutes=1)
    first = change(OPENED, reserve=["a"])
    any_store.append(first, by=ANN)
    then = clock.now
    clock.advance(minutes=1)
    stream = any_store.open(first.stream)
    any_store.append(stream.change([AGAIN], release=[uln("a")]), by=ANN)
    any_store.append(change(OPENED, reserve=["b"]), by=ANN)

    early, past, present = (any_store.as_at(m) for m in (before, then, clock.now))
    assert [len(whole_log(each)) for each in (early, past, present)] == [0, 1, 3]
    assert [each.head() for each in (early, past)] == [0, 1]
    assert present.head() == any_store.head()
    assert past.open(first.stream).events == (OPENED,)
    assert past.open_many([first.stream])[first.stream].version == 1
    assert present.open(first.stream).events == (OPENED, AGAIN)
    held = [
        each.find_reservations("uln", ["a", "b"]).keys()
        for each in (early, past, present)
    ]
    assert held == [set(), {"a"}, {"b"}]
    assert past.find_reservations("uln", ["a"])["a"].stream == first.stream


def test_what_has_been_cannot_be_added_to(any_store: EventStore, clock: Clock) -> None:
    """H2."""
    with pytest.raises(ValueError, match="The past is read-only"):
        any_store.as_at(clock.now).append(change(OPENED), by=ANN)


def test_the_last_event_by_a_moment_is_found_among_many(
    any_store: EventStore, clock: Clock
) -> None:
    """H3: at the moment itself, a breath before, and a breath after."""
    moments = []
    for _ in range(9):
        clock.advance(seconds=1)
        any_store.append(change(OPENED), change(OPENED), by=ANN)
        moments.append((clock.now, any_store.head()))
    for moment, head in moments:
        assert any_store.as_at(moment).head() == head
    clock.now = moments[4][0]
    clock.advance(microseconds=-1)
    assert any_store.as_at(clock.now).head() == moments[3][1]
