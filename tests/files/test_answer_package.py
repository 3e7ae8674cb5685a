"""What comes back from an offline test is an answer package of it, or is refused."""

import json
import struct
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_STORED

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregates.bookings.booking_refusals import (
    AnswersEmpty,
    AnswersOfAnotherBooking,
    NotAnswerPackage,
)
from aggregates.errors import Malformed, RuleBroken
from files.answer_package import MOST_PARTS, MOST_UNPACKED, AnswerPackage, read_answers
from tests.offline_client import answers, sha256, unzip, zipped

BOOKING, PACKAGE = "B-0000000001", "0f3c2d1b5a69788796a50f3c2d1b5a69"
GOOD = answers(PACKAGE, BOOKING, revision=2)
MANIFEST = json.loads(unzip(GOOD)["manifest.json"])


def told(manifest: Any, **parts: bytes) -> bytes:
    parts = {name.replace("_", "."): part for name, part in parts.items()}
    return zipped({"manifest.json": json.dumps(manifest).encode(), **parts})


def without(name: str) -> bytes:
    left = {key: value for key, value in MANIFEST.items() if key != name}
    return told(left, answers_json=b"A,C,B")


def test_an_answer_package_says_what_it_is_the_answers_to() -> None:
    """B15."""
    assert read_answers(GOOD, booking=BOOKING) == AnswerPackage(
        package=PACKAGE, revision=2
    )
    plain = zipped(unzip(GOOD), compression=ZIP_STORED)
    assert read_answers(plain, booking=BOOKING).revision == 2


def test_an_empty_file_is_refused() -> None:
    """B15."""
    with pytest.raises(AnswersEmpty, match="client saved for B-0000000001"):
        read_answers(b"", booking=BOOKING)


def test_the_answers_of_another_booking_are_refused_naming_it() -> None:
    """B15."""
    with pytest.raises(AnswersOfAnotherBooking, match="for B-0000000001, not for B-9"):
        read_answers(GOOD, booking="B-9999999999")


def lying(size: int) -> bytes:
    """Make an answer package whose directory says that its part is of another size."""
    at = GOOD.rindex(b"PK\x01\x02")
    return GOOD[: at + 24] + struct.pack("<I", size) + GOOD[at + 28 :]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"A,C,B", "not a zip file"),
        (GOOD[:-1], "it is damaged"),
        (GOOD.replace(b"PK\x03\x04", b"PK\x03\x05"), "it is damaged"),
        (zipped({}), "has no manifest.json"),
        (zipped({"answers.json": b"A"}), "has no manifest.json"),
        (zipped({"manifest.json": b"?"}), "is not JSON"),
        (zipped({"manifest.json": b"[" * 100_000}), "it is damaged"),
        (told([]), "does not say .format."),
        (told({**MANIFEST, "format": "other/1"}), "does not say .format."),
        (without("package"), "does not name its package"),
        (without("booking"), "does not name its booking"),
        (without("revision"), "does not name its revision"),
        (without("parts"), "has the SHA-256"),
        (answers("p1", BOOKING), "does not name its package"),
        (answers(PACKAGE, "\ud800"), "does not name its booking"),
        (answers(PACKAGE, BOOKING, -1), "does not name its revision"),
        (answers(PACKAGE, BOOKING, True), "does not name its revision"),  # noqa: FBT003
        (told(MANIFEST), "no answers in it"),
        (told(MANIFEST, answers_json=b"A,C,C"), "has the SHA-256"),
        (told(MANIFEST, answers_json=b"A,C,B", more_txt=b""), "has the SHA-256"),
        (answers(PACKAGE, BOOKING, content=b""), "answers in it are empty"),
        (zipped(unzip(GOOD), compression=ZIP_BZIP2), "in another way than deflate"),
        (zipped({str(n): b"" for n in range(MOST_PARTS + 1)}), "more than 100 parts"),
        (lying(MOST_UNPACKED + 1), "unpacks to more than 20 MB"),
        (lying(3), "it is damaged"),
    ],
    ids=lambda each: "" if isinstance(each, bytes) else each,
)
def test_what_is_no_answer_package_is_refused_saying_why(
    content: bytes, why: str
) -> None:
    """B15."""
    with pytest.raises(NotAnswerPackage, match=why) as refused:
        read_answers(content, booking=BOOKING)
    assert "Send the file that the offline client saved" in str(refused.value)


def test_a_part_that_is_there_twice_is_refused() -> None:
    """B15."""
    twice = zipped({"manifest.json": b"{}", "answers.jsom": b"A", "answers.json": b"A"})
    with pytest.raises(NotAnswerPackage, match="a part twice"):
        read_answers(twice.replace(b"answers.jsom", b"answers.json"), booking=BOOKING)


def test_a_part_that_unpacks_to_far_more_than_it_says_is_not_unpacked() -> None:
    """B15."""
    bomb = answers(PACKAGE, BOOKING, content=bytes(MOST_UNPACKED * 10))
    at = bomb.rindex(b"PK\x01\x02")
    with pytest.raises(NotAnswerPackage, match="it is damaged"):
        read_answers(
            bomb[: at + 24] + struct.pack("<I", 5) + bomb[at + 28 :], booking=BOOKING
        )


def test_a_part_of_every_kind_is_taken() -> None:
    """B15: what the parts are called, and what is in them, is the client's business."""
    parts = {"answers.json": b"{}", "screen/1.png": b"\x89PNG", "log.txt": b""}
    manifest = {**MANIFEST, "parts": {n: sha256(part) for n, part in parts.items()}}
    content = zipped({"manifest.json": json.dumps(manifest).encode(), **parts})
    assert read_answers(content, booking=BOOKING).package == PACKAGE


@given(st.binary(max_size=200), st.integers(0, len(GOOD)), st.integers(0, 40))
def test_whatever_becomes_of_the_file_it_is_read_or_refused(
    noise: bytes, at: int, cut: int
) -> None:
    """B15."""
    try:
        found = read_answers(GOOD[:at] + noise + GOOD[at + cut :], booking=BOOKING)
    except (Malformed, RuleBroken):
        return
    assert found.package
