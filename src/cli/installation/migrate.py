"""Migrating: the tables of a PostgreSQL database as this program needs them."""

from contextlib import closing
from typing import Annotated

import typer

from cli.messages import print_message


def migrate(
    context: typer.Context,
    *,
    row_security: Annotated[
        bool,
        typer.Option(
            "--row-security",
            help="Turn row-level security on as well; it stays on.",
        ),
    ] = False,
) -> None:
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
        from projections import row_security as rows
        from projections.database import open_database
        from projections.projection_tables import ProjectionTables, protect_stored
        from service import READ_MODELS
        from store.postgres import migrating

        print_message(str(migrating.migrate(address)))
        if row_security or rows.is_on(address):
            rows.turn_on(address)
            with closing(open_database(address)) as database:
                models = [ProjectionTables(each, database) for each in READ_MODELS]
                protect_stored(database, models)
            print_message(
                "Row-level security is on: whoever reads for a centre sees its rows alone."
            )
