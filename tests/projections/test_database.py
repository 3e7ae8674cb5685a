"""Both databases keep the same values, and nobody who reads can write."""

from collections.abc import Generator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, StatementError

from projections.database import SYNCHRONOUS, Database, open_database
from projections.read_model import Moment, Money
from projections.rows import Rows, Values
from store import open_store

SHIPPED = SYNCHRONOUS
"""As the service has it, and other tests do not."""

METADATA = MetaData()
KINDS = Table(
    "kinds",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("text", String),
    Column("moment", Moment),
    Column("money", Money),
    Column("day", Date),
    Column("document", JSON),
    Column("flag", Boolean),
)
BRITISH_SUMMER_TIME = timezone(timedelta(hours=1))


@pytest.fixture
def database(database_url: str) -> Generator[Database]:
    opened = open_database(database_url)
    with opened.writing() as connection:
        METADATA.create_all(connection)
    yield opened
    opened.close()


def optional(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | strategy


rows = st.fixed_dictionaries(
    {
        "id": st.integers(1, 3),
        "text": optional(
            st.text(st.characters(codec="utf-8", exclude_characters="\0"))
        ),
        "moment": optional(
            st.datetimes(
                datetime(1900, 1, 1),  # noqa: DTZ001 - the zone is drawn
                datetime(2200, 1, 1),  # noqa: DTZ001 - the zone is drawn
                timezones=st.sampled_from([UTC, BRITISH_SUMMER_TIME]),
            )
        ),
        "money": optional(st.decimals(-(10**9), 10**9, places=2)),
        "day": optional(st.dates()),
        "document": optional(st.lists(st.integers(-5, 5))),
        "flag": optional(st.booleans()),
    }
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=rows)
def test_what_is_put_into_a_row_is_what_is_read_from_it(
    database: Database, row: Values
) -> None:
    with database.writing() as connection:
        written = Rows(connection)
        written.put(KINDS, row)
        written.flush()
    with database.reading() as connection:
        assert Rows(connection).get(KINDS, row["id"]) == row


def test_a_moment_is_the_same_moment_in_utc_whatever_zone_it_was_said_in(
    database: Database,
) -> None:
    said = datetime(2026, 6, 1, 9, 30, tzinfo=BRITISH_SUMMER_TIME)
    with database.writing() as connection:
        connection.execute(insert(KINDS).values(id=1, moment=said))
    with database.reading() as connection:
        query = select(KINDS.c.moment)
        (moment,) = connection.execute(query.where(KINDS.c.moment == said)).one()
        earlier = query.where(KINDS.c.moment < said)
        assert connection.execute(earlier).all() == []
    assert moment == said
    assert moment.isoformat() == "2026-06-01T08:30:00+00:00"


def test_a_moment_that_does_not_say_its_zone_is_a_slip_that_shows(
    database: Database,
) -> None:
    naive = datetime(2026, 6, 1, 9, 30)  # noqa: DTZ001 - the slip
    with (
        pytest.raises(StatementError, match="does not say in which time zone"),
        database.writing() as connection,
    ):
        connection.execute(insert(KINDS).values(id=1, moment=naive))


def test_pounds_and_pence_add_up_exactly(database: Database) -> None:
    prices = [Decimal("0.10"), Decimal("0.20"), Decimal("54.00")]
    with database.writing() as connection:
        values = [{"id": n, "money": price} for n, price in enumerate(prices)]
        connection.execute(insert(KINDS), values)
    with database.reading() as connection:
        total = select(func.sum(KINDS.c.money, type_=Money))
        assert connection.execute(total).scalar_one() == Decimal("54.30")


def test_a_day_is_compared_as_a_day(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(insert(KINDS).values(id=1, day=date(2026, 11, 24)))
    with database.reading() as connection:
        on = select(KINDS.c.id).where(KINDS.c.day >= date(2026, 11, 24))
        after = select(KINDS.c.id).where(KINDS.c.day > date(2026, 11, 24))
        assert connection.execute(on).all() == [(1,)]
        assert connection.execute(after).all() == []


def test_a_connection_to_ask_queries_with_changes_nothing(database: Database) -> None:
    with (
        pytest.raises(DBAPIError, match=r"(?i)read-?only"),
        database.reading() as connection,
    ):
        connection.execute(insert(KINDS).values(id=1))


def test_what_fails_in_the_middle_leaves_nothing_behind(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            connection.execute(insert(KINDS).values(id=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with database.reading() as connection:
        assert connection.execute(select(KINDS)).all() == []


def test_all_that_is_read_of_one_moment_is_of_that_moment(database: Database) -> None:
    with database.reading(one_moment=True) as connection:
        assert connection.execute(select(KINDS.c.id)).all() == []
        with database.writing() as another:
            another.execute(insert(KINDS).values(id=1))
        assert connection.execute(select(KINDS.c.id)).all() == []
    with database.reading() as connection:
        assert connection.execute(select(KINDS.c.id)).all() == [(1,)]


def test_what_was_deleted_on_sqlite_is_wiped_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("projections.database.SYNCHRONOUS", SHIPPED)
    with (
        closing(open_database(f"sqlite:///{tmp_path}")) as database,
        database.writing() as connection,
    ):
        assert connection.execute(text("PRAGMA secure_delete")).scalar() == 1
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 1
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"


@pytest.mark.postgres
def test_a_follower_on_postgresql_plans_for_tables_that_are_not_empty(
    postgres_url: str,
) -> None:
    with (
        closing(open_database(postgres_url)) as database,
        database.writing() as connection,
    ):
        assert connection.execute(text("SHOW enable_seqscan")).scalar() == "off"


@pytest.mark.postgres
def test_rows_do_not_wait_for_the_disk_and_events_do(
    postgres_url: str, keys: Path
) -> None:
    asked = "SHOW synchronous_commit"
    with closing(open_database(postgres_url)) as rows, rows.writing() as connection:
        assert connection.scalar(text(asked)) == "off"
    with (
        closing(open_store(postgres_url, keys=keys)) as store,
        store._recorder._writing() as c,  # type: ignore[attr-defined] # noqa: SLF001 - as an append sees it
    ):
        assert c.execute(asked).fetchone() == ("on",)


@pytest.mark.postgres
def test_whoever_reads_after_the_server_ended_a_connection_has_another(
    postgres_url: str,
) -> None:
    """And is not asked for a sign of life: whether it ended is seen without that."""
    with closing(open_database(postgres_url)) as kept:
        own = text("SELECT pg_backend_pid()")
        with kept.reading() as connection:
            first = connection.scalar(own)
        with kept.reading() as connection:
            assert connection.scalar(own) == first
        last = text("SELECT query_start FROM pg_stat_activity WHERE pid = :first")
        with kept.writing() as other:
            asked_at = other.scalar(last, {"first": first})
        with kept.reading(), kept.writing() as other:
            assert other.scalar(last, {"first": first}) == asked_at
            end = text("SELECT pg_terminate_backend(:first, 10000)")
            assert other.scalar(end, {"first": first})
        with kept.reading() as connection:
            assert connection.scalar(own) not in {None, first}
