"""Row-level security: nobody reads another centre's rows, though no filter is in the way."""

from collections.abc import Generator
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    String,
    insert,
    select,
    text,
)

from projections.database import Database, open_database
from projections.postgres import PostgreSQL
from projections.projection_tables import ProjectionTables, prepare, protect_stored
from projections.read_model import Moment, Money
from projections.row_security import (
    CENTRE,
    OF_ANYBODY,
    OF_NOBODY,
    ROLES,
    is_on,
    turn_on,
)
from service import READ_MODELS
from store import DatabaseUnusable
from store.postgres.migrating import migrate
from tests.postgres import database

pytestmark = pytest.mark.postgres

OURS, THEIRS = "48213", "51907"
TABLES = [table for model in READ_MODELS for table in model.tables]
VALUES = {
    Boolean: False,
    Date: date(2026, 11, 24),
    BigInteger: 0,
    Integer: 0,
    JSON: [],
    Moment: datetime(2026, 11, 24, tzinfo=UTC),
    Money: Decimal(0),
}


def value(column: Column[Any], centre: str) -> object:
    """Give what a column of a centre's row holds: every text names the centre."""
    if isinstance(column.type, String):
        return centre
    return VALUES[type(column.type)]


def fill(rows: Database) -> None:
    """Give each centre a row in every table, beside others of its own."""
    with rows.writing() as connection:
        for table in TABLES:
            for centre in (OURS, THEIRS):
                row = {c.name: value(c, centre) for c in table.columns}
                connection.execute(insert(table), row)


@pytest.fixture(scope="module")
def secured(postgres_server: str) -> Generator[PostgreSQL]:
    """Open rows of two centres, made before security was turned on."""
    with database(postgres_server) as address:
        with closing(open_database(address)) as before:
            prepare(before, [ProjectionTables(each, before) for each in READ_MODELS])
            fill(before)
        assert not is_on(address)
        turn_on(address)
        assert is_on(address)
        with closing(PostgreSQL(address, "read_models")) as rows:
            protect_stored(rows, [ProjectionTables(each, rows) for each in READ_MODELS])
            yield rows


def seen(rows: Database, centre: str | None) -> dict[str, set[str]]:
    """Read every table without a filter: whose rows are in each."""
    with rows.reading(centre=centre) as connection:
        return {
            table.name: {
                str(each)
                for row in connection.execute(select(table))
                for each, column in zip(row, table.columns, strict=True)
                if isinstance(column.type, String)
            }
            for table in TABLES
        }


@pytest.mark.parametrize("centre", [OURS, THEIRS, "60001"])
def test_a_centres_people_find_nothing_of_anothers_in_any_read_model(
    secured: PostgreSQL, centre: str
) -> None:
    mine = {centre} if centre in {OURS, THEIRS} else set()
    for table, found in seen(secured, centre).items():
        if table in OF_NOBODY:
            assert found == set(), table
        elif table not in OF_ANYBODY:
            assert found == mine, table


def test_who_sees_all_centres_sees_all(secured: PostgreSQL) -> None:
    assert {*map(frozenset, seen(secured, None).values())} == {
        frozenset({OURS, THEIRS})
    }


def test_a_connection_that_named_no_centre_sees_nothing(secured: PostgreSQL) -> None:
    """Nor is a centre left behind for whoever has the connection next."""
    with secured._reader.connect() as connection:  # noqa: SLF001 - as a slip would use it
        connection.exec_driver_sql(f"SET ROLE {CENTRE}")
        connection.exec_driver_sql("RESET learner_management.centre")
        for table in TABLES:
            if table.name not in OF_ANYBODY:
                assert connection.execute(select(table)).all() == [], table.name
        connection.invalidate()


def test_roles_own_nothing_and_who_reads_writes_nothing(secured: PostgreSQL) -> None:
    owned = "SELECT count(*) FROM pg_class JOIN pg_roles r ON r.oid = relowner"
    with secured.reading() as connection:
        asked = text(f"{owned} WHERE rolname = ANY(:roles)")
        assert connection.scalar(asked, {"roles": [*ROLES]}) == 0
        asked = text(
            "SELECT bool_or(rolbypassrls OR rolsuper OR rolcanlogin) FROM pg_roles"
            " WHERE rolname = ANY(:roles)"
        )
        assert connection.scalar(asked, {"roles": [*ROLES]}) is False
        connection.exec_driver_sql("SET default_transaction_read_only = off")
        with pytest.raises(DatabaseUnusable, match="permission denied for table"):
            connection.exec_driver_sql("DELETE FROM learners")
        connection.invalidate()


def test_tables_made_anew_are_as_safe(secured: PostgreSQL) -> None:
    asked = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'read_models'::regnamespace"
        " AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)"
    )
    for model in READ_MODELS:
        live = ProjectionTables(model, secured)
        beside = ProjectionTables(model, secured, shadow=True)
        beside.make_anew()
        with secured.writing() as connection:
            live.take_over(connection, beside)
    with secured.reading() as connection:
        assert connection.execute(asked).scalars().all() == ["progress"]
    fill(secured)
    test_a_centres_people_find_nothing_of_anothers_in_any_read_model(secured, OURS)


def test_a_user_who_may_make_no_roles_is_told(postgres_server: str) -> None:
    with (
        database(postgres_server, has_tables=False) as address,
        psycopg.connect(address, autocommit=True) as server,
    ):
        server.execute("CREATE ROLE plain LOGIN; GRANT ALL ON SCHEMA public TO plain")
        server.execute(f"GRANT ALL ON DATABASE {server.info.dbname} TO plain")
        plain = address.replace("//postgres:", "//plain:")
        migrate(plain)
        try:
            with pytest.raises(
                DatabaseUnusable, match="does not let us do what is need"
            ):
                turn_on(plain)
        finally:
            server.execute("DROP OWNED BY plain; DROP ROLE plain")
