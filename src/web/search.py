"""Anything found by its number, from anywhere."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.responses import Response

from aggregates.learners.uln import uln_fault
from aggregates.text import clean
from events.identifier import Kind
from projections.learners.learner_search import LearnerFilter, search_learners
from web.http.context import PageContext
from web.http.page_router import PageRouter

pages = PageRouter()

ADDRESSES: Mapping[Kind, str] = {
    Kind.LEARNER: "/learners",
    Kind.ORDER: "/orders",
    Kind.REGISTRATION: "/registrations",
    Kind.BOOKING: "/bookings",
    Kind.CLAIM: "/claims",
    Kind.GROUP: "/uploads",
    Kind.CERTIFICATE: "/certificates",
}
"""The pages of each kind of number."""


@pages.get("/search")
def find_anything(context: PageContext) -> Response:
    """Go to what a number is of; else look for learners of that name."""
    wanted = clean(context.parameter("q") or "")
    number = re.sub(r"[\s/]", "", wanted).upper()
    for kind, address in ADDRESSES.items():
        if re.fullmatch(rf"{kind}-[0-9A-Z]+", number):
            return context.redirect(f"{address}/{number}")
    if uln_fault(number) is None:
        return context.redirect(_address_of_uln(context, number))
    return context.redirect(f"/learners?{urlencode({'name': wanted})}")


def _address_of_uln(context: PageContext, uln: str) -> str:
    """Give the page of the one learner with a ULN, or the list of those who have it."""
    with context.rows() as connection:
        filters = LearnerFilter(uln=uln)
        found = search_learners(
            connection, centre=context.centre, filters=filters, limit=2
        )
    if len(found.rows) == 1:
        return f"/learners/{found.rows[0].learner}"
    return f"/learners?{urlencode({'uln': uln})}"
