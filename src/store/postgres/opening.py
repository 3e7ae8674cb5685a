"""Opening the store on a PostgreSQL server; imported only where one is used."""

import psycopg

from store.errors import Unavailable
from store.postgres.recorder import PostgresRecorder, why_closed
from store.postgres.server_faults import unreadable_address
from store.recorder import LOST
from store.unusable import no_answer


def open_server(url: str) -> PostgresRecorder:
    """Open the recorder of an address.

    Raises Unavailable if the server does not answer, DatabaseUnusable; NotMigrated.
    """
    try:
        return PostgresRecorder(url)
    except psycopg.ProgrammingError as error:
        raise unreadable_address(error) from None
    except LOST as error:
        raise Unavailable(no_answer(why_closed(url) or error)) from error
