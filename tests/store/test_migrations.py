"""Tables that last are made and changed by migrations, and nothing in them is lost."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, make_url

from audit import ledger
from downstream import relay
from store import DatabaseUnusable, NotBegun, open_store
from store.postgres import migrating, revision
from store.postgres.migrating import migrate
from store.postgres.revision import REVISION, NotMigrated
from store.sqlite import tables as sqlite
from tests import processes
from tests.clock import Clock
from tests.postgres import database
from tests.store.examples import ANN, OPENED, change, whole_log

BEFORE = Path(__file__).with_name("before_migrations.sql")
SHAPE = """
    SELECT 'column', table_schema, table_name, column_name, data_type, is_nullable,
        column_default FROM information_schema.columns
        WHERE table_schema IN ('public', 'audit', 'downstream')
    UNION SELECT 'index', schemaname, tablename, indexname, indexdef, NULL, NULL
        FROM pg_indexes WHERE schemaname IN ('public', 'audit', 'downstream')
    UNION SELECT 'constraint', conrelid::regclass::text, conname,
        pg_get_constraintdef(oid), NULL, NULL, NULL FROM pg_constraint
        WHERE connamespace::regnamespace::text IN ('public', 'audit', 'downstream')
    UNION SELECT 'function', proname, pg_get_functiondef(oid), NULL, NULL, NULL, NULL
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT 'schema', nspname, NULL, NULL, NULL, NULL, NULL
        FROM pg_namespace WHERE nspname !~ '^pg_'"""


def shape(address: str) -> set[tuple[Any, ...]]:
    """Give all that is declared: columns, indexes, constraints, functions, schemas."""
    with psycopg.connect(address) as connection:
        return set(connection.execute(SHAPE))


@pytest.mark.postgres
def test_a_database_of_before_is_taken_over_and_becomes_what_a_new_one_is(
    postgres_server: str, postgres_url: str
) -> None:
    with database(postgres_server, has_tables=False) as address:
        with psycopg.connect(address) as connection:
            connection.execute(BEFORE.read_bytes())
        with pytest.raises(
            NotMigrated, match=r"earlier version of this .*-management m"
        ):
            open_store(address, keys=Path("none"))
        assert "had no revision, and are at" in str(migrate(address))
        assert shape(address) == shape(postgres_url)
        with psycopg.connect(address) as connection:
            asked = "SELECT notification_id FROM stored_events, person_keys"
            assert connection.execute(asked).fetchall() == [(7,)]
            asked = (
                "SELECT value FROM about UNION SELECT position::text FROM audit.leaves"
            )
            found = connection.execute(asked).fetchall()
        assert sorted(found) == [("0",), ("7",), ("the mark",)]
        assert "already: nothing was done" in str(migrate(address))


@pytest.mark.postgres
def test_migrations_make_the_tables_that_the_code_asks(postgres_url: str) -> None:
    url = make_url(postgres_url).set(drivername="postgresql+psycopg")
    declared = MetaData()
    for name, metadata in (
        (ledger.NAME, ledger.METADATA),
        (relay.DATABASE, relay.METADATA),
    ):
        for table in metadata.sorted_tables:
            table.to_metadata(declared, schema=name)
    engine = create_engine(url)
    with closing(engine.connect()) as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, kind, _: (
                    kind != "schema" or name in {ledger.NAME, relay.DATABASE}
                ),
            },
        )
        assert compare_metadata(context, declared) == []
    engine.dispose()


def test_the_newest_migration_is_the_one_that_the_program_needs() -> None:
    scripts = ScriptDirectory.from_config(migrating.configuration())
    assert scripts.get_heads() == [REVISION]
    made = sorted(script.revision for script in scripts.walk_revisions())
    assert made == [f"{number:04}" for number in range(1, len(made) + 1)]


@pytest.mark.postgres
def test_a_server_is_given_its_tables_by_migrate_alone(
    postgres_server: str, keys: Path
) -> None:
    with database(postgres_server, has_tables=False) as address:
        said = r"There are no tables in the database test_.* Run: learner-management m"
        with pytest.raises(NotMigrated, match=said):
            open_store(address, keys=keys)
        assert processes.run_at_once(2, migrate_once, address) == [0] * 2
        with pytest.raises(NotBegun, match="nothing in its tables"):
            open_store(address, keys=keys, begin=False)
        assert not keys.exists()
        open_store(address, keys=keys).close()
        open_store(address, keys=keys, begin=False).close()


@pytest.mark.postgres
def test_other_revisions_are_told_apart(
    postgres_url: str, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(revision, "REVISION", "9999")
        with pytest.raises(NotMigrated, match=r"needs revision 9999\. Run: learner-"):
            open_store(postgres_url, keys=keys)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9998'")
    for what in (
        lambda: open_store(postgres_url, keys=keys),
        lambda: migrate(postgres_url),
    ):
        with pytest.raises(NotMigrated, match=r"at revision 9998, .* run the newest"):
            what()


@pytest.mark.postgres
def test_a_migration_that_fails_leaves_all_as_it_was(
    postgres_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database(postgres_server, has_tables=False) as address:
        before = shape(address)
        monkeypatch.setattr(
            "alembic.runtime.migration.HeadMaintainer.update_to_step", fail
        )
        with pytest.raises(ZeroDivisionError):
            migrate(address)
        assert shape(address) == before


def migrate_once(address: str) -> None:
    """Be a process that migrates."""
    migrate(address)


def fail(*_: object) -> None:
    raise ZeroDivisionError


def test_a_file_of_before_is_migrated_as_it_is_opened(
    tmp_path: Path, keys: Path, clock: Clock
) -> None:
    url, file = f"sqlite:///{tmp_path}", tmp_path / "events.db"
    with closing(open_store(url, keys=keys, clock=clock)) as store:
        store.append(change(), by=ANN)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA user_version = 0")
    with closing(open_store(url, keys=keys, clock=clock)) as store:
        assert whole_log(store) == [OPENED]
    with closing(sqlite3.connect(file)) as connection:
        newest = len(sqlite.MIGRATIONS)
        assert connection.execute("PRAGMA user_version").fetchone() == (newest,)
        connection.execute("PRAGMA user_version = 77")
    with pytest.raises(DatabaseUnusable, match=r"a newer version .* to version 77"):
        open_store(url, keys=keys)
