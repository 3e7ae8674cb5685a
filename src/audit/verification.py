"""Comparing every event with what the ledger says it was (H5)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from audit.head import Head
from audit.leaf import leaf_of
from audit.ledger import Ledger
from audit.tree import Frontier
from store import EventStore, Position, Row

BATCH = 5000
BEFORE_ALL = -(2**62)
"""A position before any that the store gives, where nothing should be."""


class Kind(StrEnum):
    """What was done to the events, or to the ledger itself."""

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    LEDGER = "ledger"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The first thing that is wrong, at or before that position, as a sentence."""

    kind: Kind
    position: Position
    message: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """How many events were compared, and what is wrong first, if anything is.

    ``head`` is the last signed head; ``unsealed`` counts genuine events after it, that
    the ledger has not come to yet.
    """

    events: int
    head: Head | None
    unsealed: int = 0
    finding: Finding | None = None


def verify(
    ledger: Ledger,
    *,
    witness: Head | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Verification:
    """Compare each event with its leaf, and the leaves with every signed head.

    ``witness`` is a head that was kept elsewhere: the events must have grown from it.
    ``progress`` is told how many events have been compared.
    """
    return _Verifier(ledger, witness, progress).verify()


class _Verifier:
    def __init__(
        self, ledger: Ledger, witness: Head | None, progress: Callable[[int], None]
    ) -> None:
        self._ledger = ledger
        self._store = ledger.store
        self._progress = progress
        self._frontier = Frontier()
        self._last = ledger.head()  # first: what is recorded later is not sealed
        self._size = self._last.size if self._last else 0
        self._heads = ledger.heads(most=self._size)
        self._next = next(self._heads, None)
        self._witness = witness
        self._sound: Position = 0
        self._events = 0
        self._unsealed = 0
        self._rows = stored(self._store)
        self._row = next(self._rows, None)

    def verify(self) -> Verification:
        faults = chain(
            self._sealed_faults(), self._ledger_faults(), self._tail_faults()
        )
        finding = next(faults, None)
        return Verification(
            events=self._events,
            head=self._last,
            unsealed=self._unsealed,
            finding=finding,
        )

    def _sealed_faults(self) -> Iterator[Finding]:
        """Compare each event with its leaf, and the leaves so far with the heads."""
        for position, found in self._ledger.leaves(most=self._size):
            row = self._row
            if row is None or row.position > position:
                yield _removed(position)
                return
            if row.position < position:
                yield _inserted(row)
            if leaf_of(row) != found or not self._store.is_vouched(row):
                yield _altered(row)
            for _ in self._frontier.add(found):
                pass
            yield from self._head_faults(position)
            self._go_on()

    def _ledger_faults(self) -> Iterator[Finding]:
        if self._frontier.size != self._size or self._next:
            yield self._ledger_fault("leaves were removed from it")
        if self._witness and self._frontier.size < self._witness.size:
            yield _removed(self._witness.position, of="a tree head kept elsewhere")

    def _tail_faults(self) -> Iterator[Finding]:
        """Look at what the ledger has not come to yet."""
        while (row := self._row) is not None:
            if not self._store.is_vouched(row):
                yield _inserted(row)
            self._unsealed += 1
            self._go_on()

    def _head_faults(self, position: Position) -> Iterator[Finding]:
        """Compare the leaves so far with the heads that were signed of so many."""
        size, root = self._frontier.size, None
        key = self._store.public_key
        if self._next is not None and self._next.size == size:
            root = self._frontier.root
            if not self._next.is_signed_by(key):
                yield self._ledger_fault(f"its head of {size} events is not signed")
            if (self._next.root, self._next.position) != (root, position):
                yield self._ledger_fault(f"its head of {size} events is of others")
            self._sound = position
            self._next = next(self._heads, None)
        witness = self._witness
        if witness is not None and witness.size == size:
            root = root or self._frontier.root
            if (witness.root, witness.position) != (root, position):
                yield self._ledger_fault(
                    f"the tree head kept elsewhere, of {size} events, is of others"
                )

    def _ledger_fault(self, what: str) -> Finding:
        return Finding(
            kind=Kind.LEDGER,
            position=self._sound,
            message=(
                f"The ledger was altered after position {self._sound}: {what}. Events"
                " after that position cannot be trusted; compare with a tree head or"
                " a bundle that was kept elsewhere."
            ),
        )

    def _go_on(self) -> None:
        self._row = next(self._rows, None)
        self._events += 1
        if self._events % BATCH == 0:
            self._progress(self._events)


def stored(store: EventStore, *, after: Position = BEFORE_ALL) -> Iterator[Row]:
    """Read every event as it is stored, in order."""
    while rows := store.stored(after=after, limit=BATCH):
        yield from rows
        after = rows[-1].position


def _removed(position: Position, *, of: str = "the ledger") -> Finding:
    return Finding(
        kind=Kind.REMOVED,
        position=position,
        message=f"The event at position {position} is in {of} and not in the store: it"
        " was removed.",
    )


def _altered(row: Row) -> Finding:
    return Finding(
        kind=Kind.ALTERED,
        position=row.position,
        message=f"The event at position {row.position} ({_named(row)}) is not as it was"
        " recorded: it was altered, or another stands in its place.",
    )


def _inserted(row: Row) -> Finding:
    return Finding(
        kind=Kind.INSERTED,
        position=row.position,
        message=f"The event at position {row.position} ({_named(row)}) was not recorded"
        " by this service: it was inserted.",
    )


def _named(row: Row) -> str:
    return f"{row.topic}, version {row.version} of {row.stream}"
