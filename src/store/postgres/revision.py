"""At which revision the tables must be: told at the start of every process."""

from typing import Any

from psycopg import Cursor
from psycopg.sql import SQL

from store.errors import DatabaseUnusable

REVISION = "0001"
"""The newest of ``store/postgres/migrations``: what this program works with."""

MIGRATE = "Run: learner-management migrate"
FOUND = SQL(
    "SELECT current_database(), to_regclass('stored_events') IS NOT NULL,"
    " to_regclass('alembic_version') IS NOT NULL"
)
STORED = SQL("SELECT version_num FROM alembic_version")


class NotMigrated(DatabaseUnusable):
    """The tables are not those that this program works with."""


def require_revision(cursor: Cursor[Any]) -> None:
    """Raise NotMigrated, which says what to run, unless the tables are as they must be."""
    database, revision = read_revision(cursor)
    if revision == REVISION:
        return
    if revision is None:
        raise NotMigrated(f"There are no tables in the database {database}. {MIGRATE}")
    if not revision:
        raise NotMigrated(
            f"The tables of the database {database} were made by an earlier version of"
            f" this program, and are kept as they are. {MIGRATE}"
        )
    if revision < REVISION:
        raise NotMigrated(
            f"The tables of the database {database} are at revision {revision}, and this"
            f" program needs revision {REVISION}. {MIGRATE}"
        )
    raise NotMigrated(
        f"The tables of the database {database} are at revision {revision}, and this"
        f" program knows {REVISION} only: run the newest version that is installed."
    )


def read_revision(cursor: Cursor[Any]) -> tuple[str, str | None]:
    """Give the database's name, and the revision of its tables.

    It is None where there are none, and empty where they are from before migrations.
    """
    cursor.execute(FOUND)
    database, has_events, has_revision = cursor.fetchall()[0]
    if not has_revision:
        return database, "" if has_events else None
    cursor.execute(STORED)
    stored = cursor.fetchall()
    return database, str(stored[0][0]) if stored else ""
