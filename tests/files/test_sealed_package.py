"""A package opens for the client that it is for, with the PIN of the user, both."""

import base64
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag

from files.sealed_package import (
    CONTENT,
    COST,
    FORMAT,
    HEADER,
    INSTRUCTIONS,
    MANIFEST,
    PinCost,
    files_of,
    is_public_key,
    is_whole,
    seal,
)
from tests.aggregates.bookings.booking_examples import booked
from tests.offline_client import Program, decrypt, pin_key, unzip, zipped

FILES = files_of(booked(mode="Offline"), "p1")
ABOUT = {"package": "p1", "booking": "B-0000000001", "revision": 1, "client": "c1"}
PIN = "0482"
CHEAP = PinCost(passes=1, memory=8)
OURS, THEIRS = Program(), Program()
KEY = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="


def sealed(files: dict[str, bytes] = FILES, **how: Any) -> tuple[bytes, bytes]:
    told = {"pin": PIN, "public_key": OURS.public_key, "cost": CHEAP, **how}
    return seal(files, about=ABOUT, **told)


def opened_by_trying(program: Program, package: bytes) -> list[str]:
    """Try every PIN there is, with the key of a program; say which open the package."""
    try:
        header, under_pin = program.unwrap(package)
    except InvalidTag:
        return []
    found = []
    for pin in (f"{number:04}" for number in range(10_000)):
        try:
            decrypt(pin_key(header, pin), under_pin, FORMAT.encode())
        except InvalidTag:
            continue
        found.append(pin)
    return found


def test_an_offline_client_opens_a_package_with_its_key_and_the_pin() -> None:
    """B13, B14."""
    key = OURS.public_key
    package, _ = seal(FILES, about=ABOUT, pin=PIN, public_key=key, cost=COST)
    assert OURS.open(package, PIN) == FILES
    assert OURS.manifest(package, PIN)["booking"] == "B-0000000001"
    header = json.loads(unzip(package)[HEADER])
    assert {name: header[name] for name in ABOUT} == ABOUT
    assert header["pin"]["memory"] == 64 * 1024
    with pytest.raises(InvalidTag):
        OURS.open(package, "0483")
    with pytest.raises(InvalidTag):
        THEIRS.open(package, PIN)


def test_all_ten_thousand_pins_open_nothing_without_the_key_of_the_client() -> None:
    """B13: whoever has the key needs as many tries as there are PINs, and no more."""
    package, _ = sealed()
    assert opened_by_trying(THEIRS, package) == []
    assert opened_by_trying(OURS, package) == [PIN]


def test_what_is_under_the_pin_alone_opens_by_trying_as_it_did_before() -> None:
    """B13: the PIN opens only what the client's key has opened first."""
    package, _ = sealed()
    parts = unzip(package)
    header, under_pin = OURS.unwrap(package)
    boxes = parts[CONTENT], header["key"].encode()
    for pin in (f"{number:04}" for number in range(10_000)):
        key = pin_key(header, pin)
        for box in boxes:
            with pytest.raises(InvalidTag):
                decrypt(key, box, parts[HEADER])
    assert decrypt(pin_key(header, PIN), under_pin, FORMAT.encode())


def test_nothing_of_a_package_can_be_read_or_changed_without_its_key() -> None:
    """B13, the third check."""
    package, key = sealed()
    assert is_whole(package, key)
    assert b"London time" not in package
    parts = unzip(package)
    content = parts[CONTENT]
    header = parts[HEADER].replace(b"B-0000000001", b"B-0000000002")
    swapped, _ = sealed()
    for changed in (
        {**parts, HEADER: header},
        {**parts, CONTENT: content[:-1] + bytes([content[-1] ^ 1])},
        {**parts, CONTENT: unzip(swapped)[CONTENT]},
        {HEADER: parts[HEADER]},
    ):
        assert not is_whole(zipped(changed), key)
    assert not is_whole(package[:-1], key)
    assert not is_whole(b"", key)


@pytest.mark.parametrize(
    "files",
    [
        {**FILES, INSTRUCTIONS: b"Take as long as you like."},
        {**FILES, "more.txt": b""},
        {MANIFEST: FILES[MANIFEST]},
        {INSTRUCTIONS: FILES[INSTRUCTIONS]},
        {**FILES, MANIFEST: b"{}"},
        {**FILES, MANIFEST: b"?"},
    ],
)
def test_a_package_that_is_not_what_its_manifest_says_is_not_whole(
    files: dict[str, bytes],
) -> None:
    """B13, the third check."""
    assert not is_whole(*sealed(files))


def test_two_packages_of_the_same_test_have_nothing_in_common() -> None:
    """B13: each has a key of its own."""
    (first, key), (second, other) = sealed(), sealed()
    assert key != other
    assert unzip(first)[CONTENT] != unzip(second)[CONTENT]
    assert not is_whole(second, key)


@pytest.mark.parametrize(
    "public_key",
    [
        "",
        KEY[:-4],
        f"{KEY}AAAA",
        f"{KEY} ",
        KEY.rstrip("="),
        base64.b64encode(bytes(32)).decode(),
        "ключ",
    ],
)
def test_packages_are_sealed_for_no_other_text_than_a_public_key(
    public_key: str,
) -> None:
    """B13: 32 bytes as base64, and not one of the few points that keep no secret."""
    assert is_public_key(KEY)
    assert not is_public_key(public_key)
