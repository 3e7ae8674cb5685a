"""What the check of an upload read last, kept so that its next part goes on from it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from aggregates.uploads.duplicate_rows import DuplicateRows
from files.learner_file import LearnerFile

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, kw_only=True)
class UploadReading:
    """A file as it was read, and which of its rows say the same."""

    file: LearnerFile
    duplicates: DuplicateRows


class LatestValue(Generic[K, V]):
    """The value that was made last, with the key that it was made for."""

    def __init__(self) -> None:
        self._latest: tuple[K, V] | None = None

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Give the value of that key, made now if the latest is another's."""
        latest = self._latest
        if latest is None or latest[0] != key:
            self._latest = None  # what is not needed any more goes before more is read
            self._latest = latest = (key, make())
        return latest[1]

    def forget(self) -> None:
        self._latest = None


@dataclass(frozen=True, kw_only=True)
class UploadReadings:
    """Of files by their name, and of groups read again by group and reading."""

    files: LatestValue[str, UploadReading] = field(default_factory=LatestValue)
    again: LatestValue[tuple[str, int], DuplicateRows] = field(
        default_factory=LatestValue
    )
