"""What the issuer publishes, kept for an hour and through its outages."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

import structlog

from access.oidc.refusals import IssuerUnavailable

T = TypeVar("T")
LASTS = 3600.0
"""Seconds after which it is fetched again (d)."""

PAUSE = 15.0
"""Seconds between two fetches, however often somebody asks for newer or fails (d)."""

log = structlog.get_logger("oidc")


class Published(Generic[T]):
    """Something that is fetched when first needed, by one thread while others wait.

    While the issuer does not answer, what is kept goes on being used. ``fetch`` raises
    IssuerUnavailable.
    """

    def __init__(
        self, fetch: Callable[[], T], clock: Callable[[], float] = monotonic
    ) -> None:
        self._fetch, self._clock = fetch, clock
        self._lock = Lock()
        self._kept: T | None = None
        self._due = self._soonest = clock()

    def get(self, *, newer: bool = False) -> T:
        """Give it; ``newer`` has it fetched again, unless it was just now.

        Raises IssuerUnavailable if it was never had.
        """
        with self._lock:
            now = self._clock()
            if (newer or now >= self._due) and now >= self._soonest:
                self._fetch_again()
                self._soonest = self._clock() + PAUSE
            if self._kept is None:
                raise IssuerUnavailable
            return self._kept

    def _fetch_again(self) -> None:
        try:
            self._kept = self._fetch()
        except IssuerUnavailable as error:
            log.warning("issuer does not answer", error=str(error.__cause__ or ""))
        else:
            self._due = self._clock() + LASTS
