"""The stored form of events and their envelopes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hmac import compare_digest
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NamedTuple,
    TypeAlias,
    TypedDict,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from events.event import ERASED, Event, kind_of
from store.envelope import Recorded
from store.errors import Unreadable
from store.keys import seal, unseal

Data: TypeAlias = dict[str, Any]
"""An event's fields by name."""

encode = msgspec.json.Encoder().encode

STAND_INS: Mapping[Any, Any] = {
    str: ERASED,
    date: date.min,
    int: 0,
    bool: False,
    Decimal: Decimal(0),
    list: [],
    tuple: (),
    dict: {},
}
"""The stand-in for an erased personal value, by its type."""


class StoredRow(NamedTuple):
    """An event as the database keeps it."""

    position: int
    stream: UUID
    version: int
    topic: str
    recorded_at: datetime
    state: bytes


class Written(msgspec.Struct, omit_defaults=True, kw_only=True):
    """The envelope and its event, which are a row's ``state``, as JSON.

    ``data`` is the event without its personal values; ``sealed`` is those, encrypted under
    the key of ``person``. ``append`` is the same for all events appended together.
    ``reserved`` and ``released`` are scopes and keys. ``once`` is scope, key, digest, and
    the stream that holds it.
    """

    version: int
    append: UUID
    user: str
    role: str
    channel: str
    data: msgspec.Raw
    centre: str | None = None
    owner: str | None = None
    request: str | None = None
    correlation: str | None = None
    cause: int | None = None
    person: UUID | None = None
    sealed: bytes | None = None
    reserved: Sequence[tuple[str, str]] = ()
    released: Sequence[tuple[str, str]] = ()
    once: tuple[str, str, str | None, UUID] | None = None


read_written = msgspec.json.Decoder(Written).decode


def written_in(row: StoredRow) -> Written:
    """Decode an envelope. Raises Unreadable if the row was changed by hand."""
    try:
        return read_written(row.state)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable(
            f"The event at position {row.position} is not as this service wrote it."
            " Run: learner-management audit verify"
        ) from error


@dataclass(frozen=True, kw_only=True)
class Shape:
    """How one kind of event is written, derived from its type."""

    open: tuple[str, ...]
    personal: tuple[str, ...]
    open_type: Any
    read_open: Callable[[msgspec.Raw], Any]
    read_personal: Callable[[bytes], Data]
    stand_ins: Data


def shape(kind: type[Event]) -> Shape:
    """Return how this kind of event is written; cached."""
    known = _shapes.get(kind)
    if known is None:
        known = _shapes[kind] = shape_of(kind)
    return known


_shapes: dict[type[Event], Shape] = {}


def shape_of(kind: type[Event]) -> Shape:
    """Derive how this kind of event is written. Raises TypeError if it cannot be."""
    hints = get_type_hints(kind)
    personal = {name: hints[name] for name in sorted(kind.personal)}
    names = tuple(kind.__dict__["__dataclass_fields__"])
    plain = {name: hints[name] for name in names if name not in personal}
    open_type = _parts(plain)
    return Shape(
        open=tuple(plain),
        personal=tuple(personal),
        open_type=open_type,
        read_open=msgspec.json.Decoder(open_type if personal else kind).decode,
        read_personal=msgspec.json.Decoder(_parts(personal)).decode,
        stand_ins={name: stand_in(hint) for name, hint in personal.items()},
    )


def _parts(hints: Mapping[str, Any]) -> Any:
    return TypedDict("Parts", dict(hints), total=False)  # type: ignore[operator] # as it runs


def stand_in(hint: Any) -> Any:
    """Return the stand-in for an erased value of this type. Raises TypeError if there is none."""
    origin = get_origin(hint)
    if origin is Annotated:
        return stand_in(get_args(hint)[0])
    if origin in {Union, UnionType} and NoneType in get_args(hint):
        return None
    try:
        return STAND_INS[origin or hint]
    except (KeyError, TypeError):
        raise TypeError(f"Nothing can stand in for an erased {hint}.") from None


def person_of(event: Event) -> UUID | None:
    """Return whose key encrypts an event's personal values; None if it has none."""
    return getattr(event, "person_id") if event.personal else None  # noqa: B009 - of any kind


def write_event(
    event: Event, key: bytes | None, nonces: Iterator[bytes], bound_to: bytes
) -> tuple[msgspec.Raw, bytes | None]:
    """Write the event's open part, and encrypt its personal part if it has one.

    ``bound_to`` is the associated data that binds the personal part to its place.
    """
    if key is None:
        return msgspec.Raw(encode(event)), None
    of = shape(type(event))
    plain = encode({name: getattr(event, name) for name in of.personal})
    return (
        msgspec.Raw(encode({name: getattr(event, name) for name in of.open})),
        seal(AESGCM(key), next(nonces), plain, bound_to),
    )


def place(stream: UUID, version: int, topic: str) -> bytes:
    """Encode stream, version and topic: authenticated with the sealed part (AES-GCM)."""
    return b"%b %d %b" % (stream.bytes, version, topic.encode())


MAC = b',"voucher":"'


def with_mac(state: bytes, bound_to: bytes, mac: Callable[[bytes], bytes]) -> bytes:
    """Append the MAC to an event's stored state; the MAC covers the event's place too."""
    return state[:-1] + MAC + mac(bound_to + state) + b'"}'


def has_mac(row: StoredRow, mac: Callable[[bytes], bytes]) -> bool:
    """Check the MAC of a row: whether this service wrote it at this place in its stream."""
    state, _, given = row.state.rpartition(MAC)
    bound_to = place(row.stream, row.version, row.topic)
    return compare_digest(given, mac(bound_to + state + b"}") + b'"}')


def read_row(
    row: StoredRow, written: Written, keys: Mapping[UUID, bytes | None]
) -> Recorded:
    """Read an event with its envelope, converted to the present version of its kind.

    Raises Unreadable, which says why and what to do.
    """
    kind = kind_of(row.topic)
    if kind is None:
        raise Unreadable(
            f"The event at position {row.position} is of a kind that is not known here:"
            f" {row.topic!r}. It was written by a newer version of the service: install"
            " that one."
        )
    if written.version > kind.version:
        raise Unreadable(
            f"The event at position {row.position} is version {written.version} of"
            f" {row.topic!r}; this service knows it up to version {kind.version}. It"
            " was written by a newer version of the service: install that one."
        )
    sealed = _unseal(row, written, keys)
    try:
        event = read_event(kind, written, sealed)
    except (msgspec.MsgspecError, TypeError, KeyError) as error:
        raise Unreadable(
            f"The event at position {row.position} is not a {row.topic!r} of version"
            f" {written.version}: {error}. Run: learner-management audit verify"
        ) from error
    return Recorded(
        position=row.position,
        stream=row.stream,
        version=row.version,
        recorded_at=row.recorded_at,
        user=written.user,
        role=written.role,
        centre=written.centre,
        owner=written.owner,
        channel=written.channel,
        request=written.request,
        correlation=written.correlation,
        cause=written.cause,
        event=event,
        is_erased=sealed is None and written.sealed is not None,
    )


def _unseal(
    row: StoredRow, written: Written, keys: Mapping[UUID, bytes | None]
) -> bytes | None:
    if written.sealed is None or written.person is None:
        return None
    key = keys[written.person]
    if key is None:
        return None
    try:
        return unseal(
            AESGCM(key), written.sealed, place(row.stream, row.version, row.topic)
        )
    except InvalidTag:
        raise Unreadable(
            f"The personal part of the event at position {row.position} was altered,"
            " or moved there from another place. Run: learner-management audit verify"
        ) from None


def read_event(kind: type[Event], written: Written, personal: bytes | None) -> Event:
    """Combine the two parts; erased values become stand-ins.

    An upcaster gets the data as written, without the personal values of an erased person.
    """
    of = shape(kind)
    event: Any
    if written.version == kind.version:
        event = of.read_open(written.data)
        if of.personal:
            values = of.stand_ins if personal is None else of.read_personal(personal)
            event = kind(**event, **values)
    else:
        data: Data = msgspec.json.decode(written.data)
        if personal is not None:
            data |= msgspec.json.decode(personal)
        for version in range(written.version, kind.version):
            data = getattr(kind, f"upcast_v{version}_v{version + 1}")(data)
        if written.sealed is not None and personal is None:
            known = {name: data[name] for name in of.open if name in data}
            event = kind(**msgspec.convert(known, of.open_type), **of.stand_ins)
        else:
            event = msgspec.convert(data, kind)
    return cast("Event", event)
