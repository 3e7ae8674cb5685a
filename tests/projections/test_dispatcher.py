"""All read models are kept by one follower, in one transaction for each batch."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import OperationalError

from events.centres.centre import ApprovalGranted, CentreOpened
from projections.database import Database, open_database
from projections.dispatcher import Dispatcher
from projections.projection_tables import ProjectionTables, prepare
from projections.read_model import ReadModel
from projections.rows import Rows
from service import READ_MODELS
from store import EventStore, Recorded, open_store
from subscriptions.checkpoints import CHECKPOINTS
from subscriptions.feed import BATCH
from tests.clock import PATIENCE, until
from tests.projections.conftest import Logs, OpenReadModels
from tests.projections.shown_centres import (
    SHOWN_CENTRES,
    grant,
    open_centres,
    shown,
)

COUNTED = Table(
    "counted",
    MetaData(),
    Column("number", String, primary_key=True),
    Column("times", Integer, nullable=False),
)
COUNTED_LATER = COUNTED.to_metadata(MetaData(), name="counted_later")


class Counting:
    """A read model that counts how often it was told of each centre, and may fail."""

    def __init__(self, name: str = "counting", table: Table = COUNTED) -> None:
        self.table = table
        self.fails: Callable[[Rows], None] | None = None
        self.tried = 0
        self.told: list[Recorded] = []
        self.model = ReadModel(
            name=name,
            version=1,
            tables=(table,),
            handles=frozenset({CentreOpened}),
            fold=self.fold,
        )

    def fold(self, rows: Rows, batch: Sequence[Recorded]) -> None:
        self.tried += 1
        for recorded in batch:
            number = str(recorded.owner)
            known = rows.get(self.table, number) or {"number": number, "times": 0}
            rows.put(self.table, known | {"times": known["times"] + 1})
        rows.flush()
        if self.fails is not None:
            self.fails(rows)
        self.told += batch


def break_down(_: Rows) -> None:
    raise RuntimeError("It is broken.")


def break_a_constraint(rows: Rows) -> None:
    """Fail in the database, where PostgreSQL does nothing more until it is rolled back."""
    rows.put(COUNTED, {"number": "900", "times": None})
    rows.flush()


@contextmanager
def commits() -> Generator[list[str]]:
    """Note each transaction that any connection commits meanwhile."""
    noted: list[str] = []

    def note(_: object) -> None:
        noted.append("commit")

    event.listen(Engine, "commit", note)
    try:
        yield noted
    finally:
        event.remove(Engine, "commit", note)


def prepared(database: Database, *models: ReadModel) -> Dispatcher:
    tables = [ProjectionTables(model, database) for model in models]
    assert prepare(database, tables) == []
    return Dispatcher(database, tables)


def test_a_batch_is_one_transaction_for_all_read_models(
    any_store: EventStore, database_url: str
) -> None:
    open_centres(any_store, "100", "200")
    head = grant(any_store, "100", "Q-1")
    with closing(open_database(database_url)) as database:
        dispatcher = prepared(database, *READ_MODELS)
        with commits() as committed:
            dispatcher.handle(dispatcher.names, 0, any_store.log(after=0))
        assert len(committed) == 1
        assert dispatcher.checkpoints() == dict.fromkeys(dispatcher.names, head)


def test_a_fold_is_told_of_the_events_that_it_declared_and_of_no_other(
    any_store: EventStore, database_url: str
) -> None:
    counting, idle = Counting(), Counting("idle")
    idle_model = replace(idle.model, tables=(), handles=frozenset({ApprovalGranted}))
    opened = open_centres(any_store, "100")
    with closing(open_database(database_url)) as database:
        dispatcher = prepared(database, counting.model, idle_model)
        dispatcher.handle(dispatcher.names, 0, any_store.log(after=0))
        head = grant(any_store, "100", "Q-1")
        batch = any_store.log(after=opened)
        dispatcher.handle(["counting"], opened, batch)
        assert [recorded.position for recorded in counting.told] == [opened]
        assert idle.tried == 0
        assert dispatcher.checkpoints() == {"counting": head, "idle": opened}


@pytest.mark.parametrize("fails", [break_down, break_a_constraint])
def test_a_fold_that_fails_is_rolled_back_alone_and_the_others_go_on(
    any_store: EventStore, database_url: str, fails: Callable[[Rows], None]
) -> None:
    counting = Counting()
    counting.fails = fails
    head = open_centres(any_store, "100")
    with closing(open_database(database_url)) as database:
        dispatcher = prepared(database, counting.model, SHOWN_CENTRES)
        outcomes = dispatcher.handle(dispatcher.names, 0, any_store.log(after=0))
        assert isinstance(outcomes["counting"], Exception)
        assert outcomes["shown-centres"] == head
        with database.reading() as connection:
            assert shown(connection) == {"100": 0}
            assert connection.scalar(select(func.count()).select_from(COUNTED)) == 0
        assert dispatcher.checkpoints() == {"counting": 0, "shown-centres": head}


def end_the_transaction(rows: Rows) -> None:
    """Do as a database does whose disk is full, or whose server goes away."""
    connection = rows._connection  # noqa: SLF001 - as no fold may
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("ROLLBACK")
        raise RuntimeError("The disk is full.")
    connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


def test_where_the_transaction_itself_ends_nothing_is_committed_for_anybody(
    any_store: EventStore, database_url: str
) -> None:
    counting, later = Counting(), Counting("later", COUNTED_LATER)
    head = open_centres(any_store, "100")
    with closing(open_database(database_url)) as database:
        dispatcher = prepared(database, SHOWN_CENTRES, counting.model, later.model)
        counting.fails = end_the_transaction
        with pytest.raises(OperationalError):
            dispatcher.handle(dispatcher.names, 0, any_store.log(after=0))
        assert dispatcher.checkpoints() == dict.fromkeys(dispatcher.names, 0)
        counting.fails = None
        outcomes = dispatcher.handle(dispatcher.names, 0, any_store.log(after=0))
        assert outcomes == dict.fromkeys(dispatcher.names, head)
        with database.reading() as connection:
            assert shown(connection) == {"100": 0}
            for table in (COUNTED, COUNTED_LATER):
                assert connection.scalars(select(table.c.times)).all() == [1]


def test_who_failed_catches_up_over_many_batches_and_each_event_counts_once(
    any_store: EventStore, open_read_models: OpenReadModels, logs: Logs
) -> None:
    counting = Counting()
    read_models = open_read_models(counting.model, SHOWN_CENTRES)
    first = open_centres(any_store, "100")
    assert read_models.wait_for(first, PATIENCE)
    counting.fails = break_down
    open_centres(any_store, *(str(number) for number in range(1000, 1000 + 2 * BATCH)))
    head = open_centres(any_store, "200")
    until(lambda: read_models.behind()["shown-centres"] == (head, head))
    until(lambda: counting.tried > 2)
    assert read_models.behind()["counting"] == (first, head)
    assert read_models.errors == {"counting": "It is broken."}
    with read_models.connection() as connection:
        assert len(shown(connection)) == 2 * BATCH + 2
    counting.fails = None
    assert read_models.wait_for(head, PATIENCE)
    until(lambda: read_models.errors == {})
    said = [log for log in logs if log["event"].startswith("follower")]
    assert {log["name"] for log in said} == {"counting"}
    assert said[-1]["event"] == "follower healed"
    with read_models.connection() as connection:
        times = connection.scalars(select(COUNTED.c.times)).all()
        assert times == [1] * (2 * BATCH + 2)


def old_database(database: Database, counting: ReadModel, at: int, other: int) -> None:
    """Make tables and places as they were made when each read model had a follower."""
    with database.making() as connection:
        connection.execute(
            text(
                "CREATE TABLE progress (read_model VARCHAR NOT NULL,"
                " version INTEGER NOT NULL, position BIGINT NOT NULL,"
                " tables JSON NOT NULL, PRIMARY KEY (read_model))"
            )
        )
        for model, place in ((counting, at), (SHOWN_CENTRES, other)):
            for table in model.tables:
                table.create(connection)
            names = ", ".join(f'"{table.name}"' for table in model.tables)
            connection.execute(
                text("INSERT INTO progress VALUES (:name, 1, :place, :tables)"),
                {"name": model.name, "place": place, "tables": f"[{names}]"},
            )
        connection.execute(insert(COUNTED).values(number="100", times=7))


def test_the_places_that_an_older_version_stored_are_gone_on_from(
    any_store: EventStore,
    open_read_models: OpenReadModels,
    database_url: str,
    logs: Logs,
) -> None:
    """Each of its own, and nothing is folded anew."""
    counting = Counting()
    first = open_centres(any_store, "100")
    second = open_centres(any_store, "200")
    head = open_centres(any_store, "300")
    with closing(open_database(database_url)) as database:
        old_database(database, counting.model, at=first, other=second)
    read_models = open_read_models(counting.model, SHOWN_CENTRES)
    assert read_models.wait_for(head, PATIENCE)
    with read_models.connection() as connection:
        query = select(COUNTED.c.number, COUNTED.c.times).order_by(COUNTED.c.number)
        counted = [tuple(row) for row in connection.execute(query)]
        assert counted == [("100", 7), ("200", 1), ("300", 1)]
        assert shown(connection) == {"300": 0}
    assert [recorded.position for recorded in counting.told] == [second, head]
    assert [log["event"] for log in logs] == []


def test_who_is_far_behind_does_not_keep_the_others_from_what_is_new(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    before = open_read_models(SHOWN_CENTRES)
    open_centres(any_store, *(str(number) for number in range(1000, 1001 + BATCH)))
    assert before.wait_for(any_store.head(), PATIENCE)
    before.stop()
    new = Counting()
    seen: list[bool] = []

    def record_once(_: Rows) -> None:
        """At the first batch of many, open a centre; at the second, look for it."""
        if new.tried == 1:
            open_centres(any_store, "200")
        else:
            place, head = read_models.behind()["shown-centres"]
            seen.append(place == head)

    new.fails = record_once
    read_models = open_read_models(new.model, SHOWN_CENTRES, is_started=False)
    read_models.start()
    until(lambda: len(seen) > 0)
    assert read_models.wait_for(any_store.head(), PATIENCE)
    assert all(seen)
    with read_models.connection() as connection:
        assert connection.scalars(select(COUNTED.c.times)).all() == [1] * (BATCH + 2)


@pytest.mark.postgres
def test_who_is_just_being_swapped_keeps_nobody_else_waiting(
    postgres_url: str, keys: Path
) -> None:
    """Where a swap waits for whoever reads the old tables, it holds that place alone."""
    counting = Counting()
    with (
        closing(open_store(postgres_url, keys=keys)) as store,
        closing(open_database(postgres_url)) as database,
    ):
        head = open_centres(store, "100")
        dispatcher = prepared(database, counting.model, SHOWN_CENTRES)
        with database.writing() as connection:
            ProjectionTables(counting.model, database).lock(connection)
            outcomes = dispatcher.handle(dispatcher.names, 0, store.log(after=0))
        assert outcomes == {"counting": 0, "shown-centres": head}
        outcomes = dispatcher.handle(["counting"], 0, store.log(after=0))
        assert outcomes == {"counting": head}


def test_what_another_has_moved_is_left_alone(
    any_store: EventStore, database_url: str
) -> None:
    counting = Counting()
    first = open_centres(any_store, "100")
    head = open_centres(any_store, "200")
    with closing(open_database(database_url)) as database:
        dispatcher = prepared(database, counting.model, SHOWN_CENTRES)
        with database.writing() as connection:
            mine = CHECKPOINTS.c.read_model == "counting"
            connection.execute(update(CHECKPOINTS).where(mine).values(position=first))
        outcomes = dispatcher.handle(dispatcher.names, 0, any_store.log(after=0))
        assert outcomes == {"counting": first, "shown-centres": head}
        assert counting.tried == 0
        with database.reading() as connection:
            assert shown(connection) == {"100": 0, "200": 0}
