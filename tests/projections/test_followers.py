"""Read models are kept at the head of the log, whatever happens."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import median
from threading import Event, current_thread, main_thread
from time import monotonic

import psycopg
import pytest

from projections.database import Database, open_database
from projections.dispatcher import Dispatcher
from projections.projection_tables import ProjectionTables, prepare
from projections.read_model import ReadModel
from projections.read_models import ReadModels
from projections.rows import Rows
from store import EventStore, Position, Recorded, open_store
from subscriptions.feed import BATCH, EventFeed
from subscriptions.follower import Follower, Outcome
from tests.clock import PATIENCE, until
from tests.projections.conftest import Logs, OpenReadModels
from tests.projections.shown_centres import (
    SHOWN_CENTRES,
    grant,
    handle,
    open_centres,
    shown,
)

AT_ONCE = 0.5


class Trouble:
    """A fold that fails as long as there is a cause."""

    def __init__(self) -> None:
        self.cause: str | None = None
        self.failures = 0
        self.model = replace(SHOWN_CENTRES, fold=self.fold)

    def fold(self, rows: Rows, batch: Sequence[Recorded]) -> None:
        SHOWN_CENTRES.fold(rows, batch)
        rows.flush()
        if self.cause is not None:
            self.failures += 1
            raise RuntimeError(self.cause)


def test_what_is_recorded_is_shown_within_moments(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    read_models = open_read_models(SHOWN_CENTRES)
    open_centres(any_store, "100")
    assert read_models.wait_for(any_store.head(), PATIENCE)
    waited = []
    for number in range(200, 219):
        position = open_centres(any_store, str(number))
        asked = monotonic()
        assert read_models.wait_for(position, PATIENCE)
        waited.append(monotonic() - asked)
        with read_models.connection() as connection:
            assert str(number) in shown(connection)
    assert median(waited) < AT_ONCE  # of looking each second it would be nearly that


def test_a_follower_reaches_the_head_of_the_log_even_if_nothing_there_concerns_it(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    deaf = replace(
        SHOWN_CENTRES,
        name="deaf",
        tables=(),
        handles=frozenset(),
        fold=lambda _, __: None,
    )
    open_centres(any_store, *(str(number) for number in range(100, 150)))
    read_models = open_read_models(deaf)
    head = any_store.head()
    assert read_models.wait_for(head, PATIENCE)
    assert read_models.behind() == {"deaf": (head, head)}


def test_more_than_a_batch_is_read_to_its_end(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    open_centres(any_store, "100")
    products = [f"Q-{number}" for number in range(2 * BATCH + 1)]
    position = grant(any_store, "100", *products)
    read_models = open_read_models(SHOWN_CENTRES)
    assert read_models.wait_for(position, PATIENCE)
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 2 * BATCH + 1}


def test_a_fold_that_fails_is_tried_again_until_it_works_and_nothing_is_skipped(
    any_store: EventStore, open_read_models: OpenReadModels, logs: Logs
) -> None:
    trouble = Trouble()
    read_models = open_read_models(trouble.model)
    before = open_centres(any_store, "100")
    assert read_models.wait_for(before, PATIENCE)
    trouble.cause = "The disk is full."
    after = open_centres(any_store, "200")
    until(lambda: trouble.failures > 1)
    assert read_models.errors == {"shown-centres": "The disk is full."}
    assert read_models.behind() == {"shown-centres": (before, after)}
    assert not read_models.wait_for(after, 0.01)
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 0}
    trouble.cause = None
    assert read_models.wait_for(after, PATIENCE)
    until(lambda: read_models.errors == {})
    said = [(log["event"], log["log_level"]) for log in logs]
    assert said.count(("follower failed", "error")) == trouble.failures
    assert said[-1] == ("follower healed", "info")
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 0, "200": 0}


def test_a_read_model_that_fails_does_not_stop_another(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    trouble = Trouble()
    trouble.cause = "The disk is full."
    failing = replace(trouble.model, name="failing", tables=())
    read_models = open_read_models(failing, SHOWN_CENTRES)
    head = open_centres(any_store, "100")
    until(lambda: read_models.behind()["shown-centres"] == (head, head))
    assert read_models.behind()["failing"] == (0, head)


class Noted(Dispatcher):
    """Read models of which it is noted who was handed what."""

    def __init__(self, database: Database, tables: Sequence[ProjectionTables]) -> None:
        super().__init__(database, tables)
        self.handed: list[tuple[set[str], Position, Position]] = []

    def handle(
        self, names: Sequence[str], after: Position, batch: Sequence[Recorded]
    ) -> Mapping[str, Outcome]:
        outcomes = super().handle(names, after, batch)
        self.handed.append((set(names), after, batch[-1].position))
        return outcomes


def test_a_read_model_that_healed_rejoins_the_others_and_counts_nothing_twice(
    any_store: EventStore, database_url: str
) -> None:
    trouble = Trouble()
    deaf = replace(SHOWN_CENTRES, name="well", tables=(), fold=lambda _, __: None)
    with closing(open_database(database_url)) as database:
        tables = [ProjectionTables(each, database) for each in (trouble.model, deaf)]
        prepare(database, tables)
        group = Noted(database, tables)
        lock = database.leader_lock("noted")
        follower = Follower(group, EventFeed(any_store), lock)
        follower.start()
        try:
            before = open_centres(any_store, "100")
            assert follower.wait_for(before, PATIENCE)
            trouble.cause = "The disk is full."
            for number in range(200, 205):
                after = grant(any_store, "100", f"Q-{number}")
                until(lambda: follower.positions()["well"] == after)  # noqa: B023 - of this turn
            assert follower.positions()["shown-centres"] == before
            trouble.cause = None
            assert follower.wait_for(after, PATIENCE)
            last = grant(any_store, "100", "Q-300")
            assert follower.wait_for(last, PATIENCE)
            assert group.handed[-1] == ({"shown-centres", "well"}, after, last)
        finally:
            follower.stop()
            lock.release()
        with database.reading() as connection:
            assert shown(connection) == {"100": 6}


class SlowLook(Dispatcher):
    """Read models whose checkpoints are found as they were before the follower led."""

    def __init__(self, database: Database, tables: Sequence[ProjectionTables]) -> None:
        super().__init__(database, tables)
        self.looked, self.followed = Event(), Event()

    def checkpoints(self) -> Mapping[str, Position]:
        if current_thread() is not main_thread():
            assert self.looked.wait(PATIENCE)
            return super().checkpoints()
        checkpoints = super().checkpoints()
        self.looked.set()
        assert self.followed.wait(PATIENCE)
        return checkpoints

    def handle(
        self, names: Sequence[str], after: Position, batch: Sequence[Recorded]
    ) -> Mapping[str, Outcome]:
        outcomes = super().handle(names, after, batch)
        self.followed.set()
        return outcomes


def test_who_looked_before_the_follower_led_is_told_what_it_did_since(
    any_store: EventStore, database_url: str
) -> None:
    head = open_centres(any_store, "100")
    with closing(open_database(database_url)) as database:
        tables = [ProjectionTables(SHOWN_CENTRES, database)]
        prepare(database, tables)
        group = SlowLook(database, tables)
        lock = database.leader_lock("slow-look")
        follower = Follower(group, EventFeed(any_store), lock)
        follower.start()
        try:
            assert follower.wait_for(head, PATIENCE)
        finally:
            follower.stop()
            lock.release()


def test_nobody_waits_for_what_is_there_and_nobody_waits_for_ever(
    open_read_models: OpenReadModels,
) -> None:
    read_models = open_read_models(SHOWN_CENTRES)
    assert read_models.wait_for(0, 0)
    assert not read_models.wait_for(1, 0.05)


@pytest.mark.postgres
def test_read_models_go_on_when_the_server_has_dropped_every_connection(
    postgres_url: str, keys: Path
) -> None:
    with (
        closing(open_store(postgres_url, keys=keys)) as store,
        closing(open_database(postgres_url)) as database,
    ):
        read_models = ReadModels(database, EventFeed(store), store, [SHOWN_CENTRES])
        read_models.start()
        assert read_models.wait_for(open_centres(store, "100"), PATIENCE)
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        until(lambda: not read_models.errors)
        position = open_centres(store, "200")
        until(lambda: read_models.behind()["shown-centres"] == (position, position))
        with read_models.connection() as connection:
            assert shown(connection) == {"100": 0, "200": 0}
        until(lambda: not read_models.errors)
        read_models.stop()


def test_another_process_waits_for_its_turn_and_takes_over(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    folded: list[str] = []

    def noted(name: str) -> ReadModel:
        def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
            folded.append(name)
            SHOWN_CENTRES.fold(rows, batch)

        return replace(SHOWN_CENTRES, fold=fold)

    first = open_read_models(noted("first"))
    assert first.wait_for(open_centres(any_store, "100"), PATIENCE)
    second = open_read_models(noted("second"))
    assert second.wait_for(open_centres(any_store, "200"), PATIENCE)
    assert folded == ["first", "first"]
    first.stop()
    assert second.wait_for(open_centres(any_store, "300"), PATIENCE)
    assert folded == ["first", "first", "second"]
    with second.connection() as connection:
        assert shown(connection) == {"100": 0, "200": 0, "300": 0}


def test_a_process_that_keeps_no_read_models_can_wait_for_them(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    asking = open_read_models(SHOWN_CENTRES, is_started=False)
    position = open_centres(any_store, "100")
    assert not asking.wait_for(position, 0.05)
    open_read_models(SHOWN_CENTRES)
    assert asking.wait_for(position, PATIENCE)


def test_what_is_asked_for_here_and_now_is_caught_up_with(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    read_models = open_read_models(SHOWN_CENTRES, is_started=False)
    position = open_centres(any_store, "100")
    read_models.catch_up()
    assert read_models.wait_for(position, 0)
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 0}


def test_a_batch_that_another_has_folded_meanwhile_is_not_folded_again(
    any_store: EventStore, database_url: str
) -> None:
    database = open_database(database_url)
    here, there = (
        ProjectionTables(SHOWN_CENTRES, database),
        ProjectionTables(SHOWN_CENTRES, database),
    )
    assert prepare(database, [here]) == []
    head = open_centres(any_store, "100", "200")
    one, both = any_store.log(after=0, limit=1), any_store.log(after=0)
    assert handle(here, 0, one) == one[-1].position
    assert handle(there, 0, both) == one[-1].position
    assert handle(there, one[-1].position, both[1:]) == head
    with database.reading() as connection:
        assert shown(connection) == {"100": 0, "200": 0}
    database.close()
