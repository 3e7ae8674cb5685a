"""Streams of events: opened, read and added to, all or nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from threading import Lock
from time import sleep
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.codec import StoredRow, has_mac, read_row, read_written, written_in
from store.envelope import Actor, Change, Held, Position, Recorded, Stream
from store.errors import (
    AlreadyDone,
    AlreadyReserved,
    Conflict,
    FileGone,
    NotHeld,
    Unavailable,
)
from store.group_commit import GroupCommit
from store.keys import Keyring, MasterKey, draw_nonces, seal, unseal
from store.recorder import (
    ATTEMPTS,
    LOST,
    PAUSE,
    Append,
    AppendRefusal,
    Recorder,
    RefusedError,
)
from store.reservations import Reservations
from store.stream_cache import StreamCache, with_more
from store.watch import Listener, Signal, Tell, Watch
from store.writing import Writing

CHUNK = 500
BATCH = 500


class EventStore:
    """All events of the service, in the order of recording."""

    def __init__(
        self,
        recorder: Recorder,
        master: MasterKey,
        *,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        self._recorder = recorder
        self._master = master
        self._keys = Keyring(master, recorder.person_keys, recorder.key_in_use)
        self._commits = GroupCommit(recorder)
        self._cache = StreamCache()
        self._clock = clock
        self.moment: datetime | None = None
        self._past: dict[Position, Mapping[tuple[str, str], Held]] = {}
        self._signal = Signal()
        self._listener: Listener | None = None
        self._starting = Lock()

    def as_at(self, moment: datetime) -> "EventStore":
        """Return the store as it stood at a moment, read-only (H3)."""
        past = copy(self)
        past.moment = moment
        return past

    def open(self, stream: UUID) -> Stream:
        """Read a stream to its end; it is empty if nothing was recorded in it."""
        return self.open_many([stream])[stream]

    def open_many(
        self, streams: Iterable[UUID], *, keep: bool = True
    ) -> dict[UUID, Stream]:
        """Read many streams, one for every id, with one round trip per 500.

        Without ``keep`` they are not cached: reading thousands once would drop the streams
        that others use.
        """
        opened: dict[UUID, Stream] = {}
        ids = list(dict.fromkeys(streams))
        for start in range(0, len(ids), CHUNK):
            opened |= self._open_chunk(ids[start : start + CHUNK], keep=keep)
        return opened

    def _open_chunk(self, ids: Sequence[UUID], *, keep: bool) -> dict[UUID, Stream]:
        """Read the events after the cached ones of these streams."""
        if self.moment is not None:
            known = {each: Stream(id=each) for each in ids}
            return known | self._read_after(known)[0]
        while True:
            known = self._cache.find(ids)
            read, erasures = self._read_after(known)
            if self._cache.is_good(erasures) or not any(
                stream.history for stream in known.values()
            ):
                if keep:
                    self._cache.keep((known | read).values(), erasures=erasures)
                return known | read

    def _read_after(
        self, known: Mapping[UUID, Stream]
    ) -> tuple[dict[UUID, Stream], int]:
        """Return those streams that have more events than are known, and the erasures."""
        rows, erasures = self._recorder.histories(
            {each: stream.version for each, stream in known.items()}
        )
        found = groupby(self._decode_rows(rows, erasures), key=attrgetter("stream"))
        return {each: with_more(known[each], more) for each, more in found}, erasures

    def append(
        self, *changes: Change, by: Actor, unchanged: Iterable[Stream] = ()
    ) -> Position | None:
        """Record all changes or nothing; return the last event's position.

        Without any events nothing is checked or recorded, and None is returned. The streams
        of the changes, and those ``unchanged``, must be at the versions at which they were
        read. ``by.once`` is reserved for the stream of the first change. Raises Conflict,
        AlreadyReserved, AlreadyDone, NotHeld, Forgotten, Unavailable.
        """
        if self.moment is not None:
            raise ValueError("The past is read-only.")
        writing = Writing(changes, by=by, unchanged=unchanged, mac=self._master.mac)
        if not writing.has_events:
            return None
        guessing = True
        while True:
            writers = self._keys.writers(
                writing.persons, fresh=writing.begun if guessing else ()
            )
            asked = writing.seal_append(writers, at=self._clock and self._clock())
            try:
                position = self._insert(asked)
            except RefusedError as refused:
                self._explain(refused, asked)
                self._keys.drop()
                guessing = False
            else:
                writers.keep()
                self._signal.reach(position)
                return position

    def _insert(self, asked: Append) -> Position:
        """Append; if the connection breaks, check whether it was done, and try again if not."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._commits.append(asked)
            except RefusedError:
                done = self._position_of(asked) if attempt > 1 else None
                if done is None:
                    raise
                return done
            except LOST as error:
                if attempt == ATTEMPTS:
                    raise Unavailable(
                        f"The database does not answer: {error}"
                    ) from error
                sleep(PAUSE * attempt)
        raise AssertionError

    def _position_of(self, asked: Append) -> Position | None:
        """Return the last position of this very append, if it was done after all."""
        last = asked.events[-1]
        rows, _ = self._recorder.histories({last.stream: 0})
        ours = [row for row in rows if row.version == last.version]
        if ours and read_written(ours[0].state).append == asked.id:
            return ours[0].position
        return None

    def _explain(self, refused: RefusedError, asked: Append) -> None:
        """Raise why an append was refused; return if only keys must be looked up again."""
        self._cache.drop()
        if refused.stream is not None:
            version = dict(asked.expected)[refused.stream]
            between = self.open(refused.stream).history[version:]
            raise Conflict(refused.stream, between) from None
        if refused.held is not None:
            is_done = refused.why is AppendRefusal.DONE
            raise (AlreadyDone if is_done else AlreadyReserved)(refused.held) from None
        if refused.claim is not None:
            scope, key, stream, _ = refused.claim
            raise NotHeld(scope=scope, key=key, stream=stream) from None

    def log(self, *, after: Position, limit: int = BATCH) -> Sequence[Recorded]:
        """Read the events after a position, in order, up to ``limit``."""
        return self._decode_rows(*self._recorder.log(after, limit))

    def read_stored(
        self, *, after: Position, limit: int = BATCH
    ) -> Sequence[StoredRow]:
        """Read the same as stored rows, without decryption or decoding."""
        return self._recorder.log(after, limit)[0]

    def stored_by_then(
        self, *, after: Position, limit: int = BATCH
    ) -> Sequence[StoredRow]:
        """Read the same, up to the moment of this store."""
        rows, moment = self.read_stored(after=after, limit=limit), self.moment
        return [row for row in rows if moment is None or row.recorded_at <= moment]

    def at(self, positions: Sequence[Position]) -> Sequence[Recorded]:
        """Read the events at these positions, which must be in order."""
        if not positions:
            return ()
        first, wanted = positions[0], {*positions}
        rows, erasures = self._recorder.log(first - 1, positions[-1] - first + 1)
        return self._decode_rows(
            [row for row in rows if row.position in wanted], erasures
        )

    def is_whole(self, position: Position) -> bool:
        """Whether an append ends at this position, so that no append is read only in part."""
        appends = [
            written_in(row).append
            for row in self.read_stored(after=position - 1, limit=2)
        ]
        return len(set(appends)) == len(appends)

    def is_vouched(self, row: StoredRow) -> bool:
        """Whether a service with this master key wrote the event (H5)."""
        return has_mac(row, self._master.mac)

    def find_duplicate_version(self) -> Position | None:
        """Return the first event whose stream and version another event also has.

        None, as long as nobody removes the database's constraints.
        """
        return self._recorder.find_duplicate_version()

    def sign(self, content: bytes) -> bytes:
        """Sign as this service: Ed25519, 64 bytes."""
        return self._master.signing.sign(content)

    @property
    def public_key(self) -> bytes:
        """The key that checks its signatures: Ed25519, 32 bytes."""
        return self._master.signing.public_key().public_bytes_raw()

    def head(self) -> Position:
        """Return the position of the last event; 0 if there is none."""
        head = self._recorder.head()
        return head if self.moment is None else self._last_by(self.moment, head)

    def erasures(self) -> int:
        """Count the erasures: values read before an erasure may still show the data.

        The count is today's, even if the store stands at a past moment.
        """
        return self._recorder.erasures()

    def _last_by(self, moment: datetime, head: Position) -> Position:
        """Return the last event by then, by bisection: times ascend with positions (H3)."""
        last, beyond = 0, head
        while last < beyond:
            (row,) = self._recorder.log((last + beyond) // 2, 1)[0]
            if row.recorded_at <= moment:
                last = row.position
            else:
                beyond = (last + beyond) // 2
        return last

    def find_reservations(self, scope: str, keys: Iterable[str]) -> dict[str, Held]:
        """Return the holders of these keys."""
        if self.moment is not None:
            then = self._reserved_then()
            return {k: then[scope, k] for k in keys if (scope, k) in then}
        return {
            held.key: held
            for held in self._recorder.find_reservations(scope, list(keys))
        }

    def _reserved_then(self) -> Mapping[tuple[str, str], Held]:
        """Fold the reservations held at the moment; cached for the last moment."""
        head, position, folded = self.head(), 0, Reservations()
        if head in (kept := dict(self._past)):
            return kept[head]
        while position < head:
            rows, _ = self._recorder.log(position, BATCH)
            folded.fold(row for row in rows if row.position <= head)
            position = rows[-1].position
        self._past.clear()
        self._past[head] = folded.held
        return folded.held

    def rebuild_reservations(self) -> int:
        """Fold the reservations from the events again, and replace the stored ones."""
        reservations = Reservations()
        position = 0
        while True:
            rows, _ = self._recorder.log(position, BATCH)
            reservations.fold(rows)
            position = rows[-1].position if rows else position
            held = reservations.held.values()
            if not rows and self._recorder.replace_reservations(held, at=position):
                return len(held)

    def make_key(self, value: str) -> str:
        """Make the keyed digest (hex) that a reservation stores in place of a personal value."""
        return self._master.make_key(value)

    def put_file(self, content: bytes, *, key_of: UUID) -> str:
        """Store a file, encrypted under the key of a person or an upload; return its name.

        Raises Forgotten.
        """
        name = uuid4().hex
        while True:
            writers = self._keys.writers([key_of], fresh=())
            key, (nonce,) = AESGCM(writers.keys[key_of]), draw_nonces(1)
            box = seal(key, nonce, content, name.encode())
            if self._recorder.put_file(name, box, key_of, writers.new_keys.get(key_of)):
                writers.keep()
                return name
            self._keys.drop()

    def file(self, name: str) -> bytes:
        """Read a file. Raises FileGone if it was dropped or its key was destroyed."""
        found = self._recorder.file(name)
        if found is None:
            raise FileGone(name)
        key_of, box, erasures = found
        key = self._keys.readers([key_of], erasures=erasures)[key_of]
        if key is None:
            raise FileGone(name)
        return unseal(AESGCM(key), box, name.encode())

    def drop_file(self, name: str) -> None:
        """Delete a file; do nothing if it is gone already."""
        self._recorder.drop_file(name)

    def forget(self, person_id: UUID) -> None:
        """Destroy a person's key: their personal values can never be read again (H6)."""
        self._recorder.forget(person_id)
        self._keys.drop()

    def lost_keys(self) -> Sequence[UUID]:
        """Give the persons whose keys were destroyed, in their order (H6)."""
        return self._recorder.lost_keys()

    def watch(self, tell: Tell | None = None) -> Watch:
        """Watch for appends from now on, by any process.

        ``tell`` is called at each until the watch is closed; it must not block.
        """
        with self._starting:
            if self._listener is None:
                self._signal.reach(self.head())
                self._listener = Listener(self._signal, self._recorder.listen)
                self._listener.start()
        return Watch(self._signal, tell)

    def checkpoints(self) -> Mapping[str, Position]:
        """Read each policy's checkpoint in the log; policies that have not begun are left out."""
        return self._recorder.checkpoints()

    def set_checkpoints(self, positions: Mapping[str, Position]) -> None:
        self._recorder.set_checkpoints(positions)

    def close(self) -> None:
        with self._starting:
            if self._listener is not None:
                self._listener.stop()
                self._listener = None
        self._recorder.close()

    def _decode_rows(
        self, rows: Sequence[StoredRow], erasures: int
    ) -> tuple[Recorded, ...]:
        if self.moment is not None:
            rows = [row for row in rows if row.recorded_at <= self.moment]
        written = [written_in(row) for row in rows]
        persons = {w.person for w in written if w.person is not None}
        keys = self._keys.readers(persons, erasures=erasures) if persons else {}
        return tuple(
            read_row(row, w, keys) for row, w in zip(rows, written, strict=True)
        )
