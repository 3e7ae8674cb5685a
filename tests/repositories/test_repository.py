"""Loading aggregates, of streams that were folded before up to some version."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregates.centres.centre import Centre
from events.centres.centre import ApprovalGranted, CentreOpened
from repositories.aggregate_types import CENTRE
from repositories.repository import load_known
from store import EventStore, Stream, open_store
from tests.store.examples import ANN

NUMBER = "48213"
PERSON = UUID(int=1)


@given(
    parts=st.lists(st.integers(1, 4), min_size=1, max_size=6),
    looks=st.lists(st.integers(0, 5), max_size=12),
)
@settings(max_examples=15)
def test_an_aggregate_is_the_same_whichever_of_its_versions_was_folded_before(
    parts: list[int], looks: list[int]
) -> None:
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/data", keys=Path(folder, "key"))
        opened: list[Stream] = []
        for number, part in enumerate(parts):
            append(store, number, part)
            opened.append(store.open(CENTRE.stream_id(NUMBER)))
            load_known(CENTRE, NUMBER, store=store)
        for look in looks:
            stream = opened[look % len(opened)]
            assert CENTRE.replay(stream) == Centre.replay(stream.events)
        store.close()


def append(store: EventStore, number: int, part: int) -> None:
    stream = store.open(CENTRE.stream_id(NUMBER))
    begun = [CentreOpened(number=NUMBER, name="Riverside Training")]
    granted = [
        ApprovalGranted(product=f"Q-{number}-{each}", person_id=PERSON)
        for each in range(part)
    ]
    events = [*([] if stream.history else begun), *granted]
    store.append(stream.change(events, owner=NUMBER), by=ANN)


def test_what_was_folded_of_a_stream_is_not_taken_for_some_of_its_events(
    store: EventStore,
) -> None:
    append(store, 0, 2)
    stream, _ = load_known(CENTRE, NUMBER, store=store)
    begun, _, last = stream.history
    fewer = replace(stream, history=(begun, last))
    assert CENTRE.replay(fewer) == Centre.replay(fewer.events)
    cut = replace(stream, history=(begun,))
    assert CENTRE.replay(cut) == Centre.replay(cut.events)
    append(store, 1, 1)
    stream, centre = load_known(CENTRE, NUMBER, store=store)
    assert centre == Centre.replay(stream.events)
