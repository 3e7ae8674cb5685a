"""Answer packages, which offline clients send back: reading and checking them (B15).

A package is a zip of a manifest and the parts that it names; see ``docs/offline.md``.
"""

import json
import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, NoReturn
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from aggregates.bookings.booking_refusals import (
    AnswersEmpty,
    AnswersOfAnotherBooking,
    NotAnswerPackage,
)
from files.sealed_package import MANIFEST, digest

FORMAT = "learner-management-answers/1"
MOST_ANSWERS = 5 * 2**20
"""The largest size of the file."""

ZIP_START = b"PK"
MOST_UNPACKED = 20 * 2**20
MOST_PARTS = 100
_KNOWN = frozenset({ZIP_STORED, ZIP_DEFLATED})
_SHAPES = {
    "package": r"[0-9a-f]{32}",
    "booking": r"B-[0-9]{10}",
    "revision": r"[0-9]{1,9}",
}
_DAMAGE = (
    BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class _NotOne(Exception):
    """The reason why the file is not an answer package."""


@dataclass(frozen=True, kw_only=True)
class AnswerPackage:
    """The package, and its booking's revision, that the answers name."""

    package: str
    revision: int


def read_answers(content: bytes, *, booking: str) -> AnswerPackage:
    """Read the answers of a booking's test.

    Raises AnswersEmpty, NotAnswerPackage; AnswersOfAnotherBooking.
    """
    if not content:
        raise AnswersEmpty(booking=booking)
    try:
        manifest, parts = _unpack(content)
        _require_whole(manifest, parts)
    except _NotOne as fault:
        raise NotAnswerPackage(booking=booking, why=fault) from None
    except _DAMAGE:
        is_zip = content.startswith(ZIP_START)
        why = "it is damaged" if is_zip else "it is not a zip file"
        refusal = NotAnswerPackage(booking=booking, why=why)
        refusal.is_wrong_type = not is_zip
        raise refusal from None
    if manifest["booking"] != booking:
        raise AnswersOfAnotherBooking(booking=booking, theirs=manifest["booking"])
    return AnswerPackage(package=manifest["package"], revision=manifest["revision"])


def _unpack(content: bytes) -> tuple[Mapping[str, Any], dict[str, bytes]]:
    with ZipFile(BytesIO(content)) as zipped:
        entries = zipped.infolist()
        if len(entries) > MOST_PARTS:
            _refuse(f"it has more than {MOST_PARTS} parts")
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            _refuse(f"it unpacks to more than {MOST_UNPACKED // 2**20} MB")
        if any(entry.compress_type not in _KNOWN for entry in entries):
            _refuse("it is compressed in another way than deflate")
        parts = {entry.filename: _part(zipped, entry) for entry in entries}
    if MANIFEST not in parts:
        _refuse(f"it has no {MANIFEST}")
    if len(parts) < len(entries):
        _refuse("it has a part twice")
    try:
        manifest = json.loads(parts.pop(MANIFEST))
    except ValueError:
        _refuse(f"its {MANIFEST} is not JSON")
    return _require_manifest(manifest), parts


def _part(zipped: ZipFile, entry: ZipInfo) -> bytes:
    """Read a part, up to the size that it declares."""
    with zipped.open(entry) as part:
        return part.read(entry.file_size)


def _require_manifest(manifest: Any) -> Mapping[str, Any]:
    """Return the manifest if it has the required members."""
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        _refuse(f'its {MANIFEST} does not say "format": "{FORMAT}"')
    for name, shape in _SHAPES.items():
        told = manifest.get(name)
        is_told = type(told) is (int if name == "revision" else str)
        if not is_told or not re.fullmatch(shape, str(told), re.ASCII):
            _refuse(f"its {MANIFEST} does not name its {name}")
    return manifest


def _require_whole(manifest: Mapping[str, Any], parts: Mapping[str, bytes]) -> None:
    if not parts:
        _refuse("it has no answers in it")
    if manifest.get("parts") != {name: digest(part) for name, part in parts.items()}:
        _refuse(f"its parts are not those of which its {MANIFEST} has the SHA-256")
    if not any(parts.values()):
        _refuse("the answers in it are empty")


def _refuse(why: str) -> NoReturn:
    raise _NotOne(why)
