"""Users from the command line."""

from typing import ClassVar

import typer

from cli.lazy import LazyGroup


class UserCommands(LazyGroup):
    """What can be done with users, in the order of the help."""

    commands_by_name: ClassVar = {
        "add": ("cli.users.changes:add", "Add a user. The first of all needs no --as."),
        "role": ("cli.users.changes:role", "Give a user another role."),
        "token": (
            "cli.users.changes:token",
            "Print a new bearer token of a user, and nothing else.",
        ),
        "list": ("cli.users.listing:list_users", "List all users."),
    }


app = typer.Typer(
    cls=UserCommands, help="Add users, change their roles, give out tokens."
)


@app.callback()
def options() -> None:
    """Add users, change their roles, give out tokens."""
