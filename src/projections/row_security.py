"""Row-level security on read models in PostgreSQL: which rows each role may read.

The second line behind the filters of the queries (ADR 40). Whoever reads does so in one
of two roles of people: one sees a single centre's rows, the other all. Both own nothing.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager

import psycopg
from psycopg.errors import DuplicateObject, InsufficientPrivilege
from psycopg.sql import SQL, Composed, Identifier
from sqlalchemy import Connection, Table

from projections.database import READ_MODELS
from store.errors import Unavailable
from store.postgres.recorder import patiently
from store.postgres.server_faults import not_allowed
from store.unusable import first_line, no_answer
from subscriptions.checkpoints import CHECKPOINTS

CENTRE = "learner_management_centre"
"""The role of people who see one centre, which is named for each connection."""

EVERYWHERE = "learner_management_everywhere"
"""The role of people who see all centres, and of what acts for all."""

FOLLOWERS = "learner_management_followers"
"""The role of those who fold events into rows, and keep the ledger."""

RELAY = "learner_management_relay"
"""The role of the relay, for its checkpoint."""

ROLES = (CENTRE, EVERYWHERE, FOLLOWERS, RELAY)
SETTING = "learner_management.centre"
THEIRS = f"current_setting('{SETTING}', true)"
LASTING = {"audit": FOLLOWERS, "downstream": RELAY}
"""The schemas of what lasts beside the events, and who writes there."""

IS_ON = SQL(
    "SELECT CASE WHEN to_regrole({role}) IS NULL OR to_regnamespace('audit') IS NULL"
    " THEN false ELSE has_schema_privilege({role}, 'audit', 'USAGE') END"
).format(role=FOLLOWERS)
"""It is on where followers may use a schema that is never dropped."""

OF_COLUMN = {
    "centres": "number",
    "result_certificates": "owner",
    "results": "owner",
}
"""The column that says whose a row is, where it is not ``centre``."""

OF_PARENT = {
    "booking_packages": ("bookings", "stream", "stream"),
    "booking_pins": ("booking_packages", "user_name", "user_name"),
    "claim_learners": ("claims", "stream", "stream"),
    "ineligible_approvals": ("ineligible_learners", "centre_stream", "stream"),
    "learner_former_identities": ("learners", "stream", "stream"),
    "learner_group_members": ("learner_groups", "stream", "group_stream"),
    "learner_words": ("learners", "stream", "stream"),
    "order_entries": ("orders", "stream", "stream"),
    "order_learners": ("orders", "stream", "stream"),
    "order_products": ("orders", "stream", "stream"),
    "tokens": ("users", "name", "user"),
    "upload_record_counts": ("uploads", "group_called", "group_called"),
    "upload_records": ("uploads", "group_called", "group_called"),
}
"""Tables whose rows are seen with another's row: that table, its column, and theirs."""

OF_NOBODY = {"learner_verifications"}
"""Tables that no list for a centre's people reads: they see none of their rows."""

OF_ANYBODY = {"mentions"}
"""Tables of identifiers alone, asked for by those that one knows already."""


def visible_rows(table: Table, others: Mapping[str, Table]) -> str | None:
    """Say in SQL which rows a centre's people see; None for none.

    ``others`` are the tables that are made with it, by the names of the live ones.
    """
    name = next(name for name, each in others.items() if each is table)
    if name in OF_NOBODY:
        return None
    if name in OF_ANYBODY:
        return "true"
    if name not in OF_PARENT:
        return f'"{OF_COLUMN.get(name, "centre")}" = {THEIRS}'
    parent, column, own = OF_PARENT[name]
    return (
        f'EXISTS (SELECT FROM "{others[parent].name}" AS parent'
        f' WHERE parent."{column}" = "{table.name}"."{own}")'
    )


def protect(connection: Connection, tables: Mapping[str, Table]) -> None:
    """Set who may read and write rows of a read model's tables, as its owner.

    ``tables`` are all those of one read model, by the names of the live ones.
    """
    for statement in grants_on(CHECKPOINTS.name):
        connection.exec_driver_sql(statement)
    for table in tables.values():
        for statement in _statements(table, tables):
            connection.exec_driver_sql(statement)


def _statements(table: Table, others: Mapping[str, Table]) -> Iterable[str]:
    name = f'"{table.name}"'
    yield from grants_on(table.name)
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
    everything = "USING (true) WITH CHECK (true)"
    policies = [
        (EVERYWHERE, "SELECT", "USING (true)"),
        (FOLLOWERS, "ALL", everything),
    ]
    if visible := visible_rows(table, others):
        policies.append((CENTRE, "SELECT", f"USING ({visible})"))
    for role, what, condition in policies:
        yield f"DROP POLICY IF EXISTS {role} ON {name}"
        yield f"CREATE POLICY {role} ON {name} FOR {what} TO {role} {condition}"


def grants_on(table: str) -> Sequence[str]:
    """Give the statements that let each role use a table at all."""
    return (
        f'GRANT SELECT ON "{table}" TO {CENTRE}, {EVERYWHERE}',
        f'GRANT SELECT, INSERT, UPDATE, DELETE ON "{table}" TO {FOLLOWERS}',
    )


USING_SCHEMA = (
    f"GRANT USAGE ON SCHEMA {READ_MODELS} TO {CENTRE}, {EVERYWHERE}, {FOLLOWERS}"
)


def is_on(url: str) -> bool:
    """Tell whether there is row-level security on a server. Raises Unavailable."""
    with _connect(url) as connection:
        found = connection.execute(IS_ON).fetchone()
    return bool(found and found[0])


def turn_on(url: str) -> None:
    """Make the roles where they are missing, and let them use what is there.

    The role in the address must be a superuser, or may create roles, unless they are
    there and it is a member of them. Tables of read models are protected as they are made,
    or by ``protect_stored``. Raises Unavailable, DatabaseUnusable.
    """
    with _connect(url) as connection:
        for role in ROLES:
            try:
                with connection.transaction():
                    if not _has(connection, "to_regrole(%s) IS NOT NULL", role):
                        connection.execute(
                            SQL("CREATE ROLE {}").format(Identifier(role))
                        )
            except DuplicateObject:
                pass  # another process was quicker
            if not _has(connection, "pg_has_role(%s, 'MEMBER')", role):
                connection.execute(_membership(connection, role))
        connection.execute(USING_SCHEMA)
        for schema, role in LASTING.items():
            connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
            connection.execute(
                f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema}"
                f" TO {role}"
            )


@contextmanager
def _connect(url: str) -> Generator[psycopg.Connection[tuple[bool]]]:
    """Give a connection in a transaction, and say in a sentence what is in the way."""
    try:
        with psycopg.connect(patiently(url)) as connection:
            yield connection
    except InsufficientPrivilege as error:
        raise not_allowed(first_line(error)) from error
    except psycopg.OperationalError as error:
        raise Unavailable(no_answer(error)) from error


def _has(connection: psycopg.Connection[tuple[bool]], what: str, role: str) -> bool:
    found = connection.execute(SQL(f"SELECT {what}"), [role]).fetchone()
    return bool(found and found[0])


def _membership(connection: psycopg.Connection[tuple[bool]], role: str) -> Composed:
    """Let the login become the role, without having its rights before it does."""
    apart = 160_000
    how = " WITH INHERIT FALSE" if connection.info.server_version >= apart else ""
    return SQL("GRANT {} TO CURRENT_USER {}").format(Identifier(role), SQL(how))
