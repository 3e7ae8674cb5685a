"""An append under preparation: its rows, and the conditions for writing them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from store.codec import Written, encode, person_of, place, with_mac, write_event
from store.envelope import Actor, Change, Held, Reservation, Stream
from store.errors import AlreadyReserved
from store.keys import Writers, draw_nonces
from store.recorder import Append, NewEvent, ReservationRequest


class Writing:
    """Changes, their author, and the streams that must not have changed meanwhile.

    Raises ValueError if a stream is changed twice, or if something is reserved or released
    without an event; AlreadyReserved if two streams want the same value.
    """

    def __init__(
        self,
        changes: Sequence[Change],
        *,
        by: Actor,
        unchanged: Iterable[Stream],
        mac: Callable[[bytes], bytes],
    ) -> None:
        self.id = uuid4()
        self._changes = changes
        self._by = by
        self._mac = mac
        self._expected = {c.stream: c.expected for c in changes}
        if len(self._expected) < len(changes):
            raise ValueError("A stream is changed twice in one append.")
        if any((c.reserve or c.release) and not c.events for c in changes):
            raise ValueError("A value is reserved or released without any event.")
        self._conditions = [
            *self._expected.items(),
            *((stream.id, stream.version) for stream in unchanged),
        ]
        self.has_events = any(c.events for c in changes)
        self.persons: set[UUID] = set()
        self.begun: set[UUID] = set()
        for change in changes:
            persons = {p for p in map(person_of, change.events) if p is not None}
            self.persons |= persons
            if not change.expected:
                self.begun |= persons

    def seal_append(self, writers: Writers, *, at: datetime | None) -> Append:
        """Build the append, with personal values encrypted under these keys."""
        return Append(
            id=self.id,
            events=list(self._stored_events(writers)),
            expected=self._conditions,
            reserve=self._reservation_requests(),
            release=[
                ReservationRequest(r.scope, r.key, c.stream)
                for c in self._changes
                for r in c.release
            ],
            once=self._once(),
            new_keys=writers.new_keys,
            living=self.persons - writers.new_keys.keys(),
            at=at,
        )

    def _reservation_requests(self) -> list[ReservationRequest]:
        wanted: dict[Reservation, ReservationRequest] = {}
        for change in self._changes:
            for asked in change.reserve:
                claim = ReservationRequest(*asked, change.stream)
                other = wanted.setdefault(asked, claim)
                if other is not claim and other.stream != change.stream:
                    raise AlreadyReserved(
                        Held(**asked._asdict(), stream=other.stream, position=0)
                    )
        return list(wanted.values())

    def _once(self) -> ReservationRequest | None:
        once = self._by.once
        if once is None:
            return None
        return ReservationRequest(
            once.scope, once.key, self._changes[0].stream, once.digest
        )

    def _stored_events(self, writers: Writers) -> Iterator[NewEvent]:
        by = self._by
        nonces = draw_nonces(sum(len(change.events) for change in self._changes))
        once = self._once()
        request = by.request if by.cause is None else None
        for change in self._changes:
            reserved, released = change.reserve, change.release
            for version, event in enumerate(change.events, start=change.expected + 1):
                person = person_of(event)
                topic = event.topic
                bound_to = place(change.stream, version, topic)
                key = writers.keys[person] if person else None
                data, sealed = write_event(event, key, nonces, bound_to)
                written = Written(
                    version=event.version,
                    append=self.id,
                    user=by.user,
                    role=by.role,
                    centre=by.centre,
                    owner=change.owner,
                    channel=by.channel,
                    request=request,
                    correlation=by.request,
                    cause=by.cause,
                    person=person,
                    sealed=sealed,
                    reserved=reserved,
                    released=released,
                    once=once and (once.scope, once.key, once.digest, once.stream),
                    data=data,
                )
                state = with_mac(encode(written), bound_to, self._mac)
                yield NewEvent(change.stream, version, topic, state)
                reserved, released, once = (), (), None
