"""The brake on guessing: how many wrong tries a quarter of an hour allows."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from access.throttle import TRIES, TooManyTries, count_try, require_few_tries
from store import Conflict
from tests.access.conftest import Gate
from tests.clock import Clock

HERE, THERE = "192.0.2.1", "192.0.2.2"


def wrong(gate: Gate, times: int, name: str = "ann", address: str = HERE) -> None:
    for number in range(times):
        count_try(
            gate.context,
            name=name.format(number),
            address=address.format(number),
            at=gate.now(),
        )


def require(gate: Gate, name: str = "ann", address: str = HERE) -> None:
    require_few_tries(gate.context, name=name, address=address, at=gate.now())


@pytest.mark.parametrize(
    ("name", "address", "most"),
    [("ann", HERE, 5), ("ann", "192.0.2.{}", 50), ("user{}", HERE, 50)],
    ids=["one name from one address", "one name", "one address"],
)
def test_tries_are_refused_once_there_were_so_many(
    gate: Gate, name: str, address: str, most: int
) -> None:
    wrong(gate, most - 1, name, address)
    require(gate)
    wrong(gate, 1, name, address)
    with pytest.raises(TooManyTries):
        require(gate)


def test_five_tries_from_one_address_shut_nobody_else_out(gate: Gate) -> None:
    wrong(gate, 5)
    require(gate, address=THERE)
    require(gate, name="ben")
    with pytest.raises(TooManyTries):
        require(gate, name=" ANN ")


def test_the_next_quarter_of_an_hour_begins_afresh_and_the_wait_is_told(
    gate: Gate, clock: Clock
) -> None:
    wrong(gate, 5)
    with pytest.raises(TooManyTries) as refusal:
        require(gate)
    assert refusal.value.seconds == 15 * 60
    assert "Wait 15 minutes" in str(refusal.value)
    clock.advance(minutes=14, seconds=59)
    with pytest.raises(TooManyTries) as refusal:
        require(gate)
    assert refusal.value.seconds == 1
    assert "Wait 1 minute and" in str(refusal.value)
    clock.advance(seconds=1)
    require(gate)


def test_tries_at_one_moment_are_all_counted(gate: Gate) -> None:
    with ThreadPoolExecutor(5) as pool:
        for done in [pool.submit(wrong, gate, 1) for _ in range(5)]:
            done.result()
    with pytest.raises(TooManyTries):
        require(gate)


def test_a_try_that_never_gets_counted_is_given_up(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else is then counting as fast: the brake holds by theirs."""
    asked: list[object] = []

    def append(*changes: object, **_: object) -> None:
        asked.append(changes)
        raise Conflict(UUID(int=1), ())

    monkeypatch.setattr(gate.context.store, "append", append)
    wrong(gate, 1)
    assert len(asked) == TRIES
