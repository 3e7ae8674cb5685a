"""Listing users, without opening more of the service than their rows."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Annotated

import typer

from cli.configuration import FolderUnusable, make_folders, settings_of, why_lost
from cli.output import Format, show
from cli.talk import FAILED, UNAVAILABLE, USAGE, refuse, talk
from projections import users
from projections.database import LOST, open_database
from projections.log import Log
from projections.read_models import ReadModels
from projections.users import UserRow
from settings import InvalidSettings, Settings
from store import DatabaseUnusable, KeyFileUnusable, open_store

COLUMNS = ("name", "full_name", "role", "centre", "is_disabled")
PAGE = 200


def list_users(
    context: typer.Context,
    form: Annotated[Format, typer.Option("--format")] = Format.TABLE,
) -> None:
    """List all users."""
    try:
        rows = [vars(row) for row in all_users(settings_of(context))]
    except InvalidSettings as error:
        refuse(USAGE, "These settings cannot be used:", str(error))
    except (DatabaseUnusable, FolderUnusable, KeyFileUnusable) as error:
        refuse(FAILED, str(error))
    except LOST as error:
        refuse(UNAVAILABLE, f"{why_lost(error)}.", "Next: learner-management doctor")
    show(rows, COLUMNS, form)
    if not rows:
        talk("Add the first: learner-management user add NAME --role ROLE")


def all_users(settings: Settings) -> Iterator[UserRow]:
    """Read all users by name, once their rows have all that was recorded."""
    make_folders(settings)
    with ExitStack() as stack:
        store = open_store(settings.database, keys=settings.keys)
        stack.callback(store.close)
        database = open_database(settings.database)
        stack.callback(database.close)
        models = ReadModels(database, Log(store), store, (users.READ_MODEL,))
        stack.callback(models.stop)
        models.catch_up()
        with models.connection() as connection:
            cursor = None
            while True:
                page = users.search(connection, centre=None, limit=PAGE, cursor=cursor)
                yield from page.rows
                cursor = page.next_cursor
                if cursor is None:
                    return
