"""Reading users without opening the rest of the service."""

from collections.abc import Iterator
from contextlib import ExitStack

from projections.centres import users
from projections.centres.users import UserRow
from projections.database import open_database
from projections.read_models import ReadModels
from settings import Settings
from store import open_store
from subscriptions.feed import EventFeed

PAGE = 200


def all_users(settings: Settings) -> Iterator[UserRow]:
    """Read all users by name, once their rows are up to date."""
    with ExitStack() as stack:
        store = open_store(settings.database, keys=settings.keys, begin=False)
        stack.callback(store.close)
        database = open_database(settings.database)
        stack.callback(database.close)
        models = ReadModels(database, EventFeed(store), store, (users.READ_MODEL,))
        stack.callback(models.stop)
        models.catch_up()
        with models.connection() as connection:
            cursor = None
            while True:
                page = users.search_users(
                    connection, centre=None, limit=PAGE, cursor=cursor
                )
                yield from page.rows
                cursor = page.next_cursor
                if cursor is None:
                    return
