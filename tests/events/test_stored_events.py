"""What was stored once can be read for ever."""

from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.event import Event, Personal
from store import EventStore, Stream
from store.codec import Written, read_event
from tests.events.samples import DIGESTS, FOLDER, Sample, digest, sample_of, samples
from tests.events.strategies import any_event, kinds
from tests.store.examples import ANN

SAMPLES = list(samples())


def read(sample: Sample, *, is_erased: bool = False) -> Event:
    personal = msgspec.json.encode(sample.personal) if sample.personal else None
    written = Written(
        version=sample.version,
        append=UUID(int=0),
        user="",
        role="",
        channel="",
        data=msgspec.Raw(msgspec.json.encode(sample.data)),
        sealed=personal,
    )
    kind = Event.known[sample.topic]
    return read_event(kind, written, None if is_erased else personal)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.topic)
def test_every_event_has_a_stored_sample_of_its_present_version(
    kind: type[Event],
) -> None:
    """H2."""
    assert sample_of(kind).file.exists(), "Run: python -m tests.events.samples"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.file.name)
def test_every_stored_sample_can_be_read_with_and_without_its_personal_part(
    sample: Sample,
) -> None:
    """H2, H6."""
    kind = Event.known[sample.topic]
    whole, erased = read(sample), read(sample, is_erased=True)
    assert isinstance(whole, kind)
    assert isinstance(erased, kind)
    if sample.version == kind.version:
        values = msgspec.json.decode(msgspec.json.encode(whole))
        assert {**sample.data, **sample.personal}.items() <= values.items()


def test_a_stored_sample_never_changes_and_never_goes() -> None:
    """H2."""
    present = sorted(digest(file) for file in FOLDER.glob("*.json"))
    assert sorted(DIGESTS.read_text().splitlines()) == present


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(any_event, min_size=1, max_size=5))
def test_whatever_is_appended_is_read_back_equal(
    any_store: EventStore, events: list[Event]
) -> None:
    stream = Stream(id=uuid4())
    any_store.append(stream.change(events), by=ANN)
    assert list(any_store.open(stream.id).events) == events


def test_a_topic_names_one_event() -> None:
    with pytest.raises(TypeError, match="Two events have the topic"):
        type("Again", (Event,), {"__doc__": "Again."}, topic="centre.opened")


def test_an_event_with_personal_values_says_whose_they_are() -> None:
    body = {"__annotations__": {"name": Personal[str]}}
    with pytest.raises(TypeError, match="no person_id"):
        type("Nameless", (Event,), body, topic="test.nameless")
    assert "test.nameless" not in Event.known
