"""Who is let in: by password, by token, and for how long."""

from datetime import timedelta
from uuid import UUID

import pytest

from access import accounts
from access.accounts import bearer, digest, sign_in
from access.errors import TokenNotGood, WrongPassword
from access.passwords import hash_password
from commands.centres.user import RevokeToken
from events.centres.token import TokenIssued
from events.centres.user import Role
from events.identifier import stream_of
from tests.access.conftest import CENTRE, GOOD, Gate
from tests.clock import Clock

KEPT = hash_password(GOOD, user="ann")


def try_in(gate: Gate, name: str, password: str = GOOD) -> accounts.SignedInUser:
    return sign_in(
        gate.context, name=name, password=password, address="192.0.2.1", at=gate.now()
    )


def test_a_user_is_let_in_by_password_however_the_name_is_written(gate: Gate) -> None:
    gate.add("ann", Role.ASSESSOR, CENTRE)
    gate.set_password("ann", KEPT)
    assert try_in(gate, " ANN ") == accounts.SignedInUser(
        name="ann", role=Role.ASSESSOR, centre=CENTRE, full_name="Ann"
    )


def test_whatever_is_wrong_the_refusal_is_the_same(gate: Gate) -> None:
    """A wrong password, no password, nobody of that name, and a disabled user."""
    for name in ("ann", "ben", "cat"):
        gate.add(name, Role.AUDITOR)
    for name in ("ann", "cat"):
        gate.set_password(name, KEPT)
    gate.disable("cat")
    for name, password in (
        ("ann", "another phrase"),
        ("ben", GOOD),
        ("dan", GOOD),
        ("cat", GOOD),
    ):
        with pytest.raises(WrongPassword):
            try_in(gate, name, password)


def test_a_token_is_good_until_it_expires(gate: Gate, clock: Clock) -> None:
    ann = gate.add("ann", Role.AUDITOR)
    issued = gate.issue(ann, timedelta(hours=12))
    assert issued.expires_at == clock() + timedelta(hours=12)
    clock.advance(hours=12, seconds=-1)
    assert bearer(gate.context, issued.text, gate.now()).name == "ann"
    clock.advance(seconds=1)
    with pytest.raises(TokenNotGood):
        bearer(gate.context, issued.text, gate.now())


def test_a_token_without_an_end_is_good_until_it_is_revoked(
    gate: Gate, clock: Clock
) -> None:
    ann = gate.add("ann", Role.AUDITOR)
    first, second = gate.issue(ann), gate.issue(ann)
    clock.advance(days=4_000)
    assert bearer(gate.context, first.text, gate.now()).name == "ann"
    command = RevokeToken(by=ann, at=gate.now(), token=first.id)
    assert gate.send(command).position is not None
    assert gate.send(command).position is None
    with pytest.raises(TokenNotGood):
        bearer(gate.context, first.text, gate.now())
    assert bearer(gate.context, second.text, gate.now()).name == "ann"


def test_a_disabled_users_tokens_open_nothing(gate: Gate) -> None:
    issued = gate.issue(gate.add("ann", Role.AUDITOR))
    gate.disable("ann")
    assert accounts.find_user(gate.context, "ann") is None
    with pytest.raises(TokenNotGood):
        bearer(gate.context, issued.text, gate.now())


def test_what_is_kept_of_a_token_is_not_the_token(gate: Gate) -> None:
    issued = gate.issue(gate.add("ann", Role.AUDITOR))
    (event,) = gate.context.store.open(stream_of(f"token:{issued.id}")).events
    assert isinstance(event, TokenIssued)
    secret = issued.text.rpartition(f"{issued.id}_")[2]
    assert event.digest == digest(secret)
    assert secret not in repr(event)


def test_what_is_no_token_of_that_user_opens_nothing(gate: Gate) -> None:
    ann, ben = gate.add("ann", Role.AUDITOR), gate.add("ben", Role.AUDITOR)
    mine, other = gate.issue(ann), gate.issue(ben)
    user, secret = mine.text.split("_", 3)[1], mine.text.split("_", 3)[3]
    centre = stream_of(f"centre:{CENTRE}").hex
    for text in (
        "",
        mine.text + "x",
        f"lm_{user}_{mine.id}_{secret[::-1]}",
        f"lm_{user}_{other.id}_{secret}",
        f"lm_{user}_{'0' * 20}_{secret}",
        f"lm_{UUID(int=0).hex}_{mine.id}_{secret}",
        f"lm_{centre}_{mine.id}_{secret}",
        f"lm_{stream_of('user:ben').hex}_{mine.id}_{secret}",
    ):
        with pytest.raises(TokenNotGood):
            bearer(gate.context, text, gate.now())
