"""Passwords that were stolen elsewhere, in a file of their hashes.

The file is of the format in which such lists are given out, "ordered by hash": lines of
the SHA-1 of a password in capital hexadecimal digits, ``:``, and how often it was seen.
"""

import os
import re
from bisect import bisect_left
from dataclasses import dataclass
from hashlib import sha1
from pathlib import Path
from typing import BinaryIO

LINE = re.compile(rb"[0-9A-F]{40}(:[0-9]+)?\r?\n")
DIGITS = 40
LONGEST = 200
"""How many bytes of a line are read at most."""


@dataclass(frozen=True)
class BreachedPasswords:
    """The passwords of such a file, which is looked into at about 40 places each time."""

    file: Path

    def __contains__(self, password: object) -> bool:
        """Tell whether a password is in the file. Raises OSError if it is gone."""
        hashed = sha1(str(password).encode(), usedforsecurity=False)
        wanted = hashed.hexdigest().upper().encode()
        with self.file.open("rb") as lines:
            size = lines.seek(0, os.SEEK_END)
            at = bisect_left(
                range(size), wanted, key=lambda place: _hash_at(lines, place)
            )
            return _hash_at(lines, at) == wanted

    def why_unusable(self) -> str | None:
        """Say what is wrong with the file, if it is not one that can be looked into."""
        try:
            with self.file.open("rb") as lines:
                first = lines.readline(LONGEST)
        except OSError as error:
            return f"{self.file} cannot be read: {error.strerror}."
        if LINE.fullmatch(first):
            return None
        return f"{self.file} has no lines of a SHA-1 in capitals, a colon and a number."


def _hash_at(lines: BinaryIO, place: int) -> bytes:
    """Read the hash of the first line that begins at a place or after it."""
    lines.seek(max(place - 1, 0))
    if place:
        lines.readline(LONGEST)
    return lines.readline(LONGEST)[:DIGITS] or b"past the end"
