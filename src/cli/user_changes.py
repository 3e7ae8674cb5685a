"""Changing users from the command line: adding them, their roles, their tokens."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from access import accounts, passwords
from cli.configuration import settings_of
from cli.opening import CHANNEL, SERVICE, opened, told, user_called
from cli.talk import USAGE, refuse, talk
from commands.user import AddUser, ChangeUserRole
from events.user import Role
from projections import users
from service import Service
from store import Actor


class UserRole(StrEnum):
    """The roles that a user may have: all but the service's own."""

    CENTRE_ADMINISTRATOR = Role.CENTRE_ADMINISTRATOR
    ASSESSOR = Role.ASSESSOR
    ACCOUNT_SPECIALIST = Role.ACCOUNT_SPECIALIST
    AUDITOR = Role.AUDITOR
    INVOICING = Role.INVOICING
    ASSESSMENT = Role.ASSESSMENT


Name = Annotated[str, typer.Argument(help="The user's name.")]
RoleOf = Annotated[UserRole, typer.Option("--role", help="What the user may do.")]
CentreOf = Annotated[
    str | None, typer.Option("--centre", help="The number of the user's centre.")
]
As = Annotated[str, typer.Option("--as", help="The user who asks for it.")]
Reason = Annotated[str | None, typer.Option(help="Why, as it will be recorded.")]


def add(
    context: typer.Context,
    name: Name,
    *,
    role: RoleOf,
    full_name: Annotated[str, typer.Option(help="As people know them.")] = "",
    centre: CentreOf = None,
    password: Annotated[
        bool, typer.Option(help="Ask for a password; else only tokens let in.")
    ] = False,
    by: As = "",
    reason: Reason = None,
) -> None:
    """Add a user. The first of all needs no --as."""
    with told(), opened(settings_of(context)) as service:
        given = typer.prompt("Password", hide_input=True) if password else None
        kept = passwords.hashed(given, user=name) if given is not None else None
        made = service.send(
            AddUser(
                by=asking(service, by),
                at=service.clock(),
                name=name,
                full_name=full_name or name,
                role=Role(role),
                centre=centre,
                password_hash=kept,
                reason=reason,
            )
        ).made
        talk(f"Added {made}.", f"Next: learner-management user token {made}")


def role(
    context: typer.Context,
    name: Name,
    role: Annotated[UserRole, typer.Argument(help="What the user may do from now on.")],
    *,
    by: As,
    centre: CentreOf = None,
    reason: Reason = None,
) -> None:
    """Give a user another role."""
    with told(), opened(settings_of(context)) as service:
        done = service.send(
            ChangeUserRole(
                by=asking(service, by),
                at=service.clock(),
                name=name,
                role=Role(role),
                centre=centre,
                reason=reason,
            )
        )
        talk(f"{name} is {role} now." if done.position else "Nothing to change.")


def token(
    context: typer.Context,
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long.")] = 30,
) -> None:
    """Print a new bearer token of a user, and nothing else."""
    with told(), opened(settings_of(context)) as service:
        user = user_called(service, name)
        issued = accounts.issue_token(
            service.desk,
            user.actor(CHANNEL),
            label=label,
            at=service.clock(),
            lasts=timedelta(days=days),
        )
        typer.echo(issued.text)


def asking(service: Service, name: str) -> Actor:
    """Say who asks: a user, or for the very first user the service itself."""
    if name:
        return user_called(service, name).actor(CHANNEL)
    service.read_models.catch_up()
    with service.read_models.connection() as connection:
        if users.search(connection, centre=None, limit=1).rows:
            refuse(USAGE, "Say who asks for it: --as USER")
    return SERVICE
