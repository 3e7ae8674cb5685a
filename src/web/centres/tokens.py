"""A token for a program of one's own: made here, shown once, ended among the sessions."""

from datetime import timedelta

from starlette.responses import Response

from access import accounts
from aggregates.errors import Malformed
from web.centres.sessions import SESSIONS
from web.http.context import PageContext
from web.http.faults import REFUSED
from web.http.page_router import PageRouter

pages = PageRouter("settings")

ADDRESS = "/settings/tokens"
LONGEST_LABEL = 100
DAYS = {"30": "30 days", "90": "90 days", "366": "A year", "": "Until I end it"}
"""How long a token may be good, as choices."""


class LabelUnusable(Malformed):
    code = "token-label-unusable"
    message = "Say in at most {most} characters what the token is for."


class DaysUnknown(Malformed):
    code = "token-days-unknown"
    message = "Choose how long the token is good."


@pages.get(ADDRESS)
def ask_for_token(context: PageContext) -> Response:
    return token_page(context)


@pages.post(ADDRESS)
def make_token(context: PageContext) -> Response:
    """Make a token, and show its text this once."""
    label, days = context.form.text("label"), context.form.text("days")
    try:
        if not 0 < len(label) <= LONGEST_LABEL or not label.isprintable():
            raise LabelUnusable(most=LONGEST_LABEL, path=("label",))
        if days not in DAYS:
            raise DaysUnknown(path=("days",))
        issued = accounts.issue_token(
            context.command_context,
            context.command_metadata()["by"],
            label=label,
            at=context.at,
            lasts=timedelta(days=int(days)) if days else None,
        )
    except REFUSED as refused:
        return token_page(context, refused)
    return context.page(
        "centres/token_made.html",
        title="Copy your token",
        crumbs=[("Where you are signed in", SESSIONS)],
        label=label,
        token=issued.text,
        expires_at=issued.expires_at,
    )


def token_page(context: PageContext, refused: Exception | None = None) -> Response:
    return context.page(
        "centres/token_new.html",
        title="A token for a program",
        crumbs=[("Where you are signed in", SESSIONS)],
        refused=refused,
        label=context.form.text("label"),
        days=context.form.text("days") if refused else "90",
        choices=[*DAYS.items()],
    )
