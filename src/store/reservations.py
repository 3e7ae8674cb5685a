"""Reservations, folded from the events themselves."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from store.codec import StoredRow, read_written
from store.envelope import Held


@dataclass
class Reservations:
    """The reservations held after the events folded so far.

    A reservation's position is that of the last event appended with it.
    """

    held: dict[tuple[str, str], Held] = field(default_factory=dict)
    _append: UUID | None = None
    _made: list[tuple[str, str]] = field(default_factory=list)

    def fold(self, rows: Iterable[StoredRow]) -> None:
        for row in rows:
            written = read_written(row.state)
            if written.append != self._append:
                self._append, self._made = written.append, []
            for claim in written.released:
                if claim in self.held and self.held[claim].stream == row.stream:
                    del self.held[claim]
            for claim in written.reserved:
                self._hold(claim, row.stream, None, row.position)
            if written.once is not None:
                scope, key, digest, stream = written.once
                self._hold((scope, key), stream, digest, row.position)
            for claim in self._made:
                self.held[claim] = replace(self.held[claim], position=row.position)

    def _hold(
        self, claim: tuple[str, str], stream: UUID, digest: str | None, position: int
    ) -> None:
        if claim in self.held and self.held[claim].stream == stream:
            return
        self._made.append(claim)
        self.held[claim] = Held(
            scope=claim[0],
            key=claim[1],
            stream=stream,
            digest=digest,
            position=position,
        )
