"""Moving from SQLite to PostgreSQL: the whole store, compared, and proved by the ledger."""

from typing import Annotated

import typer

from cli.messages import PROBLEMS, USAGE, print_message, refuse


def migrate_store(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Option(
            "--from", help="What to copy: sqlite:///folder. It stays as it is."
        ),
    ],
) -> None:
    """Copy a SQLite store to the PostgreSQL database that is set, whole or not at all."""
    from audit.verification import verify
    from catalogue import amount
    from cli.configuration import settings_of
    from cli.session import exit_on_refusal, open_session
    from store.opening import POSTGRES, SQLITE, sqlite_folder

    with exit_on_refusal():
        settings = settings_of(context)
        if not (source.startswith(SQLITE) and settings.database.startswith(POSTGRES)):
            refuse(
                USAGE,
                "It copies from sqlite:///folder, named by --from, to postgresql://…, which"
                " is set by LEARNER_MANAGEMENT_DATABASE or --database.",
            )
        from store.postgres.copying import copy_store

        counts = copy_store(sqlite_folder(source), settings.database)
        copied = ", ".join(f"{table} {count}" for table, count in counts.items())
        print_message(f"Copied and compared, row by row: {copied}.")
        with open_session(settings) as service:
            found = verify(service.ledger)
        if found.finding is not None:
            refuse(PROBLEMS, found.finding.message)
        events = amount(found.events, "event is", "events are")
        print_message(
            f"{events} as the ledger has them. The folder stays as it was: put it away, and"
            " let no process use it any more. Next: learner-management serve"
        )
