"""Events of older versions are brought up to date; what is unknown is said clearly."""

from collections.abc import Generator
from typing import Any
from uuid import UUID, uuid4

import pytest

import events.every  # noqa: F401 - or what is imported later would be forgotten
from events.event import Event, Personal
from store import EventStore, Stream, Unreadable
from store.codec import shape, stand_in
from tests.store.examples import ANN

TOPIC = "test.renamed"


@pytest.fixture(autouse=True)
def _no_kinds_of_ours_stay() -> Generator[None]:
    known = dict(Event.known)
    yield
    Event.known.clear()
    Event.known.update(known)


def first_version() -> Any:
    class Renamed(Event, topic=TOPIC):
        """How it was at first."""

        person_id: UUID
        name: Personal[str]
        size: str

    return Renamed


def third_version() -> Any:
    class Renamed(Event, topic=TOPIC, version=3):
        """How it is now: two names, a size that is a number, and a colour."""

        person_id: UUID
        given_name: Personal[str]
        family_name: Personal[str | None]
        size: int
        colour: str = "red"

        @staticmethod
        def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
            return {**data, "size": int(data["size"])}

        @staticmethod
        def upcast_v2_v3(data: dict[str, Any]) -> dict[str, Any]:
            if "name" in data:
                given_name, _, family_name = data.pop("name").partition(" ")
                data |= {"given_name": given_name, "family_name": family_name}
            return data

    return Renamed


def recorded(store: EventStore, event: Event) -> Stream:
    stream = Stream(id=uuid4())
    store.append(stream.change([event]), by=ANN)
    return stream


def test_an_older_version_is_brought_up_to_the_present_one(
    any_store: EventStore,
) -> None:
    person = uuid4()
    old = first_version()(person_id=person, name="Zoë Ångström", size="7")
    stream = recorded(any_store, old)
    del Event.known[TOPIC]
    present = third_version()
    (event,) = any_store.open(stream.id).events
    assert event == present(
        person_id=person, given_name="Zoë", family_name="Ångström", size=7
    )
    any_store.forget(person)
    (event,) = any_store.open(stream.id).events
    assert event == present(
        person_id=person, given_name="(erased)", family_name=None, size=7
    )


def test_a_version_newer_than_ours_is_said_to_be(any_store: EventStore) -> None:
    new = third_version()(person_id=uuid4(), given_name="Zoë", family_name=None, size=7)
    stream = recorded(any_store, new)
    del Event.known[TOPIC]
    first_version()
    with pytest.raises(Unreadable, match=r"version 3 of 'test.renamed'.*up to .* 1"):
        any_store.open(stream.id)


def test_a_topic_that_is_not_known_is_said_to_be(any_store: EventStore) -> None:
    event = first_version()(person_id=uuid4(), name="Zoë", size="7")
    stream = recorded(any_store, event)
    del Event.known[TOPIC]
    with pytest.raises(Unreadable, match=r"not known here: 'test.renamed'"):
        any_store.open(stream.id)


def test_data_that_are_not_what_they_should_be_are_said_to_be(
    any_store: EventStore,
) -> None:
    event = first_version()(person_id=uuid4(), name="Zoë", size="seven")
    stream = recorded(any_store, event)
    del Event.known[TOPIC]

    class Renamed(Event, topic=TOPIC):
        """Changed without saying so."""

        person_id: UUID
        name: Personal[str]
        size: int

    with pytest.raises(Unreadable, match=r"not a 'test.renamed' of version 1"):
        any_store.open(stream.id)


def test_a_new_field_has_its_default_in_what_was_written_before(
    any_store: EventStore,
) -> None:
    person = uuid4()
    event = first_version()(person_id=person, name="Zoë", size="7")
    stream = recorded(any_store, event)
    del Event.known[TOPIC]

    class Renamed(Event, topic=TOPIC):
        """The same, and more."""

        person_id: UUID
        name: Personal[str]
        size: str
        colour: str = "red"
        nickname: Personal[str] = "none"

    assert any_store.open(stream.id).events == (
        Renamed(person_id=person, name="Zoë", size="7"),
    )


def test_what_was_personal_may_become_open(any_store: EventStore) -> None:
    person = uuid4()
    event = first_version()(person_id=person, name="Zoë", size="7")
    stream = recorded(any_store, event)
    del Event.known[TOPIC]

    class Renamed(Event, topic=TOPIC, version=2):
        """Nothing in it is personal any more."""

        size: str

        @staticmethod
        def upcast_v1_v2(data: dict[str, Any]) -> dict[str, Any]:
            return {"size": data["size"]}

    assert any_store.open(stream.id).events == (Renamed(size="7"),)
    any_store.forget(person)
    assert any_store.open(stream.id).events == (Renamed(size="7"),)


def test_a_personal_value_that_nothing_can_stand_in_for_is_refused() -> None:
    class Odd(Event, topic="test.odd"):
        """Has a personal value of a strange type."""

        person_id: UUID
        shape: Personal[complex]

    with pytest.raises(TypeError, match="stand in"):
        shape(Odd)
    with pytest.raises(TypeError, match="stand in"):
        stand_in(int | str)
