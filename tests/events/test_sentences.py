"""Whatever happened can be said in a plain sentence."""

import pytest
from hypothesis import given

from events.event import Event
from projections.sentences import SENTENCES, sentence
from tests.events.strategies import any_event, kinds


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.topic)
def test_every_kind_of_event_has_a_sentence(kind: type[Event]) -> None:
    """H1."""
    assert kind.topic in SENTENCES, "Say in projections/sentences.py what it means."
    assert SENTENCES[kind.topic][-1] in ".}"


def test_there_is_no_sentence_for_what_cannot_happen() -> None:
    assert {kind.topic for kind in kinds()} == SENTENCES.keys()


@given(any_event)
def test_any_event_can_be_said(event: Event) -> None:
    """H1."""
    assert sentence(event)
