"""Changing users from the command line: adding them, their roles, their tokens."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from cli.messages import print_message


class UserRole(StrEnum):
    """The roles that people and machines may have."""

    CENTRE_ADMINISTRATOR = "Centre Administrator"
    ASSESSOR = "Assessor"
    ACCOUNT_SPECIALIST = "Account Specialist"
    AUDITOR = "Auditor"
    INVOICING = "Invoicing"
    ASSESSMENT = "Assessment"


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
    from access.accounts import hash_new_password
    from cli.configuration import settings_of
    from cli.session import exit_on_refusal, open_session
    from cli.users.asking import asking
    from commands.centres.user import AddUser
    from events.centres.user import Role

    with exit_on_refusal(), open_session(settings_of(context), begin=True) as service:
        given = typer.prompt("Password", hide_input=True) if password else None
        kept = None
        if given is not None:
            kept = hash_new_password(
                service.context, given, user=name, full_name=full_name, centre=centre
            )
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
        ).created_id
        print_message(f"Added {made}.", f"Next: learner-management user token {made}")


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
    from cli.configuration import settings_of
    from cli.session import exit_on_refusal, open_session
    from cli.users.asking import asking
    from commands.centres.user import ChangeUserRole
    from events.centres.user import Role

    with (
        exit_on_refusal(),
        open_session(settings_of(context), to_record=True) as service,
    ):
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
        print_message(
            f"{name} is {role} now." if done.position else "Nothing to change."
        )


def token(
    context: typer.Context,
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int, typer.Option(min=1, max=366, help="How long.")] = 30,
) -> None:
    """Print a new bearer token of a user, and nothing else."""
    from access import accounts
    from cli.configuration import settings_of
    from cli.session import CHANNEL, exit_on_refusal, get_user, open_session

    with exit_on_refusal(), open_session(settings_of(context)) as service:
        user = get_user(service, name)
        issued = accounts.issue_token(
            service.context,
            user.actor(CHANNEL),
            label=label,
            at=service.clock(),
            lasts=timedelta(days=days),
        )
        typer.echo(issued.text)
