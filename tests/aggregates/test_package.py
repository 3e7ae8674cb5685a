"""A package opens with its PIN alone, and is what its manifest says."""

import json
from datetime import timedelta
from typing import Any

import pytest

from aggregates.booking import Booking
from aggregates.package import (
    INSTRUCTIONS,
    MANIFEST,
    NOT_WHOLE,
    PackageRefused,
    checks,
    digest,
    is_whole,
    opened,
    pack,
    require_all,
    sealed,
)
from tests.aggregates.test_booking import CLOSES, T, booked
from tests.aggregates.test_offline_client import client

BOOKING = booked(mode="Offline", extra_time=25)
PIN = "0482"


def test_a_package_holds_its_manifest_and_the_instructions() -> None:
    """B13."""
    files = opened(pack(BOOKING, package="p1", secret=PIN), PIN)
    assert json.loads(files[MANIFEST]) == {
        "package": "p1",
        "booking": "B-0000000001",
        "revision": 1,
        "opens": "2026-12-10T06:00:00+00:00",
        "closes": "2026-12-10T14:00:00+00:00",
        "minutes": 75,
        "parts": {INSTRUCTIONS: digest(files[INSTRUCTIONS])},
    }
    assert b"The learner has 75 minutes (25 % extra" in files[INSTRUCTIONS]


def test_a_package_opens_with_the_pin_it_was_made_under_alone() -> None:
    """B13, B14."""
    content = pack(BOOKING, package="p1", secret=PIN)
    assert is_whole(content, PIN)
    assert not is_whole(content, "0483")
    with pytest.raises(RuntimeError, match="Bad password"):
        opened(content, "0483")
    assert b"London time" not in content


def test_a_package_that_is_not_what_its_manifest_says_is_not_whole() -> None:
    """B13, the third check."""
    files = opened(pack(BOOKING, package="p1", secret=PIN), PIN)
    assert is_whole(sealed(files, PIN), PIN)
    for wrong in (
        {**files, INSTRUCTIONS: b"Take as long as you like."},
        {**files, "more.txt": b""},
        {MANIFEST: files[MANIFEST]},
        {INSTRUCTIONS: files[INSTRUCTIONS]},
        {**files, MANIFEST: b"{}"},
        {**files, MANIFEST: b"?"},
    ):
        assert not is_whole(sealed(wrong, PIN), PIN)
    whole = pack(BOOKING, package="p1", secret=PIN)
    assert not is_whole(whole[:-1], PIN)
    assert not is_whole(b"", PIN)


def failing(booking: Booking, *, late: timedelta = timedelta(), **told: Any) -> str:
    """Say which checks fail, by what they are about."""
    all_well: dict[str, Any] = {
        "no_pin": None,
        "is_whole": True,
        "client": client("2.1"),
        **told,
    }
    found = checks(booking, pin_said="", now=T - timedelta(days=1) + late, **all_well)
    assert all(check.reason or check.passes for check in found)
    return " ".join(check.about for check in found if not check.passes)


def test_each_check_fails_by_itself_and_all_are_made() -> None:
    """B13."""
    assert failing(BOOKING) == ""
    assert failing(booked(mode="Online")) == "booking"
    assert failing(BOOKING, late=CLOSES - T + timedelta(days=1)) == "booking"
    assert failing(BOOKING, no_pin="There is none.") == "pin"
    assert failing(BOOKING, is_whole=False) == "package"
    assert failing(BOOKING, client=None) == "client"
    assert failing(BOOKING, client=client("1.9")) == "client"
    everything: dict[str, Any] = {
        "no_pin": "There is none.",
        "is_whole": False,
        "client": None,
    }
    assert failing(booked(), **everything) == "booking pin package client"


def test_a_package_is_refused_with_each_check_that_failed() -> None:
    """B13."""
    told: dict[str, Any] = {"pin_said": "", "client": None, "now": T}
    found = checks(BOOKING, no_pin=None, is_whole=False, **told)
    with pytest.raises(PackageRefused, match="2 of its 4 checks failed") as refused:
        require_all(found)
    faults = [(each.pointer, str(each)) for each in refused.value.others]
    assert faults[0] == ("/package", NOT_WHOLE)
    assert faults[1][0] == "/client"
    require_all(found[:2])
