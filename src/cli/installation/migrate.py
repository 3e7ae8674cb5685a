"""Migrating: the tables of a PostgreSQL database as this program needs them."""

import typer

from cli.messages import print_message


def migrate(context: typer.Context) -> None:
    """Make the tables of a PostgreSQL database what this version needs."""
    from cli.configuration import settings_of
    from cli.session import exit_on_refusal

    with exit_on_refusal():
        address = settings_of(context).database
        if address.startswith("sqlite:"):
            print_message(
                "SQLite files are migrated as they are opened: nothing to do."
            )
            return
        from store.postgres import migrating

        print_message(str(migrating.migrate(address)))
