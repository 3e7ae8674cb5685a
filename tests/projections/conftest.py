"""What tests of read models ask for."""

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack
from typing import TypeAlias

import pytest
from sqlalchemy import Connection, select
from structlog.testing import capture_logs
from structlog.typing import EventDict

from projections.database import open_database
from projections.read_model import ReadModel
from projections.read_models import ReadModels
from store import EventStore, Recorded
from subscriptions.feed import EventFeed
from tests.projections.in_memory import IN_MEMORY

Fold: TypeAlias = Callable[..., Connection]
Logs: TypeAlias = list[EventDict]
OpenReadModels: TypeAlias = Callable[..., ReadModels]


@pytest.fixture(autouse=True)
def logs() -> Generator[Logs]:
    """Keep what is logged from being written, with its traces, for nobody to read."""
    with capture_logs() as logs:
        yield logs


@pytest.fixture
def fold() -> Generator[Fold]:
    """Fold events into one read model, or several, and give a connection to ask them.

    They are folded all at once and one by one, which must come to the same.
    """
    with ExitStack() as opened:

        def folded(
            models: Sequence[ReadModel], batches: Iterable[Sequence[Recorded]]
        ) -> Connection:
            connection = opened.enter_context(IN_MEMORY.connect())
            for table in (table for model in models for table in model.tables):
                table.create(connection)
            for batch in batches:
                for model in models:
                    model.fold_into(connection, model.pick_handled(batch))
            return connection

        def fold(*given: ReadModel | Sequence[Recorded]) -> Connection:
            *models, history = given
            kept = [each for each in models if isinstance(each, ReadModel)]
            assert not isinstance(history, ReadModel)
            at_once = folded(kept, [history])
            one_by_one = folded(kept, [[recorded] for recorded in history])
            for table in (table for model in kept for table in model.tables):
                query = select(table).order_by(*table.primary_key)
                assert at_once.execute(query).all() == one_by_one.execute(query).all()
            return at_once

        yield fold


@pytest.fixture
def open_read_models(
    any_store: EventStore, database_url: str
) -> Generator[OpenReadModels]:
    """Open read models as a process does; they are stopped at the end of the test."""
    with ExitStack() as opened:

        def open_read_models(*models: ReadModel, is_started: bool = True) -> ReadModels:
            database = open_database(database_url)
            opened.callback(database.close)
            read_models = ReadModels(database, EventFeed(any_store), any_store, models)
            opened.callback(read_models.stop)
            if is_started:
                read_models.start()
            return read_models

        yield open_read_models
