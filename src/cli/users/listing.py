"""Listing users."""

from typing import Annotated

import typer

from cli.messages import FAILED, UNAVAILABLE, USAGE, print_message, refuse
from cli.output import Format, show

COLUMNS = ("name", "full_name", "role", "centre", "is_disabled")


def list_users(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List all users."""
    from cli.configuration import how_to_begin, settings_of, why_lost
    from cli.users.reading import all_users
    from projections.database import LOST
    from settings import InvalidSettings
    from store import DatabaseUnusable, KeyFileUnusable, NotBegun

    try:
        rows = [vars(row) for row in all_users(settings_of(context))]
    except InvalidSettings as error:
        refuse(USAGE, "These settings cannot be used:", str(error))
    except NotBegun as error:
        refuse(FAILED, *how_to_begin(error))
    except (DatabaseUnusable, KeyFileUnusable) as error:
        refuse(FAILED, str(error))
    except LOST as error:
        refuse(UNAVAILABLE, f"{why_lost(error)}.", "Next: learner-management doctor")
    show(rows, COLUMNS, form)
    if not rows:
        print_message("Add the first: learner-management user add NAME --role ROLE")
