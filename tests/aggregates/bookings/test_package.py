"""A package is what its manifest says, and its four checks are made again and again."""

import json
from datetime import timedelta
from typing import Any

import pytest

from aggregates.bookings.booking import Booking
from aggregates.bookings.package import (
    NOT_WHOLE,
    Check,
    PackageRefused,
    check_download,
    checks,
    require_all,
)
from files.sealed_package import INSTRUCTIONS, MANIFEST, digest, files_of
from tests.aggregates.bookings.booking_examples import CLOSES, PACKAGE, T, amend, booked
from tests.aggregates.bookings.test_offline_client import client

BOOKING = booked(mode="Offline", extra_time=25)
WELL = Check.of("package", None, "It is whole.")


def test_a_package_holds_its_manifest_and_the_instructions() -> None:
    """B13."""
    files = files_of(BOOKING, "p1")
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


def failing(booking: Booking, *, late: timedelta = timedelta(), **told: Any) -> str:
    """Say which checks fail, by what they are about."""
    all_well: dict[str, Any] = {
        "pin": Check.of("pin", None, "You have one."),
        "package": WELL,
        "client": client("2.1"),
        **told,
    }
    found = checks(booking, now=T - timedelta(days=1) + late, **all_well)
    assert all(check.reason for check in found)
    return " ".join(check.about for check in found if not check.passes)


def test_each_check_fails_by_itself_and_all_are_made() -> None:
    """B13."""
    no_pin = Check.of("pin", "There is none.", "")
    assert failing(BOOKING) == ""
    assert failing(booked(mode="Online")) == "booking"
    assert failing(BOOKING, late=CLOSES - T + timedelta(days=1)) == "booking"
    assert failing(BOOKING, pin=no_pin) == "pin"
    none = check_download(BOOKING, None, None)
    assert failing(BOOKING, package=none) == "package"
    assert failing(BOOKING, client=None) == "client"
    assert failing(BOOKING, client=client("1.9")) == "client"
    everything: dict[str, Any] = {"pin": no_pin, "package": none, "client": None}
    assert failing(booked(), **everything) == "booking pin package client"


def test_a_package_of_an_earlier_revision_is_not_current() -> None:
    """B11, B13, the first check: whatever was amended."""
    (amended,) = amend(BOOKING, T - timedelta(days=1), extra_time=0)
    assert failing(BOOKING, downloaded=PACKAGE) == ""
    assert failing(BOOKING.apply(amended), downloaded=PACKAGE) == "booking"


def test_a_file_that_is_not_what_was_downloaded_fails_the_third_check() -> None:
    """B13."""
    whole = type(PACKAGE)(**{**vars(PACKAGE), "sha256": digest(b"whole")})
    for sha256 in (None, digest(b"whole"), digest(b"whole").upper()):
        assert check_download(BOOKING, whole, sha256).passes
    damaged = check_download(BOOKING, whole, digest(b"hole"))
    assert (damaged.passes, "Download it again" in damaged.reason) == (False, True)


def test_a_package_is_refused_with_each_check_that_failed() -> None:
    """B13."""
    found = checks(
        BOOKING,
        pin=Check.of("pin", None, "You have one."),
        package=Check.of("package", NOT_WHOLE, ""),
        client=None,
        now=T,
    )
    with pytest.raises(PackageRefused, match="2 of its 4 checks failed") as refused:
        require_all(found)
    faults = [(each.path, str(each)) for each in refused.value.others]
    assert faults[0] == (("package",), NOT_WHOLE)
    assert faults[1][0] == ("client",)
    require_all(found[:2])
