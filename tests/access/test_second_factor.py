"""The code beside the password: each counts once, and nothing else lets in."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pyotp import TOTP

from access import accounts
from access.errors import SecondFactorNeeded, SecondFactorWrong, WrongPassword
from access.passwords import hash_password
from access.second_factor import (
    RECOVERY_CODES,
    find_second_factor,
    hash_recovery_code,
    make_recovery_codes,
    make_secret,
    step_of,
)
from access.throttle import TooManyTries
from aggregates.centres.second_factor import SecondFactorIsOn
from aggregates.errors import NotAllowed, NotFound
from aggregates.reason import ReasonMissing
from commands.centres.second_factor import TurnOffSecondFactor, TurnOnSecondFactor
from events.centres.user import Role
from store import Actor
from tests.access.conftest import CENTRE, GOOD, OTHER, Gate
from tests.clock import Clock

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
APP = TOTP(SECRET)
RECOVERY = "abcde-fghjk"


def turn_on(gate: Gate, by: Actor) -> None:
    kept = (hash_recovery_code(RECOVERY), hash_recovery_code("other-other"))
    command = TurnOnSecondFactor(
        by=by, at=gate.now(), secret=SECRET, recovery_hashes=kept, step=0
    )
    gate.send(command)


def ann(gate: Gate) -> Actor:
    """Add a user with a password and a second factor."""
    actor = gate.add("ann", Role.ASSESSOR, CENTRE)
    gate.set_password("ann", hash_password(GOOD, user="ann"))
    turn_on(gate, actor)
    return actor


def sign_in(gate: Gate, code: str = "", password: str = GOOD) -> str:
    return accounts.sign_in(
        gate.context,
        name="Ann ",
        password=password,
        code=code,
        address="192.0.2.1",
        at=gate.now(),
    ).name


def test_a_right_code_lets_in_once_and_an_older_one_not_after_it(
    gate: Gate, clock: Clock
) -> None:
    ann(gate)
    with pytest.raises(SecondFactorNeeded):
        sign_in(gate)
    earlier, code = APP.at(gate.now(), counter_offset=-1), APP.at(gate.now())
    with pytest.raises(WrongPassword):
        sign_in(gate, code, password="another phrase")
    assert sign_in(gate, f"{code[:3]} {code[3:]}") == "ann"
    for used in (code, earlier):
        with pytest.raises(SecondFactorWrong):
            sign_in(gate, used)
    clock.advance(seconds=30)
    assert sign_in(gate, APP.at(gate.now())) == "ann"


def test_codes_of_half_a_minute_around_are_taken_and_no_others(clock: Clock) -> None:
    now = int(clock().timestamp()) // 30
    taken = [
        step_of(SECRET, APP.at(clock(), counter_offset=by), clock())
        for by in (-2, -1, 0, 1, 2)
    ]
    assert taken == [None, now - 1, now, now + 1, None]
    assert step_of(SECRET, "12345é", clock()) is None


def test_each_recovery_code_lets_in_once_however_it_is_written(gate: Gate) -> None:
    ann(gate)
    assert sign_in(gate, " ABCDEFGHJK") == "ann"
    with pytest.raises(SecondFactorWrong):
        sign_in(gate, RECOVERY)
    left = find_second_factor(gate.context, "ann")
    assert left is not None
    assert [*left.recovery_hashes] == [1]


def test_of_many_who_give_the_same_code_at_once_one_is_let_in(gate: Gate) -> None:
    ann(gate)
    code = APP.at(gate.now())

    def is_let_in(_: int) -> bool:
        try:
            return sign_in(gate, code) == "ann"
        except SecondFactorWrong:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(is_let_in, range(4))) == 1


def test_wrong_codes_are_counted_as_wrong_passwords_are(gate: Gate) -> None:
    ann(gate)
    for _ in range(5):
        with pytest.raises(SecondFactorWrong):
            sign_in(gate, "000000")
    with pytest.raises(TooManyTries):
        sign_in(gate, APP.at(gate.now()))


def test_it_is_turned_on_once_and_off_by_who_may(gate: Gate) -> None:
    actor = ann(gate)
    with pytest.raises(SecondFactorIsOn):
        turn_on(gate, actor)

    def turn_off(by: Actor, reason: str | None = None) -> int | None:
        command = TurnOffSecondFactor(by=by, at=gate.now(), name="ann", reason=reason)
        return gate.send(command).position

    with pytest.raises(NotAllowed):
        turn_off(gate.add("ben", Role.ASSESSOR, CENTRE))
    with pytest.raises(NotFound):
        turn_off(gate.add("cat", Role.CENTRE_ADMINISTRATOR, OTHER))
    specialist = gate.add("dan", Role.ACCOUNT_SPECIALIST)
    with pytest.raises(ReasonMissing):
        turn_off(specialist)
    assert turn_off(specialist, "Lost the phone.") is not None
    assert sign_in(gate) == "ann"
    turn_on(gate, actor)
    assert turn_off(gate.add("eve", Role.CENTRE_ADMINISTRATOR, CENTRE)) is not None
    assert turn_off(actor) is None


def test_secrets_and_recovery_codes_are_long_and_differ() -> None:
    assert len({make_secret() for _ in range(20)}) == 20
    assert len(make_secret()) == 32
    assert len(set(make_recovery_codes())) == RECOVERY_CODES
