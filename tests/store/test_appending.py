"""Events are appended all or nothing, on the conditions they were decided under."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from store import (
    AlreadyDone,
    AlreadyReserved,
    Change,
    Conflict,
    EventStore,
    NotHeld,
    Reservation,
    Stream,
)
from tests.clock import Clock
from tests.conftest import OpenStore
from tests.store.examples import (
    AGAIN,
    ANN,
    BEN,
    OPENED,
    change,
    once,
    uln,
    whole_log,
    zoe,
)


def test_what_is_appended_is_read_back_in_its_envelope(
    any_store: EventStore, clock: Clock
) -> None:
    """H1."""
    made = change(OPENED, zoe())
    position = any_store.append(made, by=replace(ANN, cause=None))
    first, second = any_store.open(made.stream).history
    assert (first.event, second.event) == made.events
    assert (first.version, second.version) == (1, 2)
    assert (first.position, second.position) == (1, position)
    assert first.recorded_at == clock.now
    assert first.recorded_at.tzinfo is not None
    assert (first.user, first.role, first.centre) == (ANN.user, ANN.role, ANN.centre)
    assert (first.owner, first.channel) == ("48213", "api")
    assert (first.request, first.correlation, first.cause) == (
        "request-1",
        "request-1",
        None,
    )
    assert not first.is_erased
    assert not second.is_erased


def test_what_a_policy_does_names_its_cause_and_the_request_at_the_root(
    any_store: EventStore,
) -> None:
    """H1."""
    made = change()
    by = replace(ANN, user="policy:check", cause=7, request="root")
    any_store.append(made, by=by)
    (recorded,) = any_store.open(made.stream).history
    assert (recorded.cause, recorded.correlation, recorded.request) == (7, "root", None)


def test_the_owner_is_handed_on_from_the_first_event(any_store: EventStore) -> None:
    made = change()
    any_store.append(made, by=ANN)
    stream = any_store.open(made.stream)
    assert stream.owner == "48213"
    any_store.append(stream.change([AGAIN]), by=ANN)
    assert any_store.open(made.stream).history[1].owner == "48213"


def test_a_stream_of_which_nothing_is_recorded_is_empty(any_store: EventStore) -> None:
    stream = any_store.open(uuid4())
    assert (stream.version, stream.events, stream.owner) == (0, (), None)
    assert any_store.head() == 0
    assert any_store.log(after=0) == ()


def test_many_streams_are_opened_at_once_a_stream_for_every_id(
    any_store: EventStore,
) -> None:
    made = [change(OPENED, AGAIN) for _ in range(501)]
    any_store.append(*made, by=ANN)
    unknown = uuid4()
    opened = any_store.open_many([unknown, *(m.stream for m in made)])
    assert len(opened) == 502
    assert opened[unknown].version == 0
    assert all(opened[m.stream].events == m.events for m in made)


def test_no_events_are_no_append(any_store: EventStore) -> None:
    nothing = Change(stream=uuid4(), expected=5, events=())
    assert any_store.append(nothing, by=replace(ANN, once=once("key"))) is None
    assert any_store.append(by=ANN) is None
    assert any_store.find_reservations("request:ann", ["key"]) == {}


def test_time_never_goes_backwards(any_store: EventStore, clock: Clock) -> None:
    early = clock.now
    any_store.append(change(), by=ANN)
    clock.advance(seconds=-1)
    any_store.append(change(), by=ANN)
    clock.advance(seconds=2)
    any_store.append(change(), by=ANN)
    times = [recorded.recorded_at for recorded in any_store.log(after=0)]
    assert times == [early, early, early + timedelta(seconds=1)]


def test_without_a_clock_of_its_own_the_store_tells_the_real_time(
    open_any_store: OpenStore,
) -> None:
    store = open_any_store()
    store.append(change(), by=ANN)
    (recorded,) = store.log(after=0)
    assert abs(recorded.recorded_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_log_is_read_in_order_after_a_position_so_many_at_most(
    any_store: EventStore,
) -> None:
    made = [change() for _ in range(5)]
    for each in made:
        any_store.append(each, by=ANN)
    batch = any_store.log(after=1, limit=2)
    assert [recorded.stream for recorded in batch] == [m.stream for m in made[1:3]]
    assert any_store.head() == 5
    assert any_store.log(after=5) == ()


def test_the_second_of_two_who_read_the_same_version_is_told_who_was_quicker(
    any_store: EventStore,
) -> None:
    """M15."""
    made = change()
    any_store.append(made, by=ANN)
    stream = any_store.open(made.stream)
    any_store.append(stream.change([AGAIN]), by=BEN)
    with pytest.raises(Conflict) as conflict:
        any_store.append(stream.change([OPENED]), by=ANN)
    assert conflict.value.stream == stream.id
    (between,) = conflict.value.between
    assert (between.user, between.event) == ("ben", AGAIN)


def test_an_append_over_several_streams_is_all_or_nothing(
    any_store: EventStore,
) -> None:
    made = change()
    any_store.append(made, by=ANN)
    late = replace(made, events=(AGAIN,))
    other = change(zoe(), reserve=["1000102504"])
    with pytest.raises(Conflict) as conflict:
        any_store.append(other, late, by=replace(ANN, once=once("key")))
    assert conflict.value.stream == made.stream
    assert any_store.open(other.stream).version == 0
    assert any_store.find_reservations("uln", ["1000102504"]) == {}
    assert any_store.find_reservations("request:ann", ["key"]) == {}
    assert whole_log(any_store) == [OPENED]


def test_a_stream_that_was_only_read_must_not_have_changed(
    any_store: EventStore,
) -> None:
    made = change()
    any_store.append(made, by=ANN)
    read = any_store.open(made.stream)
    any_store.append(change(), by=ANN, unchanged=[read])
    any_store.append(read.change([AGAIN]), by=BEN)
    with pytest.raises(Conflict) as conflict:
        any_store.append(change(), by=ANN, unchanged=[read])
    assert conflict.value.stream == read.id
    assert [recorded.user for recorded in conflict.value.between] == ["ben"]
    assert any_store.head() == 3


def test_a_stream_that_was_read_empty_must_still_be_empty(
    any_store: EventStore,
) -> None:
    read = any_store.open(uuid4())
    any_store.append(read.change([OPENED]), by=ANN)
    with pytest.raises(Conflict):
        any_store.append(change(), by=ANN, unchanged=[read])


def test_a_value_is_reserved_for_one_stream_at_a_time(any_store: EventStore) -> None:
    first = change(reserve=["1000102504"])
    position = any_store.append(first, by=ANN)
    with pytest.raises(AlreadyReserved) as refusal:
        any_store.append(change(reserve=["1000102504"]), by=BEN)
    held = refusal.value.held
    assert (held.stream, held.position) == (first.stream, position)
    assert any_store.find_reservations("uln", ["1000102504", "1026893096"]) == {
        "1000102504": held
    }
    assert any_store.find_reservations("other", ["1000102504"]) == {}
    assert any_store.head() == 1


def test_a_stream_may_reserve_again_what_it_holds(any_store: EventStore) -> None:
    first = change(reserve=["1000102504"])
    any_store.append(first, by=ANN)
    stream = any_store.open(first.stream)
    any_store.append(change(AGAIN, stream=stream, reserve=["1000102504"]), by=ANN)
    assert (
        any_store.find_reservations("uln", ["1000102504"])["1000102504"].position == 1
    )


def test_what_a_stream_holds_already_hinders_no_other_value_of_the_append(
    any_store: EventStore,
) -> None:
    first = change(reserve=["b"])
    any_store.append(first, by=ANN)
    stream = any_store.open(first.stream)
    again = change(AGAIN, stream=stream, reserve=["a", "b", "c"])
    with pytest.raises(AlreadyReserved):
        any_store.append(again, change(reserve=["d", "b"]), by=ANN)
    any_store.append(again, change(reserve=["d"]), by=ANN)
    held = any_store.find_reservations("uln", ["a", "b", "c", "d"])
    assert {key: each.position for key, each in held.items()} == {
        "a": 3,
        "b": 1,
        "c": 3,
        "d": 3,
    }


def test_two_streams_of_one_append_cannot_reserve_the_same_value(
    any_store: EventStore,
) -> None:
    first, second = change(reserve=["1000102504"]), change(reserve=["1000102504"])
    with pytest.raises(AlreadyReserved) as refusal:
        any_store.append(first, second, by=ANN)
    assert refusal.value.held.stream == first.stream
    assert any_store.head() == 0


def test_what_its_holder_releases_can_be_reserved_by_another_in_the_same_append(
    any_store: EventStore,
) -> None:
    first, second = change(reserve=["1000102504"]), change(reserve=["1000102504"])
    any_store.append(first, by=ANN)
    stream = any_store.open(first.stream)
    let_go = change(AGAIN, stream=stream, release=["1000102504"])
    any_store.append(second, let_go, by=ANN)
    assert (
        any_store.find_reservations("uln", ["1000102504"])["1000102504"].stream
        == second.stream
    )


def test_only_the_stream_that_holds_a_value_can_release_it(
    any_store: EventStore,
) -> None:
    first = change(reserve=["1000102504"])
    any_store.append(first, by=ANN)
    with pytest.raises(NotHeld, match="1000102504"):
        any_store.append(change(release=["1000102504"]), by=BEN)
    with pytest.raises(NotHeld, match="1026893096"):
        any_store.append(change(release=["1026893096"]), by=BEN)
    assert (
        any_store.find_reservations("uln", ["1000102504"])["1000102504"].stream
        == first.stream
    )
    assert any_store.head() == 1


def test_what_is_to_happen_once_happens_once(any_store: EventStore) -> None:
    first, second = change(), change()
    by = replace(ANN, once=once("key", "digest-1"))
    position = any_store.append(first, second, by=by)
    with pytest.raises(AlreadyDone) as refusal:
        any_store.append(change(), by=replace(ANN, once=once("key", "digest-2")))
    held = refusal.value.held
    assert (held.stream, held.digest) == (first.stream, "digest-1")
    assert held.position == position
    assert any_store.find_reservations("request:ann", ["key"]) == {"key": held}
    assert any_store.head() == 2


def test_what_was_done_once_is_said_before_what_is_reserved(
    any_store: EventStore,
) -> None:
    by = replace(ANN, once=once("key"))
    any_store.append(change(reserve=["1000102504"]), by=by)
    with pytest.raises(AlreadyDone):
        any_store.append(change(reserve=["1000102504"]), by=by)


def test_reservations_can_be_made_again_from_the_events(
    any_store: EventStore,
) -> None:
    kept = change(reserve=["1000102504", "1026893096"])
    moved = change(reserve=["1174112637"])
    any_store.append(kept, moved, change(), by=replace(ANN, once=once("key")))
    stream = any_store.open(moved.stream)
    let_go = change(AGAIN, stream=stream, release=["1174112637"])
    taker = change(reserve=["1174112637"])
    any_store.append(taker, let_go, by=ANN)
    any_store.append(
        change(stream=any_store.open(kept.stream), reserve=["1000102504"]), by=ANN
    )
    any_store.append(
        change(stream=any_store.open(kept.stream), release=["1026893096"]), by=ANN
    )
    keys = ["1000102504", "1026893096", "1174112637"]

    def held() -> list[object]:
        return [
            any_store.find_reservations("uln", keys),
            any_store.find_reservations("request:ann", ["key"]),
        ]

    before = held()
    assert any_store.rebuild_reservations() == 3
    assert held() == before


def test_slips_of_ours_are_said_at_once(any_store: EventStore) -> None:
    made = change()
    with pytest.raises(ValueError, match="twice"):
        any_store.append(made, made, by=ANN)
    empty = Stream(id=uuid4()).change([], reserve=[uln("1000102504")])
    with pytest.raises(ValueError, match="without any event"):
        any_store.append(made, empty, by=ANN)


def test_a_checkpoint_says_how_far_a_reader_has_come(
    any_store: EventStore, open_any_store: OpenStore
) -> None:
    assert any_store.checkpoints() == {}
    any_store.set_checkpoints({"policies": 7})
    any_store.set_checkpoints({"policies": 9})
    assert open_any_store().checkpoints() == {"policies": 9}


def test_a_thousand_events_and_eleven_megabytes_are_appended_at_once(
    any_store: EventStore,
) -> None:
    many = [change(reserve=[str(number)]) for number in range(1_000)]
    any_store.append(*many, by=ANN)
    assert any_store.head() == 1_000
    large = replace(OPENED, name="x" * 11_000_000)
    made = change(large)
    any_store.append(made, by=ANN)
    assert any_store.open(made.stream).events == (large,)


def test_keys_and_scopes_are_whole_words(any_store: EventStore) -> None:
    any_store.append(change(reserve=["a:b"]), by=ANN)
    one = Reservation(scope="uln:a", key="b")
    stream = Stream(id=uuid4())
    any_store.append(stream.change([OPENED], reserve=[one]), by=ANN)
    assert any_store.find_reservations("uln", ["a:b"])["a:b"].stream != stream.id
