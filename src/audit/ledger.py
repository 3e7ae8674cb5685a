"""The ledger: a leaf for every event, stored apart from the events by a follower."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DataError, OperationalError

from audit.head import Head
from audit.leaf import leaf_of
from audit.tree import Frontier, Hash, consistency_proof, inclusion_proof
from catalogue import amount
from projections.database import Database
from projections.read_model import Moment
from store import EventStore, Position, StoredRow
from store.watch import Watch
from subscriptions.follower import Alone, Follower

NAME = "audit"
HASH_BYTES = 32
PART = 5000
SPAN = 500
LINGER = 0.05
"""The seconds of events that one signature seals together."""
UNREADABLE = "a value in it cannot be read"
METADATA = MetaData()
LEAVES = Table(
    "leaves",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False, unique=True),
    Column("hash", LargeBinary, nullable=False),
)
NODES = Table(
    "nodes",
    METADATA,
    Column("level", Integer, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
)
"""The roots of complete subtrees, above the leaves."""
HEADS = Table(
    "heads",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("signed_at", Moment, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
)

_NEWEST = select(func.max(HEADS.c.size)).scalar_subquery()
_LAST_HEAD = select(HEADS).where(HEADS.c.size == _NEWEST)
_LAST_NUMBER = select(func.max(LEAVES.c.number))
_LEAF_AT = select(LEAVES.c.hash).where(LEAVES.c.position == bindparam("at"))


class NotSealable(Exception):
    """Events or ledger were changed by hand: nothing more is signed."""


class ForeignEvent(NotSealable):
    """The store has an event that this service did not write."""

    def __init__(self, position: Position) -> None:
        super().__init__(
            f"The event at position {position} was not recorded by this service: it was"
            " inserted or altered in the database. Run: learner-management audit verify"
        )


class NotAsSealed(NotSealable):
    """The event that was sealed last is missing or replaced."""

    def __init__(self, position: Position) -> None:
        super().__init__(
            f"The event at position {position} is not there as it was sealed. Put the"
            " events back, or the events and the ledger of one backup. Run:"
            " learner-management audit verify"
        )


class LedgerAltered(NotSealable):
    """The ledger was changed by hand; ``why`` says how, without a subject."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The ledger was altered: {why}. Run: learner-management audit verify"
        )
        self.why = why


class PositionNotSealed(LookupError):
    """There is no event at the position, or it is not in the tree yet."""


class Facts:
    """The stored events after the one that was sealed last."""

    def __init__(
        self, store: EventStore, sealed: Callable[[Position], Hash | None]
    ) -> None:
        self._store, self._sealed = store, sealed

    def watch(self) -> Watch:
        return self._store.watch()

    def next_batch(self, after: Position) -> Sequence[StoredRow]:
        """Return the next events. Raises NotAsSealed if the event before them has changed."""
        if not after:
            return self._store.read_stored(after=after)
        rows = self._store.read_stored(after=after - 1)
        if self._sealed(after) not in {None, *map(leaf_of, rows[:1])}:
            raise NotAsSealed(after)
        return [row for row in rows if row.position > after]


class Ledger:
    """The tree over all events, with a signed head after each batch that it read.

    Of earlier heads it keeps one in every ``span`` events, so that verifying finds a fault
    soon. It is stored where neither appends nor read models write. It is never rebuilt,
    because it holds what the events were when they were recorded.
    """

    name = NAME

    def __init__(
        self,
        store: EventStore,
        database: Database,
        clock: Callable[[], datetime],
        *,
        span: int = SPAN,
    ) -> None:
        self.store = store
        self._span = span
        self._database = database
        self._clock = clock
        self._lock = database.leader_lock(NAME)
        database.make_lasting(METADATA.sorted_tables)
        self._facts = Facts(store, self._leaf_at)
        self._follower = Follower(Alone(self), self._facts, self._lock, linger=LINGER)

    def start(self) -> None:
        self._follower.start()

    def stop(self) -> None:
        self._follower.stop()
        self._lock.release()
        self._database.close()

    @property
    def errors(self) -> Mapping[str, str]:
        return self._follower.errors

    def wait_for(self, position: Position, timeout: float) -> bool:
        """Wait up to so many seconds; tell whether all events so far are sealed."""
        return self._follower.wait_for(position, timeout)

    def behind(self) -> dict[str, tuple[Position, Position]]:
        return {NAME: (self.checkpoint(), self.store.head())}

    def checkpoint(self) -> Position:
        head = self.head()
        return head.position if head else 0

    def catch_up(self) -> None:
        """Seal the unsealed events now. Raises NotSealable."""
        place = self.checkpoint()
        while batch := self._facts.next_batch(place):
            place = self.handle(place, batch)

    def handle(self, after: Position, batch: Sequence[StoredRow]) -> Position:
        """Add a leaf for each event and sign the new head. Raises NotSealable."""
        with self._database.writing() as connection:
            last = _last(connection)
            place = last.position if last else 0
            if place < after:
                raise LedgerAltered(f"it was put back from {after} to {place}")
            if place > after:
                return place
            frontier = self._frontier(connection)
            leaves, nodes = [], []
            for row in batch:
                if not self.store.is_vouched(row):
                    raise ForeignEvent(row.position)
                leaf, *whole = frontier.add(leaf_of(row))
                leaves.append(
                    {"number": leaf.number, "position": row.position, "hash": leaf.hash}
                )
                nodes += [vars(node) for node in whole]
            connection.execute(insert(LEAVES), leaves)
            if nodes:
                connection.execute(insert(NODES), nodes)
            head = self._sign_head(frontier, batch[-1].position)
            if last and last.size // self._span == head.size // self._span:
                connection.execute(delete(HEADS).where(HEADS.c.size == last.size))
            connection.execute(
                insert(HEADS), {**vars(head), "peaks": b"".join(frontier.peaks)}
            )
        return head.position

    def _leaf_at(self, position: Position) -> Hash | None:
        """Return the leaf of the event at a position; None if there is none."""
        with self._database.reading() as connection:
            found = _all(connection, _LEAF_AT, at=position)
        return next((_bytes(row.hash) for row in found), None)

    def require_end(self) -> None:
        """Raise LedgerAltered unless the ledger ends as it was left."""
        with self._database.reading(one_moment=True) as connection:
            self._frontier(connection)

    def _frontier(self, connection: Connection) -> Frontier:
        """Read the tree's end, after checking it: nothing is signed on top of a foreign tree.

        Raises LedgerAltered.
        """
        last = _last(connection)
        ((newest,),) = _all(connection, _LAST_NUMBER)
        size = last.size if last else 0
        if newest != (size - 1 if size else None):
            raise LedgerAltered("it has not as many leaves as its last head says")
        if last is None:
            return Frontier()
        peaks = _split_peaks(_bytes(last.peaks))
        if not _head(last).is_signed_by(self.store.public_key):
            raise LedgerAltered(f"its head of {amount(size, 'event')} is not signed")
        if len(peaks) != size.bit_count() or Frontier(size, peaks).root != last.root:
            raise LedgerAltered(f"its head of {amount(size, 'event')} is of others")
        return Frontier(size, peaks)

    def _sign_head(self, frontier: Frontier, position: Position) -> Head:
        said: dict[str, Any] = {
            "size": frontier.size,
            "position": position,
            "root": frontier.root,
            "signed_at": self._clock().astimezone(UTC),
        }
        return Head(**said, signature=self.store.sign(Head(**said).text))

    def head(self) -> Head | None:
        """Read the last signed head; None if there is none yet."""
        with self._database.reading() as connection:
            last = _last(connection)
        return _head(last) if last else None

    def heads(self, *, after: int = 0, most: int) -> Iterator[Head]:
        """Yield the signed heads with more than ``after`` and at most ``most`` leaves."""
        query = select(HEADS).order_by(HEADS.c.size).limit(PART)
        while rows := self._rows(query.where(HEADS.c.size.between(after + 1, most))):
            yield from map(_head, rows)
            after = rows[-1].size

    def leaves(self, *, most: int) -> Iterator[tuple[int, Position, Hash]]:
        """Yield the first ``most`` leaves: number, the event's position, and hash."""
        query, at = select(LEAVES).order_by(LEAVES.c.number).limit(PART), -1
        while rows := self._rows(
            query.where(LEAVES.c.number.between(at + 1, most - 1))
        ):
            for row in rows:
                yield row.number, row.position, _bytes(row.hash)
            at = rows[-1].number

    def nodes(self, level: int) -> Iterator[tuple[int, Hash]]:
        """Yield the roots of complete subtrees of a level, in order: number and hash."""
        query = select(NODES).where(NODES.c.level == level).order_by(NODES.c.number)
        at = -1
        while rows := self._rows(query.where(NODES.c.number > at).limit(PART)):
            for row in rows:
                yield row.number, _bytes(row.hash)
            at = rows[-1].number

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        with self._database.reading() as connection:
            return _all(connection, query)

    def inclusion(self, position: Position) -> tuple[int, Head, list[Hash]]:
        """Prove that an event is in the tree: its leaf's number, the head, and the path.

        Raises PositionNotSealed, LedgerAltered.
        """
        with self._database.reading(one_moment=True) as connection:
            last = _last(connection)
            number = connection.scalar(
                select(LEAVES.c.number).where(LEAVES.c.position == position)
            )
            if last is None or number is None:
                raise PositionNotSealed(position)
            head = _head(last)
            return number, head, inclusion_proof(number, head.size, _nodes(connection))

    def consistency(self, first: int, second: int) -> list[Hash]:
        """Prove that the tree of ``first`` leaves is the beginning of that of ``second``.

        Raises ValueError if there are no such trees; LedgerAltered.
        """
        with self._database.reading(one_moment=True) as connection:
            last = _last(connection)
            if last is None or second > last.size:
                raise ValueError(f"There is no tree of size {second} yet.")
            return consistency_proof(first, second, _nodes(connection))


def _last(connection: Connection) -> Any:
    return next(iter(_all(connection, _LAST_HEAD)), None)


def _all(connection: Connection, query: Select[Any], **values: Any) -> Sequence[Any]:
    """Read rows. Raises LedgerAltered if they hold what the service never writes."""
    try:
        return connection.execute(query, values).all()
    except (DataError, OperationalError, TypeError, ValueError) as error:
        if isinstance(error, OperationalError) and "decode" not in str(error.orig):
            raise
        raise LedgerAltered(UNREADABLE) from error


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise LedgerAltered(UNREADABLE)
    return value


def _head(row: Any) -> Head:
    return Head(
        size=row.size,
        position=row.position,
        root=_bytes(row.root),
        signed_at=row.signed_at,
        signature=_bytes(row.signature),
    )


def _split_peaks(peaks: bytes) -> list[Hash]:
    return [peaks[at : at + HASH_BYTES] for at in range(0, len(peaks), HASH_BYTES)]


def _nodes(connection: Connection) -> Callable[[int, int], Hash]:
    def node(level: int, number: int) -> Hash:
        of_level = NODES.c.number == number, NODES.c.level == level
        query = select(NODES.c.hash).where(*of_level)
        if level == 0:
            query = select(LEAVES.c.hash).where(LEAVES.c.number == number)
        for (found,) in _all(connection, query):
            return _bytes(found)
        raise LedgerAltered(f"node {number} of level {level} was removed from it")

    return node
