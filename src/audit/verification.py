"""Compare every event with the ledger's record of it (H5)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from audit.finding import (
    Finding,
    event_altered,
    event_inserted,
    event_removed,
    leaf_altered,
    ledger_altered,
    put_back,
)
from audit.head import Head
from audit.leaf import leaf_of
from audit.ledger import Ledger, LedgerAltered
from audit.tree import Frontier, Hash
from audit.witnesses import Witnesses
from catalogue import amount
from store import EventStore, Position, StoredRow

BATCH = 5000
BEFORE_ALL, LAST = -(2**63) - 1, 2**63 - 1
"""The limits of all positions that a database can hold."""


@dataclass(frozen=True, kw_only=True)
class AuditResult:
    """The number of events compared, and the first fault if there is one.

    ``head`` is the last signed head. ``unsealed`` counts genuine events after it, which the
    ledger has not reached yet.
    """

    events: int
    head: Head | None
    unsealed: int = 0
    finding: Finding | None = None


def verify(
    ledger: Ledger,
    *,
    kept: Sequence[Head] = (),
    progress: Callable[[int], None] = lambda _: None,
) -> AuditResult:
    """Compare each event with its leaf, and the leaves with every signed head.

    ``kept`` are heads that were kept elsewhere: the events must have grown from them.
    ``progress`` is called with the number of events compared.
    """
    verifier = _Verifier(ledger, Witnesses(kept), progress)
    try:
        finding = next(verifier.faults(), None)
    except LedgerAltered as error:
        finding = ledger_altered(verifier.sound, error.why)
    return AuditResult(
        events=verifier.events,
        head=verifier.last,
        unsealed=verifier.unsealed,
        finding=finding,
    )


class _Verifier:
    def __init__(
        self, ledger: Ledger, kept: Witnesses, progress: Callable[[int], None]
    ) -> None:
        self._ledger = ledger
        self._store = ledger.store
        self._kept = kept
        self._progress = progress
        self._frontier = Frontier()
        self._nodes: dict[int, Iterator[tuple[int, Hash]]] = {}
        self._place = BEFORE_ALL
        self.last: Head | None = None
        self.sound: Position = 0
        self.events = 0
        self.unsealed = 0

    def faults(self) -> Iterator[Finding]:
        yield from self._kept.faults(self._store.public_key)
        self.last = self._ledger.head()  # first, because later events are not sealed
        self._size = self.last.size if self.last else 0
        before = self._ledger.heads(most=self._size - 1)
        self._heads = chain(before, [self.last] if self.last else [])
        self._next = next(self._heads, None)
        self._doubled = self._store.find_duplicate_version()
        self._rows = read_stored_rows(self._store)
        self._row = next(self._rows, None)
        yield from self._sealed_faults()
        yield from self._ledger_faults()
        yield from self._tail_faults()
        yield from self._kept.find_missing(max(self._place, 0), self.events)

    def _sealed_faults(self) -> Iterator[Finding]:
        """Compare each event with its leaf, and the leaves so far with the heads."""
        for number, position, found in self._ledger.leaves(most=self._size):
            row = self._row
            if number != self._frontier.size:
                yield ledger_altered(self.sound, "a leaf was removed from it")
            if row is None or row.position > position:
                yield self._at_fault(position, event_removed(position))
                return
            if row.position < position:
                yield self._at_fault(position, event_inserted(row))
            if leaf_of(row) != found or not self._store.is_vouched(row):
                yield self._at_fault(position, event_altered(row))
            if position == self._doubled:
                yield event_inserted(row)
            yield from self._node_faults(found)
            yield from self._head_faults(position)
            yield from self._kept.compare_head(row, self._frontier)
            self._go_on()

    def _at_fault(self, position: Position, finding: Finding) -> Finding:
        """Say whether the event was altered, or the ledger's record of it.

        It is the ledger if the events give the next head that the service signed.
        """
        frontier = Frontier(self._frontier.size, self._frontier.peaks)
        heads = self._ledger.heads(after=frontier.size, most=self._size)
        key = self._store.public_key
        head = next((head for head in heads if head.is_signed_by(key)), None)
        if head is None:
            return finding
        rows = read_stored_rows(self._store, after=self._place)
        for row in islice(rows, head.size - frontier.size):
            if not self._store.is_vouched(row):
                return finding
            _grow(frontier, leaf_of(row))
        if (frontier.size, frontier.root) != (head.size, head.root):
            return finding
        return leaf_altered(self.sound, position, head)

    def _node_faults(self, leaf: Hash) -> Iterator[Finding]:
        """Add a leaf, and compare the subtrees that it completes."""
        for node in self._frontier.add(leaf):
            if node.level == 0:
                continue
            if node.level not in self._nodes:
                self._nodes[node.level] = self._ledger.nodes(node.level)
            if next(self._nodes[node.level], None) != (node.number, node.hash):
                name = f"node {node.number} of level {node.level}"
                yield ledger_altered(self.sound, f"its {name} is of others")

    def _head_faults(self, position: Position) -> Iterator[Finding]:
        """Compare the leaves so far with the signed head of that size."""
        head, size = self._next, self._frontier.size
        if head is None or head.size != size:
            return
        if not head.is_signed_by(self._store.public_key):
            yield ledger_altered(
                self.sound, f"its head of {amount(size, 'event')} is not signed"
            )
        if (head.root, head.position) != (self._frontier.root, position):
            yield ledger_altered(
                self.sound, f"its head of {amount(size, 'event')} is of others"
            )
        self.sound = position
        self._next = next(self._heads, None)

    def _ledger_faults(self) -> Iterator[Finding]:
        if self._frontier.size != self._size or self._next:
            yield ledger_altered(self.sound, "leaves were removed from it")
        self._ledger.require_end()

    def _tail_faults(self) -> Iterator[Finding]:
        """Check the events that the ledger has not reached yet."""
        before = self._kept.last
        while (row := self._row) is not None:
            if not self._store.is_vouched(row) or row.position == self._doubled:
                yield event_inserted(row)
            if self._kept.next:
                _grow(self._frontier, leaf_of(row))
                yield from self._kept.compare_head(row, self._frontier)
            self.unsealed += 1
            self._go_on()
        if self._kept.last and self._kept.last != before and not self._kept.next:
            yield put_back(self.sound, self._kept.last)

    def _go_on(self) -> None:
        if self._row is not None:
            self._place = self._row.position
        self._row = next(self._rows, None)
        self.events += 1
        if self.events % BATCH == 0:
            self._progress(self.events)


def _grow(frontier: Frontier, leaf: Hash) -> None:
    for _ in frontier.add(leaf):
        pass


def read_stored_rows(
    store: EventStore, *, after: Position = BEFORE_ALL
) -> Iterator[StoredRow]:
    """Yield every event as stored, in order; if several have one position, all of them."""
    while after < LAST and (rows := store.read_stored(after=after, limit=BATCH)):
        last = rows[-1].position
        whole = [row for row in rows if row.position < last]
        if len(rows) < BATCH or not whole:
            yield from rows
            after = last
        else:
            yield from whole
            after = last - 1
