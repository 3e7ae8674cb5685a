"""A read model is made anew beside the one that is shown, and compared with it."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from threading import Event, Thread
from time import sleep

import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    inspect,
    update,
)

from projections.database import open_database
from projections.projection_tables import OtherVersion, ProjectionTables, prepare
from projections.read_model import ReadModel
from projections.read_models import RETIRED
from projections.rebuilding import Difference
from projections.rows import Rows
from store import EventStore, Position, Recorded
from subscriptions.checkpoints import CHECKPOINTS, read_checkpoints
from subscriptions.feed import BATCH
from tests.clock import PATIENCE
from tests.projections.conftest import OpenReadModels
from tests.projections.shown_centres import (
    APPROVALS,
    CENTRES,
    SHOWN_CENTRES,
    grant,
    handle,
    open_centres,
    shown,
)

NAME = SHOWN_CENTRES.name


def quietly(_: Position, __: Position) -> None: ...


def test_a_read_model_made_anew_is_what_it_was_and_is_kept_from_there(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    read_models = open_read_models(SHOWN_CENTRES)
    open_centres(any_store, "100", "200")
    head = grant(any_store, "200", *(f"Q-{number}" for number in range(BATCH)))
    assert read_models.wait_for(head, PATIENCE)
    told: list[tuple[Position, Position]] = []
    read_models.rebuild(NAME, lambda *progress: told.append(progress))
    assert [end for _, end in told] == [head, head]
    assert told[-1] == (head, head)
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 0, "200": BATCH}
    for again in range(2):
        position = open_centres(any_store, f"30{again}")
        assert read_models.wait_for(position, PATIENCE)
        read_models.rebuild(NAME, quietly)
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 0, "200": BATCH, "300": 0, "301": 0}
    assert read_models.check(NAME, quietly) == ()
    assert read_models.errors == {}


def test_reading_and_recording_go_on_while_a_read_model_is_made_anew(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    read_models = open_read_models(SHOWN_CENTRES)
    open_centres(any_store, "100")
    is_over = Event()
    seen: list[tuple[Position, int]] = []
    lost: list[str] = []

    def write() -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            grant(any_store, "100", f"Q-{number}")
            sleep(0.002)

    def read() -> None:
        while not is_over.is_set():
            position = any_store.head()
            if not read_models.wait_for(position, PATIENCE):
                lost.append(f"{position} was not waited for")
            with read_models.connection() as connection:
                seen.append((position, shown(connection).get("100", -1)))

    threads = [Thread(target=write), Thread(target=read)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            read_models.rebuild(NAME, quietly)
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert not lost
    assert all(approvals >= position - 1 for position, approvals in seen)
    assert read_models.wait_for(any_store.head(), PATIENCE)
    assert read_models.check(NAME, quietly) == ()


def test_nobody_who_reads_is_cut_off_when_what_was_made_anew_is_put_in_place(
    any_store: EventStore, open_read_models: OpenReadModels, database_url: str
) -> None:
    read_models = open_read_models(SHOWN_CENTRES)
    assert read_models.wait_for(open_centres(any_store, "100"), PATIENCE)
    database = open_database(database_url)
    with database.reading(one_moment=True) as connection:
        assert shown(connection) == {"100": 0}
        rebuilding = Thread(target=read_models.rebuild, args=(NAME, quietly))
        rebuilding.start()
        rebuilding.join(1.5)
        assert shown(connection) == {"100": 0}
    rebuilding.join()
    database.close()
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 0}
    assert read_models.check(NAME, quietly) == ()


def test_read_models_made_anew_by_two_at_once_are_made_one_after_the_other(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    read_models = open_read_models(SHOWN_CENTRES)
    assert read_models.wait_for(open_centres(any_store, "100"), PATIENCE)
    running: list[int] = []
    most: list[int] = []

    def slowly(_: Position, __: Position) -> None:
        running.append(1)
        most.append(len(running))
        sleep(0.2)
        running.pop()

    threads = [
        Thread(target=read_models.rebuild, args=(NAME, slowly)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1]
    assert read_models.check(NAME, quietly) == ()


def test_what_a_killed_rebuild_left_behind_is_in_nobodys_way(
    any_store: EventStore, open_read_models: OpenReadModels, database_url: str
) -> None:
    read_models = open_read_models(SHOWN_CENTRES)
    head = open_centres(any_store, "100")
    assert read_models.wait_for(head, PATIENCE)
    database = open_database(database_url)
    ProjectionTables(SHOWN_CENTRES, database, shadow=True).make_anew()
    database.close()
    read_models.rebuild(NAME, quietly)
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 0}
    assert set(read_models.behind()) == {NAME}


def test_a_rebuild_that_fails_changes_nothing_that_is_shown(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    read_models = open_read_models(SHOWN_CENTRES)
    assert read_models.wait_for(open_centres(any_store, "100"), PATIENCE)

    def stop(_: Position, __: Position) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_models.rebuild(NAME, stop)
    assert read_models.wait_for(open_centres(any_store, "200"), PATIENCE)
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 0, "200": 0}
    assert read_models.check(NAME, quietly) == ()


def test_a_read_model_that_has_read_more_than_there_is_is_made_anew_at_the_start(
    any_store: EventStore, open_read_models: OpenReadModels, database_url: str
) -> None:
    """As after a backup of the events alone was put in place."""
    read_models = open_read_models(SHOWN_CENTRES)
    assert read_models.wait_for(open_centres(any_store, "100"), PATIENCE)
    read_models.stop()
    with (
        closing(open_database(database_url)) as database,
        database.writing() as connection,
    ):
        connection.execute(update(CENTRES).values(number="900"))
        connection.execute(update(CHECKPOINTS).values(position=any_store.head() + 1))
    again = open_read_models(SHOWN_CENTRES)
    assert again.wait_for(open_centres(any_store, "200"), PATIENCE)
    with again.connection() as connection:
        assert shown(connection) == {"100": 0, "200": 0}


def test_a_check_names_each_row_that_the_events_do_not_make(
    any_store: EventStore, open_read_models: OpenReadModels, database_url: str
) -> None:
    read_models = open_read_models(SHOWN_CENTRES)
    open_centres(any_store, "100", "200", "300")
    assert read_models.wait_for(grant(any_store, "100", "Q-1", "Q-2"), PATIENCE)
    assert read_models.check(NAME, quietly) == ()
    database = open_database(database_url)
    with database.writing() as connection:
        connection.execute(
            update(CENTRES).where(CENTRES.c.number == "200").values(approvals=7)
        )
        connection.execute(delete(CENTRES).where(CENTRES.c.number == "300"))
        connection.execute(insert(APPROVALS).values(number="100", product="Q-3"))
    database.close()
    assert read_models.check(NAME, quietly) == (
        Difference(table="shown_centres", key=("200",)),
        Difference(table="shown_centres", key=("300",)),
        Difference(table="shown_approvals", key=("100", "Q-3")),
    )
    read_models.rebuild(NAME, quietly)
    assert read_models.check(NAME, quietly) == ()


def reshaped() -> ReadModel:
    """Make the next version: the table has another column, and one table is gone."""
    table = Table(
        CENTRES.name,
        MetaData(),
        Column("number", String, primary_key=True),
        Column("approvals", Integer, nullable=False),
        Column("letters", Integer, nullable=False),
    )

    def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            values = {"number": str(recorded.owner), "approvals": 1, "letters": 3}
            rows.put(table, values)

    return replace(SHOWN_CENTRES, version=2, tables=(table,), fold=fold)


def test_a_read_model_of_another_version_is_made_anew_at_the_start(
    any_store: EventStore, open_read_models: OpenReadModels
) -> None:
    old = open_read_models(SHOWN_CENTRES)
    assert old.wait_for(open_centres(any_store, "100"), PATIENCE)
    new = open_read_models(reshaped())
    with new.connection() as connection:
        assert shown(connection) == {"100": 1}
    position = open_centres(any_store, "200")
    old.stop()
    assert new.wait_for(position, PATIENCE)
    with new.connection() as connection:
        assert shown(connection) == {"100": 1, "200": 1}


def test_a_process_of_another_version_leaves_the_rows_alone_and_says_so(
    any_store: EventStore, open_read_models: OpenReadModels, database_url: str
) -> None:
    read_models = open_read_models(reshaped())
    assert read_models.wait_for(open_centres(any_store, "100"), PATIENCE)
    database = open_database(database_url)
    outdated = ProjectionTables(SHOWN_CENTRES, database)
    with pytest.raises(OtherVersion, match="shown-centres is kept at version 2"):
        handle(outdated, any_store.head(), any_store.log(after=0))
    database.close()


def test_processes_that_start_at_once_on_an_empty_database_all_start(
    database_url: str,
) -> None:
    failed: list[Exception] = []

    def start() -> None:
        try:
            database = open_database(database_url)
            prepare(database, [ProjectionTables(SHOWN_CENTRES, database)])
            database.close()
        except Exception as error:  # noqa: BLE001 - shown below
            failed.append(error)

    threads = [Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_rows_of_a_read_model_that_is_no_more_are_taken_away(
    any_store: EventStore, open_read_models: OpenReadModels, database_url: str
) -> None:
    """H6: else no erasure would reach the names that they hold."""
    names = Table(
        "claimable_people", MetaData(), Column("name", String, primary_key=True)
    )
    former = replace(SHOWN_CENTRES, name=RETIRED[0], tables=(names,))
    with closing(open_database(database_url)) as database:
        assert prepare(database, [ProjectionTables(former, database)]) == []
        head = open_centres(any_store, "100")
        assert open_read_models(SHOWN_CENTRES).wait_for(head, PATIENCE)
        with database.reading() as connection:
            assert not inspect(connection).has_table("claimable_people")
            assert set(read_checkpoints(connection, [former.name])) == set()


def test_several_are_made_anew_from_one_reading_of_the_log(
    any_store: EventStore,
    open_read_models: OpenReadModels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Table("counted", MetaData(), Column("number", String, primary_key=True))

    def fold(rows: Rows, batch: Sequence[Recorded]) -> None:
        for recorded in batch:
            rows.put(table, {"number": str(recorded.owner)})

    counting = replace(SHOWN_CENTRES, name="counting", tables=(table,), fold=fold)
    read_models = open_read_models(SHOWN_CENTRES, counting)
    assert read_models.wait_for(open_centres(any_store, "100", "200"), PATIENCE)
    read: list[Position] = []
    log = any_store.log

    def reading(*, after: Position = 0, limit: int = BATCH) -> Sequence[Recorded]:
        read.append(after)
        return log(after=after, limit=limit)

    monkeypatch.setattr(any_store, "log", reading)
    told: list[Position] = []
    read_models.rebuild_together(read_models.names, lambda at, _: told.append(at))
    assert read.count(0) == len(told) == 1
    monkeypatch.undo()
    for name in read_models.names:
        assert read_models.check(name, quietly) == ()
    with read_models.connection() as connection:
        assert shown(connection) == {"100": 0, "200": 0}
