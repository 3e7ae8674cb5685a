"""Whatever happened can be said in a plain sentence."""

from collections.abc import Iterator
from datetime import date
from string import Formatter
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given

from events.event import Event
from events.learners.learner import LearnerIdentityAmended
from events.uploads.upload import RecordConfirmed
from projections.history.event_descriptions import SENTENCES, sentence
from tests.events.samples import example
from tests.events.strategies import any_event, kinds
from tests.learner_examples import PERSON


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.topic)
def test_every_kind_of_event_has_a_sentence(kind: type[Event]) -> None:
    """H1."""
    assert kind.topic in SENTENCES, (
        "Say in projections/history/event_descriptions.py what it means."
    )
    assert SENTENCES[kind.topic][-1] in ".}"


def test_there_is_no_sentence_for_what_cannot_happen() -> None:
    assert {kind.topic for kind in kinds()} == SENTENCES.keys()


@given(any_event)
def test_any_event_can_be_said(event: Event) -> None:
    """H1."""
    assert sentence(event)


def optional() -> Iterator[tuple[type[Event], str]]:
    """Give each kind of event with each value in its sentence that may be none."""
    for kind in kinds():
        types = get_type_hints(kind)
        for _, name, how, _ in Formatter().parse(SENTENCES[kind.topic]):
            if name in types and not how and isinstance(empty(types[name]), Empty):
                yield kind, str(name)


class Empty:
    """Stands for none: a value, or several of them."""

    def __init__(self, value: object) -> None:
        self.value = value


def empty(told: Any) -> object:
    parts = get_args(told)
    if NoneType in parts:
        return Empty(None)
    return Empty(get_origin(told)()) if get_origin(told) in {tuple, dict} else None


@pytest.mark.parametrize(("kind", "name"), [*optional()])
def test_no_sentence_says_none(kind: type[Event], name: str) -> None:
    """H1: what there is not is left out, or said as what was done."""
    none = empty(get_type_hints(kind)[name])
    assert isinstance(none, Empty)
    event = kind(**{**vars(example(kind)), name: none.value})
    said = sentence(event)
    assert "none" not in said
    assert "[" not in said
    assert "  " not in said


def test_a_row_that_is_somebody_else_is_said_of_learners_and_of_rows() -> None:
    """U6."""
    both = RecordConfirmed(learners=("L-0000000017T",), rows=(5, 6))
    assert sentence(both) == (
        "It was confirmed that the row is a person of their own, not L-0000000017T, not who"
        " is in row 5, 6."
    )


def test_an_erased_date_of_birth_is_no_date() -> None:
    """H6."""
    amended = LearnerIdentityAmended(
        given_name="(erased)",
        family_name="(erased)",
        date_of_birth=date.min,
        person_id=PERSON,
    )
    assert sentence(amended).endswith("born (erased).")
