"""The code by which anybody checks a certificate: its number with a proof.

Only this service can make a valid code: the proof is a keyed digest of the number, of fifty
bits.
"""

import hmac
import re

from store import EventStore

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that are hard to confuse (Crockford's base 32)."""

PROOF = 10
"""The number of characters of the proof in a code."""

ALIKE = str.maketrans("OIL", "011")
WRITTEN = re.compile(r"C([0-9]{10}[A-Z])([0-9A-Z]{10})")


def verification_code(store: EventStore, certificate: str) -> str:
    """Write the code of a certificate: ``C-0000000017T-7K4M9-QXZ2P``."""
    proof = _proof(store, certificate)
    return f"{certificate}-{proof[:5]}-{proof[5:]}"


def certificate_of_code(store: EventStore, code: str) -> str | None:
    """Return the certificate's number if its proof is right, else None. Reads no data."""
    written = WRITTEN.fullmatch(re.sub(r"[\s-]", "", code).upper())
    number = f"C-{written[1]}" if written else ""
    given = written[2].translate(ALIKE) if written else ""
    is_proved = hmac.compare_digest(given.encode(), _proof(store, number).encode())
    return number if is_proved else None


def _proof(store: EventStore, certificate: str) -> str:
    digits = int(store.make_key(f"verification of {certificate}"), 16)
    return "".join(ALPHABET[digits >> 5 * place & 31] for place in range(PROOF))
