"""Signed tree heads: size, root and time of the tree up to a position (RFC 9162)."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit.leaf import MOMENT
from audit.tree import Hash


@dataclass(frozen=True, kw_only=True)
class Head:
    """A tree head: the number of events up to a position, the root over them, and the time.

    ``signature`` is Ed25519 over ``text``, by the key derived from the master key.
    ``signed_at`` is in UTC.
    """

    size: int
    position: int
    root: Hash
    signed_at: datetime
    signature: bytes = b""

    @property
    def text(self) -> bytes:
        at = self.signed_at.strftime(MOMENT)
        said = f"tree head\n{self.size}\n{self.position}\n{self.root.hex()}\n{at}\n"
        return said.encode()

    def is_signed_by(self, public_key: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(public_key).verify(
                self.signature, self.text
            )
        except InvalidSignature:
            return False
        return True

    def document(self, public_key: bytes) -> dict[str, Any]:
        """Return the published form: JSON, with bytes as hex."""
        return {
            **asdict(self),
            "root": self.root.hex(),
            "signed_at": self.signed_at.strftime(MOMENT),
            "signature": self.signature.hex(),
            "public_key": public_key.hex(),
        }

    @classmethod
    def of(cls, document: Any) -> Self:
        """Read the published form. Raises ValueError if it is not a tree head."""
        try:
            return cls(
                size=int(document["size"]),
                position=int(document["position"]),
                root=bytes.fromhex(document["root"]),
                signed_at=datetime.strptime(
                    document["signed_at"] + "+0000", f"{MOMENT}%z"
                ),
                signature=bytes.fromhex(document["signature"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"This is not a tree head: {error}") from None
