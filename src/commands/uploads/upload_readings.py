"""The last readings of files under check, kept so that the next part can use them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from aggregates.uploads.duplicate_rows import DuplicateRows
from files.packed_rows import PackedRows

MOST_ROWS = 400_000
"""The most rows kept at once, packed: about 80 MB."""

MOST_AGAIN = 4
"""For how many groups, read again in another encoding, the duplicates are kept."""

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class UploadReading:
    """The rows of a file as read, and the duplicates among them."""

    rows: PackedRows
    duplicates: DuplicateRows


class Latest(Generic[K, V]):
    """The most recently used values, by key.

    Their sizes add up to at most ``most``, unless a single one is larger.
    """

    def __init__(self, most: int, size: Callable[[V], int] = lambda _: 1) -> None:
        self._most, self._size = most, size
        self._kept: dict[K, V] = {}

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Return the value of the key; make it if it is not kept."""
        value = self._kept.pop(key, None)
        if value is None:
            value = make()
        self._kept[key] = value
        while len(self._kept) > 1 and self._total() > self._most:
            del self._kept[next(iter(self._kept))]
        return value

    def _total(self) -> int:
        return sum(map(self._size, self._kept.values()))

    def forget(self, key: K) -> None:
        self._kept.pop(key, None)


@dataclass(frozen=True, kw_only=True)
class UploadReadings:
    """The kept readings: of files by name; of groups read again, by group and reading."""

    files: Latest[str, UploadReading] = field(
        default_factory=lambda: Latest(MOST_ROWS, lambda reading: len(reading.rows))
    )
    again: Latest[tuple[str, int], DuplicateRows] = field(
        default_factory=lambda: Latest(MOST_AGAIN)
    )
