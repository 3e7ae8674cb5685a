"""Leader locks on PostgreSQL."""

import hashlib
from contextlib import suppress
from threading import Lock
from time import monotonic

import psycopg

from store.postgres.recorder import patiently


class AdvisoryLock:
    """An advisory lock on a connection of its own; it ends with the connection."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._key = key_of(name)
        self._connection: psycopg.Connection[tuple[bool]] | None = None
        self._is_ours = False
        self._sure_until = 0.0
        self._lock = Lock()

    def acquire(self) -> bool:
        with self._lock:
            if self._is_ours and monotonic() < self._sure_until:
                return True
            try:
                self._is_ours = self._ask()
            except psycopg.Error:
                self._end()
                raise
            self._sure_until = monotonic() + 1
            return self._is_ours

    def release(self) -> None:
        with self._lock:
            if self._connection is not None and self._is_ours:
                # The server would notice the connection's end only a moment later.
                with suppress(psycopg.Error):
                    self._connection.execute("SELECT pg_advisory_unlock_all()")
            self._end()

    def _ask(self) -> bool:
        if self._connection is None:
            self._connection = psycopg.connect(patiently(self._url), autocommit=True)
        if self._is_ours:
            self._connection.execute("SELECT true")
            return True
        taken = self._connection.execute(
            "SELECT pg_try_advisory_lock(%s)", [self._key]
        ).fetchone()
        return taken is not None and taken[0]

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._is_ours = None, False


def key_of(name: str) -> int:
    """Compute the number of the advisory lock with this name."""
    digest = hashlib.sha256(f"read_models {name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
