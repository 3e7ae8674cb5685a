"""The audit log: all that was recorded, and whether it is still as it was (H1, H5)."""

from starlette.responses import Response

from aggregates.errors import NotAllowed, Refusal
from aggregates.uk_time import end_of, midnight
from audit.verification import verify
from events.centres.user import Role
from events.event import Event
from projections.paging import Page
from queries.history.event_log import LogFilter, LoggedEvent, search_log
from web.http.context import PageContext
from web.http.inputs import read_day, read_number
from web.http.lists import LISTED
from web.http.page_router import PageRouter

pages = PageRouter("audit")

AUDIT = "/audit"
FIELDS = ("user", "kind", "centre", "date_from", "date_to")


def require_auditor(context: PageContext) -> None:
    """Raise NotAllowed unless an Auditor asks."""
    if context.user.role is not Role.AUDITOR:
        raise NotAllowed(
            role=context.user.role, what="read the audit log", who="an Auditor"
        )


@pages.get(AUDIT)
def list_events(context: PageContext) -> Response:
    """Show what was recorded, newest first, by who, what, where and when."""
    require_auditor(context)
    refused, found = None, Page[LoggedEvent](rows=())
    try:
        found = search_log(
            context.service.store,
            read_filters(context),
            limit=LISTED,
            before=read_number(context.parameter("after")),
        )
    except Refusal as error:
        refused = error
    kinds = sorted({topic.partition(".")[0] for topic in Event.known})
    return context.page(
        "history/audit.html",
        title="Audit",
        refused=refused,
        events=found.rows,
        kinds=[(each, each.replace("-", " ").capitalize()) for each in kinds],
        sought={name: context.parameter(name) or "" for name in FIELDS},
        is_narrowed=any(map(context.parameter, FIELDS)),
        next_address=found.next_cursor
        and context.address_with(after=found.next_cursor),
    )


def read_filters(context: PageContext) -> LogFilter:
    """Read what is searched by. Raises Malformed, at its field."""
    first = read_day(context.parameter("date_from"), "date_from")
    last = read_day(context.parameter("date_to"), "date_to")
    kind = context.parameter("kind")
    return LogFilter(
        user=context.parameter("user"),
        centre=context.parameter("centre"),
        event=f"{kind}." if kind else None,
        since=midnight(first) if first else None,
        until=min(end_of(last), context.at) if last else None,
    )


@pages.get(AUDIT + "/verification")
def verify_log(context: PageContext) -> Response:
    """Compare every event with the ledger, now."""
    require_auditor(context)
    found = verify(context.service.ledger)
    store = context.service.store
    return context.page(
        "history/verification.html",
        title="Verification",
        crumbs=[("Audit", AUDIT)],
        found=found,
        head=found.head.document(store.public_key) if found.head else None,
    )
