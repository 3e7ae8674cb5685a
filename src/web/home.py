"""The home page: what there is to do, what costs money or misses a date first."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from sqlalchemy import Connection
from starlette.responses import Response

from web.bookings.bookings import say_what_is_soon
from web.certificates.certificates import say_what_is_to_print
from web.claims.claims import say_what_waits, say_who_can_be_claimed
from web.claims.ineligible import say_who_waits
from web.http.context import PageContext
from web.http.page_router import PageRouter
from web.http.to_do import ToDo
from web.orders.orders_list import drafts_to_finish
from web.uploads.uploads_list import uploads_to_finish

pages = PageRouter("home")

Source: TypeAlias = Callable[[PageContext, Connection], Iterator[ToDo]]
SOURCES: tuple[Source, ...] = (
    say_what_is_soon,
    drafts_to_finish,
    uploads_to_finish,
    say_who_waits,
    say_what_waits,
    say_who_can_be_claimed,
    say_what_is_to_print,
)
"""Each area says what is to do in it."""


@pages.get("/")
def home(context: PageContext) -> Response:
    """Show what there is to do for whoever is signed in."""
    with context.rows() as connection:
        found = [each for source in SOURCES for each in source(context, connection)]
    return context.page(
        "home.html", title="Home", to_do=sorted(found, key=lambda each: each.urgency)
    )
