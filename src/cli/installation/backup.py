"""Backups, and what must not come back with them: persons who were erased since."""

from pathlib import Path
from typing import Annotated

import typer

from cli.messages import print_message

Folder = Annotated[Path, typer.Argument(help="The folder of the backup.")]

NEXT = (
    "Next, with the master key's file in place and before anybody is let in:",
    "  learner-management migrate (on PostgreSQL)",
    "  learner-management erasures apply FILE --as USER",
    "  learner-management audit verify",
)


def backup(context: typer.Context, folder: Folder) -> None:
    """Write all that lasts into a new folder, while the service runs."""
    from cli.configuration import settings_of
    from cli.session import exit_on_refusal
    from store.backup import back_up

    with exit_on_refusal():
        back_up(settings_of(context).database, folder)
    print_message(
        f"The backup is in {folder}. Keep it apart from the master key's file, which is"
        " not in it, and from the list of erasures: learner-management erasures list"
    )


def restore(context: typer.Context, folder: Folder) -> None:
    """Put a backup where nothing is recorded yet."""
    from cli.configuration import settings_of
    from cli.session import exit_on_refusal
    from store import backup as backups

    with exit_on_refusal():
        backups.restore(settings_of(context).database, folder)
    print_message("Restored.", *NEXT)
