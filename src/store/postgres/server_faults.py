"""Why a PostgreSQL server cannot be used. Separate, so that SQLite needs no driver of it."""

import psycopg
from psycopg.errors import InsufficientPrivilege

from store.errors import DatabaseUnusable
from store.unusable import first_line


def refused_by_server(error: BaseException | None) -> DatabaseUnusable | None:
    """Say which right is missing on the server; None for another error."""
    if not isinstance(error, InsufficientPrivilege):
        return None
    return not_allowed(first_line(error))


def not_allowed(why: str) -> DatabaseUnusable:
    return DatabaseUnusable(
        f"The database does not let us do what is needed: {why}. Let the user in its"
        " address own it, or create in it and in its schema."
    )


def unreadable_address(error: psycopg.ProgrammingError) -> DatabaseUnusable:
    """Say what is wrong with an address, without quoting it: it holds a password."""
    why = first_line(error).partition(" in URI")[0]
    return DatabaseUnusable(
        f"The address of the database cannot be read: {why}. Write it as"
        " postgresql://user:password@host/database."
    )
