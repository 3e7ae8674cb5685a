"""Every read model takes every event, and each keeps to its own."""

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, select

from events.claims.claim import ClaimBegun, ClaimQualificationChosen
from events.event import Event
from events.identifier import Kind, identifier
from projections.read_model import ReadModel
from projections.rows import Rows
from service import READ_MODELS
from store import Recorded
from subscriptions.checkpoints import CHECKPOINTS
from tests.events.strategies import any_event, kinds, of
from tests.projections.in_memory import IN_MEMORY
from tests.projections.recorded_events import history

LEARNER = identifier(Kind.LEARNER, 7)
CLAIMS = ("claim-1", "claim-2")
BEGUN: tuple[tuple[str, Event], ...] = tuple(
    (name, event)
    for name in CLAIMS
    for event in (
        ClaimBegun(claim=name, centre="48213"),
        ClaimQualificationChosen(qualification="Q-1"),
    )
)
later = any_event.filter(lambda event: not isinstance(event, ClaimBegun))


def named(event: Event, number: int) -> tuple[str, Event]:
    """Let claims happen to claims and learners to learners, in no order at all."""
    return f"{event.topic.partition('.')[0]}-{number}", event


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
@settings(max_examples=25)
@given(told=st.lists(st.builds(named, later, st.integers(1, 2)), max_size=8))
def test_no_read_model_refuses_an_event_and_batches_make_no_difference(
    model: ReadModel, told: list[tuple[str, Event]]
) -> None:
    events = history(*BEGUN, *told)
    one_by_one = rows_of(model, [[recorded] for recorded in events])
    assert rows_of(model, [events]) == one_by_one


class Touched(Rows):
    """Rows that count how often a fold asks for them, and keep nothing."""

    touches = 0

    def _of(self, table: Table) -> Any:
        self.touches += 1
        return super()._of(table)


@pytest.fixture(scope="module")
def begun() -> Generator[Mapping[str, Connection]]:
    """Give the rows of each read model once claims have begun."""
    with ExitStack() as stack:
        connections = {}
        for model in READ_MODELS:
            connection = stack.enter_context(IN_MEMORY.connect())
            for table in model.tables:
                table.create(connection)
            model.fold_into(connection, model.pick_handled(history(*BEGUN)))
            connections[model.name] = connection
        yield connections


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.topic)
def test_a_read_model_declares_exactly_those_events_that_its_fold_handles(
    kind: type[Event], begun: Mapping[str, Connection]
) -> None:
    handle: set[str] = set()

    @settings(max_examples=10)
    @given(event=of(kind))
    def fold(event: Event) -> None:
        for one in (event, naming(event, LEARNER)):
            (recorded,) = history(*BEGUN, (CLAIMS[0], one))[len(BEGUN) :]
            for model in READ_MODELS:
                rows = Touched(begun[model.name])
                model.fold(rows, [recorded])
                if rows.touches:
                    handle.add(model.name)

    fold()
    assert handle == {model.name for model in READ_MODELS if kind in model.handles}


def naming(value: Any, learner: str) -> Any:
    """Put a learner in place of every text, as any of them may name one."""
    match value:
        case Enum():
            return value
        case str():
            return learner
        case tuple():
            return tuple(naming(each, learner) for each in value)
        case Mapping():
            return {naming(k, learner): naming(v, learner) for k, v in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in fields(value)]
            return replace(
                value, **{name: naming(getattr(value, name), learner) for name in names}
            )
        case _:
            return value


def rows_of(model: ReadModel, batches: Sequence[Sequence[Recorded]]) -> list[object]:
    with IN_MEMORY.connect() as connection:
        for table in model.tables:
            table.create(connection)
        for batch in batches:
            model.fold_into(connection, model.pick_handled(batch))
        return [
            connection.execute(select(table).order_by(*table.primary_key)).all()
            for table in model.tables
        ]


def test_every_name_is_taken_once() -> None:
    tables = [table for model in READ_MODELS for table in model.tables]
    names = Counter(
        [
            *(table.name for table in tables),
            *(str(index.name) for table in tables for index in table.indexes),
            CHECKPOINTS.name,
        ]
    )
    assert [name for name, times in names.items() if times > 1] == []
    assert len({model.name for model in READ_MODELS}) == len(READ_MODELS)


@pytest.mark.parametrize("model", READ_MODELS, ids=lambda model: model.name)
def test_a_table_can_be_made_beside_itself(model: ReadModel) -> None:
    """Names of constraints would be taken: what is unique is decided by the store."""
    for table in model.tables:
        assert table.primary_key.columns
        assert not [c.name for c in table.constraints if c.name is not None]
        assert not table.foreign_keys
