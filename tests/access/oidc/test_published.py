"""What an issuer publishes is kept, and fetched no more often than needed."""

import pytest

from access.oidc.published import LASTS, PAUSE, Published
from access.oidc.refusals import IssuerUnavailable


class Source:
    def __init__(self) -> None:
        self.now, self.asked, self.is_down = 0.0, 0, False

    def fetch(self) -> int:
        self.asked += 1
        if self.is_down:
            raise IssuerUnavailable
        return self.asked

    def published(self) -> Published[int]:
        return Published(self.fetch, lambda: self.now)


def test_it_is_kept_for_an_hour() -> None:
    source = Source()
    kept = source.published()
    assert [kept.get(), kept.get()] == [1, 1]
    source.now = LASTS
    assert kept.get() == 2


def test_newer_is_fetched_at_once_but_not_again_and_again() -> None:
    source = Source()
    kept = source.published()
    kept.get()
    source.now = PAUSE
    assert [kept.get(newer=True) for _ in range(3)] == [2, 2, 2]
    source.now += PAUSE
    assert kept.get(newer=True) == 3


def test_what_is_kept_lasts_through_an_outage() -> None:
    source = Source()
    kept = source.published()
    kept.get()
    source.now, source.is_down = LASTS, True
    assert [kept.get(), kept.get()] == [1, 1]
    assert source.asked == 2
    source.now, source.is_down = LASTS + PAUSE, False
    assert kept.get() == 3


def test_an_issuer_that_is_down_is_left_alone_for_a_while() -> None:
    source = Source()
    kept = source.published()
    source.is_down = True
    for _ in range(3):
        with pytest.raises(IssuerUnavailable):
            kept.get()
    assert source.asked == 1
    source.now, source.is_down = PAUSE, False
    assert kept.get() == 2
