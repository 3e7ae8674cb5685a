"""Claims: listed, and looked at one by one (M1, M10)."""

from collections.abc import Iterator

from sqlalchemy import Connection
from starlette.responses import Response

from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import Refusal
from projections.claims.claims import ListedClaim, search_claims
from projections.paging import Page
from queries.claims.claims import claim_details
from queries.titles import title_of
from repositories.aggregate_types import CLAIM
from web.claims.claim_page import CLAIMS
from web.http.context import PageContext
from web.http.inputs import read_choice
from web.http.page_router import PageRouter
from web.http.to_do import ToDo

pages = PageRouter("claims")

LISTED = 50


@pages.get(CLAIMS)
def list_claims(context: PageContext) -> Response:
    """Show the claims, newest first, by their status if that is asked."""
    refused, found = None, Page[ListedClaim](rows=())
    try:
        with context.rows() as connection:
            found = search_claims(
                connection,
                centre=context.centre,
                standing=read_choice(
                    ClaimStatus, context.parameter("status"), "status"
                ),
                reference=context.parameter("reference"),
                limit=LISTED,
                cursor=context.parameter("after"),
            )
    except Refusal as error:
        refused = error
    catalogue = context.service.catalogue
    return context.page(
        "claims/list.html",
        title="Claims",
        refused=refused,
        claims=[(each, title_of(catalogue, each.qualification)) for each in found.rows],
        chosen=context.parameter("status") or "",
        reference=context.parameter("reference") or "",
        statuses=[(each.value, each.value) for each in ClaimStatus],
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


@pages.get(CLAIMS + "/{claim}")
def show_claim(context: PageContext, claim: str) -> Response:
    """Show a claim, with what is or would be decided of each learner."""
    stream, found = context.load(CLAIM, claim)
    details = claim_details(context.command_context, stream, found, context.today)
    title = title_of(context.service.catalogue, found.qualification)
    return context.page(
        "claims/claim.html",
        title=title or f"Claim {claim}",
        crumbs=[("Claims", CLAIMS)],
        claim=found,
        details=details,
        waiting=[
            each
            for each in details.learners
            if each.place.standing is ClaimStatus.UNSUBMITTED
        ],
    )


def say_what_waits(context: PageContext, connection: Connection) -> Iterator[ToDo]:
    """Say which claims were begun and not submitted."""
    found = search_claims(
        connection, centre=context.centre, standing=ClaimStatus.DRAFT, limit=LISTED
    )
    if number := len(found.rows):
        noun = "claim" if number == 1 else "claims"
        more = "+" if found.next_cursor else ""
        yield ToDo(
            text=f"{number}{more} {noun} in draft",
            href=f"{CLAIMS}?status=Draft",
            urgency=20,
        )
