"""Every read model takes every event, and each keeps to its own."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.pool import StaticPool

from events.claim import ClaimBegun, ClaimQualificationChosen
from events.event import Event
from projections.read_model import PROGRESS, ReadModel
from projections.rows import Rows
from service import READ_MODELS
from store import Recorded
from tests.events.strategies import any_event
from tests.projections.history import history

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


def rows_of(model: ReadModel, batches: Sequence[Sequence[Recorded]]) -> list[object]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    with engine.connect() as connection:
        for table in model.tables:
            table.create(connection)
        for batch in batches:
            rows = Rows(connection)
            model.fold(rows, batch)
            rows.flush()
        shown = [
            connection.execute(select(table).order_by(*table.primary_key)).all()
            for table in model.tables
        ]
    engine.dispose()
    return list(shown)


def test_every_name_is_taken_once() -> None:
    tables = [table for model in READ_MODELS for table in model.tables]
    names = Counter(
        [
            *(table.name for table in tables),
            *(str(index.name) for table in tables for index in table.indexes),
            PROGRESS.name,
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
