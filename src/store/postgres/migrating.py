"""Bringing the tables of a PostgreSQL database to the newest revision, by Alembic.

Imported by the command alone: a process that serves needs none of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psycopg
from alembic import command
from alembic.config import Config
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from store.errors import Unavailable
from store.postgres.recorder import patiently
from store.postgres.revision import REVISION, read_revision, require_revision
from store.postgres.server_faults import not_allowed, unreadable_address
from store.unusable import first_line, no_answer

MIGRATIONS = Path(__file__).with_name("migrations")
LOCK = "SELECT pg_advisory_xact_lock(7216502)"
"""Held by whoever migrates: others wait, and then find nothing to do."""


@dataclass(frozen=True, kw_only=True)
class Migrated:
    """What was done: from which revision the tables of a database came to which.

    ``before`` is None where there were none, and empty if they had no revision yet.
    """

    database: str
    before: str | None
    after: str = REVISION

    def __str__(self) -> str:
        if self.before is None:
            return f"The tables were made in the database {self.database}."
        if self.before == self.after:
            return (
                f"The tables of the database {self.database} are at revision"
                f" {self.after} already: nothing was done."
            )
        was = f"were at revision {self.before}" if self.before else "had no revision"
        return (
            f"The tables of the database {self.database} {was}, and are at revision"
            f" {self.after} now. Nothing in them was lost."
        )


def configuration() -> Config:
    """Tell Alembic where the migrations are."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def migrate(url: str) -> Migrated:
    """Bring the tables to the newest revision, in one transaction, or leave all as it is.

    Raises Unavailable, DatabaseUnusable; NotMigrated where a newer program migrated.
    """
    try:
        address = patiently(url)
    except psycopg.ProgrammingError as error:
        raise unreadable_address(error) from None
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(address),
        poolclass=NullPool,
        hide_parameters=True,
    )
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql(LOCK)
            driver = connection.connection.driver_connection
            with cast("psycopg.Connection[Any]", driver).cursor() as cursor:
                database, before = read_revision(cursor)
                if before is not None and before > REVISION:
                    require_revision(cursor)
            config = configuration()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DBAPIError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise not_allowed(first_line(error.orig)) from error
        raise Unavailable(no_answer(error.orig or error)) from error
    except psycopg.OperationalError as error:
        raise Unavailable(no_answer(error)) from error
    return Migrated(database=database, before=before)
