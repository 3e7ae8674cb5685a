"""Tree heads that were kept elsewhere: the events must have grown from them (H5)."""

from collections.abc import Iterable, Iterator
from operator import attrgetter

from audit.finding import Finding, event_replaced, fewer, not_signed, others
from audit.head import Head
from audit.tree import Frontier
from store import Position, StoredRow


class Witnesses:
    """The kept heads; each is compared when the tree reaches its size.

    ``last`` is the head compared last, and ``sound`` its position.
    """

    def __init__(self, heads: Iterable[Head]) -> None:
        self._heads = sorted(heads, key=attrgetter("size"))
        self._next = 0
        self._late: StoredRow | None = None
        self.last: Head | None = None
        self.sound: Position = 0

    def faults(self, public_key: bytes) -> Iterator[Finding]:
        """Check the heads themselves."""
        for head in self._heads:
            if not head.is_signed_by(public_key):
                yield not_signed(head)

    @property
    def next(self) -> Head | None:
        """Return the next head, whose size the tree has not reached yet."""
        return self._heads[self._next] if self._next < len(self._heads) else None

    def compare_head(self, row: StoredRow, frontier: Frontier) -> Iterator[Finding]:
        """Compare the tree, which ends with this event now, with the heads of its size.

        An event recorded after a head was signed cannot be in that head's tree.
        """
        while (head := self.next) is not None:
            if self._late is None and row.recorded_at > head.signed_at:
                self._late = row
            if head.size > frontier.size:
                return
            if (head.size, head.root, head.position) != (
                frontier.size,
                frontier.root,
                row.position,
            ):
                yield self._event_at_fault(head) or others(self.sound, head)
            self.sound, self._late, self.last = row.position, None, head
            self._next += 1

    def find_missing(self, last: Position, size: int) -> Iterator[Finding]:
        """Report the events that are missing if the tree ends before a kept head."""
        if (head := self.next) is not None:
            yield self._event_at_fault(head) or fewer(self.sound, last, size, head)

    def _event_at_fault(self, head: Head) -> Finding | None:
        return self._late and event_replaced(self.sound, self._late, head)
