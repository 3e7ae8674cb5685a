"""Offline packages: their files, sealed for one program and one user's PIN.

A package is a zip of two entries; ``docs/offline.md`` describes it for authors of offline
clients. Its key is sealed under the PIN, then for the client's public key (ADR 14).
"""

import base64
import binascii
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import (
    X25519PrivateKey,
    X25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from aggregates.bookings.booking import Booking
from aggregates.bookings.sitting_time import window
from aggregates.uk_time import in_london
from catalogue import amount

FORMAT = "learner-management-package/2"
HEADER, CONTENT, MANIFEST = "package.json", "content.bin", "manifest.json"
INSTRUCTIONS = "instructions.txt"
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
"""HPKE (RFC 9180), base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM."""

KEY_BYTES, NONCE_BYTES, SALT_BYTES = 32, 12, 16


@dataclass(frozen=True, kw_only=True)
class PinCost:
    """The cost of one try of a PIN with argon2id: passes, KiB of memory, lanes."""

    passes: int = 3
    memory: int = 64 * 1024
    lanes: int = 1


COST = PinCost()


def files_of(booking: Booking, package: str) -> dict[str, bytes]:
    """Make the files in a booking's package, as the booking is now."""
    parts = {INSTRUCTIONS: instructions(booking).encode()}
    opens, closes = window(booking.starts)
    manifest = {
        "package": package,
        "booking": booking.made.booking,
        "revision": booking.revision,
        "opens": opens.isoformat(),
        "closes": closes.isoformat(),
        "minutes": booking.minutes,
        "parts": {name: digest(part) for name, part in parts.items()},
    }
    return {**parts, MANIFEST: json.dumps(manifest).encode()}


def instructions(booking: Booking) -> str:
    """Write the instructions for whoever holds the sitting."""
    opens, closes = (in_london(moment) for moment in window(booking.starts))
    return (
        f"Test of {booking.made.unit} by {booking.made.learner},"
        f" booking {booking.made.booking}\n\n"
        f"1. Start the test on {in_london(booking.starts)}, London time; it can be"
        f" started from {opens} until {closes}.\n"
        "2. Open this package with your PIN. Let nobody else know the PIN.\n"
        f"3. The learner has {amount(booking.minutes, 'minute')}"
        f" ({booking.extra_time} % extra time included).\n"
        "4. Afterwards, connect and send the answers back.\n"
    )


def is_public_key(text: str) -> bool:
    """Whether the text is an X25519 key to seal for, 32 bytes as base64."""
    try:
        key = X25519PublicKey.from_public_bytes(_decode_base64(text))
        X25519PrivateKey.generate().exchange(key)
    except (ValueError, binascii.Error):
        return False
    return True


def seal(
    files: Mapping[str, bytes],
    *,
    about: Mapping[str, Any],
    pin: str,
    public_key: str,
    cost: PinCost | None = None,
) -> tuple[bytes, bytes]:
    """Make a package of these files; return it with the key of its content.

    ``about`` goes into the header, which everybody can read and nobody can change.
    """
    cost = cost or COST
    key, salt = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(SALT_BYTES)
    under_pin = _encrypt(pin_key(pin, salt, cost), key, FORMAT.encode())
    client = X25519PublicKey.from_public_bytes(_decode_base64(public_key))
    header = {
        "format": FORMAT,
        **about,
        "pin": {"kdf": "argon2id", "salt": _text(salt), **asdict(cost)},
        "key": _text(SUITE.encrypt(under_pin, client, info=FORMAT.encode())),
    }
    told = json.dumps(header, indent=1).encode()
    content = _encrypt(key, _zip(files), told)
    return _zip({HEADER: told, CONTENT: content}), key


def is_whole(package: bytes, key: bytes) -> bool:
    """Whether every part, read back, matches the manifest (B13)."""
    try:
        parts = open_with(package, key)
        promised = json.loads(parts.pop(MANIFEST))["parts"]
    except (BadZipFile, InvalidTag, LookupError, ValueError):
        return False
    return bool({name: digest(part) for name, part in parts.items()} == promised)


def open_with(package: bytes, key: bytes) -> dict[str, bytes]:
    """Read the files of a package. Raises InvalidTag, BadZipFile, KeyError."""
    outer = _unzip(package)
    sealed = outer[CONTENT]
    nonce, box = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return _unzip(AESGCM(key).decrypt(nonce, box, outer[HEADER]))


def pin_key(pin: str, salt: bytes, cost: PinCost) -> bytes:
    """Derive a key from a PIN, at this cost."""
    return hash_secret_raw(
        pin.encode(),
        salt,
        time_cost=cost.passes,
        memory_cost=cost.memory,
        parallelism=cost.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _encrypt(key: bytes, content: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, bound)


def _zip(files: Mapping[str, bytes]) -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", compression=ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return written.getvalue()


def _unzip(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _decode_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
