"""Tokens: good until they expire or are revoked."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregates.centres.token import Token
from events.centres.token import TokenIssued, TokenRevoked

END = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ISSUED = TokenIssued(
    token="0" * 20, user="ann", digest="d" * 64, label="mine", expires_at=END
)
TOKEN = Token.begin(ISSUED)


def test_a_token_is_good_until_the_moment_it_expires() -> None:
    assert TOKEN.is_good(END - timedelta(microseconds=1))
    assert not TOKEN.is_good(END)


def test_a_token_without_an_end_never_expires() -> None:
    kept = Token.begin(
        TokenIssued(token="1", user="ann", digest="d", label="mine", expires_at=None)
    )
    assert kept.is_good(END + timedelta(days=36_500))


def test_a_token_is_revoked_once_and_good_no_more() -> None:
    (event,) = TOKEN.revoke()
    assert event == TokenRevoked()
    revoked = TOKEN.apply(event)
    assert not revoked.is_good(END - timedelta(days=1))
    assert revoked.revoke() == []


def test_a_token_is_issued_once() -> None:
    with pytest.raises(ValueError, match="issued twice"):
        TOKEN.apply(ISSUED)
