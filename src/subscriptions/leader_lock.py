"""The leader lock: only one process at a time follows the log."""

import fcntl
from pathlib import Path
from threading import Lock
from typing import IO, Protocol


class LeaderLock(Protocol):
    """A lock that one process at a time holds; it ends with the process."""

    def acquire(self) -> bool:
        """Acquire the lock if it is free; tell whether this process holds it."""
        ...

    def release(self) -> None: ...


class FileLock:
    """A leader lock for SQLite: a file lock, which the system releases when the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None
        self._lock = Lock()

    def acquire(self) -> bool:
        with self._lock:
            if self._file is None:
                file = self._path.open("w")
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    file.close()
                    return False
                self._file = file
            return True

    def release(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
            self._file = None
