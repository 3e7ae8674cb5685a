"""An offline client, written from docs/offline.md alone."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

FORMAT = b"learner-management-package/2"
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
NONCE = 12


@dataclass(frozen=True)
class Program:
    """A program on somebody's laptop, with a key pair of its own."""

    private_key: X25519PrivateKey = field(default_factory=X25519PrivateKey.generate)

    @property
    def public_key(self) -> str:
        raw = self.private_key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return base64.b64encode(raw).decode()

    def unwrap(self, package: bytes) -> tuple[dict[str, Any], bytes]:
        """Read the header, and open the outer of the two locks on the key."""
        header = json.loads(unzip(package)["package.json"])
        box = base64.b64decode(header["key"])
        return header, SUITE.decrypt(box, self.private_key, info=FORMAT)

    def open(self, package: bytes, pin: str) -> dict[str, bytes]:
        """Open a package with the PIN. Raises InvalidTag if either key is another's."""
        parts = unzip(package)
        header, under_pin = self.unwrap(package)
        key = decrypt(pin_key(header, pin), under_pin, FORMAT)
        return unzip(decrypt(key, parts["content.bin"], parts["package.json"]))

    def manifest(self, package: bytes, pin: str) -> dict[str, Any]:
        """Open a package, and check that it is what its manifest says."""
        files = self.open(package, pin)
        manifest = json.loads(files.pop("manifest.json"))
        assert manifest["parts"] == {n: sha256(part) for n, part in files.items()}
        return dict(manifest)


def pin_key(header: dict[str, Any], pin: str) -> bytes:
    how = header["pin"]
    assert how["kdf"] == "argon2id"
    return hash_secret_raw(
        pin.encode(),
        base64.b64decode(how["salt"]),
        time_cost=how["passes"],
        memory_cost=how["memory"],
        parallelism=how["lanes"],
        hash_len=32,
        type=Type.ID,
    )


def decrypt(key: bytes, box: bytes, bound: bytes) -> bytes:
    return AESGCM(key).decrypt(box[:NONCE], box[NONCE:], bound)


def answers(
    package: str,
    booking: str,
    revision: int = 1,
    content: bytes = b"A,C,B",
    **other: Any,
) -> bytes:
    """Make the answer package that a test sat from a package comes to."""
    manifest = {
        "format": "learner-management-answers/1",
        "package": package,
        "booking": booking,
        "revision": revision,
        "parts": {"answers.json": sha256(content)},
        **other,
    }
    told = json.dumps(manifest).encode()
    return zipped({"manifest.json": told, "answers.json": content})


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def zipped(files: dict[str, bytes], compression: int = 8) -> bytes:
    written = BytesIO()
    with ZipFile(written, "w", compression=compression) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return written.getvalue()


def unzip(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}
