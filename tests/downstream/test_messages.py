"""Public messages: complete, described as they are, and without a personal value."""

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints
from uuid import UUID

import jsonschema_rs
import msgspec
import pytest

from downstream import asyncapi
from downstream.cloud_event import CloudEvent
from downstream.messages.every import every_kind
from downstream.messages.message import KINDS, MessageKind
from downstream.translation import Translation
from events.bookings.booking import BookingMade
from events.event import Event
from events.registrations.registration import RegistrationMade
from projections.read_model import every_event
from repositories import aggregate_types
from repositories.aggregate_types import AggregateType
from store import EventStore, Recorded
from tests.events.samples import example

DOCUMENT = Path(__file__).parents[2] / "docs" / "asyncapi.json"
UNTOLD = (
    "booking.answers-received",
    "booking.launch-link-made",
    "booking.launch-link-used",
    "booking.package-downloaded",
    "booking.room-given",
    "claim.begun",
    "claim.deleted",
    "claim.grades-saved",
    "claim.learners-chosen",
    "claim.qualification-chosen",
    "claim.units-chosen",
    "command.refused",
    "duplicate.decided",
    "entry-order.begun",
    "entry-order.deleted",
    "entry-order.entries-chosen",
    "entry-order.purchase-order-number",
    "learner.image-submitted",
    "offline-client.",
    "order.begun",
    "order.course-dates-set",
    "order.deleted",
    "order.learners-linked",
    "order.learners-unlinked",
    "order.products-added",
    "order.products-removed",
    "order.purchase-order-number-given",
    "pin.",
    "record.",
    "register.",
    "registration.outcomes-",
    "registration.test-",
    "second-factor.",
    "sign-in.",
    "timetable.",
    "token.",
    "uln.",
    "upload.checked",
    "upload.encoding-chosen",
    "upload.learners-withdrawn",
    "upload.mapped",
    "upload.records-",
    "upload.refused",
    "upload.released",
    "upload.renamed",
    "upload.used",
    "user.",
)
"""What is nobody else's business: drafts, doors, and what another fact tells of."""

FIELDS = {
    *("centre", "line", "learner", "learners", "group", "claim", "certificate", "by"),
    *("registration", "registrations", "booking", "bookings", "order", "certificates"),
    *("product", "qualification", "unit", "pathway", "part", "parts", "parent"),
    *("granted", "withheld", "supersedes", "credit_of", "cause", "kind", "rows"),
    *("price", "total", "amount", "currency", "course_starts", "course_ends"),
    *("award_type", "award_date", "starts", "delivery", "mode", "charge_stands"),
    *("status", "invoice", "number", "replaces", "is_credit_note"),
    *("purchase_order_number", "whole", "by_reopening"),
}
"""Every field that a message may have: none of them says anything of a person."""

HOSTILE = "Zoë d'Arcy <zoe@example.org>"
BORN = date(1987, 6, 5)


def types() -> Iterator[AggregateType[Any]]:
    return (t for t in vars(aggregate_types).values() if isinstance(t, AggregateType))


def hostile(event: Event) -> Event:
    """Put a person wherever the event has a place for one."""
    personal: dict[str, Any] = {}
    hints = get_type_hints(type(event))
    for name in event.personal:
        is_date = date in (hints[name], *getattr(hints[name], "__args__", ()))
        personal[name] = BORN if is_date else HOSTILE
    texts = ("name", "room", "file_name", "full_name", "title", "message", "user")
    told = {f.name for f in fields(event) if f.name in texts}  # type: ignore[arg-type]
    return replace(event, **personal, **dict.fromkeys(told, HOSTILE))  # type: ignore[type-var]


def beginning(event: type[Event]) -> Event:
    """Make the first event of the stream that such an event is in."""
    begun = {
        "registration": RegistrationMade,
        "booking": BookingMade,
        **{t.begun_by[0].topic.partition(".")[0]: t.begun_by[0] for t in types()},
    }
    made: Event = hostile(example(begun[event.topic.partition(".")[0]]))
    return made


def recorded(event: Event) -> Recorded:
    return Recorded(
        position=7,
        stream=UUID(int=7),
        version=2,
        recorded_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC),
        user=HOSTILE,
        role="Centre Administrator",
        centre="48213",
        owner="48213",
        channel="API",
        request=HOSTILE,
        correlation=HOSTILE,
        cause=None,
        event=event,
    )


def messages_of(event: Event, begun: Event, store: EventStore) -> list[CloudEvent]:
    made = Translation(store)
    made._begun[UUID(int=7)] = begun  # noqa: SLF001 - there is no such stream
    return list(made.messages([recorded(event)]))


def samples(kind: type[Event]) -> Iterator[tuple[Event, Event]]:
    """Make events of a kind, such as every message is made of."""
    event = hostile(example(kind))
    yield event, beginning(kind)
    if hasattr(event, "charge_stands"):
        uncharged = {"charge_stands": False, "invoice_status": "Not invoiced"}
        yield replace(event, **uncharged), beginning(kind)  # type: ignore[type-var]


def test_every_event_is_told_or_is_nobodys_business() -> None:
    untold = {e.topic for e in every_event() if e not in KINDS}
    assert {topic for topic in untold if not topic.startswith(UNTOLD)} == set()
    assert not any(e.topic.startswith(UNTOLD) for e in KINDS)


def test_no_schema_has_a_field_that_says_something_of_a_person() -> None:
    schemas = json.loads(DOCUMENT.read_text())["components"]["schemas"]
    told = [schemas[kind.data.__name__] for kind in every_kind()]
    named = {name for schema in told for name in schema["properties"]}
    assert named == FIELDS
    personal = {name for event in every_event() for name in event.personal}
    assert personal & FIELDS == set()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.topic)
def test_no_message_says_anything_of_a_person(
    kind: type[Event], store: EventStore
) -> None:
    told = [
        message
        for event, begun in samples(kind)
        for message in messages_of(event, begun, store)
    ]
    assert {each.type for each in told} == {each.type for each in KINDS[kind]}
    for message in told:
        written = repr((message, message.headers()))
        assert "Zo" not in written
        assert "example.org" not in written
        assert BORN.isoformat() not in written


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.topic)
def test_messages_are_as_the_document_says(
    kind: type[Event], store: EventStore
) -> None:
    """Whoever has only the published schemas can read them."""
    document = json.loads(DOCUMENT.read_text())
    components = {"components": document["components"]}
    for event, begun in samples(kind):
        for message in messages_of(event, begun, store):
            described = document["components"]["messages"][message.type]
            channel = document["channels"][asyncapi.name_of(message.topic)]
            assert channel["address"] == message.topic
            assert message.type in channel["messages"]
            data = msgspec.json.decode(message.data)
            schema = {**described["payload"], **components}
            jsonschema_rs.validator_for(schema).validate(data)
            headers = {name: value.decode() for name, value in message.headers()}
            jsonschema_rs.validator_for(described["headers"]).validate(headers)
            assert message.subject


def test_the_document_is_as_the_code_has_it() -> None:
    assert DOCUMENT.read_text() == asyncapi.text(), "Run make asyncapi."


def test_no_two_kinds_of_a_type_have_other_data() -> None:
    data: dict[str, set[tuple[str, type[Any]]]] = {}
    for kind in every_kind():
        data.setdefault(kind.type, set()).add((kind.topic, kind.data))
    assert {name for name, each in data.items() if len(each) > 1} == set()
    named = [schema for each in data.values() for _, schema in each]
    assert len({each.__name__ for each in named}) == len(named)


def test_money_is_written_as_decimal_text() -> None:
    (kind,) = (k for k in KINDS[RegistrationMade] if k.name == "invoice-line.charged")
    assert isinstance(kind, MessageKind)
    data = kind.make(recorded(example(RegistrationMade)), example(RegistrationMade))
    assert isinstance(getattr(data, "amount", None), Decimal)
    assert not is_dataclass(data)
