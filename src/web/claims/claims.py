"""Claims: listed, and looked at one by one (M1, M10)."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from aggregates.claims.claim_status import ClaimStatus
from aggregates.errors import Refusal
from commands.claims.claim import BeginClaim, DeleteClaim
from projections.claims.claimable_learners import counts as claimable_counts
from projections.claims.claims import ListedClaim, count_learners, search_claims
from projections.paging import Page
from queries.titles import title_of
from web.claims.claim_page import CLAIMS, open_claim
from web.http.context import PageContext
from web.http.inputs import read_choice
from web.http.lists import LISTED, MOST_COUNTED
from web.http.page_router import PageRouter
from web.http.to_do import ToDo, count_in_words

pages = PageRouter("claims")


@dataclass(frozen=True, kw_only=True)
class StripStep:
    """Where learners are on the way to a certificate, and the list of them."""

    text: str
    learners: int
    href: str


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
                count_to=MOST_COUNTED,
                limit=LISTED,
                cursor=context.parameter("after"),
            )
    except Refusal as error:
        refused = error
    with context.rows() as connection:
        strip = [*_strip(context, connection)]
    catalogue = context.service.catalogue
    return context.page(
        "claims/list.html",
        title="Claims",
        refused=refused,
        found=found,
        claims=[(each, title_of(catalogue, each.qualification)) for each in found.rows],
        strip=strip,
        most=max(1, *(each.learners for each in strip)),
        chosen=context.parameter("status") or "",
        reference=context.parameter("reference") or "",
        may_begin=context.may(BeginClaim),
        statuses=[(each.value, each.value) for each in ClaimStatus],
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


def _strip(context: PageContext, connection: Connection) -> Iterator[StripStep]:
    """Count learners from whom can be claimed for to who has a certificate."""
    counted = count_learners(connection, centre=context.centre)
    if context.centre is not None:
        active = _count_to_claim(connection, context.centre)
        yield StripStep(text="To claim for", learners=active, href=f"{CLAIMS}/new")
    for text, learners, href in (
        ("In draft", counted.draft, f"{CLAIMS}?status=Draft"),
        ("Not eligible", counted.unsubmitted, "/ineligible"),
        ("Submitted", counted.submitted, f"{CLAIMS}?status=Submitted"),
        ("Certificate", counted.processed, f"{CLAIMS}?status=Processed"),
    ):
        yield StripStep(text=text, learners=learners, href=href)


def _count_to_claim(connection: Connection, centre: str) -> int:
    """Count a centre's registrations that can be claimed for."""
    ways = claimable_counts(connection, centre=centre).values()
    return sum(count.active for way in ways for count in way.values())


@pages.get(CLAIMS + "/{claim}")
def show_claim(context: PageContext, claim: str) -> Response:
    """Show a claim, with what is or would be decided of each learner."""
    opened = open_claim(context, claim)
    return opened.page(
        "claims/claim.html",
        title=opened.heading,
        details=opened.details,
        waiting=opened.with_status(ClaimStatus.UNSUBMITTED),
        is_submitted=bool(opened.with_status(ClaimStatus.SUBMITTED)),
        may_delete=context.may(DeleteClaim)
        and all(each.is_open for each in opened.claim.learners.values()),
    )


def say_what_waits(context: PageContext, connection: Connection) -> Iterator[ToDo]:
    """Say which claims were begun and not submitted."""
    found = search_claims(
        connection,
        centre=context.centre,
        standing=ClaimStatus.DRAFT,
        count_to=MOST_COUNTED,
        limit=1,
    )
    if found.rows:
        yield ToDo(
            text=f"{count_in_words(found, 'claim', 'claims')} in draft",
            href=f"{CLAIMS}?status=Draft",
            urgency=20,
        )


def say_who_can_be_claimed(
    context: PageContext, connection: Connection
) -> Iterator[ToDo]:
    """Say to who may claim how many could be claimed for."""
    if context.centre is None or not context.may(BeginClaim):
        return
    if number := _count_to_claim(connection, context.centre):
        yield ToDo(
            text=f"{number:,} {'learner' if number == 1 else 'learners'} can be claimed for",
            href=f"{CLAIMS}/new",
            detail="Start a claim once their grades are known.",
            urgency=25,
        )
